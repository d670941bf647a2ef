"""Pictures of the list: its columns, orders, filter and marks, and the four states in which there is nothing to list."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.errors import StoreError
from sessiontui.model import Session
from sessiontui.store.jsonl import JsonlStore
from tests.support.screens import Run, StillApp, keys, opened, sample, typed

Snap = Callable[..., bool]

SIZES = {"wide": (140, 40), "usual": (100, 30), "old": (80, 24), "small": (60, 15)}


def sizes(*names: str) -> pytest.MarkDecorator:
    """The same picture at several sizes, named in its file."""
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


class Named(JsonlStore):
    """Sessions that have names."""

    def sessions(self) -> list[Session]:
        return [
            replace(session, name=f"About {session.key.partition('_')[2]}" if at % 3 else None)
            for at, session in enumerate(super().sessions())
        ]


class Unreadable(JsonlStore):
    """A folder that can't be read."""

    def sessions(self) -> list[Session]:
        raise StoreError("/srv/zeroclaw/sessions can't be read: Permission denied", "ask who owns it, or sudo -u them")


class Slow(JsonlStore):
    """A folder on a disk that takes its time."""

    read = threading.Event()

    def sessions(self) -> list[Session]:
        self.read.wait(30)
        return super().sessions()


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


@pytest.fixture
def slow(store: Path) -> Iterator[Slow]:
    Slow.read.clear()
    yield Slow(store)
    Slow.read.set()


def pictured(snap: Snap, store: Path | JsonlStore, size: tuple[int, int], *presses: str) -> bool:
    """Compare the screen after some keys."""
    run: Run = keys(*presses)
    return snap(StillApp(opened(store) if isinstance(store, Path) else store), terminal_size=size, run_before=run)


@sizes("wide", "usual", "old", "small")
def test_sorted_by_messages(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "s", "s")


def test_sorted_the_other_way_round(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, SIZES["usual"], "s", "s", "s", "s", "S")


@sizes("wide", "old", "small")
def test_marked(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "space", "space", "j", "space")


@sizes("wide", "usual", "old", "small")
def test_filtered(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "f", *typed("tel ri"))


@sizes("usual", "old")
def test_filter_kept(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "f", *typed("slack"), "enter", "j")


@sizes("wide", "small")
def test_no_key_fits(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "f", *typed("zzz"))


@sizes("wide", "old")
def test_names(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, Named(store), size, "f", *typed("about"), "enter")


@sizes("usual", "small")
def test_empty(snap_compare: Snap, tmp_path: Path, size: tuple[int, int]) -> None:
    home = Path(os.environ["HOME"]) / "sessions"
    home.mkdir()
    assert pictured(snap_compare, home, size)


@sizes("usual", "small")
def test_cannot_read(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, Unreadable(store), size)


@sizes("usual", "small")
def test_loading(snap_compare: Snap, slow: Slow, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        for _ in range(100):
            await pilot.pause(0.05)
            if "Reading" in pilot.app.query_one("#sessions").picture:  # type: ignore[attr-defined]
                break

    assert snap_compare(StillApp(slow), terminal_size=size, run_before=run)
