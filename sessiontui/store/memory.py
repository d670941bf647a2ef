"""Sessions in memory: the executable specification that every other home is held to by tests.

It keeps whole messages and nothing else: no lines, so no faults; no journal, so undo and redo are states put by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sessiontui.errors import Changed, UnknownKey
from sessiontui.model import Address, Backend, Entry, Found, Hit, Message, Session
from sessiontui.query.ast import Query
from sessiontui.query.match import matches, snippet
from sessiontui.store.protocol import IsCancelled, Progress, Store, TranscriptRows, never, silent, stop_if


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


class MemoryTranscript(NamedTuple):
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
        stop_if(cancelled)
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """One session: its messages, each with its number of arrival in the store."""

    messages: tuple[tuple[int, Message], ...]
    created_at: datetime
    last_activity: datetime


class MemoryStore(Store):
    """A store that lives as long as the program. ``clock`` gives the time of what is done."""

    backend = Backend.MEMORY
    path = Path("memory")

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._past: list[dict[str, _Kept]] = []
        self._future: list[dict[str, _Kept]] = []
        self._arrived = 0

    def _of(self, key: str) -> _Kept:
        if key not in self._kept:
            raise UnknownKey(key)
        return self._kept[key]

    def sessions(self) -> list[Session]:
        newest = sorted(sorted(self._kept), key=lambda key: self._kept[key].last_activity, reverse=True)
        return [self.session(key) for key in newest]

    def looked(self, keys: Iterable[str]) -> list[Session]:
        return [self.session(key) for key in keys if key in self._kept]

    def counted(
        self, sessions: Sequence[Session], cancelled: IsCancelled = never, progress: Progress = silent
    ) -> Iterator[Session]:
        for done, session in enumerate(sessions, 1):
            stop_if(cancelled)
            yield self.session(session.key)
            progress(done, len(sessions))

    def session(self, key: str) -> Session:
        kept = self._of(key)
        size = sum(len((m.role + m.content).encode("utf-8", "surrogatepass")) for _, m in kept.messages)
        return Session(key, self.backend, len(kept.messages), None, size, kept.created_at, kept.last_activity)

    def messages(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[Message]:
        return iter([message for _, message in self._of(key).messages[start:stop]])

    def entries(self, key: str) -> Iterator[Entry]:
        kept = self._of(key).messages
        return iter([Entry(at, Address(id=id), message, ordinal=at + 1) for at, (id, message) in enumerate(kept)])

    def transcript(self, key: str) -> MemoryTranscript:
        self._of(key)
        return MemoryTranscript(key, lambda: tuple(self.entries(key)))

    def search(
        self,
        query: Query,
        *,
        limit: int | None = 50,
        relevance: bool = False,
        key: str | None = None,
        keys: Collection[str] | None = None,
        cancelled: IsCancelled = never,
        scan: Progress | None = None,
    ) -> Found:
        """The newest arrival first; relevance is not known here."""
        found = [
            (id, Hit(each, self.backend, message.role, snippet(query, message.content), at, Address(id=id)))
            for each, kept in self._kept.items()
            if key in (None, each) and (keys is None or each in keys)
            for at, (id, message) in enumerate(kept.messages, 1)
            if matches(query, message.content)
        ]
        found.sort(key=lambda pair: -pair[0])
        return Found(tuple(hit for _, hit in found[:limit]), len(found))

    def last(self, key: str) -> tuple[Message, Address] | None:
        kept = self._of(key).messages
        return (kept[-1][1], Address(id=kept[-1][0])) if kept else None

    # From here on: what ``changes`` does to the other homes.

    def append(self, key: str, message: Message) -> None:
        """Add a message; the first one makes the session."""
        now = self._clock()
        old = self._kept.get(key, _Kept((), now, now))
        self._arrived += 1
        self._change({**self._kept, key: _Kept((*old.messages, (self._arrived, message)), old.created_at, now)})

    def pop(self, key: str) -> Message | None:
        """Remove the last message and return it; None, and no change, where there is none."""
        kept = self._of(key)
        if not kept.messages:
            return None
        self._change({**self._kept, key: replace(kept, messages=kept.messages[:-1])})
        return kept.messages[-1][1]

    def compact(self, key: str) -> int:
        """Remove damaged lines and return how many: never any here."""
        self._of(key)
        return 0

    def cleanup(self, ttl_hours: float) -> list[str]:
        """Remove the sessions idle for longer and return their keys; 0 or less removes nothing."""
        if ttl_hours <= 0:
            return []
        gone = [session.key for session in self.stale(self._clock() - timedelta(hours=ttl_hours))]
        if gone:
            self._change({key: kept for key, kept in self._kept.items() if key not in gone})
        return gone

    def undo(self) -> bool:
        """Take back the newest change; False where there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Take back the newest undo; False where there is none, or something was changed since."""
        return self._step(self._future, self._past)

    def _change(self, kept: dict[str, _Kept]) -> None:
        self._past.append(self._kept)
        self._future.clear()
        self._kept = kept

    def _step(self, source: list[dict[str, _Kept]], target: list[dict[str, _Kept]]) -> bool:
        if not source:
            return False
        target.append(self._kept)
        self._kept = source.pop()
        return True
