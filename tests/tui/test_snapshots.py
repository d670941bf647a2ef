"""Pictures of every state of the screen that has a name, at the widths it is made for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.model import Backend, Message
from tests.support.screens import Run, StillApp, folder, keys, opened, sample, talk, typed

Snap = Callable[..., bool]

WIDE, USUAL, OLD, SMALL = (140, 40), (100, 30), (80, 24), (60, 15)


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


def pictured(snap: Snap, store: Path, size: tuple[int, int], *presses: str, backend: Backend = Backend.JSONL) -> bool:
    run: Run = keys(*presses)
    return snap(StillApp(opened(store, backend)), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", [WIDE, USUAL, OLD, SMALL])
def test_sessions(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size)


@pytest.mark.parametrize("size", [WIDE, OLD, SMALL])
def test_damaged(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "j", "enter")


def test_raw(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "j", "enter", "r", "g")


def test_many_scripts(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, *["j"] * 3, "enter")


def test_hostile_text(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, *["j"] * 4, "enter")


def test_sqlite(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, backend=Backend.SQLITE)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_hits(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("train"))


def test_at_a_hit(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, WIDE, "slash", *typed("train"), "enter")


def test_nothing_found(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "slash", *typed("zzzz"))


def test_filter(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "f", *typed("tel"))


def test_no_key_fits(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "f", *typed("zzzz"))


def test_empty_store(snap_compare: Snap) -> None:
    empty = folder(Path(os.environ["HOME"]) / "sessions", {})
    assert pictured(snap_compare, empty, USUAL)


def test_empty_session(snap_compare: Snap) -> None:
    store = folder(Path(os.environ["HOME"]) / "sessions", {"quiet": [], "talk": talk(3)})
    assert pictured(snap_compare, store, USUAL)


@pytest.mark.parametrize("size", [USUAL, SMALL])
def test_pop(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "p")


@pytest.mark.parametrize("size", [USUAL, SMALL])
def test_compact(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "j", "c")


@pytest.mark.parametrize("size", [USUAL, OLD, SMALL])
def test_migrate(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "m")


def test_a_change_was_made(snap_compare: Snap) -> None:
    store = folder(Path(os.environ["HOME"]) / "sessions", {"talk": [Message("user", "one"), Message("user", "two")]})
    assert pictured(snap_compare, store, USUAL, "p", "right", "enter")


@pytest.mark.parametrize("size", [USUAL, SMALL])
def test_help(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "enter", "question_mark")
