"""Looks through the rows of an open session for one that a person wants to go to, a page at a time, either way.

Any number of rows may be looked through: it gives way to the screen between pages, tells how far it is once that takes
a moment, and ends when it is asked to.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from sessiontui.errors import Cancelled
from sessiontui.model import Entry, Severity
from sessiontui.store.protocol import IsCancelled, TranscriptRows
from sessiontui.tui.messages import FAULT
from sessiontui.tui.tasks.background_task import BackgroundTask, Job

PAGE: Final = 128
"""Rows that are read at once."""
MOMENT: Final = 0.25
"""Seconds before progress is reported."""
BREATH: Final = 0.001
"""Seconds between two pages that belong to the screen."""
Wanted = Callable[[Entry], bool]
Progress = Callable[[int, int], None]


class RowSearch:
    """One search in one session. ``found`` takes what was looked for, the direction, and the row or None."""

    def __init__(self, task: BackgroundTask, found: Callable[[str, int, int | None], None]) -> None:
        self.task = task
        self._found = found

    def go(self, what: str, rows: TranscriptRows, row: int, steps: int) -> None:
        """Some turns of the user, or faults, further down from a row, or up where ``steps`` is negative; as far as there
        are any."""
        one = fault if what == FAULT else turn

        def work(job: Job) -> None:
            progress = job.progress(f"looking for a {what}")
            found, step = None, 1 if steps > 0 else -1
            for _ in range(abs(steps)):
                further = one(rows, row if found is None else found, step, job.cancelled, progress)
                if further is None:
                    break
                found = further
            job.report(self._found, what, step, found)

        self.task.start(work)


def turn(rows: TranscriptRows, row: int, step: int, cancelled: IsCancelled, progress: Progress) -> int | None:
    """The nearest message of the user."""
    return seek(rows, row, step, _is_user, cancelled, progress)


def fault(rows: TranscriptRows, row: int, step: int, cancelled: IsCancelled, progress: Progress) -> int | None:
    """The row with which the nearest fault begins: one of those that are damaged, where these are known."""
    damaged = rows.damaged
    if damaged is None:
        return seek(rows, row, step, _is_fault, cancelled, progress)
    begun = time.monotonic()
    at = bisect_right(damaged, row) if step > 0 else bisect_left(damaged, row) - 1
    while 0 <= at < len(damaged):
        if cancelled():
            raise Cancelled
        if time.monotonic() - begun > MOMENT:
            progress(at if step > 0 else len(damaged) - at, len(damaged))
        size = _together(damaged, at, step)
        first = damaged[at] if step > 0 else damaged[at] - size + 1
        page = list(enumerate(rows.load(first, first + size), first))
        for there, entry in page if step > 0 else reversed(page):
            if _is_fault(entry):
                return there
        at += size * step
        time.sleep(BREATH)
    return None


def _together(damaged: Sequence[int], at: int, step: int) -> int:
    """How many damaged rows follow each other from one on, at most a page of them."""
    size = 1
    while (
        size < PAGE and 0 <= at + size * step < len(damaged) and damaged[at + size * step] == damaged[at] + size * step
    ):
        size += 1
    return size


def seek(
    rows: TranscriptRows,
    row: int,
    step: int,
    wanted: Wanted,
    cancelled: IsCancelled,
    progress: Progress,
) -> int | None:
    """The nearest row before ``row`` or behind it whose entry is wanted; None where there is none."""
    begun = time.monotonic()
    left = len(rows) - 1 - row if step > 0 else row
    for done in range(0, left, PAGE):
        if cancelled():
            raise Cancelled
        if time.monotonic() - begun > MOMENT:
            progress(done, left)
        size = min(PAGE, left - done)
        first = row + 1 + done if step > 0 else row - done - size
        page = list(enumerate(rows.load(first, first + size), first))
        for at, entry in page if step > 0 else reversed(page):
            if wanted(entry):
                return at
        time.sleep(BREATH)
    return None


def _is_fault(entry: Entry) -> bool:
    """Whether damage begins with it: it may also go on from a row above."""
    found, span = entry.fault, entry.address.span
    if found is None or found.severity is not Severity.DAMAGE:
        return False
    return found.span is None or span is None or found.span.offset >= span.offset


def _is_user(entry: Entry) -> bool:
    return entry.message is not None and entry.message.role == "user"
