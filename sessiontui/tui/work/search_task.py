"""Answers what is typed into the search bar, and where in the open session the answer stands.

A newer key interrupts the query before it. Nothing is remembered from one search to the next.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from sessiontui.errors import SessiontuiError
from sessiontui.model import Found, Hit
from sessiontui.store.protocol import IsCancelled, Store, silent
from sessiontui.tui.messages import Located, Searched, SearchRequest
from sessiontui.tui.work.background_task import Errand_

if TYPE_CHECKING:
    from sessiontui.query.ast import Query

PAUSE: Final = 0.01
"""Seconds without a key before a query is sent: less than a held key takes to come again."""
REST: Final = 0.3
"""Seconds without a key before hits are counted that nobody counted while they were looked for."""
MOST: Final = 3_200
"""So many hits are looked through for one that is to stay under the cursor."""
READING: Final = "the search index may not cover all messages: reading them …"
IN_SESSION: Final = 10_000
"""Hits of one session that are told apart."""


class SearchTask(Errand_):
    """Live search in one store."""

    name: ClassVar[str] = "search"

    def search(self, store: Store, request: SearchRequest, keep: Hit | None = None) -> None:
        """Reports ``Searched`` unless something else is asked first; once more when the hits are counted, where that
        takes longer. ``keep``: a hit that more are fetched for."""
        self.begin(lambda generation, cancelled: self._search(store, request, keep, generation, cancelled))

    def _search(
        self, store: Store, request: SearchRequest, keep: Hit | None, generation: int, cancelled: IsCancelled
    ) -> None:
        time.sleep(PAUSE)
        if cancelled():
            return
        from sessiontui.query.parse import parse

        query = parse(request.text, live=True)
        keys = None if request.within is None else request.within.keys
        while True:
            found = store.search(
                query, limit=request.limit, relevance=request.relevance, keys=keys, cancelled=cancelled
            )
            if keep is None or request.limit >= MOST or not request.has_more(found) or _holds(found, keep):
                break
            request = request.wider()
        if found.total is None and request.counted is not None:
            found = _with_number(found, request.counted)
        self.report(Searched(generation, request, query, found._replace(note=READING) if found.pending else found))
        if found.total is not None or not _rested(cancelled):
            return
        if found.pending:
            self._complete(store, request, query, found, generation, cancelled)
        else:
            with suppress(SessiontuiError):  # what was found still is
                number = store.search(
                    query, limit=0, relevance=request.relevance, keys=keys, cancelled=cancelled, scan=silent
                )
                if number.total is not None:
                    self.report(Searched(generation, request, query, _with_number(found, number)))

    def _complete(
        self, store: Store, request: SearchRequest, query: Query, found: Found, generation: int, cancelled: IsCancelled
    ) -> None:
        """Read all messages, since the index may not cover them, and say now and then how far that is."""
        last = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= REST and not cancelled():
                last = time.monotonic()
                note = f"{READING} {done * 100 // max(total, 1)} %"
                self.report(Searched(generation, request, query, found._replace(note=note)))

        keys = None if request.within is None else request.within.keys
        whole = store.search(
            query, limit=request.limit, relevance=request.relevance, keys=keys, cancelled=cancelled, scan=tell
        )
        self.report(Searched(generation, request, query, whole))


class HitLocator(Errand_):
    """Where the hits of one session are."""

    name: ClassVar[str] = "locate"

    def locate(self, store: Store, query: Query, key: str, relevance: bool) -> None:
        """Reports ``Located``, the rows in the order in which the hits are walked through."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            found = store.search(
                query, limit=IN_SESSION, relevance=relevance, key=key, cancelled=cancelled, scan=silent
            )
            rows = dict.fromkeys(row for hit in found.hits if (row := row_of(hit)) is not None)
            self.report(Located(generation, key, tuple(rows)))

        self.begin(job)


def row_of(hit: Hit) -> int | None:
    """The row of a transcript that a hit is: its line in a file, its number in a database."""
    number = hit.address.line or hit.ordinal
    return None if number is None else number - 1


def _with_number(found: Found, number: Found) -> Found:
    """The same hits, and how many there are in all."""
    return found._replace(total=number.total, note=number.note)


def _rested(cancelled: IsCancelled) -> bool:
    """Wait a while; whether nothing else was asked in it."""
    end = time.monotonic() + REST
    while time.monotonic() < end and not cancelled():
        time.sleep(PAUSE)
    return not cancelled()


def _holds(found: Found, hit: Hit) -> bool:
    return any(other.is_same(hit) for other in found.hits)
