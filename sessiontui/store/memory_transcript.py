"""A transcript of entries that are in memory already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, TranscriptRows, never


@dataclass(frozen=True, slots=True)
class MemoryRows:
    """A frozen view of entries."""

    rows: tuple[Entry, ...]
    complete: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def damaged(self) -> Sequence[int] | None:
        """None are."""
        return ()

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop."""
        return self.rows[start:stop]

    def row_of(self, ordinal: int) -> int | None:
        """The row of a message; not known of the newest rows only."""
        return ordinal - 1 if self.complete and 1 <= ordinal <= len(self.rows) else None


@dataclass(frozen=True, slots=True)
class MemoryTranscript:
    """One session; ``entries`` gives what it holds now."""

    key: str
    entries: Callable[[], tuple[Entry, ...]]

    def tail(self, count: int = 200) -> MemoryRows:
        """The newest rows; positions count from the first of them."""
        rows = self.entries()
        newest = rows[max(0, len(rows) - count) :]
        if len(newest) == len(rows):
            return MemoryRows(rows)
        return MemoryRows(tuple(row._replace(position=at, ordinal=None) for at, row in enumerate(newest)), False)

    def scan(self, cancelled: IsCancelled = never) -> MemoryRows:
        """All rows."""
        if cancelled():
            raise Cancelled
        return MemoryRows(self.entries())

    def known(self, rows: TranscriptRows) -> TranscriptRows:
        """The same: all is known at once."""
        return rows

    def grown(self, rows: TranscriptRows, cancelled: IsCancelled = never) -> TranscriptRows:
        """The same rows and those that were appended since."""
        now, before = self.entries(), [entry.address for entry in rows.load(0, len(rows))]
        first = next((entry.position for entry in now if before and entry.address == before[0]), 0)
        if [entry.address for entry in now[first : first + len(before)]] != before:
            raise Changed(f"session “{self.key}”")
        if len(now) == first + len(before):
            return rows
        return MemoryRows(now) if rows.complete else self.tail(len(now) - first)
