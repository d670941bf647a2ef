"""The right edge of a transcript: its scroll bar, which is a map of the session as well.

The height of the bar is all rows, each with the same share, measured or not: so nothing on it moves while heights become
known. A cell says by its sign what its rows hold, damage or hits, and the block says which rows are in view. A press
goes there, to what the sign stands for where there is one; the block can be dragged. Costs a look-up a cell,
whatever the number of rows and of signs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Final

from textual import events
from textual.message import Message
from textual.reactive import Reactive
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from sessiontui.describe.signs import BOTH, DAMAGED, FEW, HIT
from sessiontui.tui.theme import looks
from sessiontui.tui.widgets.styled_line import StyledLine

NOTHING: Final = " "
LOOKS: Final = {NOTHING: "ground", DAMAGED: "fault", HIT: "hit", FEW: "hit", BOTH: "fault"}


class SessionMap(ScrollBar):
    """Where damage, hits and the view are in a session."""

    position = Reactive(0.0, repaint=False)
    """Textual's own, in lines; what is drawn here are rows."""

    @dataclass
    class Pointed(Message):
        """The person wants to see what stands at ``at``, in rows: 12.5 is the middle of row 12."""

        at: float

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical")
        self._rows = 0
        self._top = self._bottom = 0.0
        self._damaged: Sequence[int] = ()
        self._hits: Sequence[int] = ()
        self._held: tuple[int, float] | None = None
        self._signs = (0, 0, "")
        """For so many rows and cells, the sign of each cell."""

    def show(self, rows: int, top: float, bottom: float) -> None:
        """There are so many rows; those from ``top`` to ``bottom`` are in view, parts of a row too."""
        before = self._rows, self.block
        self._rows, self._top, self._bottom = rows, top, bottom
        if (rows, self.block) != before:  # most pages of a large session move no cell
            self.refresh()

    def mark(self, damaged: Sequence[int], hits: Sequence[int]) -> None:
        """Rows to put a sign at, each in order."""
        if (damaged, hits) != (self._damaged, self._hits):
            self._damaged, self._hits = damaged, hits
            self._signs = (0, 0, "")
            self.refresh()

    @property
    def signs(self) -> str:
        """A sign for what is in the rows of each cell; none where all rows are in view anyway."""
        height = self.size.height
        if self._is_whole:
            return NOTHING * height
        if self._signs[:2] != (self._rows, height):
            damaged = [len(self._within(cell, self._damaged)) for cell in range(height)]
            hits = [len(self._within(cell, self._hits)) for cell in range(height)]
            most = max(hits, default=0)
            self._signs = self._rows, height, "".join(map(partial(_sign, most=most), damaged, hits))
        return self._signs[2]

    @property
    def _is_whole(self) -> bool:
        return self._top <= 0 and self._bottom >= self._rows

    @property
    def block(self) -> range:
        """The cells of what is in view; none where that is everything."""
        if self._is_whole:
            return range(0)
        scale = self.size.height / self._rows
        first = min(int(self._top * scale), self.size.height - 1)
        return range(first, max(first + 1, ceil(round(self._bottom * scale, 6))))

    def _first(self, cell: int) -> int:
        """The first row of a cell."""
        return -(-cell * self._rows // max(1, self.size.height))

    def _within(self, cell: int, marked: Sequence[int]) -> range:
        """Which of the marked rows are those of a cell, by their indices."""
        return range(bisect_left(marked, self._first(cell)), bisect_left(marked, self._first(cell + 1)))

    # ---- Textual

    def render_line(self, y: int) -> Strip:
        """One cell, as wide as the bar."""
        sign, ground = self.signs[y : y + 1] or NOTHING, "ground"
        if y in self.block:
            ground = "held" if self._held else "under" if self.mouse_over else "view"
        return StyledLine([(sign, LOOKS[sign])]).draw(self.size.width, looks.styles(self, looks.MAP, ground))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take the block, or go where there is none."""
        event.prevent_default()
        event.stop()
        if self._is_whole or event.button != 1:
            return
        cell = event.y
        if cell in self.block:
            self._held = (event.screen_y, self._top)
        else:
            self._held = (event.screen_y, cell * self._rows / self.size.height)
            marked = [rows[at] for rows in (self._hits, self._damaged) for at in self._within(cell, rows)[:1]]
            end = self._rows if cell == self.size.height - 1 else self._held[1]
            self.post_message(self.Pointed(marked[0] if marked else end))
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag what was taken."""
        event.prevent_default()
        event.stop()
        if self._held is not None and self._rows:
            line, start = self._held
            moved = (event.screen_y - line) * self._rows / max(1, self.size.height)
            if moved or start == self._top:
                self.post_message(self.Pointed(max(0.0, start + moved)))

    def on_mouse_release(self) -> None:
        """Let go."""
        self._held = None
        self.refresh()


def _sign(damaged: int, hits: int, most: int) -> str:
    if damaged:
        return BOTH if hits else DAMAGED
    if hits:
        return HIT if hits * 2 >= most else FEW
    return NOTHING
