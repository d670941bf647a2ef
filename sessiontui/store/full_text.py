"""What both homes with an FTS5 index share when they query it: its rows in order or ranked, how many they are and how far
counting and ranking go, and cancelling at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, NamedTuple

from sessiontui.errors import Cancelled
from sessiontui.model import Found
from sessiontui.store.protocol import IsCancelled

RANKED: Final = 100_000
"""Of more hits than this only the newest are ranked."""

COUNTED: Final = 10_000
"""Of more hits than this nobody counts how many more: it would cost more than to find them. Who wants no hit, but
their number, is told it."""

_STEPS: Final = 1_000
"""Instructions of SQLite between two looks at ``cancelled``."""


@contextmanager
def interruptible(connection: sqlite3.Connection, cancelled: IsCancelled) -> Iterator[None]:
    """In it, a query of this connection ends with ``errors.Cancelled`` soon after ``cancelled`` says so."""
    connection.set_progress_handler(cancelled, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise Cancelled from error
    finally:
        connection.set_progress_handler(None, 0)


def scalar(connection: sqlite3.Connection, statement: str, *values: object) -> int:
    """The one number that a statement gives."""
    return int(connection.execute(statement, values).fetchone()[0])


class Matches(NamedTuple):
    """The rows of an index that match: the statement that gives their ids, and its values."""

    connection: sqlite3.Connection
    statement: str
    values: tuple[object, ...]

    def ids(self, rest: str, *values: object) -> Generator[int, None, None]:
        """Their ids; ``rest``: how the statement ends, ``values``: of that."""
        return (id for (id,) in self.connection.execute(f"{self.statement} {rest}", (*self.values, *values)))

    def ranked(self, rank: str) -> tuple[Generator[int, None, None], int | None, str]:
        """The ids of the newest ``RANKED``, the best first by the function ``rank``; their number, None where there are
        more, and a note that says so."""
        count, lowest = self._count(RANKED), 0
        if count > RANKED:
            statement = f"{self.statement} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
            lowest = scalar(self.connection, statement, *self.values, RANKED - 1)
        ids = self.ids(f"AND rowid >= ? ORDER BY {rank}, rowid DESC", lowest)
        return ids, *_counted(count, relevance=True)

    def number(self, *, relevance: bool) -> Found:
        """How many they are, however many; no hit."""
        count = self._count(-2)  # a LIMIT below 0 is none
        return Found((), count, _counted(count, relevance=True)[1] if relevance else "")

    def total(self, known: int, rest: Iterator[int], *, is_prefix: bool) -> tuple[int | None, str]:
        """How many they are, where ``known`` are not all; None above ``COUNTED``, and a note that says so. With a prefix
        the ``rest`` of the ids is gone through: to begin again would be dearer."""
        count = known + sum(1 for _ in islice(rest, COUNTED + 1)) if is_prefix else self._count(COUNTED)
        return _counted(count, relevance=False)

    def _count(self, most: int) -> int:
        """How many they are; ended above ``most``."""
        statement = f"SELECT count(*) FROM ({self.statement} LIMIT ?)"
        return scalar(self.connection, statement, *self.values, most + 1)


def _counted(count: int, *, relevance: bool) -> tuple[int | None, str]:
    """The total for a count that was ended above ``RANKED`` or ``COUNTED``, and what there is to say of it."""
    if count <= (RANKED if relevance else COUNTED):
        return count, ""
    return None, f"ranked among the newest {RANKED:,} hits" if relevance else f"more than {COUNTED:,} hits"
