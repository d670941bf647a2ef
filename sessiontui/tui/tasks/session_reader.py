"""Opens a session for the transcript: first its newest rows, then all of them, then pages as they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sessiontui.model import Entry
from sessiontui.store.protocol import SessionTranscript, Store, TranscriptRows
from sessiontui.tui.tasks.background_task import Job, retried
from sessiontui.tui.widgets.page_cache import PAGE, last_pages

NEAR: Final = 256 * PAGE
"""Rows before and behind in which a message is looked for that may have moved."""

Location = tuple[int | None, Entry | None]
"""The row to open at, None for the end, and what stood there when the session was another."""


class KnownRows(NamedTuple):
    """Rows of a session that are known, and some entries of it from row ``start`` on."""

    rows: TranscriptRows
    start: int
    entries: Sequence[Entry]
    row: int | None = None
    """Where the session is opened; None: at the end."""
    shift: int | None = None
    """Which of these rows the first of those known before is; None where none were."""


Known = Callable[[KnownRows], object]


def read(store: Store, key: str, location: Location, known: Known, job: Job) -> None:
    """Open a session. ``known`` takes the rows that are shown first, then all rows, where these were not all."""
    retried(lambda: _read(store.transcript(key), location, known, job))


def grown(store: Store, key: str, before: TranscriptRows, job: Job) -> TranscriptRows:
    """The rows of before, and what was appended since."""
    return _ready(store.transcript(key).grown(before, job.cancelled))


def numbered(store: Store, key: str, before: TranscriptRows, _: Job) -> TranscriptRows:
    """The same rows, with their numbers where these are known by now."""
    return _ready(store.transcript(key).known(before))


def _read(transcript: SessionTranscript, location: Location, known: Known, job: Job) -> None:
    row, like = location
    if row is not None:
        rows = transcript.scan(job.cancelled)
        row = min(row if like is None else _row_like(like, row, rows, job), max(0, len(rows) - 1))
        start = max(0, row // PAGE - 1) * PAGE
        entries = rows.load(start, start + 3 * PAGE)
        job.report(known, KnownRows(_ready(rows), start, entries, row))
        return
    tail = transcript.tail()
    start = last_pages(len(tail), 2 * PAGE)
    shown = tail.load(start, len(tail))
    job.report(known, KnownRows(_ready(tail), start, shown))
    if tail.complete:
        return
    rows = transcript.scan(job.cancelled)
    start = last_pages(len(rows), 2 * PAGE)
    entries = rows.load(start, len(rows))
    same = (at for at, entry in enumerate(entries, start) if shown and _same(entry, shown[-1]))
    shift = next(same, len(rows) - 1) - (len(tail) - 1)
    job.report(known, KnownRows(_ready(rows), start, entries, shift=shift))


def _ready(rows: TranscriptRows) -> TranscriptRows:
    """The rows, which of them are damaged worked out: of a million that would hold the screen up."""
    len(rows.damaged or ())
    return rows


def _row_like(entry: Entry, row: int, rows: TranscriptRows, job: Job) -> int:
    """Where the message of an entry that stood at ``row`` stands now: there, or where its number says, or nearest; that
    row where it is nowhere near."""
    number = entry.ordinal
    for guess in (row, number and rows.row_of(number), number and number - 1):
        if guess is not None and any(_is_like(entry, other) for other in rows.load(guess, guess + 1)):
            return guess
    for away in range(0, NEAR, PAGE):
        job.check()
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
