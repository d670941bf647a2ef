"""Which line of which row stands on each line of a screen, while most heights are only estimates.

The truth is an anchor: the row and line at the top, or the end. Offsets follow from it, so that nothing jumps when
rows become known. Pure: it is told how tall rows are and never draws. Every call costs a screen, never the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sessiontui.tui.widgets.heights import Heights, RowAt

ESTIMATE: Final = 4
"""Lines that a row is thought to take before any was measured."""

Measure = Callable[[int], int | None]
"""The true height of a row; None while it is not known."""


class Viewport:
    """A screen of some lines over the rows of a session."""

    def __init__(self, count: int = 0, row: int | None = None) -> None:
        self.heights = Heights.estimated(count, ESTIMATE)
        self.at_end = row is None
        """Stay at the end whatever becomes known."""
        self.cursor = max(0, count - 1 if row is None else min(row, count - 1))
        """The chosen row: always one that is in view."""
        self.anchor = RowAt(self.cursor, 0)
        """What stands on the top line."""
        self.seek = None if row is None else self.cursor
        """A row whose sought line is to be brought into view as soon as it is known."""
        self.window: list[RowAt] = []
        """What stands on each line, from the top."""

    def __len__(self) -> int:
        return len(self.heights)

    @property
    def offset(self) -> int:
        """How many lines stand above the top of the screen."""
        return self.heights.top(self.anchor.row) + self.anchor.line

    @property
    def _mean(self) -> int:
        """What a row is thought to take, by those that there are."""
        return round(self.heights.total / len(self)) if len(self) else ESTIMATE

    @property
    def shown(self) -> tuple[float, float]:
        """From where to where the rows on the screen go; 12.5 is the middle of row 12."""
        if not self.window:
            return 0.0, 0.0
        (row, line), (last, end) = self.window[0], self.window[-1]
        return row + line / self.heights[row], last + (end + 1) / self.heights[last]

    def extend(self, count: int, shift: int) -> None:
        """There are ``count`` rows; the ones so far are rows ``shift`` onwards. The place stays."""
        self.heights = self.heights.resized(count, shift, self._mean)
        self.anchor = RowAt(max(0, min(count - 1, self.anchor.row + shift)), self.anchor.line)
        self.cursor = max(0, min(count - 1, self.cursor + shift))
        self.seek = None

    def grow(self, count: int) -> None:
        """Rows were added behind the last. What stands on the screen stays, at the end too."""
        self.heights.grow(count, self._mean)
        self.at_end = False

    def go(self, row: int) -> None:
        """Bring a row to the top and choose it."""
        self.cursor = max(0, min(row, len(self) - 1))
        self.go_to(RowAt(self.cursor, 0))

    def go_end(self) -> None:
        """Choose the last row and stay at the end."""
        self.cursor, self.at_end, self.seek = max(0, len(self) - 1), True, None

    def go_to(self, location: RowAt) -> None:
        """Bring this line to the top."""
        self.anchor, self.at_end, self.seek = location, False, None

    def go_to_part(self, at: float, measure: Measure) -> None:
        """Choose the row that a point is in, counted in rows: 12.5 is the middle of row 12; bring its line there to the
        top. Behind the last row is the end."""
        if at >= len(self):
            self.go_end()
        else:
            self.cursor = int(at)
            self.go_to(RowAt(self.cursor, int((at - self.cursor) * self.height(self.cursor, measure))))

    def line_of(self, row: int) -> int:
        """The line of the screen on which a row begins, or began: negative where that is above the screen."""
        at = next((at for at, location in enumerate(self.window) if location.row == row), 0)
        return at - self.window[at].line if self.window else 0

    def hold(self, row: int, line: int, measure: Measure) -> None:
        """Choose a row and bring it back to where ``line_of`` said that it begins, whatever the rows around it have
        become."""
        self.cursor = row
        self.go_to(RowAt(row, max(0, -line)))
        if line > 0:
            self.walk(-line, measure)

    def walk(self, lines: int, measure: Measure) -> None:
        """Move the top by lines, measuring what it passes."""
        if not len(self):
            return
        row, line = self.anchor.row, self.anchor.line + lines
        while line < 0 and row > 0:
            row -= 1
            line += self.height(row, measure)
        while row < len(self) - 1 and line >= (height := self.height(row, measure)):
            row, line = row + 1, line - height
        self.go_to(RowAt(row, max(0, line)))

    def scroll(self, before: int, offset: int, room: int, measure: Measure) -> None:
        """Bring the line at an offset to the top, from ``before``; what is near is measured on the way there."""
        if abs(offset - before) <= room:
            self.walk(offset - before, measure)
        else:
            self.go_to(self.heights.at(offset))

    def choose(self, rows: int, room: int, measure: Measure) -> None:
        """Move the cursor by rows and scroll no more than its row needs to be seen."""
        if not len(self):
            return
        self.cursor = max(0, min(len(self) - 1, self.cursor + rows))
        self.seek = None
        if self.cursor <= self.anchor.row:
            self.go_to(RowAt(self.cursor, 0))
            return
        lowest = self._above(self.cursor + 1, room, measure)
        if self.anchor < lowest:
            self.go_to(min(lowest, RowAt(self.cursor, 0)))

    def height(self, row: int, measure: Measure) -> int:
        """The height of a row, corrected when it is known."""
        known = measure(row)
        if known is not None:
            self.heights.measure(row, known)
        return self.heights[row]

    def settle(self, room: int, measure: Measure, sought: Callable[[int], int | None]) -> None:
        """Find what stands on the ``room`` lines of the screen. ``sought``: the line of a row to be seen, if known."""
        self.window = []
        if not len(self) or room < 1:
            return
        if self.seek is not None and (line := sought(self.seek)) is not None:
            self.anchor = RowAt(self.seek, line if line > room // 2 else 0)
            self.seek = None
        end = self._above(len(self), room, measure)
        if self.at_end or self.anchor >= end:
            self.anchor, self.at_end = end, True
        self.anchor = RowAt(self.anchor.row, min(self.anchor.line, self.height(self.anchor.row, measure) - 1))
        row, line = self.anchor
        while row < len(self) and len(self.window) < room:
            stop = min(self.height(row, measure), line + room - len(self.window))
            self.window.extend(RowAt(row, at) for at in range(line, stop))
            row, line = row + 1, 0
        self.cursor = max(self.window[0].row, min(self.cursor, self.window[-1].row))

    def _above(self, row: int, room: int, measure: Measure) -> RowAt:
        """The top of a screen whose last line is the one before ``row``."""
        left = room
        while row > 0 and left > 0:
            row -= 1
            left -= self.height(row, measure)
        return RowAt(row, max(0, -left))
