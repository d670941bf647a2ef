"""Each kind of change, on a small store: how the store is before it, the change as a call, and as a command line.

In every store the session ``other`` stands beside those that are changed, for the change that comes next.
"""

from __future__ import annotations

import atexit
import fcntl
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sessiontui.changes import undo
from sessiontui.changes.verbs import append, cleanup, compact, delete, migrate, pop, repair
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER, written

HELLO = Message("user", "hello there")
OLD = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = int(OLD.timestamp()) * 10**9
IN_A_FAR_FUTURE = 4_000_000_000 * 10**9
"""When ``other`` was written: no clean-up takes it."""
STALE = OLD + timedelta(days=1)
SOON = WaitPolicy(0.05, no_lease=not hasattr(fcntl, "F_SETLEASE"))


@dataclass(frozen=True)
class Kind:
    """A kind of change, which is made to fail."""

    name: str
    prepare: Callable[[Path], object]
    run: Callable[[Path], object]
    command: tuple[str, ...]
    """The same change as a command line, but for the store."""
    least: int
    """So many steps that write it has at least, or nothing is watched."""
    sqlite: bool = False
    """It changes nothing but a database."""

    @property
    def turned(self) -> bool:
        """It is an undo or a redo: it takes another change of this store back."""
        return self.name.startswith(("undo-", "redo-"))

    def store(self, folder: Path) -> Store:
        """The store that is changed."""
        return SqliteStore(folder / "sessions.db") if self.sqlite else JsonlStore(folder)


def add(folder: Path) -> object:
    return appended(JsonlStore(folder), "k")


def add_row(folder: Path) -> object:
    return appended(SqliteStore(folder / "sessions.db"), "a")


def appended(store: Store, key: str) -> append.Appended:
    return append.make(store, append.plan(store, key, HELLO), SOON)


def take(folder: Path) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k"), SOON)


def take_row(folder: Path) -> object:
    store = SqliteStore(folder / "sessions.db")
    return pop.make(store, pop.plan(store, "a"), SOON)


def tidy(folder: Path) -> object:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, ["a", "b"]), patience=SOON)


def mend(folder: Path) -> object:
    store = JsonlStore(folder)
    return repair.make(store, repair.plan(store, ["a", "b"]), patience=SOON)


def clean(folder: Path) -> object:
    store = JsonlStore(folder)
    return cleanup.make(store, cleanup.plan(store, 1, STALE), SOON)


def clean_rows(folder: Path) -> object:
    store = SqliteStore(folder / "sessions.db")
    return cleanup.make(store, cleanup.plan(store, 1, STALE), SOON)


def forget(folder: Path) -> object:
    store = JsonlStore(folder)
    return delete.make(store, delete.plan(store, ["a", "b"]), SOON)


def forget_rows(folder: Path) -> object:
    store = SqliteStore(folder / "sessions.db")
    return delete.make(store, delete.plan(store, ["a", "b"]), SOON)


def move(folder: Path) -> object:
    return migrate.make(migrate.plan(folder, ["a", "b"]), patience=SOON)


def back(folder: Path) -> object:
    return undo.make(folder, undo.plan(folder), SOON)


def forth(folder: Path) -> object:
    return undo.make(folder, undo.plan(folder, redo=True), SOON)


def one(data: bytes) -> Callable[[Path], None]:
    """The session ``k`` of these bytes; none where there are none."""

    def prepare(folder: Path) -> None:
        beside(folder)
        if data:
            written(folder, "k", data)

    return prepare


def beside(folder: Path) -> None:
    written(folder, "other", REPLY, mtime_ns=IN_A_FAR_FUTURE)


def two(folder: Path) -> None:
    beside(folder)
    for key in "ab":
        written(folder, key, USER + TORN + b"\n" + REPLY, mtime_ns=LONG_AGO)


def two_to_mend(folder: Path) -> None:
    beside(folder)
    for key in "ab":
        written(folder, key, TORN + USER + b"INFO\n" + REPLY[:-1], mtime_ns=LONG_AGO)


def two_and_a_database(folder: Path) -> None:
    two(folder)
    shutil.copyfile(_database("gateway"), folder / "sessions.db")


def rows(folder: Path) -> None:
    shutil.copyfile(_database("other", "a", "b"), folder / "sessions.db")


@cache
def _database(*keys: str) -> Path:
    """A database with two messages in each of these sessions; all but ``other`` are idle."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = databases.database(folder, "head")
    for key in keys:
        at = "2096-01-01T00:00:00.123456789+00:00" if key == "other" else "2025-01-01T00:00:00.123456789+00:00"
        databases.append(path, key, "user", f"hello of {key}", at)
        databases.append(path, key, "assistant", "yes", at)
    return path


def after(prepare: Callable[[Path], object], *runs: Callable[[Path], object]) -> Callable[[Path], None]:
    def all_of_them(folder: Path) -> None:
        prepare(folder)
        for run in runs:
            run(folder)

    return all_of_them


APPEND = ("append", "k", "--role", HELLO.role, HELLO.content)
APPEND_ROW = ("append", "a", "--role", HELLO.role, HELLO.content)
DELETE = ("delete", "a", "b")
CLEANUP = ("cleanup", "--ttl-hours", "1")
MADE = [
    Kind("append", one(USER), add, APPEND, 10),
    Kind("append-ends-a-torn-line", one(USER + TORN), add, APPEND, 10),
    Kind("append-ends-a-line", one(USER + REPLY[:-1]), add, APPEND, 10),
    Kind("append-new", one(b""), add, APPEND, 10),
    Kind("pop-in-place", one(USER + REPLY), take, ("pop", "k"), 10),
    Kind("pop-before-blanks", one(USER + REPLY + b"\n \n"), take, ("pop", "k"), 10),
    Kind("pop-rewrites", one(USER + REPLY + TORN), take, ("pop", "k"), 12),
    Kind("compact", two, tidy, ("compact", "a", "b"), 20),
    Kind("repair", two_to_mend, mend, ("repair", "a", "b"), 24),
    Kind("cleanup", two, clean, CLEANUP, 15),
    Kind("delete", two, forget, DELETE, 15),
    Kind("migrate", two_and_a_database, move, ("migrate", "a", "b", "--backend", "jsonl"), 20),
    Kind("migrate-makes-a-database", two, move, ("migrate", "a", "b"), 20),
    Kind("append-row", rows, add_row, APPEND_ROW, 6, sqlite=True),
    Kind("pop-row", rows, take_row, ("pop", "a"), 6, sqlite=True),
    Kind("cleanup-rows", rows, clean_rows, CLEANUP, 6, sqlite=True),
    Kind("delete-rows", rows, forget_rows, DELETE, 6, sqlite=True),
]
UNDONE = [Kind(f"undo-{kind.name}", after(kind.prepare, kind.run), back, ("undo",), 6, kind.sqlite) for kind in MADE]
REDONE = [
    Kind(f"redo-{kind.name}", after(kind.prepare, kind.run, back), forth, ("undo", "--redo"), 6, kind.sqlite)
    for kind in MADE
]
KINDS = MADE + UNDONE + REDONE
