"""What both homes with an FTS5 index share when they ask it: cancelling at any moment, and how far counting and
ranking go."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import Final, Self

from sessiontui.errors import Cancelled
from sessiontui.store.protocol import IsCancelled

RANKED: Final = 100_000
"""Of more hits than this only the newest are ranked."""

COUNTED: Final = 10_000
"""Of more hits than this nobody counts how many more: it would cost more than to find them. Who wants no hit, but
their number, is told it."""

ALL: Final = -1
"""The LIMIT of a count that goes to its end."""

_STEPS: Final = 1_000
"""Instructions of SQLite between two looks at ``cancelled``."""


class Interrupt:
    """While it is entered, a query of this connection ends with ``errors.Cancelled`` soon after ``cancelled`` says so."""

    def __init__(self, connection: sqlite3.Connection, cancelled: IsCancelled) -> None:
        self._connection = connection
        self._cancelled = cancelled

    def __enter__(self) -> Self:
        self._connection.set_progress_handler(self._cancelled, _STEPS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.set_progress_handler(None, 0)
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise Cancelled from error


def counted(count: int, *, relevance: bool) -> tuple[int | None, str]:
    """The total for a count that was ended above ``RANKED`` or ``COUNTED``, and what there is to say of it."""
    if count <= (RANKED if relevance else COUNTED):
        return count, ""
    return None, f"ranked among the newest {RANKED:,} hits" if relevance else f"more than {COUNTED:,} hits"


def exact(count: int, *, relevance: bool) -> tuple[int, str]:
    """The same for a count that went to its end."""
    return count, counted(count, relevance=True)[1] if relevance else ""
