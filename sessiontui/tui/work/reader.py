"""Opens a session for the transcript: first its newest rows, then all of them, then pages as they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sessiontui.errors import Changed
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, Rows, Store, Transcript
from sessiontui.tui.messages import Opened, PageLoaded, Scanned
from sessiontui.tui.widgets.page_cache import PAGE, last_pages
from sessiontui.tui.work.errand import Errand

TRIES = 3
"""How often a session that changes while it is opened is opened again."""


class Reader(Errand):
    """One session at a time."""

    name: ClassVar[str] = "read"

    def open(self, store: Store, key: str, row: int | None = None) -> None:
        """Open at the end, or at a row; reports ``Opened``, then ``Scanned`` where the first rows were not all."""
        self.begin(lambda generation, cancelled: self._open(store, key, row, generation, cancelled))

    def load(self, rows: Rows, start: int, stop: int) -> None:
        """Load a page of the open session; reports ``PageLoaded``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            if not cancelled():
                self.report(PageLoaded(generation, start, rows.load(start, stop)))

        self.aside(job)

    def _open(self, store: Store, key: str, row: int | None, generation: int, cancelled: IsCancelled) -> None:
        for left in range(TRIES, 0, -1):
            try:
                self._read(store.transcript(key), row, generation, cancelled)
                break
            except Changed:
                if left == 1:
                    raise

    def _read(self, transcript: Transcript, row: int | None, generation: int, cancelled: IsCancelled) -> None:
        if row is not None:
            rows = transcript.scan(cancelled)
            row = min(row, max(0, len(rows) - 1))
            start = max(0, row // PAGE - 1) * PAGE
            entries = rows.load(start, min(len(rows), start + 3 * PAGE))
            self.report(Opened(generation, transcript.key, rows, start, entries, row))
            return
        tail = transcript.tail()
        start = last_pages(len(tail), 2 * PAGE)
        shown = tail.load(start, len(tail))
        self.report(Opened(generation, transcript.key, tail, start, shown, None))
        if not tail.complete:
            self._read_all(transcript, tail, shown, generation, cancelled)

    def _read_all(
        self, transcript: Transcript, tail: Rows, shown: Sequence[Entry], generation: int, cancelled: IsCancelled
    ) -> None:
        rows = transcript.scan(cancelled)
        start = last_pages(len(rows), 2 * PAGE)
        entries = rows.load(start, len(rows))
        shift = len(rows) - len(tail)
        if shown:
            same = next((at for at, entry in enumerate(entries, start) if _same(entry, shown[-1])), None)
            shift = shift if same is None else same - (len(tail) - 1)
        self.report(Scanned(generation, transcript.key, rows, shift, start, entries))


def _same(one: Entry, other: Entry) -> bool:
    if one.address.span is not None and other.address.span is not None:
        return one.address.span.offset == other.address.span.offset
    return one.address.id is not None and one.address.id == other.address.id
