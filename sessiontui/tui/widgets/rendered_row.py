"""One row of a transcript laid out for a width, of which single lines are drawn when they are seen.

Knows neither messages nor faults: it is given text, where its screen lines begin, and what stands above and below it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rich.cells import cell_len
from textual.strip import Strip

from sessiontui.tui.theme import ink
from sessiontui.tui.theme.looks import Styles
from sessiontui.tui.theme.wrap import no_hang
from sessiontui.tui.widgets.styled_line import Mark, StyledLine, pieces
from sessiontui.visible import Visible

LIMIT: Final = 64 * 1024
"""Characters of a message that are shown before the person asks for more."""
MARGIN: Final = 2
"""Columns at the left for the bar of the cursor."""
SLACK: Final = 1
"""Columns at the right that stay empty."""


@dataclass(slots=True)
class RenderedRow:
    """A row laid out for a width: ``height`` lines, each made by ``strip`` when it is seen."""

    width: int
    head: list[StyledLine]
    text: Visible = ink.EMPTY
    rows: list[tuple[int, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    caret: tuple[int, int] | None = None
    """The line below ``head`` that is a caret, and the cells it stands off."""
    foot: list[StyledLine] = field(default_factory=list)
    body: str = "text"
    """The style of what has no mark."""
    hang: Callable[[str, int], int] = no_hang
    """By how many cells the further screen lines are set in of the line of text that begins there."""
    gap: int = 1
    """Empty lines below it."""
    more: bool = False
    """Something was left out that can be asked for."""

    @property
    def height(self) -> int:
        """How many lines it takes, the empty ones below it too."""
        return len(self.head) + len(self.rows) + (self.caret is not None) + len(self.foot) + self.gap

    @property
    def sought(self) -> int | None:
        """The first line that holds what was searched for."""
        hit = next((mark for mark in self.marks if mark.style == "hit"), None)
        return None if hit is None else len(self.head) + self._row_at(hit.start)

    def offset(self, line: int) -> int:
        """The character that begins a line of the text; 0 above it, the last line's below it."""
        at = line - len(self.head)
        return self.rows[min(at, len(self.rows) - 1)][0] if at > 0 and self.rows else 0

    def line_at(self, offset: int) -> int:
        """The line that holds a character of the text; 0 for the first, with the head above it."""
        return len(self.head) + self._row_at(offset) if offset else 0

    def _row_at(self, offset: int) -> int:
        return max(0, bisect_right(self.rows, (offset, len(self.text) + 1)) - 1)

    def point(self, offset: int) -> None:
        """Put a caret below a character of the text."""
        row = self._row_at(offset)
        start, stop = self.rows[row]
        cells = self._hang(start) + cell_len(self.text[start : min(offset, stop)])
        self.caret = row + 1, min(cells, self.width - MARGIN - 1)

    def say(self, words: str) -> None:
        """Add a line of words below the text."""
        self.foot.append(StyledLine([(words, "dim")]))

    def strip(self, line: int, styles: Styles, chosen: bool) -> Strip:
        """Draw one line; ``chosen`` marks the row under the cursor with a bar at its left."""
        bar = "▌" if chosen and line < self.height - self.gap else " "
        margin = StyledLine([(bar, "bar"), (" ", "ground")]).draw(MARGIN, styles)
        return Strip.join([margin, self._line(line).draw(self.width - MARGIN, styles)])

    def _line(self, line: int) -> StyledLine:
        if line < len(self.head):
            return self.head[line]
        below = line - len(self.head)
        if self.caret is not None and below >= self.caret[0]:
            if below == self.caret[0]:
                return StyledLine([(" " * self.caret[1] + "^", "caret")])
            below -= 1
        if below < len(self.rows):
            start, stop = self.rows[below]
            return StyledLine(
                [(" " * self._hang(start), "ground"), *pieces(self.text, self.marks, start, stop, self.body)]
            )
        below -= len(self.rows)
        return self.foot[below] if below < len(self.foot) else StyledLine(())

    def _hang(self, start: int) -> int:
        """By how many cells a screen line is set in: it may be a further one of an item of a list, or of a quote."""
        if start == 0 or self.text[start - 1] == "\n":
            return 0
        return self.hang(self.text, self.text.rfind("\n", 0, start) + 1)
