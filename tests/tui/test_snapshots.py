"""Pictures of every state of the screen that has a name, at the widths it is made for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.model import Backend, Message
from tests.support.matrices import few
from tests.support.screens import Run, StillApp, folder, keys, opened, sample, talk, typed

Snap = Callable[..., bool]

WIDE, USUAL, OLD, SMALL = (140, 40), (100, 30), (80, 24), (60, 15)


TRAIN = "telegram_night-train"


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


def pictured(
    snap: Snap,
    store: Path,
    size: tuple[int, int],
    *presses: str,
    key: str | None = None,
    backend: Backend = Backend.JSONL,
) -> bool:
    """Compare the screen after some keys; ``key`` is the session under the cursor before the first of them."""
    run: Run = keys(*presses, session=key)
    return snap(StillApp(opened(store, backend)), terminal_size=size, run_before=run)


SIZES = {"wide": WIDE, "usual": USUAL, "old": OLD, "small": SMALL}


def sizes(*names: str) -> pytest.MarkDecorator:
    """The same picture at several sizes, named in its file."""
    return pytest.mark.parametrize("size", few(*(SIZES[name] for name in names)), ids=names)


@sizes("wide", "usual", "old", "small")
def test_sessions(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size)


@pytest.mark.exhaustive
@sizes("wide", "old", "small")
def test_damaged(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "enter", key=TRAIN)


@pytest.mark.exhaustive
def test_raw(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "enter", "r", "g", key=TRAIN)


@pytest.mark.exhaustive
def test_many_scripts(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "enter", key="matrix_言葉の木")


def test_hostile_text(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "enter", key="gateway_hostile")


def test_sqlite(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, backend=Backend.SQLITE)


@pytest.mark.exhaustive
@sizes("wide", "small")
def test_hits(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("train"))


@pytest.mark.exhaustive
def test_at_a_hit(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, WIDE, "slash", *typed("train"), "enter")


@pytest.mark.exhaustive
def test_nothing_found(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "slash", *typed("zzzz"))


@pytest.mark.exhaustive
def test_filter(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "f", *typed("tel"))


@pytest.mark.exhaustive
def test_no_key_fits(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "f", *typed("zzzz"))


def test_empty_store(snap_compare: Snap) -> None:
    empty = folder(Path(os.environ["HOME"]) / "sessions", {})
    assert pictured(snap_compare, empty, USUAL)


@pytest.mark.exhaustive
def test_empty_session(snap_compare: Snap) -> None:
    store = folder(Path(os.environ["HOME"]) / "sessions", {"quiet": [], "talk": talk(3)})
    assert pictured(snap_compare, store, USUAL)


@pytest.mark.exhaustive
@sizes("usual", "small")
def test_pop(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "p", key="telegram_autumn-trip")


@pytest.mark.exhaustive
def test_pop_anyway(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "p", key=TRAIN)


@pytest.mark.exhaustive
@sizes("usual", "small")
def test_compact(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "c", key=TRAIN)


@pytest.mark.exhaustive
@sizes("usual", "old", "small")
def test_migrate(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "m")


@pytest.mark.exhaustive
def test_a_change_was_made(snap_compare: Snap) -> None:
    store = folder(Path(os.environ["HOME"]) / "sessions", {"talk": [Message("user", "one"), Message("user", "two")]})
    assert pictured(snap_compare, store, USUAL, "p", "right", "enter")


@sizes("usual", "small")
def test_help(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "enter", "question_mark")
