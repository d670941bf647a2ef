"""Every step of every change fails once: afterwards each session is as before or as after, and the next change mends."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import append, cleanup, compact, journal, migrate, pop, undo
from sessiontui.errors import SessiontuiError
from sessiontui.model import Message
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.sqlite import SqliteStore
from tests.support import databases
from tests.support.faulty import FailAt
from tests.support.folders import REPLY, TORN, USER, state, written

HELLO = Message("user", "hello")
OLD = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A change that is made to fail."""

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path], object]
    least: int
    """So many steps it has at least, or the test watches nothing."""


def add(folder: Path, key: str = "k") -> append.Appended:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, key, HELLO))


def take(folder: Path) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k"))


def tidy(folder: Path) -> object:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, ["a", "b"]))


def clean(folder: Path) -> object:
    store = JsonlStore(folder)
    return cleanup.make(store, cleanup.plan(store, 1, OLD + timedelta(days=1)))


def move(folder: Path) -> object:
    return migrate.make(migrate.plan(folder))


def row(folder: Path) -> object:
    store = SqliteStore(folder / "sessions.db")
    return append.make(store, append.plan(store, "k", HELLO))


def back(folder: Path) -> object:
    return undo.make(folder, undo.plan(folder))


def one(data: bytes) -> Callable[[Path], None]:
    return lambda folder: void(written(folder, "k", data))


def two(folder: Path) -> None:
    for key in "ab":
        written(folder, key, USER + TORN + b"\n" + REPLY, mtime_ns=int(OLD.timestamp()) * 10**9)


def two_and_a_database(folder: Path) -> None:
    two(folder)
    databases.append(databases.database(folder, "head"), "gateway", "user", "hi")


def void(_: object) -> None:
    """Nothing."""


def after(prepare: Callable[[Path], None], run: Callable[[Path], object]) -> Callable[[Path], None]:
    def both(folder: Path) -> None:
        prepare(folder)
        run(folder)

    return both


MADE = [
    Case("append", one(USER + TORN), add, 15),
    Case("append-new", void, add, 15),
    Case("pop-in-place", one(USER + REPLY), take, 15),
    Case("pop-before-blanks", one(USER + REPLY + b"\n \n"), take, 15),
    Case("pop-rewrites", one(USER + REPLY + TORN), take, 20),
    Case("compact", two, tidy, 35),
    Case("cleanup", two, clean, 25),
    Case("migrate", two_and_a_database, move, 30),
    Case("migrate-makes-a-database", two, move, 30),
    Case("append-row", two_and_a_database, row, 10),
]
CASES = MADE + [Case(f"undo-{case.name}", after(case.prepare, case.run), back, 10) for case in MADE]
FAULTS = [
    pytest.param(lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), False, id="disk-full"),
    pytest.param(KeyboardInterrupt, True, id="interrupted"),
]


def sessions(folder: Path) -> dict[str, Any]:
    """What there is of each session, by file name and by key in the database; without times and row ids."""
    found: dict[str, Any] = {name: (seen.data, seen.mode) for name, seen in state(folder).items()}
    if (folder / "sessions.db").exists():
        found |= {f"rows of {key.decode()}": rows for key, rows in _rows(folder / "sessions.db").items()}
    return found


def _rows(path: Path) -> dict[bytes, list[object]]:
    found: dict[bytes, list[object]] = {}
    contents = databases.contents(path)
    for row in contents["sessions"]:
        found.setdefault(row[1], []).append((row[2], row[3]))
    for row in contents["session_metadata"]:
        found.setdefault(row[0], []).append(("count", row[3]))
    return found


def names(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if not name.startswith("sessions.db-")}


@pytest.mark.parametrize(("fault", "behind"), FAULTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_step_that_fails_loses_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
    fault: Callable[[], BaseException],
    behind: bool,
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # watched all the same; only faster
    whole = tmp_path / "whole"
    whole.mkdir()
    case.prepare(whole)
    start, begin = sessions(whole), names(whole)
    case.run(whole)
    end = sessions(whole)
    assert start != end
    allowed = begin | names(whole)
    n = 0
    while True:
        n += 1
        folder = tmp_path / str(n)
        folder.mkdir()
        case.prepare(folder)
        failing = FailAt(n, fault(), after=behind)
        with failing.watching():
            try:
                case.run(folder)
            except (SessiontuiError, OSError, KeyboardInterrupt):
                assert failing.reached, "nothing was made to fail"
        found = sessions(folder)
        assert names(folder) <= allowed, failing.steps[n - 1]
        _each_is_one_of(found, start, end)
        journal.mend(folder)
        assert journal.waiting(folder) == 0, failing.steps[n - 1]
        found = sessions(folder)
        _each_is_one_of(found, start, end)
        if not failing.reached:
            break
        if found == end and not case.name.startswith("undo"):
            back(folder)
            assert sessions(folder) == start
        assert {name for name in names(folder) if name.startswith(".sessiontui-")} == set()
    assert n > case.least
    assert found == end


def _each_is_one_of(found: dict[str, Any], start: dict[str, Any], end: dict[str, Any]) -> None:
    """Each file and each session's rows is as before or as after, and what is in neither home was in neither."""
    for name in found.keys() | start.keys() | end.keys():
        assert found.get(name) in (start.get(name), end.get(name)), name
    for key in "ab":
        homes = [name for name in (f"{key}.jsonl", f"rows of {key}") if found.get(name)]
        if f"{key}.jsonl" in start and f"{key}.jsonl" in end:
            assert homes
