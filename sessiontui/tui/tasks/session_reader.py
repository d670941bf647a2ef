"""Opens a session for the transcript: first its newest rows, then all of them, then pages as they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, SessionTranscript, Store, TranscriptRows
from sessiontui.tui.tasks.background_task import BackgroundTask, Job
from sessiontui.tui.widgets.page_cache import PAGE, last_pages

NEAR: Final = 256 * PAGE
"""Rows before and behind in which a message is looked for that may have moved."""

Location = tuple[int | None, Entry | None]
"""The row to open at, None for the end, and what stood there."""

TRIES = 3
"""How often a session that changes while it is opened is opened again."""


class FirstRows(NamedTuple):
    """A session that is open: the rows that are known first, and some entries of it from ``start`` on."""

    rows: TranscriptRows
    start: int
    entries: Sequence[Entry]
    row: int | None
    """Where it is opened; None: at the end."""


class AllRows(NamedTuple):
    """All rows are known; the first ones shown are rows ``shift`` onwards of them."""

    rows: TranscriptRows
    shift: int
    start: int
    entries: Sequence[Entry]


class SessionReader:
    """One session at a time. ``opened`` takes what is shown first; ``completed`` all rows, where these were not all."""

    def __init__(
        self, task: BackgroundTask, opened: Callable[[FirstRows], None], completed: Callable[[AllRows], None]
    ) -> None:
        self.task = task
        self._opened, self._completed = opened, completed

    def open(self, store: Store, key: str, row: int | None = None, like: Entry | None = None) -> None:
        """Open at the end, or at a row. ``like``: what stood at that row when the session was another; where it stands now is
        where it is opened."""

        def work(job: Job) -> None:
            for left in range(TRIES, 0, -1):
                try:
                    self._read(store.transcript(key), (row, like), job)
                    break
                except Changed:
                    if left == 1:
                        raise

        self.task.start(work)

    def grow(self, store: Store, key: str, before: TranscriptRows, grown: Callable[[TranscriptRows], None]) -> None:
        """Read what was appended to the open session; ``grown`` takes rows that begin with those of before."""
        self.task.start_beside(
            lambda job: job.report(grown, _ready(store.transcript(key).grown(before, job.cancelled)))
        )

    def load(self, rows: TranscriptRows, start: int, stop: int, loaded: Callable[[int, Sequence[Entry]], None]) -> None:
        """Load a page of the open session."""

        def work(job: Job) -> None:
            if not job.cancelled():
                job.report(loaded, start, rows.load(start, stop))

        self.task.start_beside(work)

    def know(
        self, store: Store, key: str, before: TranscriptRows, known: Callable[[TranscriptRows, TranscriptRows], None]
    ) -> None:
        """Learn what is known by now of the rows of the open session; ``known`` takes the rows of before and the same with
        their numbers, where that is more."""

        def work(job: Job) -> None:
            rows = store.transcript(key).known(before)
            if rows is not before:
                job.report(known, before, _ready(rows))

        self.task.start_beside(work)

    def _read(self, transcript: SessionTranscript, location: Location, job: Job) -> None:
        row, like = location
        if row is not None:
            rows = transcript.scan(job.cancelled)
            row = min(row if like is None else _row_like(like, row, rows, job.cancelled), max(0, len(rows) - 1))
            start = max(0, row // PAGE - 1) * PAGE
            entries = rows.load(start, min(len(rows), start + 3 * PAGE))
            job.report(self._opened, FirstRows(_ready(rows), start, entries, row))
            return
        tail = transcript.tail()
        start = last_pages(len(tail), 2 * PAGE)
        shown = tail.load(start, len(tail))
        job.report(self._opened, FirstRows(_ready(tail), start, shown, None))
        if not tail.complete:
            self._read_all(transcript, tail, shown, job)

    def _read_all(self, transcript: SessionTranscript, tail: TranscriptRows, shown: Sequence[Entry], job: Job) -> None:
        rows = transcript.scan(job.cancelled)
        start = last_pages(len(rows), 2 * PAGE)
        entries = rows.load(start, len(rows))
        shift = len(rows) - len(tail)
        if shown:
            same = next((at for at, entry in enumerate(entries, start) if _same(entry, shown[-1])), None)
            shift = shift if same is None else same - (len(tail) - 1)
        job.report(self._completed, AllRows(_ready(rows), shift, start, entries))


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
