"""How far the indexes of a database can be believed: those of ``sessions`` and the full-text index. And how to read
without them.

A b-tree index that lost entries hides rows without an error. Only reads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from sqlite3 import Connection
from typing import Final, NamedTuple

from sessiontui.errors import StoreError
from sessiontui.store.sqlite.database_schema import KEY, bound, shape

IDS = "count(*), coalesce(sum(id & 4294967295), 0)"
"""Number and checksum of some ids, to compare two ways to the same rows."""

_TRIGGERS: Final = {"sessions_ai", "sessions_ad", "sessions_au"}
"""What keeps the full-text index in step; ``sessions_au`` came with ZeroClaw 0.7.4."""


class Way(NamedTuple):
    """How to read the rows of one session."""

    wrong: str = ""
    """An index that doesn't agree with the table: then none can be used."""
    lost: tuple[int, ...] = ()
    """Ids that an index lists and of which the table has no row."""
    unknown: str = ""
    """Why the table can't be read whole; empty where it can."""

    def on(self, connection: Connection) -> Connection:
        """The connection, which uses no index of ``sessions`` from now on where one is wrong."""
        if self.wrong:
            without_indexes(connection)
        return connection

    def tell(self, notice: Callable[[str], None], name: str) -> None:
        """Give a notice where the rows of database ``name`` are not read as usual."""
        if self.wrong:
            notice(f"the index {self.wrong} of {name} is damaged; rows are read without it")

    def require_all(self, name: str) -> None:
        """Raise ``StoreError`` where rows of the session can't be read, or that can't be known."""
        reason = self.unknown and f"{self.unknown}; this session may have more messages than these"
        if self.lost:
            ids = ", ".join(f"{id:,}" for id in self.lost[:5]) + (", …" if len(self.lost) > 5 else "")
            reason = f"rows of this session can't be read: {len(self.lost):,}, of ids {ids}"
        if reason:
            raise StoreError(
                f"{name} is damaged: {reason}", "make a copy of it, then try `sqlite3 COPY .recover` on the copy"
            )


USUAL = Way()


class IndexHealth(NamedTuple):
    """What one state of a database gives reason to believe."""

    sure: bool = True
    """The full-text index has the same ids as the table, and triggers keep it in step with every change."""
    lacks: int = 0
    """Rows of the table that the full-text index does not have."""
    beyond: int = 0
    """Rows of the full-text index that the table does not have."""
    trees: bool = True
    """The b-tree indexes list as many rows as the table, and the same ids."""

    @property
    def differs(self) -> bool:
        """Whether the full-text index is known to be out of step."""
        return bool(self.lacks or self.beyond)

    def note(self) -> str:
        """What is wrong with the full-text index, for people."""
        if not self.differs:
            return "the search index of the database is out of step; all rows were read"
        parts = [f"lacks {self.lacks:,}"] * bool(self.lacks) + [f"has {self.beyond:,} that are gone"] * bool(
            self.beyond
        )
        return f"the search index of the database {' and '.join(parts)} of its messages; all rows were read"


def standing(connection: Connection) -> IndexHealth:
    """Look at triggers, and compare the ids of the table with those of each index: one pass over each."""
    try:
        trees = len({_ids(connection, how) for how in ("NOT INDEXED", *map(by, indexes(connection, "sessions")))}) == 1
        return _words(connection, trees) if shape(connection).indexed else IndexHealth(False, trees=trees)
    except sqlite3.DatabaseError as error:  # damaged, or an index of another shape: a search finds out how far it goes
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            raise
        return IndexHealth(sure=False)


def mark(connection: Connection) -> object:
    """What tells two states of one moment apart: the newest row."""
    return connection.execute("SELECT max(id) FROM sessions").fetchone()[0]


def indexes(connection: Connection, table: str) -> list[str]:
    """The names of the indexes of a table that cover all its rows."""
    rows = connection.execute("SELECT name FROM pragma_index_list(?, 'main') WHERE NOT partial ORDER BY name", (table,))
    return [str(name) for (name,) in rows]


def by(index: str) -> str:
    """The part of a statement that makes SQLite use this index."""
    return 'INDEXED BY "{}"'.format(index.replace('"', '""'))


def without_indexes(connection: Connection) -> None:
    """Have every later statement of this connection read ``sessions`` by its row ids alone."""
    connection.execute("PRAGMA query_only=OFF")  # a temporary view is made in memory
    connection.execute("CREATE TEMP VIEW IF NOT EXISTS sessions AS SELECT * FROM main.sessions NOT INDEXED")
    connection.execute("PRAGMA query_only=ON")


def way(connection: Connection, key: str, *, whole: bool = True) -> Way:
    """How to read a session. ``whole`` compares the indexes with the table, which reads through all of it; else they
    are compared with each other."""
    names = indexes(connection, "sessions")
    found = {name: _listed(connection, name, key) for name in names}
    first = found[names[0]] if names else None
    if whole:
        try:
            first = _ids(connection, f"NOT INDEXED WHERE {KEY}", bound(key))
        except sqlite3.DatabaseError as error:
            require_corrupt(error)
            return Way(unknown=str(error))
    wrong = [name for name in names if found[name] != first]
    return Way(wrong[0], tuple(_lost(connection, wrong, key))) if wrong else USUAL


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the database is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def require_corrupt(error: sqlite3.Error) -> None:
    """Raise the error unless SQLite says by it that the database is damaged."""
    if not is_corrupt(error):
        raise error


def _listed(connection: Connection, index: str, key: str) -> object:
    """The ids of a session by one index; None where that can't be read."""
    try:
        return _ids(connection, f"{by(index)} WHERE {KEY}", bound(key))
    except sqlite3.DatabaseError as error:
        require_corrupt(error)
        return None


def _ids(connection: Connection, how: str, *values: object) -> object:
    return connection.execute(f"SELECT {IDS} FROM main.sessions {how}", values).fetchone()


def _lost(connection: Connection, names: list[str], key: str) -> list[int]:
    """Ids that these indexes list for the session and of which there is no row."""
    listed: set[int] = set()
    for name in names:
        try:
            rows = connection.execute(f"SELECT id FROM main.sessions {by(name)} WHERE {KEY}", (bound(key),))
            listed.update(id for (id,) in rows)
        except sqlite3.DatabaseError as error:
            require_corrupt(error)
    there = "SELECT 1 FROM main.sessions NOT INDEXED WHERE id = ?"
    return [id for id in sorted(listed) if connection.execute(there, (id,)).fetchone() is None]


def _words(connection: Connection, trees: bool) -> IndexHealth:
    rows, both = connection.execute(
        "SELECT count(*), count(d.id) FROM main.sessions s NOT INDEXED LEFT JOIN sessions_fts_docsize d ON d.id = s.id"
    ).fetchone()
    (words,) = connection.execute("SELECT count(*) FROM sessions_fts_docsize").fetchone()
    there = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'trigger'")
    sure = rows == both == words and {name for (name,) in there} >= _TRIGGERS
    return IndexHealth(sure, rows - both, words - both, trees)
