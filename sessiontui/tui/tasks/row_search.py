"""Looks through the rows of an open session for one that a person wants to go to, a page at a time, either way.

Any number of rows may be looked through: it gives way to the screen between pages, tells how far it is once that takes
a moment, and ends when it is asked to.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal

from sessiontui.errors import Cancelled
from sessiontui.model import Entry, Severity
from sessiontui.store.protocol import IsCancelled, Progress, TranscriptRows
from sessiontui.tui.tasks.background_task import Job

PAGE: Final = 128
"""Rows that are read at once."""
MOMENT: Final = 0.25
"""Seconds before progress is reported."""
BREATH: Final = 0.001
"""Seconds between two pages that belong to the screen."""
What = Literal["user turn", "fault"]
"""What is looked for in a session."""
Wanted = Callable[[Entry], bool]
Page = tuple[int, int, int, int]
"""A page of rows: the first row, how many rows, and how much of what total is done before it."""


def search(what: What, rows: TranscriptRows, row: int, steps: int, job: Job) -> int | None:
    """The row that lies some turns of the user, or faults, below a row, or above where ``steps`` is negative; as far away as
    there are any, None where there is none."""
    progress = job.progress(f"looking for a {what}")
    found, step = None, 1 if steps > 0 else -1
    for _ in range(abs(steps)):
        start = row if found is None else found
        if what == "fault":
            further = fault(rows, start, step, job.cancelled, progress)
        else:
            further = seek(rows, start, step, _is_user, job.cancelled, progress)
        if further is None:
            break
        found = further
    return found


def fault(rows: TranscriptRows, row: int, step: int, cancelled: IsCancelled, progress: Progress) -> int | None:
    """The row with which the nearest fault begins: one of those that are damaged, where these are known."""
    if rows.damaged is None:
        return seek(rows, row, step, _is_fault, cancelled, progress)
    return _first(rows, _damaged_pages(rows.damaged, row, step), step, _is_fault, cancelled, progress)


def seek(
    rows: TranscriptRows, row: int, step: int, wanted: Wanted, cancelled: IsCancelled, progress: Progress
) -> int | None:
    """The nearest row before ``row`` or behind it whose entry is wanted; None where there is none."""
    return _first(rows, _pages(len(rows), row, step), step, wanted, cancelled, progress)


def _first(
    rows: TranscriptRows, pages: Iterable[Page], step: int, wanted: Wanted, cancelled: IsCancelled, progress: Progress
) -> int | None:
    begun = time.monotonic()
    for first, size, done, total in pages:
        if cancelled():
            raise Cancelled
        if time.monotonic() - begun > MOMENT:
            progress(done, total)
        page = list(enumerate(rows.load(first, first + size), first))
        for at, entry in page if step > 0 else reversed(page):
            if wanted(entry):
                return at
        time.sleep(BREATH)
    return None


def _pages(count: int, row: int, step: int) -> Iterator[Page]:
    """All rows before ``row``, or behind it."""
    left = count - 1 - row if step > 0 else row
    for done in range(0, left, PAGE):
        size = min(PAGE, left - done)
        yield row + 1 + done if step > 0 else row - done - size, size, done, left


def _damaged_pages(damaged: Sequence[int], row: int, step: int) -> Iterator[Page]:
    """The damaged rows before ``row``, or behind it; those that follow each other together."""
    at = bisect_right(damaged, row) if step > 0 else bisect_left(damaged, row) - 1
    while 0 <= at < len(damaged):
        size, end = 1, at + step
        while size < PAGE and 0 <= end < len(damaged) and damaged[end] == damaged[at] + size * step:
            size, end = size + 1, end + step
        done = at if step > 0 else len(damaged) - at
        yield min(damaged[at], damaged[end - step]), size, done, len(damaged)
        at = end


def _is_fault(entry: Entry) -> bool:
    """Whether damage begins with it: it may also go on from a row above."""
    found, span = entry.fault, entry.address.span
    if found is None or found.severity is not Severity.DAMAGE:
        return False
    return found.span is None or span is None or found.span.offset >= span.offset


def _is_user(entry: Entry) -> bool:
    return entry.message is not None and entry.message.role == "user"
