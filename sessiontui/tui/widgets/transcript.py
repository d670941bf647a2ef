"""One session, drawn a screen at a time: rows are read, laid out and measured when they come near the viewport.

Opens at the end whatever the size. Reads nothing itself: it posts ``PageWanted`` and is given the entries.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sessiontui.model import Entry
from sessiontui.tui import ink, theme
from sessiontui.tui.widgets.message_view import LIMIT, Drawn, Spans, lay_out, nothing
from sessiontui.tui.widgets.page_cache import PAGE, PageCache
from sessiontui.tui.widgets.viewport import Viewport
from sessiontui.visible import visible

KEPT: Final = 128
"""Rows that stay laid out."""


class Transcript(ScrollView, can_focus=True):
    """The rows of one session."""

    HELP = "The conversation of one session, with damaged lines where their bytes stand in the file."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Line down", show=False, id="transcript.line_down"),
        Binding("k,up", "move(-1)", "Line up", show=False, id="transcript.line_up"),
        Binding("J", "choose(1)", "Next message", show=False, id="transcript.next_message"),
        Binding("K", "choose(-1)", "Previous message", show=False, id="transcript.previous_message"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="transcript.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="transcript.page_up"),
        Binding("g,home", "start", "Start", show=False, id="transcript.start"),
        Binding("G,end", "end", "End", show=False, id="transcript.end"),
        Binding("enter", "more", "Show more of a long message", show=False, id="transcript.more"),
    ]
    ALLOW_SELECT = False

    @dataclass
    class PageWanted(Message):
        """Rows ``start`` to ``end`` are near the viewport and not in memory."""

        start: int
        end: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.raw = False
        self._view = Viewport()
        self._pages = PageCache()
        self._drawn: OrderedDict[int, Drawn] = OrderedDict()
        self._limits: dict[int, int] = {}
        self._spans: Spans = nothing
        self._settling = False
        self._note = ink.EMPTY

    # ---- told from above

    def show(self, count: int, start: int, entries: Sequence[Entry], row: int | None = None) -> None:
        """Show a session of ``count`` rows at its end, or at ``row``; some entries come along."""
        self._view = Viewport(count, row)
        self._limits.clear()
        self._note = visible("This session has no messages yet.")
        self._renew(start, entries)

    def extend(self, count: int, shift: int, start: int, entries: Sequence[Entry]) -> None:
        """All ``count`` rows are known now; the ones shown so far are rows ``shift`` onwards. The place stays."""
        self._view.extend(count, shift)
        self._limits = {row + shift: limit for row, limit in self._limits.items()}
        self._renew(start, entries)

    def give(self, start: int, entries: Sequence[Entry]) -> None:
        """Entries that were asked for."""
        self._pages.put(start, entries)
        self._settle()

    def say(self, note: str) -> None:
        """Show a sentence in place of a session."""
        self._view = Viewport()
        self._note = visible(note, lines=True)
        self._renew(0, ())

    def highlight(self, spans: Spans) -> None:
        """Highlight what was searched for."""
        self._spans = spans
        self._drawn.clear()
        self._settle()

    def show_raw(self, raw: bool) -> None:
        """Show lines as they stand in the file, or the conversation."""
        self.raw = raw
        self._drawn.clear()
        if not self._view.at_end:
            self._view.go(self._view.cursor)
        self._settle()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._view)

    @property
    def cursor(self) -> int:
        """The chosen row."""
        return self._view.cursor

    @property
    def place(self) -> int | None:
        """The chosen row, to come back to; None at the end."""
        return None if self._view.at_end else self._view.cursor

    @property
    def entry(self) -> Entry | None:
        """The chosen entry, when it is in memory."""
        return self._pages.get(self.cursor) if self.count else None

    # ---- keys

    def action_move(self, lines: int) -> None:
        """Scroll by some lines."""
        self._view.walk(lines, self._measure)
        self._settle()

    def action_page(self, pages: int) -> None:
        """Scroll by nearly a screen."""
        self.action_move(pages * max(1, self._room - 2))

    def action_start(self) -> None:
        """To the first row."""
        self._view.go(0)
        self._settle()

    def action_end(self) -> None:
        """To the last row."""
        self._view.go_end()
        self._settle()

    def action_choose(self, rows: int) -> None:
        """Move the cursor by rows and bring its row into view."""
        self._view.choose(rows, self._room, self._measure)
        self._settle()

    def action_more(self) -> None:
        """Show more of the message under the cursor, where some was left out."""
        drawn = self._drawn.get(self.cursor)
        if drawn is not None and drawn.more:
            self._limits[self.cursor] = self._limits.get(self.cursor, LIMIT) * 2
            self._view.at_end = False
            del self._drawn[self.cursor]
            self._settle()

    # ---- laying out

    @property
    def _room(self) -> int:
        return int(self.scrollable_content_region.height)

    @property
    def _columns(self) -> int:
        return int(self.scrollable_content_region.width)

    def _renew(self, start: int, entries: Sequence[Entry]) -> None:
        self._pages.clear()
        self._drawn.clear()
        self._pages.put(start, entries)
        self._settle()

    def _draw(self, row: int) -> Drawn | None:
        """The row laid out; None while its entry is not in memory."""
        drawn = self._drawn.get(row)
        if drawn is not None:
            self._drawn.move_to_end(row)
            return drawn
        entry = self._pages.get(row)
        if entry is None:
            return None
        limit = self._limits.get(row, LIMIT)
        drawn = self._drawn[row] = lay_out(entry, self._columns, raw=self.raw, limit=limit, spans=self._spans)
        while len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return drawn

    def _measure(self, row: int) -> int | None:
        drawn = self._draw(row)
        return None if drawn is None else drawn.height

    def _sought(self, row: int) -> int | None:
        drawn = self._draw(row)
        return None if drawn is None else drawn.sought or 0

    def _settle(self) -> None:
        """Find what is in view, ask for what is missing, and tell Textual where that is."""
        if not self._room or not self._columns or self._settling:
            return
        self._settling = True
        try:
            self._view.settle(self._room, self._measure, self._sought)
            self._ask()
            self.virtual_size = Size(self._columns, self._view.heights.total)
            self.scroll_to(y=self._view.offset if self.count else 0, animate=False, force=True)
        finally:
            self._settling = False
        self.refresh()

    def _ask(self) -> None:
        """Ask for the rows in view, then for half a page before and behind them."""
        if not self._view.window:
            return
        first, last = self._view.window[0].row, self._view.window[-1].row + 1
        near = (max(0, first - PAGE // 2), min(self.count, last + PAGE // 2))
        for start in [*self._pages.wanted(first, last), *self._pages.wanted(*near)]:
            self.post_message(self.PageWanted(start, min(self.count, start + PAGE)))

    # ---- Textual

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel or the bar moved the view: what stands there now is what stays."""
        super().watch_scroll_y(old_value, new_value)
        lines = round(new_value) - round(old_value)
        if self._settling or not self.count or not lines:
            return
        if abs(lines) <= self._room:
            self._view.walk(lines, self._measure)
        else:
            self._view.anchor, self._view.at_end = self._view.heights.at(round(new_value)), False
        self._settle()

    def on_resize(self, event: events.Resize) -> None:
        """Another width: everything is laid out anew around the same row."""
        self._drawn.clear()
        self._settle()

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        styles, width = theme.styles(self, theme.TRANSCRIPT), self._columns
        if not self.count:
            return ink.centred(self._note, y, width, self._room, styles["dim"])
        if y >= len(self._view.window):
            return ink.strip([], width, styles["ground"])
        row, line = self._view.window[y]
        drawn = self._drawn.get(row)
        if drawn is None:
            return ink.strip([(visible("  ⋯" if line == 0 else ""), styles["dim"])], width, styles["ground"])
        return drawn.strip(line, styles, chosen=row == self.cursor)

    def on_click(self, event: events.Click) -> None:
        """The row that was clicked comes under the cursor."""
        at = event.get_content_offset(self)
        if at is not None and at.y < len(self._view.window):
            self._view.cursor = self._view.window[at.y].row
            self.refresh()
