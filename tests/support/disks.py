"""Changes to try on a bad disk, and what there is to see of a store before and after."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.outcome import NONE, Problem, problem
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import SessiontuiError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases, matrices, seeing
from tests.support.folders import REPLY, TORN, USER, written

HELLO: Final = Message("user", "hello")
OLD: Final = 1_700_000_000_123_456_789
"""The time of every session file: long ago."""
SOON: Final = WaitPolicy(0.05)
"""Waits for nobody."""
LONG: Final = USER * 300 + REPLY
"""A session of two pages and a bit."""


# ---- changes


@dataclass(frozen=True, slots=True)
class Tried:
    """A change, and the store that it is tried on."""

    name: str
    prepare: Callable[[Path], object]
    run: Callable[[Path, WaitPolicy], object]
    rows: bool = False
    """It is made in a database."""

    def attempt(self, folder: Path, patience: WaitPolicy = SOON) -> Problem:
        """Make it; what it says when it couldn't, in its row or as an error."""
        try:
            made = self.run(folder, patience)
        except SessiontuiError as error:
            return problem(error)
        return next((row.problem for row in getattr(made, "rows", ()) if row.problem.code), NONE)


def add(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, "k", HELLO), patience)


def take(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k"), patience)


def tidy(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, ["k"]), patience=patience)


def move(folder: Path, patience: WaitPolicy = SOON) -> object:
    return migrate.make(migrate.plan(folder, ["k"]), patience=patience)


def clean(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = JsonlStore(folder)
    return cleanup.make(store, cleanup.plan(store, 1, datetime.now(UTC)), patience)


def add_row(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = SqliteStore(folder / "sessions.db")
    return append.make(store, append.plan(store, "k", HELLO), patience)


def take_row(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = SqliteStore(folder / "sessions.db")
    return pop.make(store, pop.plan(store, "k"), patience)


def clean_rows(folder: Path, patience: WaitPolicy = SOON) -> object:
    store = SqliteStore(folder / "sessions.db")
    return cleanup.make(store, cleanup.plan(store, 1, datetime.now(UTC)), patience)


def back(folder: Path, patience: WaitPolicy = SOON) -> object:
    return undo.make(folder, undo.plan(folder), patience)


def forth(folder: Path, patience: WaitPolicy = SOON) -> object:
    return undo.make(folder, undo.plan(folder, redo=True), patience)


def holding(data: bytes) -> Callable[[Path], object]:
    """Makes a store with a session ``k`` of these bytes."""
    return lambda folder: written(folder, "k", data, mtime_ns=OLD)


def _database(folder: Path) -> None:
    path = databases.database(folder, "head")
    for text in ("one", "two"):
        databases.append(path, "k", "user", text)


def _both(folder: Path) -> None:
    written(folder, "k", LONG + TORN, mtime_ns=OLD)
    databases.append(databases.database(folder, "head"), "gateway", "user", "hi")


def _nothing(folder: Path) -> None:
    pass


_MADE: Final = (
    Tried("append", holding(LONG + TORN), add),
    Tried("append-new", _nothing, add),
    Tried("pop", holding(LONG), take),
    Tried("pop-before-blanks", holding(LONG + b"\n \n"), take),
    Tried("pop-before-damage", holding(LONG + TORN), take),
    Tried("compact", holding(TORN + b"\n" + LONG + TORN), tidy),
    Tried("cleanup", holding(LONG), clean),
    Tried("migrate", holding(LONG), move),
    Tried("migrate-beside", _both, move),
    Tried("append-row", _database, add_row, rows=True),
    Tried("pop-row", _database, take_row, rows=True),
    Tried("cleanup-rows", _database, clean_rows, rows=True),
)


def _then(tried: Tried, name: str, *runs: Callable[[Path, WaitPolicy], object]) -> Tried:
    """What is done after a change that was made: the last of ``runs`` is tried, the others come before."""

    def prepare(folder: Path) -> None:
        tried.prepare(folder)
        for run in (tried.run, *runs[:-1]):
            run(folder, SOON)

    return Tried(f"{name}-{tried.name}", prepare, runs[-1], tried.rows)


CHANGES: Final = (
    *_MADE,
    *(_then(each, "undo", back) for each in _MADE),
    *(_then(each, "redo", back, forth) for each in _MADE),
)
FILES: Final = tuple(each for each in CHANGES if not each.rows)
"""The changes of session files; some of them make a database too."""


def named(*names: str) -> list[Tried]:
    """Some of them."""
    found = {each.name: each for each in CHANGES}
    return [found[name] for name in names]


def trying(tried: Iterable[Any]) -> pytest.MarkDecorator:
    """Run a test with each of these changes as ``tried``."""
    return pytest.mark.parametrize("tried", tried, ids=lambda each: each.name)


def _is_fast(tried: Tried) -> bool:
    return tried.name in matrices.KINDS


every_change: Final = trying(matrices.thinned(CHANGES, _is_fast))
every_change_of_files: Final = trying(matrices.thinned(FILES, _is_fast))


# ---- trouble, and then none


@cache
def ends_as(tried: Tried) -> dict[str, Any]:
    """What a store looks like after this change where nothing is in its way."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        tried.prepare(folder)
        start = seeing.timeless(seeing.seen(folder))
        assert tried.attempt(folder) == NONE
        end = seeing.timeless(seeing.seen(folder))
    assert start != end
    return end


def plain(found: Problem, *codes: int) -> None:
    """One sentence for people, with the exit code that its kind has."""
    assert found.code in codes, found
    assert found.reason
    assert "\n" not in found.reason
    assert not any(word in found.reason for word in ("Errno", "Traceback", "Error(", "None")), found.reason


def settled(folder: Path) -> None:
    """Nothing waits, and nothing that is ours lies about."""
    assert journal.waiting(folder) == 0
    assert [name for name in os.listdir(folder) if name.startswith(".sessiontui-")] == []


def works_again(folder: Path, tried: Tried, end: dict[str, Any]) -> None:
    """The trouble is over: the same change is made now, and leaves nothing behind."""
    assert tried.attempt(folder) == NONE
    assert seeing.timeless(seeing.seen(folder)) == end
    settled(folder)


Troubling = Callable[[Path], AbstractContextManager[None]]
"""A trouble of a store, for as long as its block runs."""


def failing(error: int) -> Callable[..., None]:
    def fails(*args: object, **kwargs: object) -> None:
        raise OSError(error, os.strerror(error))

    return fails


def refused_then_made(tmp_path: Path, tried: Tried, problem: Troubling, *codes: int) -> None:
    """Nothing is changed while the trouble lasts, which is a context of the store; then the change is made."""
    end = ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    with problem(folder):
        found = tried.attempt(folder)
        assert journal.waiting(folder) == 0
    plain(found, *codes or (3,))
    assert seeing.seen(folder) == start
    assert seeing.kept(folder) == kept
    works_again(folder, tried, end)


def if_not_made_refused(tmp_path: Path, tried: Tried, problem: Troubling) -> None:
    """The change is made in spite of the trouble, wholly, or nothing is changed until it is over."""
    end = ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    with problem(folder):
        found = tried.attempt(folder)
        assert journal.waiting(folder) == 0
    if found == NONE:
        assert seeing.timeless(seeing.seen(folder)) == end
        settled(folder)
        return
    plain(found, 3, 4)
    assert seeing.timeless(seeing.seen(folder)) == seeing.timeless(start)
    assert seeing.kept(folder).items() >= kept.items()
    works_again(folder, tried, end)
