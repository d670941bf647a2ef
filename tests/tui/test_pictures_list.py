"""Pictures of the list: its columns, orders, filter and marks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sessiontui.model import Backend
from tests.support.screens import Run, StillApp, keys, opened, sample, typed

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

SIZES = {"wide": (140, 40), "usual": (100, 30), "old": (80, 24), "small": (60, 15)}


def sizes(*names: str) -> pytest.MarkDecorator:
    """The same picture at several sizes, named in its file."""
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


def pictured(snap: Snap, store: Path, size: tuple[int, int], *presses: str) -> bool:
    """Compare the screen after some keys."""
    run: Run = keys(*presses)
    return snap(StillApp(opened(store)), terminal_size=size, run_before=run)


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
    with closing(sqlite3.connect(store / "sessions.db")) as database:
        for at, (key,) in enumerate(database.execute("SELECT session_key FROM session_metadata").fetchall()):
            database.execute("UPDATE session_metadata SET name = ? WHERE session_key = ?", (f"About {at} things", key))
        database.commit()
    run: Run = keys("f", *typed("about"), "enter")
    assert snap_compare(StillApp(opened(store, Backend.SQLITE)), terminal_size=size, run_before=run)
