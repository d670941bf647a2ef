"""Opens a session for the transcript: first its newest rows, then all of them, then pages as they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, SessionTranscript, Store, TranscriptRows
from sessiontui.tui.messages import Grown, Known, Opened, PageLoaded, RowsKnown
from sessiontui.tui.widgets.page_cache import PAGE, last_pages
from sessiontui.tui.work.background_task import Errand_

NEAR: Final = 256 * PAGE
"""TranscriptRows before and behind in which a message is looked for that may have moved."""

Place = tuple[int | None, Entry | None]
"""The row to open at, None for the end, and what stood there."""

TRIES = 3
"""How often a session that changes while it is opened is opened again."""


class SessionReader(Errand_):
    """One session at a time."""

    name: ClassVar[str] = "read"

    def open(self, store: Store, key: str, row: int | None = None, like: Entry | None = None) -> None:
        """Open at the end, or at a row; reports ``Opened``, then ``RowsKnown`` where the first rows were not all. ``like``:
        what stood at that row when the session was another; where it stands now is where it is opened."""
        self.begin(lambda generation, cancelled: self._open(store, key, (row, like), generation, cancelled))

    def grow(self, store: Store, key: str, before: TranscriptRows) -> None:
        """Read what was appended to the open session; reports ``Grown``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            self.report(Grown(generation, _ready(store.transcript(key).grown(before, cancelled))))

        self.aside(job)

    def load(self, rows: TranscriptRows, start: int, stop: int) -> None:
        """Load a page of the open session; reports ``PageLoaded``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            if not cancelled():
                self.report(PageLoaded(generation, start, rows.load(start, stop)))

        self.aside(job)

    def know(self, store: Store, key: str, before: TranscriptRows) -> None:
        """Learn what is known by now of the rows of the open session; reports ``Known`` where that is more."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            rows = store.transcript(key).known(before)
            if rows is not before:
                self.report(Known(generation, before, _ready(rows)))

        self.aside(job)

    def _open(self, store: Store, key: str, location: Place, generation: int, cancelled: IsCancelled) -> None:
        for left in range(TRIES, 0, -1):
            try:
                self._read(store.transcript(key), location, generation, cancelled)
                break
            except Changed:
                if left == 1:
                    raise

    def _read(self, transcript: SessionTranscript, location: Place, generation: int, cancelled: IsCancelled) -> None:
        row, like = location
        if row is not None:
            rows = transcript.scan(cancelled)
            row = min(row if like is None else _row_like(like, row, rows, cancelled), max(0, len(rows) - 1))
            start = max(0, row // PAGE - 1) * PAGE
            entries = rows.load(start, min(len(rows), start + 3 * PAGE))
            self.report(Opened(generation, transcript.key, _ready(rows), start, entries, row))
            return
        tail = transcript.tail()
        start = last_pages(len(tail), 2 * PAGE)
        shown = tail.load(start, len(tail))
        self.report(Opened(generation, transcript.key, _ready(tail), start, shown, None))
        if not tail.complete:
            self._read_all(transcript, tail, shown, generation, cancelled)

    def _read_all(
        self,
        transcript: SessionTranscript,
        tail: TranscriptRows,
        shown: Sequence[Entry],
        generation: int,
        cancelled: IsCancelled,
    ) -> None:
        rows = transcript.scan(cancelled)
        start = last_pages(len(rows), 2 * PAGE)
        entries = rows.load(start, len(rows))
        shift = len(rows) - len(tail)
        if shown:
            same = next((at for at, entry in enumerate(entries, start) if _same(entry, shown[-1])), None)
            shift = shift if same is None else same - (len(tail) - 1)
        self.report(RowsKnown(generation, transcript.key, _ready(rows), shift, start, entries))


def _ready(rows: TranscriptRows) -> TranscriptRows:
    """The rows, which of them are damaged worked out: of a million that would hold the screen up."""
    len(rows.damaged or ())
    return rows


def _row_like(entry: Entry, row: int, rows: TranscriptRows, cancelled: IsCancelled) -> int:
    """Where the message of an entry that stood at ``row`` stands now: there, or where its number says, or nearest; that
    row where it is nowhere near."""
    number = entry.ordinal
    for guess in (row, number and rows.row_of(number), number and number - 1):
        if guess is not None and any(_is_like(entry, other) for other in rows.load(guess, guess + 1)):
            return guess
    for away in range(0, NEAR, PAGE):
        if cancelled():
            raise Cancelled
        found = [
            at
            for first in (row - away - PAGE, row + away)
            for at, other in enumerate(rows.load(max(0, first), first + PAGE), max(0, first))
            if _is_like(entry, other)
        ]
        if found:
            return min(found, key=lambda at: abs(at - row))
    return row


def _is_like(one: Entry, other: Entry) -> bool:
    return one.message == other.message and (one.message is not None or one.raw == other.raw)


def _same(one: Entry, other: Entry) -> bool:
    if one.address.span is not None and other.address.span is not None:
        return one.address.span.offset == other.address.span.offset
    return one.address.id is not None and one.address.id == other.address.id
