"""The browser: sessions or hits at the left, one session at the right, a search bar above them.

This screen wires: widgets post what the person did, errands report what the disk says, and here the one is made to
follow from the other. It holds which session is open and where the person was before a hit; it draws nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from sessiontui.dialects.keys import written
from sessiontui.model import Hit, Session
from sessiontui.query.match import spans
from sessiontui.store.protocol import Store
from sessiontui.tui import figures, ink, messages, theme
from sessiontui.tui.panes.listing import ListingPane
from sessiontui.tui.panes.reading import ReadingPane
from sessiontui.tui.screens.changing import ChangingScreen
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.message_view import nothing
from sessiontui.tui.widgets.search_bar import FilterBar, SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.work.searcher import Searcher
from sessiontui.visible import visible


class BrowserScreen(ChangingScreen):
    """One store on one screen."""

    HELP = "A store of chat sessions. Whatever is changed here can be taken back with u."
    HORIZONTAL_BREAKPOINTS = theme.WIDTHS
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    AUTO_FOCUS = "SessionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", tooltip="Search all messages", id="search", priority=True),
        Binding("f", "filter", "filter", tooltip="Filter the list by letters of the key", id="filter", priority=True),
        Binding("r", "raw", "raw", tooltip="Raw lines or conversation", id="raw"),
        Binding("b", "backend", "backend", tooltip="The other backend of this folder", id="backend"),
        Binding("n,f3", "hit(1)", "next hit", show=False, id="next_hit"),
        Binding("N,shift+f3", "hit(-1)", "previous hit", show=False, id="previous_hit"),
        Binding("question_mark", "help", "help", tooltip="Help for what has the focus", id="help"),
        Binding("q", "app.quit", "quit", tooltip="Quit", id="quit"),
        Binding("escape", "back", "back", show=False, tooltip="Cancel, clear, leave or go back", id="back"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store)
        self._listed = listed
        self._clock = clock
        self._searcher = Searcher(self)
        self._before_hit: tuple[str, int | None] | None = None
        self._answered = ""

    def compose(self) -> ComposeResult:
        """Title, search, two panes, keys."""
        yield TitleLine(id="title")
        yield SearchBar(id="search")
        with Horizontal(id="panes"):
            yield ListingPane(id="side", clock=self._clock)
            yield ReadingPane(id="reading")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to read as soon as the empty screen stands."""
        self._side, self._reading = self.query_one(ListingPane), self.query_one(ReadingPane)
        self._transcript = self._reading.transcript
        self._bar, self._title = self.query_one(SearchBar), self.query_one(TitleLine)
        self._use(self.store, self._listed)

    def _use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        self.store = store
        self._before_hit = None
        self._title.path, self._title.backend = _path(store), store.backend
        self._title.sessions = self._title.messages = self._title.faults = None
        self._reading.close()
        self._side.read(store, listed)

    # ---- the list

    @on(ListingPane.Learned)
    def show_totals(self) -> None:
        """More is known of the sessions."""
        totals = self._side.totals
        self._title.sessions, self._title.messages, self._title.faults = totals.sessions, totals.messages, totals.faults
        if not totals.sessions:
            self._reading.close()
        elif self.key is not None and self.key in self._side.known:
            self._reading.describe(self._side.known[self.key])

    @on(ListingPane.Searchable)
    def search_again(self) -> None:
        """More can be found now than when the search was made."""
        if self._bar.value:
            self._searcher.search(self.store, self._bar.value)

    @on(messages.Switched)
    def switch_store(self, report: messages.Switched) -> None:
        """The other backend of the folder is open."""
        self._bar.value = ""
        self._use(report.store)

    @on(messages.Progressed)
    def show_progress(self, report: messages.Progressed) -> None:
        """Long work goes on."""
        if report.total:
            share = report.done / report.total
            self._title.work = f"{report.label} {share:.0%} {figures.bar(share)}"

    @on(messages.Finished)
    def end_progress(self, report: messages.Finished) -> None:
        """Work is over."""
        if report.errand in (messages.CHANGE, messages.LIST):
            self._title.work = ""

    # ---- the session

    @property
    def key(self) -> str | None:
        """The session that is open."""
        return self._reading.key

    def changed(self, keys: tuple[str, ...]) -> None:
        """Read the list again, and the open session where it is one of these; the place stays."""
        self._side.read_again(self.store)
        if self.key is not None and self.key in keys:
            self._open(self.key, self._transcript.place)

    @on(SessionList.Chosen)
    def choose_session(self, event: SessionList.Chosen) -> None:
        """The cursor came to a session: show it."""
        self._before_hit = None
        self._open(event.key)

    @on(SessionList.Opened)
    def read_session(self, event: SessionList.Opened) -> None:
        """The person wants to read it."""
        if event.key != self.key:
            self._open(event.key)
        self._read()

    def _read(self) -> None:
        self.add_class("-reading")
        self.set_focus(self._transcript)

    def _leave(self) -> None:
        self.remove_class("-reading")
        self.set_focus(self._side.list)

    def _open(self, key: str, row: int | None = None) -> None:
        session = self._side.known.get(key)
        if session is None:
            self._reading.close()
        else:
            self._reading.open(self.store, session, row)

    # ---- search

    @on(Input.Changed, "SearchBar")
    def search(self, event: Input.Changed) -> None:
        """A key was typed into the search bar."""
        self._bar.set_class(bool(event.value), "-asked")
        if event.value:
            self._searcher.search(self.store, event.value)
            return
        self._searcher.cancel()
        self._bar.tell_nothing()
        self._side.hide_hits()
        self._transcript.highlight(nothing)

    @on(messages.Searched)
    def show_hits(self, report: messages.Searched) -> None:
        """The answer to it."""
        if self._searcher.is_stale(report):
            return
        found = partial(spans, report.query) if report.query else nothing
        self._side.show_hits(report.found, found, again=report.text == self._answered)
        self._answered = report.text
        self._bar.tell(report.found.total, len(report.found.hits), report.found.note)
        self._transcript.highlight(found)

    @on(SearchBar.Walked)
    def walk_hits(self, event: SearchBar.Walked) -> None:
        """↑ and ↓ in the bar move in the list below it."""
        self._side.list.action_move(event.hits)

    @on(Input.Submitted, "SearchBar")
    def enter_hit(self) -> None:
        """Enter in the bar goes to the hit under the cursor, or to the session."""
        self._side.list.action_open()

    @on(Input.Submitted, "FilterBar")
    def keep_filter(self) -> None:
        """Enter in the filter keeps it and goes to the list."""
        self.set_focus(self._side.sessions)

    @on(HitList.Opened)
    def go_to_hit(self, event: HitList.Opened) -> None:
        """Open the session at the message that was found."""
        if self._before_hit is None and self.key is not None:
            self._before_hit = (self.key, self._transcript.place)
        self._side.sessions.choose(event.hit.key)
        self._open(event.hit.key, _row(event.hit))
        self._read()

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an input, / and f are letters; elsewhere they go before other keys, so that no letter behind is lost."""
        return not (action in ("search", "filter") and isinstance(self.focused, Input))

    def action_search(self) -> None:
        """To the search bar; where one pane is shown at a time, the one with the hits."""
        self.remove_class("-reading")
        self.set_focus(self._bar)

    def action_filter(self) -> None:
        """To the filter of the list."""
        self.remove_class("-reading")
        self._bar.value = ""
        self._side.open_filter()

    def action_hit(self, hits: int) -> None:
        """To the next hit, or the previous."""
        if self._side.hits.hit is None:
            ink.notice(self, visible("there are no hits to go to: / searches"))
            return
        self._side.hits.action_move(hits)
        self._side.hits.action_open()

    def action_raw(self) -> None:
        """Raw lines or conversation."""
        self._reading.toggle_raw()

    def action_backend(self) -> None:
        """The other backend of this folder."""
        self._side.switch(self.store)

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
                self._side.close_filter()
                self.set_focus(self._side.sessions)
        elif isinstance(focused, SearchBar):
            if focused.value:
                focused.value = ""
            else:
                self._leave()
        elif self._before_hit is not None:
            (key, row), self._before_hit = self._before_hit, None
            self._side.sessions.choose(key)
            self._open(key, row)
            self._leave()
        elif focused is self._transcript:
            self._leave()
        elif self._bar.value:
            self._bar.value = ""
        elif self._side.filtering:
            self._side.close_filter()


def _row(hit: Hit) -> int:
    """The row of a transcript that a hit is: its line in a file, its number in a database."""
    return max(0, (hit.address.line or hit.ordinal or 1) - 1)


def _path(store: Store) -> str:
    path, home = written(str(store.path)), os.path.expanduser("~")
    return "~" + path.removeprefix(home) if path.startswith(home + "/") else path
