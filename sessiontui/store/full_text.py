"""What both homes with an FTS5 index share when they ask it: cancelling at any moment, and how far counting and
ranking go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sessiontui.errors import Cancelled
from sessiontui.store.protocol import IsCancelled

RANKED: Final = 100_000
"""Of more hits than this only the newest are ranked."""

COUNTED: Final = 10_000
"""Of more hits than this nobody counts how many more: it would cost more than to find them. Who wants no hit, but
their number, is told it."""

ALL: Final = -2
"""A count that is not ended: a LIMIT below 0 is none."""

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


def counted(count: int, *, relevance: bool) -> tuple[int | None, str]:
    """The total for a count that was ended above ``RANKED`` or ``COUNTED``, and what there is to say of it."""
    if count <= (RANKED if relevance else COUNTED):
        return count, ""
    return None, f"ranked among the newest {RANKED:,} hits" if relevance else f"more than {COUNTED:,} hits"


def exact(count: int, *, relevance: bool) -> tuple[int, str]:
    """The same for a count that went to its end."""
    return count, counted(count, relevance=True)[1] if relevance else ""
