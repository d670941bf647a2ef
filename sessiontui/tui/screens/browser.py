"""The browser: a store on a screen in which things are found by search, by filter and by going back.

It says what Esc means and who helps; it draws nothing.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.css.query import QueryType
from textual.widget import Widget
from textual.widgets import Input

from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.preferences import Remember
from sessiontui.tui.screens.tracing import TracingScreen
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.splitter import SplitPanes
from sessiontui.visible import visible


class BrowserScreen(TracingScreen):
    """One store on one screen."""

    HELP = "A store of chat sessions. Whatever is changed here can be taken back with u."
    AUTO_FOCUS = "SessionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "palette", "commands", show=False, tooltip="Find a command or a session", id="palette"),
        Binding("less_than_sign", "widen(-4)", "narrower", show=False, tooltip="A narrower list", id="narrower"),
        Binding("greater_than_sign", "widen(4)", "wider", show=False, tooltip="A wider list", id="wider"),
        Binding(
            "x", "inspect", "inspect", tooltip="Inspect damage: where, why, and what can be had back", id="inspect"
        ),
        Binding("q", "app.quit", "quit", tooltip="Quit", id="quit"),
        Binding("escape", "back", "back", show=False, tooltip="Cancel, clear, leave or go back", id="back"),
    ]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time, each part has just been given its styles."""
        event.refresh_styles = event.refresh_styles and bool(self.size)

    @on(Input.Submitted, "FilterBar")
    def keep_filter(self) -> None:
        """Enter in the filter keeps it and goes to the list."""
        self.set_focus(self.side.list)
        self.side.keep_filter()

    # ---- keys

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """List, transcript, search bar; where one pane is shown at a time, the one that gets the focus is shown."""
        if self.has_class("-narrow") and self.focused is self.side.list:
            self.enter_reading()
        elif self.has_class("-narrow") and self.focused is self.reading.transcript:
            self.action_search()
        else:
            return super().focus_next(selector)
        return self.focused

    def focus_previous(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """The same way back."""
        if self.has_class("-narrow") and self.focused is self.bar:
            self.enter_reading()
        elif self.has_class("-narrow") and self.focused is self.reading.transcript:
            self.leave_reading()
        else:
            return super().focus_previous(selector)
        return self.focused

    def action_palette(self) -> None:
        """Every command, and every session."""
        from sessiontui.tui.screens.commands import open_palette

        open_palette(self)

    def action_inspect(self) -> None:
        """What is wrong in the open session, beginning where the transcript is."""
        if self.key is None:
            ink.notice(self, visible("no session is open that could be inspected"))
            return
        entry = self.reading.transcript.entry
        span = None if entry is None else entry.address.span
        self._inspect(self.key, None if span is None else span.offset)

    def _inspect(self, key: str, offset: int | None = None) -> None:
        from sessiontui.tui.inspector.inspector_screen import InspectorScreen

        self.app.clear_notifications()
        inspector = InspectorScreen(self.changes, lambda: self.side.known, self.go_to_row, key, offset)
        self.app.push_screen(inspector)

    @on(messages.InspectionWanted)
    def inspect_this(self, wanted: messages.InspectionWanted) -> None:
        """A dialog named a session in which damage stays."""
        self._inspect(wanted.key)

    @on(messages.OtherWanted)
    def show_other(self) -> None:
        """A dialog moved sessions there."""
        self.action_backend()

    def action_widen(self, columns: int) -> None:
        """A wider list, or a narrower one."""
        self.query_one(SplitPanes).widen(columns)

    @on(messages.WritabilityChecked)
    def note_whether_it_may_be_changed(self) -> None:
        """Said in the title too, where it can be seen before a key is tried, and as long as it is so."""
        self.call_later(self._note)

    def _note(self) -> None:
        notes = ("read-only" if self.unchangeable else "", self.unsettled)
        self.title_line.note = " · ".join(filter(None, notes))

    @on(messages.Made)
    def take_marks_away(self, report: messages.Made) -> None:
        """What sessions were marked for is done; those that it could not be done to stay marked."""
        from sessiontui.tui.words.outcomes import fared_well

        self.side.unmark(fared_well(report.done))

    @on(SplitPanes.Chosen)
    def keep_width(self, event: SplitPanes.Chosen) -> None:
        """The list is so wide from now on."""
        self.post_message(Remember({"side_width": event.columns}))

    def action_back(self) -> None:
        """The first of these that applies: cancel work, clear the text, leave the bar, go back to before the hit; in the
        list take the search away, then the filter, then the marks."""
        focused = self.focused
        if self.changing:
            self.changer.interrupt()
        elif self.reading.working:
            self.reading.interrupt()
        elif isinstance(focused, FilterBar):
            if focused.value:
                focused.value = ""
            else:
                self.side.close_filter()
                self.set_focus(self.side.list)
        elif isinstance(focused, SearchBar):
            if focused.value:
                focused.value = ""
            else:
                self.leave_bar()
        elif self.return_from_hit():
            return
        elif focused is self.reading.transcript:
            self.leave_reading()
        elif self.bar.value:
            self.bar.value = ""
        elif self.side.filtering:
            self.side.close_filter()
        elif self.side.marked:
            self.side.clear_marks()
