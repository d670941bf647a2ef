"""Looks through the rows of an open session for one that a person wants to go to, a page at a time, either way.

Any number of rows may be looked through: it gives way to the screen between pages, tells how far it is once that takes
a moment, and ends when it is asked to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Final

from sessiontui.errors import Cancelled
from sessiontui.model import Entry
from sessiontui.store.protocol import IsCancelled, Rows
from sessiontui.tui.messages import SEEK, Sought
from sessiontui.tui.work.errand import Errand

PAGE: Final = 128
"""Rows that are read at once."""
MOMENT: Final = 0.25
"""Seconds before progress is told."""
BREATH: Final = 0.001
"""Seconds between two pages that belong to the screen."""


class Seeker(Errand):
    """One search in one session."""

    name: ClassVar[str] = SEEK

    def turn(self, rows: Rows, row: int, steps: int) -> None:
        """So many messages of the user further down from a row, or up where ``steps`` is negative; as far as there are
        any. Reports ``Sought``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            told = self.progress(generation, "looking for a user turn")
            found, step = None, 1 if steps > 0 else -1
            for _ in range(abs(steps)):
                further = seek(rows, row if found is None else found, step, _is_user, cancelled, told)
                if further is None:
                    break
                found = further
            self.report(Sought(generation, found, step))

        self.begin(job)


def seek(
    rows: Rows,
    row: int,
    step: int,
    wanted: Callable[[Entry], bool],
    cancelled: IsCancelled,
    progress: Callable[[int, int], None],
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


def _is_user(entry: Entry) -> bool:
    return entry.message is not None and entry.message.role == "user"
