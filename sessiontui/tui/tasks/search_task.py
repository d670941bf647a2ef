"""Answers what is typed into the search bar, and where in the open session the answer stands.

A newer key interrupts the query before it. Nothing is remembered from one search to the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from sessiontui.errors import SessiontuiError
from sessiontui.model import Found, Hit
from sessiontui.store.protocol import Store, silent
from sessiontui.tui.arrangement import Within
from sessiontui.tui.tasks.background_task import Job

if TYPE_CHECKING:
    from sessiontui.query.ast import Query

PAUSE: Final = 0.01
"""Seconds between two looks at whether a key was pressed."""
REST: Final = 0.3
"""Seconds without a key before hits are counted that nobody counted while they were looked for."""
MOST: Final = 3_200
"""So many hits are looked through for one that is to stay under the cursor."""
READING: Final = "the search index may not cover all messages: reading them …"
IN_SESSION: Final = 10_000
"""Hits of one session that are told apart."""


class SearchRequest(NamedTuple):
    """What was typed into the search bar, and how much of the answer is wanted in which order."""

    text: str
    relevance: bool = False
    within: Within | None = None
    """Only these sessions; None: all."""
    limit: int = 64
    counted: Found | None = None
    """An answer to the same that knows their number, where there was one."""

    def has_more(self, found: Found) -> bool:
        """Whether there are hits that this did not ask for."""
        shown = len(found.hits)
        return shown >= self.limit and (found.total is None or found.total > shown)

    def wider(self, found: Found | None = None) -> SearchRequest:
        """The same with more of the answer; the number of hits in ``found`` needs not be counted again."""
        known = found if found is not None and found.total is not None else self.counted
        return self._replace(limit=self.limit * 4, counted=known)


class Answer(NamedTuple):
    """What was found, and what was asked."""

    request: SearchRequest
    query: Query
    found: Found


def search(
    store: Store, request: SearchRequest, keep: Hit | None, answered: Callable[[Answer], object], job: Job
) -> None:
    """Answer, unless something else is wanted first; once more when the hits are counted, where that takes longer.
    ``keep``: a hit that more are fetched for."""
    from sessiontui.query.parse import parse

    query = parse(request.text, live=True)
    keys = None if request.within is None else request.within.keys
    find = partial(store.search, query, relevance=request.relevance, keys=keys, cancelled=job.cancelled)
    while True:
        found = find(limit=request.limit)
        if keep is None or request.limit >= MOST or not request.has_more(found):
            break
        if any(hit.is_same(keep) for hit in found.hits):
            break
        request = request.wider()
    if found.total is None and request.counted is not None:
        found = _with_number(found, request.counted)

    def answer(found: Found) -> None:
        job.report(answered, Answer(request, query, found))

    answer(found._replace(note=READING) if found.pending else found)
    if found.total is not None or not _rested(job):
        return
    if not found.pending:
        with suppress(SessiontuiError):  # what was found stays
            number = find(limit=0, scan=silent)
            if number.total is not None:
                answer(_with_number(found, number))
        return
    last = 0.0

    def progress(done: int, total: int) -> None:
        """Say now and then how far the reading of all messages is."""
        nonlocal last
        if time.monotonic() - last >= REST and not job.cancelled():
            last = time.monotonic()
            answer(found._replace(note=f"{READING} {done * 100 // max(total, 1)} %"))

    answer(find(limit=request.limit, scan=progress))


def locate(store: Store, query: Query, key: str, relevance: bool, job: Job) -> tuple[int, ...]:
    """The rows of the hits of one session, in the order in which these are walked through."""
    found = store.search(query, limit=IN_SESSION, relevance=relevance, key=key, cancelled=job.cancelled, scan=silent)
    return tuple(dict.fromkeys(row for hit in found.hits if (row := row_of(hit)) is not None))


def row_of(hit: Hit) -> int | None:
    """The row of a transcript that a hit is: its line in a file, its number in a database."""
    number = hit.address.line or hit.ordinal
    return None if number is None else number - 1


def _with_number(found: Found, number: Found) -> Found:
    """The same hits, and how many there are in all."""
    return found._replace(total=number.total, note=number.note)


def _rested(job: Job) -> bool:
    """Wait a while; whether nothing else was asked in it."""
    end = time.monotonic() + REST
    while time.monotonic() < end and not job.cancelled():
        time.sleep(PAUSE)
    return not job.cancelled()
