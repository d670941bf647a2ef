"""The browser: a store on a screen in which things are found by search, by filter and by going back.

It holds what was searched for and where the person was before a hit; it draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from sessiontui.model import Hit, Session
from sessiontui.query.match import spans
from sessiontui.store.protocol import Store
from sessiontui.tui import ink, messages
from sessiontui.tui.panes.listing import ListingPane
from sessiontui.tui.screens.viewing import ViewingScreen
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.message_view import nothing
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.work.searcher import Searcher
from sessiontui.visible import visible


class BrowserScreen(ViewingScreen):
    """One store on one screen."""

    HELP = "A store of chat sessions. Whatever is changed here can be taken back with u."
    AUTO_FOCUS = "SessionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", tooltip="Search all messages", id="search", priority=True),
        Binding("f", "filter", "filter", tooltip="Filter the list by letters of the key", id="filter", priority=True),
        Binding("n,f3", "hit(1)", "next hit", show=False, id="next_hit"),
        Binding("N,shift+f3", "hit(-1)", "previous hit", show=False, id="previous_hit"),
        Binding("question_mark", "help", "help", tooltip="Help for what has the focus", id="help"),
        Binding("q", "app.quit", "quit", tooltip="Quit", id="quit"),
        Binding("escape", "back", "back", show=False, tooltip="Cancel, clear, leave or go back", id="back"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store, clock, listed)
        self._searcher = Searcher(self)
        self._before_hit: tuple[str, int | None] | None = None
        self._answered = ""

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on; nobody was anywhere in it yet."""
        self._before_hit = None
        super().use(store, listed)

    @on(SessionList.Chosen)
    def stay(self) -> None:
        """Who chose another session since does not want to go back."""
        self._before_hit = None

    # ---- search

    @on(ListingPane.Searchable)
    def search_again(self) -> None:
        """More can be found now than when the search was made."""
        if self.bar.value:
            self._searcher.search(self.store, self.bar.value)

    @on(Input.Changed, "SearchBar")
    def search(self, event: Input.Changed) -> None:
        """A key was typed into the search bar."""
        self.bar.set_class(bool(event.value), "-asked")
        if event.value:
            self._searcher.search(self.store, event.value)
            return
        self._searcher.cancel()
        self.bar.tell_nothing()
        self.side.hide_hits()
        self.reading.transcript.highlight(nothing)

    @on(messages.Searched)
    def show_hits(self, report: messages.Searched) -> None:
        """The answer to it."""
        if self._searcher.is_stale(report):
            return
        found = partial(spans, report.query) if report.query else nothing
        self.side.show_hits(report.found, found, again=report.text == self._answered)
        self._answered = report.text
        self.bar.tell(report.found.total, len(report.found.hits), report.found.note)
        self.reading.transcript.highlight(found)

    @on(SearchBar.Walked)
    def walk_hits(self, event: SearchBar.Walked) -> None:
        """↑ and ↓ in the bar move in the list below it."""
        self.side.list.action_move(event.hits)

    @on(Input.Submitted, "SearchBar")
    def enter_hit(self) -> None:
        """Enter in the bar goes to the hit under the cursor, or to the session."""
        self.side.list.action_open()

    @on(Input.Submitted, "FilterBar")
    def keep_filter(self) -> None:
        """Enter in the filter keeps it and goes to the list."""
        self.set_focus(self.side.sessions)

    @on(HitList.Opened)
    def go_to_hit(self, event: HitList.Opened) -> None:
        """Open the session at the message that was found."""
        if self._before_hit is None and self.key is not None:
            self._before_hit = (self.key, self.reading.transcript.place)
        self.side.sessions.choose(event.hit.key)
        self.open_session(event.hit.key, _row(event.hit))
        self.enter_reading()

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an input, / and f are letters; elsewhere they go before other keys, so that no letter behind is lost."""
        return not (action in ("search", "filter") and isinstance(self.focused, Input))

    def action_search(self) -> None:
        """To the search bar; where one pane is shown at a time, the one with the hits."""
        self.remove_class("-reading")
        self.set_focus(self.bar)

    def action_filter(self) -> None:
        """To the filter of the list."""
        self.remove_class("-reading")
        self.bar.value = ""
        self.side.open_filter()

    def action_hit(self, hits: int) -> None:
        """To the next hit, or the previous."""
        if self.side.hits.hit is None:
            ink.notice(self, visible("there are no hits to go to: / searches"))
            return
        self.side.hits.action_move(hits)
        self.side.hits.action_open()

    def action_help(self) -> None:
        """Help for what has the focus."""
        from sessiontui.tui.screens.help import HelpScreen

        self.app.clear_notifications()
        self.app.push_screen(HelpScreen(self))

    def action_back(self) -> None:
        """The first of these that applies: cancel work, clear the text, leave the bar, go back to before the hit."""
        focused = self.focused
        if self.changing:
            self.changer.interrupt()
        elif isinstance(focused, FilterBar):
            if focused.value:
                focused.value = ""
            else:
                self.side.close_filter()
                self.set_focus(self.side.sessions)
        elif isinstance(focused, SearchBar):
            if focused.value:
                focused.value = ""
            else:
                self.leave_reading()
        elif self._before_hit is not None:
            (key, row), self._before_hit = self._before_hit, None
            self.side.sessions.choose(key)
            self.open_session(key, row)
            self.leave_reading()
        elif focused is self.reading.transcript:
            self.leave_reading()
        elif self.bar.value:
            self.bar.value = ""
        elif self.side.filtering:
            self.side.close_filter()


def _row(hit: Hit) -> int:
    """The row of a transcript that a hit is: its line in a file, its number in a database."""
    return max(0, (hit.address.line or hit.ordinal or 1) - 1)
