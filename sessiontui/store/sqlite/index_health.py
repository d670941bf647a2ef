"""How far the indexes of a database can be believed, before a search relies on them. Only reads."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from sessiontui.store.sqlite.btrees import IDS, by, indexes
from sessiontui.store.sqlite.database_schema import shape

_TRIGGERS: Final = {"sessions_ai", "sessions_ad", "sessions_au"}
"""What keeps the full-text index in step; ``sessions_au`` came with ZeroClaw 0.7.4."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
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


def standing(connection: sqlite3.Connection) -> IndexHealth:
    """Look at triggers, and compare the ids of the table with those of each index: one pass over each."""
    try:
        return _words(connection, _trees(connection))
    except sqlite3.DatabaseError as error:  # damaged, or an index of another shape: a search finds out how far it goes
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
            raise
        return IndexHealth(sure=False)


def mark(connection: sqlite3.Connection) -> object:
    """What tells two states of one moment apart: the newest row."""
    return connection.execute("SELECT max(id) FROM sessions").fetchone()[0]


def _trees(connection: sqlite3.Connection) -> bool:
    ways = ["NOT INDEXED", *map(by, indexes(connection, "sessions"))]
    return len({connection.execute(f"SELECT {IDS} FROM main.sessions {way}").fetchone() for way in ways}) == 1


def _words(connection: sqlite3.Connection, trees: bool) -> IndexHealth:
    if not shape(connection).indexed:
        return IndexHealth(False, trees=trees)
    rows, both = connection.execute(
        "SELECT count(*), count(d.id) FROM main.sessions s NOT INDEXED LEFT JOIN sessions_fts_docsize d ON d.id = s.id"
    ).fetchone()
    (words,) = connection.execute("SELECT count(*) FROM sessions_fts_docsize").fetchone()
    there = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'trigger'")
    sure = rows == both == words and {name for (name,) in there} >= _TRIGGERS
    return IndexHealth(sure, rows - both, words - both, trees)
