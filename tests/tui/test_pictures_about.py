"""Pictures of the page about a session and of the list of changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.verbs import compact, pop
from sessiontui.model import Backend, Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.databases import append, database
from tests.support.screens import NOW, StillApp, folder, keys, opened, sample, talk
from tests.tui.test_changes_list import aged

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

USUAL, SMALL = (100, 30), (60, 15)
sizes = pytest.mark.parametrize("size", [USUAL, SMALL], ids=["usual", "small"])


@pytest.fixture
def home() -> Path:
    return Path(os.environ["HOME"])


def pictured(snap: Snap, store: Path, size: tuple[int, int], *presses: str, backend: Backend = Backend.JSONL) -> bool:
    return snap(StillApp(opened(store, backend)), terminal_size=size, run_before=keys(*presses))


def timed(folder: Path) -> Path:
    """A database of one session: three weeks of talk, most of it in the evenings, and a name."""
    folder.mkdir(parents=True)
    found = database(folder)
    for at in range(120):
        when = NOW - timedelta(days=21 - at // 6, hours=16 - (at % 6) * (at % 4))
        text = "the night train to the sea " * (1 + at * at % 17)
        append(found, "telegram_alice", ("user", "assistant")[at % 2], text, when.isoformat(timespec="microseconds"))
    return folder


def long(folder_: Path) -> Path:
    """A file of one session in which messages are of all lengths."""
    rows: list[Message | bytes] = [*talk(400), Message("tool", "x" * 900), *talk(30, "another line")]
    return folder(folder_, {"discord_build": rows})


def changed(sessions: Path) -> Path:
    """The sample store after some changes."""
    store = JsonlStore(sessions)
    pop.make(store, pop.plan(store, "telegram_autumn-trip"))
    compact.make(store, compact.plan(store, ["telegram_night-train"]))
    compact.make(store, compact.plan(store, [each.key for each in store.sessions() if each.problem is None]))
    pop.make(store, pop.plan(store, "telegram_autumn-trip"))
    undo.make(sessions, undo.plan(sessions))
    aged(sessions)
    return sessions


@sizes
def test_about_a_session_of_a_database(snap_compare: Snap, home: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, timed(home / "sessions"), size, "i", backend=Backend.SQLITE)


@sizes
def test_about_a_file(snap_compare: Snap, home: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, long(home / "sessions"), size, "i")


@sizes
def test_about_a_damaged_file(snap_compare: Snap, home: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, sample(home), size, "i")


def test_about_the_end_of_a_page(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, long(home / "sessions"), SMALL, "i", "G")


@sizes
def test_changes(snap_compare: Snap, home: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, changed(sample(home)), size, "U", "j", "j")


@sizes
def test_no_changes(snap_compare: Snap, home: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, sample(home), size, "U")
