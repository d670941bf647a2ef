"""A screen over the rows of a session: which of them stand where, drawn when they are seen, with a map at the right edge.

Nothing here moves but by a person's hand: what stands on the screen stays there when rows become known or are added and
when the width changes. Reads nothing itself: it posts ``PageWanted`` and is given the entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from sessiontui.model import Entry
from sessiontui.tui.looks import ink, theme
from sessiontui.tui.widgets.heights import RowAt
from sessiontui.tui.widgets.row_layout import RowLayout
from sessiontui.tui.widgets.session_map import SessionMap
from sessiontui.tui.widgets.viewport import Viewport
from sessiontui.visible import visible


class RowView(ScrollView, can_focus=True):
    """Rows, one of them chosen."""

    ALLOW_SELECT = False

    @dataclass(eq=False, repr=False)
    class PageWanted(Message):
        """Rows ``start`` to ``end`` are near the viewport and not in memory."""

        start: int
        end: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view = Viewport()
        self._rows = RowLayout()
        self._settling = False
        self._note = ink.EMPTY

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._view)

    @property
    def cursor(self) -> int:
        """The chosen row."""
        return self._view.cursor

    @property
    def location(self) -> int | None:
        """The chosen row, to come back to; None at the end."""
        return None if self._view.at_end and self.cursor >= self.count - 1 else self.cursor

    @property
    def entry(self) -> Entry | None:
        """The chosen entry, when it is in memory."""
        return self._rows.entry(self.cursor) if self.count else None

    def give(self, start: int, entries: Sequence[Entry]) -> None:
        """Entries that were asked for."""
        self._rows.give(start, entries)
        self._settle()

    def go(self, row: int, seek: bool = False) -> None:
        """Bring a row to the top and choose it; with ``seek``, the line of it that holds what was searched for."""
        self._view.go(row)
        self._view.seek = self.cursor if seek else None
        self._settle()

    def settled(self) -> None:
        """What is in view may have changed."""

    # ---- what is in view

    @property
    def _room(self) -> int:
        return int(self.scrollable_content_region.height)

    @property
    def _columns(self) -> int:
        return int(self.scrollable_content_region.width)

    def _settle(self) -> None:
        """Find what is in view, ask for what is missing, and tell Textual and the map where that is."""
        if not self._room or not self._columns or self._settling:
            return
        self._settling = True
        self._rows.width = self._columns
        try:
            self._view.settle(self._room, self._rows.measure, self._rows.sought)
            if window := self._view.window:
                for start, end in self._rows.wanted(window[0].row, window[-1].row + 1, self.count):
                    self.post_message(self.PageWanted(start, end))
            self.virtual_size = Size(self._columns, self._view.heights.total)
            self.scroll_to(y=self._view.offset if self.count else 0, animate=False, force=True)
            self.map.show(self.count, *self._view.shown)
        finally:
            self._settling = False
        self.settled()
        self.refresh()

    # ---- the map, which is the scroll bar too

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar that Textual places and tells of scrolling."""
        return self.map

    @property
    def map(self) -> SessionMap:
        """The right edge."""
        if not isinstance(self._vertical_scrollbar, SessionMap):
            self._vertical_scrollbar = bar = SessionMap()
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual starts its own; there is no other way to give one
            return bar
        return self._vertical_scrollbar

    def on_session_map_pointed(self, event: SessionMap.Pointed) -> None:
        """The map was pressed, or its block is dragged."""
        event.stop()
        if event.at >= self.count:
            self._view.go_end()
        else:
            row = self._view.cursor = int(event.at)
            self._view.go_to(RowAt(row, int((event.at - row) * self._view.height(row, self._rows.measure))))
        self._settle()

    def on_session_map_chosen(self, event: SessionMap.Chosen) -> None:
        """A sign of the map was pressed."""
        event.stop()
        self.go(event.row)

    # ---- Textual

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel moved the view: what stands there now is what stays."""
        super().watch_scroll_y(old_value, new_value)
        lines = round(new_value) - round(old_value)
        if self._settling or not self.count or not lines:
            return
        if abs(lines) <= self._room:
            self._view.walk(lines, self._rows.measure)
        else:
            self._view.go_to(self._view.heights.at(round(new_value)))
        self._settle()

    def on_resize(self, event: events.Resize) -> None:
        """Another width: everything is laid out anew around the text at the top. The chosen row stays in view."""
        if not self._room or not self._columns:
            return
        row, line = self._view.anchor
        before = self._rows.draw(row) if self.count else None
        offset = before.offset(line) if before is not None else 0
        self._rows.width = self._columns
        self._rows.clear()
        if not self._view.at_end and self.count:
            if offset and (after := self._rows.draw(row)) is not None:
                self._view.anchor = RowAt(row, after.line_at(offset))
            if self.cursor > row:
                self._view.choose(0, self._room, self._rows.measure)
        self._settle()

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        styles, width = theme.styles(self, theme.TRANSCRIPT), self._columns
        if not self.count:
            return ink.centred(self._note, y, width, self._room, styles["dim"], styles["text"])
        if y >= len(self._view.window):
            return ink.strip([], width, styles["ground"])
        row, line = self._view.window[y]
        drawn = self._rows.draw(row)
        if drawn is None:
            return ink.strip([(visible("  ⋯" if line == 0 else ""), styles["dim"])], width, styles["ground"])
        return drawn.strip(line, styles, chosen=row == self.cursor)
