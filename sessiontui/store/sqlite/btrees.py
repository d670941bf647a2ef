"""Whether the b-tree indexes of ``sessions`` list the rows that the table has, and how to read without them.

An index that lost entries hides rows without an error. Only reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from sessiontui.errors import StoreError
from sessiontui.store.sqlite.row_keys import KEY, bound

IDS = "count(*), coalesce(sum(id & 4294967295), 0)"
"""Number and checksum of some ids, to compare two ways to the same rows."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to read the rows of one session."""

    by_table: bool = False
    """The indexes can't be used: they don't agree with the table."""
    index: str = ""
    """One that doesn't agree."""
    lost: tuple[int, ...] = ()
    """Ids that an index lists and of which the table has no row."""
    unknown: str = ""
    """Why the table can't be read whole; empty where it can."""

    def on(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """The connection, which uses no index of ``sessions`` from now on where that is the way."""
        if self.by_table:
            without_indexes(connection)
        return connection

    def tell(self, notice: Callable[[str], None], name: str) -> None:
        """Give a notice where the rows of database ``name`` are not read as usual."""
        if self.by_table:
            notice(f"the index {self.index} of {name} is damaged; rows are read without it")

    def require_all(self, name: str) -> None:
        """Raise ``StoreError`` where rows of the session can't be read, or that can't be known."""
        if self.lost:
            ids = ", ".join(f"{id:,}" for id in self.lost[:5]) + (", …" if len(self.lost) > 5 else "")
            raise StoreError(
                f"{name} is damaged: rows of this session can't be read: {len(self.lost):,}, of ids {ids}",
                "make a copy of it, then try `sqlite3 COPY .recover` on the copy",
            )
        if self.unknown:
            raise StoreError(
                f"{name} is damaged: {self.unknown}; this session may have more messages than these",
                "make a copy of it, then try `sqlite3 COPY .recover` on the copy",
            )


USUAL = Way()


def indexes(connection: sqlite3.Connection, table: str) -> list[str]:
    """The names of the indexes of a table that cover all its rows."""
    rows = connection.execute("SELECT name FROM pragma_index_list(?, 'main') WHERE NOT partial ORDER BY name", (table,))
    return [str(name) for (name,) in rows]


def by(index: str) -> str:
    """The part of a statement that makes SQLite use this index."""
    return 'INDEXED BY "{}"'.format(index.replace('"', '""'))


def without_indexes(connection: sqlite3.Connection) -> None:
    """Have every later statement of this connection read ``sessions`` by its row ids alone."""
    connection.execute("PRAGMA query_only=OFF")  # a temporary view is made in memory
    connection.execute("CREATE TEMP VIEW IF NOT EXISTS sessions AS SELECT * FROM main.sessions NOT INDEXED")
    connection.execute("PRAGMA query_only=ON")


def way(connection: sqlite3.Connection, key: str, *, whole: bool = True) -> Way:
    """How to read a session. ``whole`` compares the indexes with the table, which reads through all of it; else they
    are compared with each other."""
    names = indexes(connection, "sessions")
    found = {name: _ids(connection, by(name), key) for name in names}
    first = found[names[0]] if names else None
    if whole:
        try:
            first = _count(connection, "NOT INDEXED", key)
        except sqlite3.DatabaseError as error:
            _require_corrupt(error)
            return Way(unknown=str(error))
    wrong = [name for name in names if found[name] != first]
    if not wrong:
        return USUAL
    return Way(True, wrong[0], tuple(_lost(connection, wrong, key)))


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the database is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def _require_corrupt(error: sqlite3.Error) -> None:
    if not is_corrupt(error):
        raise error


def _ids(connection: sqlite3.Connection, how: str, key: str) -> tuple[int, int] | None:
    """The same by one index; None where that can't be read."""
    try:
        return _count(connection, how, key)
    except sqlite3.DatabaseError as error:
        _require_corrupt(error)
        return None


def _count(connection: sqlite3.Connection, how: str, key: str) -> tuple[int, int]:
    count, total = connection.execute(f"SELECT {IDS} FROM main.sessions {how} WHERE {KEY}", (bound(key),)).fetchone()
    return count, total


def _lost(connection: sqlite3.Connection, names: list[str], key: str) -> list[int]:
    """Ids that these indexes list for the session and of which there is no row."""
    listed: set[int] = set()
    for name in names:
        try:
            rows = connection.execute(f"SELECT id FROM main.sessions {by(name)} WHERE {KEY}", (bound(key),))
            listed.update(id for (id,) in rows)
        except sqlite3.DatabaseError as error:
            _require_corrupt(error)
    there = "SELECT 1 FROM main.sessions NOT INDEXED WHERE id = ?"
    return [id for id in sorted(listed) if connection.execute(there, (id,)).fetchone() is None]
