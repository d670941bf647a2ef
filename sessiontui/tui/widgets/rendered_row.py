"""One row of a transcript laid out for a width, of which single lines are drawn when they are seen.

Knows neither messages nor faults: it is given text, where its screen lines begin, and what stands above and below it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from rich.style import Style
from textual.strip import Strip

from sessiontui.tui.looks import ink
from sessiontui.tui.looks.wrap import no_hang
from sessiontui.tui.widgets.markdown import Mark
from sessiontui.visible import Visible, visible

LIMIT: Final = 64 * 1024
"""Characters of a message that are shown before the person asks for more."""
MARGIN: Final = 2
"""Columns at the left for the bar of the cursor."""
SLACK: Final = 1
"""Columns at the right that stay empty."""

Styles = Mapping[str, Style]
Line = tuple[tuple[tuple[Visible, str], ...], tuple[tuple[Visible, str], ...]]
"""Pieces at the left and pieces at the right, each with the name of its style."""


@dataclass(slots=True)
class RenderedRow:
    """A row laid out for a width: ``height`` lines, each made by ``strip`` when it is seen."""

    width: int
    head: list[Line]
    text: Visible = ink.EMPTY
    rows: list[tuple[int, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    caret: tuple[int, int] | None = None
    """The line below ``head`` that is a caret, and the cells it stands off."""
    foot: list[Line] = field(default_factory=list)
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
        if hit is None:
            return None
        return len(self.head) + max(0, bisect_right(self.rows, (hit.start, len(self.text) + 1)) - 1)

    def offset(self, line: int) -> int:
        """The character that begins a line of the text; 0 above it, the last line's below it."""
        at = line - len(self.head)
        return self.rows[min(at, len(self.rows) - 1)][0] if at > 0 and self.rows else 0

    def line_at(self, offset: int) -> int:
        """The line that holds a character of the text; 0 for the first, with the head above it."""
        if not offset:
            return 0
        return len(self.head) + max(0, bisect_right(self.rows, (offset, len(self.text) + 1)) - 1)

    def strip(self, line: int, styles: Styles, chosen: bool) -> Strip:
        """Draw one line; ``chosen`` marks the row under the cursor with a bar at its left."""
        ground = styles["ground"]
        bar = ink.strip(
            [
                (visible("▌" if chosen and line < self.height - self.gap else " "), styles["bar"]),
                (visible(" "), ground),
            ],
            MARGIN,
            ground,
        )
        return Strip.join([bar, self._line(line, styles, self.width - MARGIN)])

    def _line(self, line: int, styles: Styles, width: int) -> Strip:
        ground = styles["ground"]
        if line < len(self.head):
            return _spread(self.head[line], styles, width)
        below = line - len(self.head)
        if self.caret is not None and below >= self.caret[0]:
            if below == self.caret[0]:
                return ink.strip([(visible(" " * self.caret[1] + "^"), styles["caret"])], width, ground)
            below -= 1
        if below < len(self.rows):
            start, stop = self.rows[below]
            pad = visible(" " * self._hang(start))
            return ink.strip([(pad, ground), *self._pieces(start, stop, styles)], width, ground)
        below -= len(self.rows)
        return _spread(self.foot[below], styles, width) if below < len(self.foot) else ink.strip([], width, ground)

    def _hang(self, start: int) -> int:
        """By how many cells a screen line is set in: it may be a further one of an item of a list, or of a quote."""
        if start == 0 or self.text[start - 1] == "\n":
            return 0
        return self.hang(self.text, self.text.rfind("\n", 0, start) + 1)

    def _pieces(self, start: int, stop: int, styles: Styles) -> Iterator[ink.Part]:
        at = start
        for mark in islice(self.marks, first(self.marks, start), None):
            if mark.start >= stop:
                break
            if mark.start > at:
                yield visible(self.text[at : mark.start]), styles[self.body]
            end = min(mark.stop, stop)
            yield visible(self.text[max(at, mark.start) : end]), styles[mark.style]
            at = end
        if at < stop:
            yield visible(self.text[at:stop]), styles[self.body]


def said(words: str, style: str = "dim") -> Line:
    """A line of words."""
    return ((visible(words), style),), ()


def first(ordered: list[Mark], at: int) -> int:
    """The first mark that ends behind ``at``."""
    return bisect_right(ordered, at, key=lambda mark: mark.stop)


def _spread(line: Line, styles: Styles, width: int) -> Strip:
    left, right = line
    return ink.spread(
        [(text, styles[style]) for text, style in left],
        [(text, styles[style]) for text, style in right],
        width,
        styles["ground"],
    )
