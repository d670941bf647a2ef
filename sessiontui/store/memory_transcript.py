"""A transcript of entries that are in memory already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sessiontui.errors import Cancelled
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, never


@dataclass(frozen=True, slots=True)
class MemoryRows:
    """A frozen view of entries."""

    rows: tuple[Entry, ...]
    complete: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop."""
        return self.rows[start:stop]


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
        return MemoryRows(tuple(replace(row, position=at, ordinal=None) for at, row in enumerate(newest)), False)

    def scan(self, cancelled: IsCancelled = never) -> MemoryRows:
        """All rows."""
        if cancelled():
            raise Cancelled
        return MemoryRows(self.entries())
