"""One session to read: rows over a screen, drawn when they are seen, the keys that walk in them, a map at the right edge.

Opens at the end whatever the size. Nothing moves but by a person's hand: what stands on the screen stays there when
rows become known or are added and when the width changes. Reads nothing itself: it posts ``PageWanted`` and is given the
entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from sessiontui.model import Entry
from sessiontui.tui.theme import ink, looks
from sessiontui.tui.widgets import transcript_keys
from sessiontui.tui.widgets.row_layout import RowLayout
from sessiontui.tui.widgets.session_map import SessionMap
from sessiontui.tui.widgets.spans import Spans
from sessiontui.tui.widgets.styled_line import StyledLine
from sessiontui.tui.widgets.transcript_border import TranscriptBorder
from sessiontui.tui.widgets.viewport import Viewport
from sessiontui.visible import visible

EMPTY = "This session has no messages yet.\nWhat ZeroClaw writes next will stand here"


class TranscriptView(ScrollView, can_focus=True):
    """The rows of one session, one of them chosen."""

    HELP_TITLE = "Transcript"
    HELP = transcript_keys.HELP
    BINDINGS: ClassVar[list[BindingType]] = transcript_keys.KEYS
    ALLOW_SELECT = False
    virtual_size = Reactive(Size(0, 0), layout=False)
    """Textual's own, but for the layout of the screen and the second paint that each new height set off."""

    @dataclass
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
        self._border = TranscriptBorder(self)

    @property
    def count(self) -> int:
        return len(self._view)

    @property
    def cursor(self) -> int:
        return self._view.cursor

    @property
    def location(self) -> int | None:
        """The chosen row, to come back to; None at the end."""
        return None if self._view.at_end and self.cursor >= self.count - 1 else self.cursor

    @property
    def entry(self) -> Entry | None:
        """The chosen entry, when it is in memory."""
        return self._rows.pages.get(self.cursor) if self.count else None

    def give(self, start: int, entries: Sequence[Entry]) -> None:
        """Entries from row ``start`` on were read. What is out of view is drawn when it is seen."""
        self._rows.give(start, entries)
        window = self._view.window
        if not window or (window[0].row < start + len(entries) and start <= window[-1].row):
            self._settle()

    def go(self, row: int, seek: bool = False) -> None:
        """Bring a row to the top and choose it; with ``seek``, the line of it that holds what was searched for."""
        self._view.go(row)
        self._view.seek = self.cursor if seek else None
        self._settle()

    def show(
        self,
        count: int,
        start: int,
        entries: Sequence[Entry],
        row: int | None = None,
        stays: bool = False,
        note: str = EMPTY,
    ) -> None:
        """Show a session of ``count`` rows at its end, or at ``row``; some entries come along. ``stays``: that row is the
        chosen one of what was shown, and stays on the line of the screen where it is. ``note`` stands where no row is."""
        line = self._view.line_of(self.cursor)
        self._view = Viewport(count, row)
        self._border.below = 0
        self._note = visible(note, lines=True)
        self._rows.replace(start, entries)
        self._settle()
        if row is not None and stays and count:
            self._view.hold(row, line, self._rows.measure)
            self._settle()

    def extend(self, count: int, shift: int, start: int, entries: Sequence[Entry]) -> None:
        """All ``count`` rows are known now; the ones shown so far are rows ``shift`` onwards. The place stays."""
        self._view.extend(count, shift)
        self._rows.replace(start, entries, shift)
        self._settle()

    def grow(self, count: int) -> None:
        """Rows were added behind the last, or it became longer; now there are ``count``. Nothing on the screen moves,
        at the end neither: the border says how many are below."""
        self._rows.pages.grow(self.count)
        if count > self.count:
            self._border.below += count - self.count
            self._view.grow(count)
        self._settle()

    def renew(self) -> None:
        """More is known of the entries than when they were read, numbers say: read anew what is near."""
        self._rows.pages.clear()  # what is laid out stays to be seen until they come
        self._settle()

    def miss(self) -> None:
        """What was wanted could not be read; with the next key it is wanted again."""
        self._rows.pages.unask()

    def say(self, note: str) -> None:
        """Show a sentence in place of a session."""
        self.show(0, 0, (), note=note)

    def highlight(self, spans: Spans) -> None:
        """Highlight what was searched for; nothing is painted where none of it is in view, before and after."""
        rows = dict.fromkeys(at.row for at in self._view.window)
        before = self._rows.marks(rows)
        self._rows.spans = spans
        self._rows.clear()
        if self._rows.marks(rows) != before:
            self.call_after_refresh(self.refresh)  # the hits are painted first

    def show_hits(self, hits: Sequence[int], at: int | None, damaged: Sequence[int] = ()) -> None:
        """The rows that hold what was searched for, in the order in which a person walks through them, and at which of
        them (an index) that person is; the rows that are damaged, in order."""
        self._border.count_hits(len(hits), at)
        self.map.mark(damaged, sorted(hits))
        self._tell()

    def show_raw(self, raw: bool) -> None:
        """Show lines as they stand in the file, or the conversation; the chosen row stays where it is."""
        row, line = self.cursor, self._view.line_of(self.cursor)
        self._rows.raw = raw
        self._rows.clear()
        if not self._view.at_end or row < self.count - 1:
            self._view.hold(row, line, self._rows.measure)
        self._settle()
        self._tell()

    @property
    def raw(self) -> bool:
        """Whether lines are shown as they stand in the file."""
        return self._rows.raw

    def enter(self) -> None:
        """Take the focus; where one pane is shown at a time, it is this one now."""
        self.screen.add_class("-reading")
        self.screen.set_focus(self)

    def action_move(self, lines: int) -> None:
        """Scroll by some lines; where there is no further to scroll, choose rows."""
        before = self._view.anchor
        self._view.walk(lines, self._rows.measure)
        self._settle()
        if self._view.anchor == before:
            self.action_choose(lines)

    def action_page(self, pages: float) -> None:
        lines = max(1, int(abs(pages) * (self._room - 2)))
        self.action_move(lines if pages > 0 else -lines)

    def action_start(self) -> None:
        self.go(0)

    def action_end(self) -> None:
        self._view.go_end()
        self._settle()

    def action_choose(self, rows: int) -> None:
        self._view.choose(rows, self._room, self._rows.measure)
        self._settle()

    def action_more(self) -> None:
        """Show more of the message under the cursor, where some was left out."""
        if self._rows.show_more(self.cursor):
            self._view.at_end = False
            self._settle()

    # ---- what is in view

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.height

    @property
    def _columns(self) -> int:
        return self.scrollable_content_region.width

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
        if self._view.at_end:
            self._border.below = 0  # seen by now
        self._tell()
        self.refresh()

    def _tell(self) -> None:
        self._border.tell(self.raw, self._columns)

    # ---- the map, which is the scroll bar too

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar that Textual places and tells of scrolling."""
        return self.map

    @property
    def map(self) -> SessionMap:
        if not isinstance(self._vertical_scrollbar, SessionMap):
            self._vertical_scrollbar = bar = SessionMap()
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001 - as Textual starts its own; there is no other way to give one
            return bar
        return self._vertical_scrollbar

    def on_session_map_pointed(self, event: SessionMap.Pointed) -> None:
        """The map was pressed, or its block is dragged."""
        event.stop()
        self._view.go_to_part(event.at, self._rows.measure)
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel moved the view: what stands there now is what stays."""
        super().watch_scroll_y(old_value, new_value)
        if not self._settling and self.count and round(new_value) != round(old_value):
            self._view.scroll(round(old_value), round(new_value), self._room, self._rows.measure)
            self._settle()

    def on_resize(self, event: events.Resize) -> None:
        """Another width: everything is laid out anew around the text at the top. The chosen row stays in view."""
        if not self._room or not self._columns:
            return
        anchor = self._rows.resize(self._columns, self._view.anchor)
        if not self._view.at_end and self.count:
            self._view.anchor = anchor
            if self.cursor > anchor.row:
                self._view.choose(0, self._room, self._rows.measure)
        self._settle()

    def render_line(self, y: int) -> Strip:
        styles, width = looks.styles(self, looks.TRANSCRIPT), self._columns
        if not self.count:
            return ink.centred(self._note, y, width, self._room, styles["dim"], styles["text"])
        if y >= len(self._view.window):
            return StyledLine(()).draw(width, styles)
        row, line = self._view.window[y]
        drawn = self._rows.draw(row)
        if drawn is None:
            return StyledLine([("" if line else "  ⋯", "dim")]).draw(width, styles)
        return drawn.strip(line, styles, chosen=row == self.cursor)

    def on_click(self, event: events.Click) -> None:
        """The row that was clicked comes under the cursor; a second click is Enter."""
        at = event.get_content_offset(self)
        if at is not None and at.y < len(self._view.window):
            self._view.cursor = self._view.window[at.y].row
            self.refresh()
            if event.chain == 2:
                self.action_more()
