"""How a sessions.db is opened for reading: so that not a byte of it, nor a file beside it, changes.

A database that no one has open is read as immutable; one with a live ``-wal`` (or a rollback journal) is opened
read-only, where SQLite keeps its own ``-shm``; where even that is denied, a private copy is read and a notice says
so. Each read opens and closes its own connection, in its own thread, and is repeated when the database changed
meanwhile. The file itself is never opened but by SQLite: closing it would drop the locks of a change under way.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Locked, StoreError
from sessiontui.store.sqlite.database_schema import IMMUTABLE, connect, shape, text
from sessiontui.store.sqlite.private_copy import private_copy

T = TypeVar("T")

BUSY = 2.0
"""Seconds that a read waits for a lock."""

TRIES = 5
"""How often a read is repeated before the database counts as too busy."""

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's own troubles come as; the second where its message quotes a damaged database."""

Notice = Callable[[str], None]
"""Takes a sentence on how the database is read, where that is not as usual."""

State = tuple[Stamp | None, ...]
"""Device, inode, size and mtime of the database, its ``-wal`` and its ``-journal``; None for one that isn't there."""


def state(path: Path) -> State:
    """What tells whether the database changed. Raises ``StoreError`` where there is none or it is empty."""
    real = os.path.realpath(path)
    found = tuple(_seen(real + suffix) for suffix in ("", "-wal", "-journal"))
    if found[0] is None:
        raise StoreError(f"there is no database {path.name} here", "`sessiontui stores` shows what is there")
    if found[0][2] == 0 and not _live(found):
        raise StoreError(f"{path.name} is an empty file, not a database", "it can be moved away; nothing is in it")
    return found


def unnoticed(text: str) -> None:
    """Where nobody wants to know how the database is read."""


def read(path: Path, work: Callable[[Connection], T], notice: Notice = unnoticed) -> T:
    """Do ``work`` on a connection of its own and give what it gives; done again when the database changed under it.

    ``notice`` is told when a private copy had to be read. What ``work`` returns must not need the connection.
    Raises ``StoreError`` for what is no database of sessions, is encrypted or malformed.
    """
    for _ in range(TRIES):
        before = state(path)
        problem: sqlite3.Error | UnicodeDecodeError | None = None
        try:
            with ExitStack() as held:
                result = work(_connection(path, before, notice, held))
        except ERRORS as error:
            problem = error
        if _live(before) or state(path) == before:
            if problem is not None:
                raise spoken(path, problem) from problem
            return result
    raise Changed(path.name)


def spoken(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> StoreError:
    """What SQLite says, for people."""
    if isinstance(error, UnicodeDecodeError):
        error = sqlite3.DatabaseError("malformed database schema")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path.name} is no SQLite database, or it is encrypted", "is it the right file?")
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(
            f"{path.name} is damaged: {error}", "make a copy of it, then try `sqlite3 COPY .recover` on the copy"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked(path.name)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(f"{path.name} can't be written here", "look at the rights of the file and of its folder")
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"{path.name} can't be opened", "look at the rights of the file and of its folder")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"the disk is full; nothing was changed in {path.name}", "free some space and try again")
    return StoreError(f"{path.name} can't be used: {error}")


def _are_utf8(one: bytes, other: bytes) -> bool:
    return isinstance(text(one), str) and isinstance(text(other), str)


def _seen(path: str) -> Stamp | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{os.path.basename(path)} can't be read: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{os.path.basename(path)} is no file", "a database is a regular file")
    return stamps.stamp_of(found)


def _live(found: State) -> bool:
    """Whether there is more to read than the database file itself."""
    return any(beside and beside.size for beside in found[1:])


def _connection(path: Path, seen: State, notice: Notice, held: ExitStack) -> Connection:
    """The connection that fits the state of the database; ``held`` closes it."""
    if not _live(seen):
        return held.enter_context(_opened(path, IMMUTABLE))
    try:
        return held.enter_context(_opened(path, "mode=ro"))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    notice(f"{path.name} can't be opened where it stands; a private copy of it is shown")
    return held.enter_context(_opened(private_copy(path, lambda: state(path)), IMMUTABLE))


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[Connection]:
    """A connection that has read the schema, inside one transaction, so that all its reads see the same moment."""
    with closing(connect(path, mode, BUSY)) as connection:
        connection.create_function("are_utf8", 2, _are_utf8, deterministic=True)
        for pragma in ("query_only=ON", "trusted_schema=OFF", "temp_store=MEMORY", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        shape(connection)
        yield connection
