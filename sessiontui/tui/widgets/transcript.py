"""One session to read: what it is told to show, the keys that walk in it, and what its border says.

Opens at the end whatever the size. Which rows stand where is ``row_view``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from sessiontui import units
from sessiontui.model import Entry
from sessiontui.tui.looks import ink
from sessiontui.tui.widgets.row_view import RowView
from sessiontui.tui.widgets.spans import Spans
from sessiontui.tui.widgets.viewport import Viewport
from sessiontui.visible import visible

EMPTY = "This session has no messages yet.\nWhat ZeroClaw writes next will stand here"


class TranscriptView(RowView):
    """The rows of one session."""

    HELP_TITLE = "Transcript"
    HELP = (
        "The conversation of one session, with damaged lines where their bytes stand in the file: + is had back by repair,"
        " ? when you say so, ~ is a guess, × a fragment, · nothing is lost without; ^ stands below the byte where it goes"
        " wrong. The right edge is a map"
        " of all of it: ! damage, • many hits, · few, ◆ both. A press on a sign goes there; the block can be dragged."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Line down", show=False, id="transcript.line_down"),
        Binding("k,up", "move(-1)", "Line up", show=False, id="transcript.line_up"),
        Binding("J", "choose(1)", "Next message", show=False, id="transcript.next_message"),
        Binding("K", "choose(-1)", "Previous message", show=False, id="transcript.previous_message"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="transcript.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="transcript.page_up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="transcript.half_down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="transcript.half_up"),
        Binding("g,home", "start", "Start", show=False, id="transcript.start"),
        Binding("G,end", "end", "End", show=False, id="transcript.end"),
        Binding("enter", "more", "Show more of a long message", show=False, id="transcript.more"),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hits = ""
        self._below = 0
        self._told = ink.EMPTY

    # ---- told from above

    def show(
        self, count: int, start: int, entries: Sequence[Entry], row: int | None = None, stays: bool = False
    ) -> None:
        """Show a session of ``count`` rows at its end, or at ``row``; some entries come along. ``stays``: that row is the
        chosen one of what was shown, and stays on the line of the screen where it is."""
        line = self._view.line_of(self.cursor)
        self._view = Viewport(count, row)
        self._begin(EMPTY, start, entries)
        if row is not None and stays and count:
            self._view.hold(row, line, self._rows.measure)
            self._view.cursor = row
            self._settle()

    def extend(self, count: int, shift: int, start: int, entries: Sequence[Entry]) -> None:
        """All ``count`` rows are known now; the ones shown so far are rows ``shift`` onwards. The place stays."""
        self._view.extend(count, shift)
        self._rows.replace(start, entries, shift)
        self._settle()

    def grow(self, count: int) -> None:
        """Rows were added behind the last, or it became longer; now there are ``count``. Nothing on the screen moves,
        at the end neither: the border says how many are below."""
        self._rows.grow(self.count)
        if count > self.count:
            self._below += count - self.count
            self._view.grow(count)
        self._settle()

    def renew(self) -> None:
        """More is known of the entries than when they were read, numbers say: read anew what is near."""
        self._rows.renew()
        self._settle()

    def miss(self) -> None:
        """What was wanted could not be read; with the next key it is wanted again."""
        self._rows.unask()

    def say(self, note: str) -> None:
        """Show a sentence in place of a session."""
        self._view = Viewport()
        self._begin(note, 0, ())

    def _begin(self, note: str, start: int, entries: Sequence[Entry]) -> None:
        self._below = 0
        self._note = visible(note, lines=True)
        self._rows.replace(start, entries)
        self._settle()

    def highlight(self, spans: Spans) -> None:
        """Highlight what was searched for."""
        self._rows.spans = spans
        self._rows.clear()
        self._settle()

    def show_hits(self, hits: Sequence[int], at: int | None, damaged: Sequence[int] = ()) -> None:
        """The rows that hold what was searched for, in the order in which a person walks through them, and at which of
        them (an index) that person is; the rows that are damaged, in order."""
        there = units.count(None if at is None else at + 1)
        self._hits = "" if not hits else units.counted(len(hits), "hit") if at is None else f"{there}/{len(hits):,}"
        self.map.mark(damaged, sorted(hits))
        self._tell()

    def show_raw(self, raw: bool) -> None:
        """Show lines as they stand in the file, or the conversation; the chosen row stays where it is."""
        row, line = self.cursor, self._view.line_of(self.cursor)
        self._rows.raw = raw
        self._rows.clear()
        if not self._view.at_end or row < self.count - 1:
            self._view.hold(row, line, self._rows.measure)
            self._view.cursor = row
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

    # ---- keys

    def action_move(self, lines: int) -> None:
        """Scroll by some lines; where there is no further to scroll, choose rows."""
        before = self._view.anchor
        self._view.walk(lines, self._rows.measure)
        self._settle()
        if self._view.anchor == before:
            self.action_choose(lines)

    def action_page(self, pages: float) -> None:
        """Scroll by nearly a screen, or half of one."""
        lines = max(1, int(abs(pages) * (self._room - 2)))
        self.action_move(lines if pages > 0 else -lines)

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
        self._view.choose(rows, self._room, self._rows.measure)
        self._settle()

    def action_more(self) -> None:
        """Show more of the message under the cursor, where some was left out."""
        if self._rows.show_more(self.cursor):
            self._view.at_end = False
            self._settle()

    # ---- Textual

    def settled(self) -> None:
        """Who sees the end has seen what is new."""
        if self._view.at_end:
            self._below = 0
        self._tell()

    def _tell(self) -> None:
        """In the border: what is new below, the hits, how lines are shown."""
        raw = "raw lines · r shows the conversation" if self._columns > 60 else "raw lines"
        new = f"{self._below:,} new below · G" if self._below else ""
        told = visible(" ─ ".join(part for part in (new, self._hits, raw if self.raw else "") if part))
        if told != self._told:
            self._told = told
            self.border_subtitle = ink.content(told) if told else None

    def on_click(self, event: events.Click) -> None:
        """The row that was clicked comes under the cursor; a second click is Enter."""
        at = event.get_content_offset(self)
        if at is not None and at.y < len(self._view.window):
            self._view.cursor = self._view.window[at.y].row
            self.refresh()
            if event.chain == 2:
                self.action_more()
