"""What is in the search index of a JSONL store, and how it is opened.

A disposable SQLite file in the person's cache folder. Refuses folders and
files that are another's, are links or can be read by others: then there is no index, and search reads the store.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sessiontui.query import tokens

FORMAT: Final = f"6.{tokens.VERSION}.{sys.byteorder}"
"""An index of another format is deleted and made anew."""

FIRST_TOP: Final = 1 << 40
"""The first build numbers its rows below this, what arrives later from here upwards."""

BUSY: Final = 2.0
"""Seconds that a connection waits for another one."""

SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (
    name BLOB PRIMARY KEY,
    stamp TEXT,         -- as of `Stamp.written`
    messages INTEGER NOT NULL, faults INTEGER NOT NULL,
    odd BLOB,           -- the lines that hold no message; null where they are too many
    open INTEGER NOT NULL,  -- the last line breaks off and no newline ends it
    instead TEXT NOT NULL   -- what the file is, where it is no session
) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE,
    stamp TEXT,         -- as of `Stamp.written`; null where the bytes were found to be others
    covered INTEGER,    -- bytes whose lines are finished and indexed; null while the file is being indexed
    tail_hash TEXT      -- of the bytes before `covered`
);
CREATE TABLE segment (
    first_row INTEGER PRIMARY KEY, file INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    rows INTEGER NOT NULL, lines INTEGER NOT NULL, faults INTEGER NOT NULL,
    first_ordinal INTEGER, first_line INTEGER,      -- null until all before it is indexed
    odd BLOB,           -- the lines that hold no message; null where they are too many
    offsets BLOB NOT NULL
);
CREATE INDEX segment_of_file ON segment(file, start);
CREATE TABLE dead (first_row INTEGER PRIMARY KEY, last_row INTEGER NOT NULL);
CREATE TABLE clipped (row INTEGER PRIMARY KEY);
CREATE TABLE escaped (row INTEGER PRIMARY KEY);     -- a character may stand in its line as `\\u` and a number
CREATE VIRTUAL TABLE words USING fts5(content, role, content='');
INSERT INTO words(words, rank) VALUES ('hashsize', 67108864);
"""


ERRORS: Final = (sqlite3.Error, OverflowError, ValueError, LookupError, TypeError)
"""What comes of an index that can't be used: of a number that SQLite can't hold the second, the last three where what
is in it is not what was written."""


class Unusable(Exception):
    """There is no index and none can be made; the reason is for people."""


@contextmanager
def connect(path: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """Open an index that is there. Raises ``sqlite3.Error`` where it can't be used, ``Unusable`` where it must not be,
    ``FileNotFoundError`` where there is none. One of another format counts as malformed."""
    from urllib.parse import quote  # not where there is no index

    _require_private(path, stat.S_ISREG)
    uri = f"file:{quote(os.fsencode(path))}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA mmap_size=0")
        if not write:
            connection.execute("PRAGMA query_only=ON")
        if connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() != (FORMAT,):
            raise sqlite3.DatabaseError("an index of another format")
        yield connection


def create(path: Path) -> None:
    """Make an empty index where there is none; whoever calls holds the lock. Raises ``Unusable``."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(f"BEGIN; {SCHEMA}")
            connection.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
            connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        discard(path)
        raise Unusable(f"{path.parent} can't be written: {error}") from error


def discard(path: Path) -> None:
    """Delete an index, if it can be deleted; whoever calls holds the lock."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            os.unlink(f"{path}{suffix}")


def is_broken(error: Exception) -> bool:
    """Whether the index itself is at fault, so that it has to be made anew."""
    code = getattr(error, "sqlite_errorcode", None)
    passing = (
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    )  # fmt: skip
    return code is None or code & 0xFF not in passing


@contextmanager
def locked(path: Path, wait: float = 0.0) -> Iterator[bool]:
    """Hold the lock of an index, making the cache folder; False where another process has it for longer than ``wait``
    seconds. Raises ``Unusable``."""
    fd = _open_lock(path)
    try:
        yield _lock(fd, wait)
    finally:
        os.close(fd)


def _open_lock(path: Path) -> int:
    try:
        os.makedirs(path.parent.parent, exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(path.parent, 0o700)
        _require_private(path.parent, stat.S_ISDIR)
        return os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unusable(f"{path.parent} can't be written: {error.strerror}") from error


def _lock(fd: int, wait: float) -> bool:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)
        except OSError as error:  # a network file system may know no locks
            raise Unusable(f"it can't be locked: {error.strerror}") from error


def _require_private(path: Path, is_kind: Callable[[int], bool]) -> None:
    found = os.lstat(path)
    if not is_kind(found.st_mode):
        raise Unusable(f"{path} is not what it should be; it was left as it is")
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unusable(f"{path} is open to others; `chmod go-rwx` mends that")
