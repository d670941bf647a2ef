"""When we copy a database's ``-wal`` back into it: never beside another connection, where SQLite could lose a commit.

SQLite before 3.51.3 can lose one when a connection checkpoints while another one writes (the “WAL-reset bug”); 3.50.7
and 3.44.6 have the correction too. Python's SQLite is often older. A corrected SQLite keeps its own defaults.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from sessiontui.store.sqlite.database_schema import connect

Version = tuple[int, int, int]


def loses_commits(version: Version = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the WAL-reset bug."""
    series, patch = version[:2], version[2]
    corrected = {(3, 44): 6, (3, 50): 7, (3, 51): 3}
    return (3, 7) <= series <= (3, 51) and patch < corrected.get(series, patch + 1)


@contextmanager
def guarded(path: Path, wait: float) -> Iterator[None]:
    """Around a connection that writes. Where SQLite has the bug, closing it leaves the ``-wal`` in place; then the
    ``-wal`` is copied back if no other program has the database open. ``wait``: seconds that a lock is waited for.

    Raises ``sqlite3.Error``.
    """
    if not loses_commits():
        yield
        return
    with closing(connect(path, "mode=ro", wait)) as reader:
        _hold(reader)
        yield
    checkpoint(path)


def configure(connection: Connection) -> None:
    """Keep a connection that writes from checkpoints where SQLite has the bug."""
    if loses_commits():
        connection.execute("PRAGMA wal_autocheckpoint=0")


def checkpoint(path: Path) -> bool:
    """Copy the ``-wal`` back if no other connection, of any program, has the database open; whether that was done.

    Where it wasn't, nothing is lost: the ``-wal`` holds every commit.
    """
    try:
        with closing(connect(path, "mode=rw", 0)) as alone:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("PRAGMA synchronous=FULL")
            alone.execute("PRAGMA fullfsync=ON")
            _read(alone)
            alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with closing(connect(path, "mode=rw", 0)) as last:  # an exclusive connection leaves the -shm behind
            configure(last)
            _read(last)
    except sqlite3.OperationalError:
        return False
    return True


def _hold(reader: Connection) -> None:
    """Have the reader keep its lock on the database, which it does in WAL mode alone."""
    try:
        _read(reader)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:  # a writer rolls back first: no -wal
            raise


def _read(connection: Connection) -> None:
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
