"""A store on a screen: its sessions at the left, one of them at the right, what is known of it all above.

This screen wires: widgets post what the person did, errands report what the disk says, and here the one is made to
follow from the other. It holds which store is open; it draws nothing. How to find something in it is ``browser``'s.
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

from sessiontui.config import Remembered
from sessiontui.dialects.keys import written
from sessiontui.model import Backend, Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink, theme
from sessiontui.tui.panes.listing import ListingPane, Totals, cannot_read
from sessiontui.tui.panes.reading import GONE, ReadingPane
from sessiontui.tui.screens.changing import ChangingScreen
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.splitter import SplitPanes, Splitter
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.visible import visible


class ViewingScreen(ChangingScreen):
    """The sessions of one store and one of them open."""

    HORIZONTAL_BREAKPOINTS = theme.WIDTHS
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "raw", "raw", tooltip="Raw lines or conversation", id="raw"),
        Binding("b", "backend", "backend", tooltip="The other backend of this folder", id="backend"),
        Binding("i", "about", "about", tooltip="About this session: roles, damage, activity", id="about"),
        Binding("s", "sort", "sort", show=False, tooltip="Sort the list by the next column", id="sort"),
        Binding("S", "turn", "turn", show=False, tooltip="Sort the list the other way round", id="sort_turn"),
        Binding("space", "mark", "mark", tooltip="Mark the session, so that a key means several", id="mark"),
        Binding("asterisk,ctrl+a", "mark_all", "mark all", show=False, tooltip="Mark all shown", id="mark_all"),
        Binding(
            "left_square_bracket", "user(-1)", "previous turn", show=False, tooltip="Previous user turn", id="turn_up"
        ),
        Binding("right_square_bracket", "user(1)", "next turn", show=False, tooltip="Next user turn", id="turn_down"),
        Binding("colon", "place", "go to", show=False, tooltip="Go to a message or line", id="place"),
        Binding("y", "copy", "copy", show=False, tooltip="Copy the message under the cursor", id="copy"),
        Binding("Y", "copy_all", "copy all", show=False, tooltip="Copy the whole session", id="copy_all"),
        Binding("f5", "refresh", "read again", show=False, tooltip="Read the list again, all of it", id="refresh"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store)
        self._listed = listed
        self._clock = clock
        self._left: tuple[str, int | None] | None = None
        self.live = True
        """Whether what others do to the store is followed."""

    def compose(self) -> ComposeResult:
        """Title, search, two panes, keys."""
        yield TitleLine(id="title")
        yield SearchBar(id="search")
        with SplitPanes(id="panes"):
            yield ListingPane(id="side", clock=self._clock)
            yield Splitter()
            yield ReadingPane(id="reading")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to read as soon as the empty screen stands."""
        self.side, self.reading = self.query_one(ListingPane), self.query_one(ReadingPane)
        self.bar, self.title_line = self.query_one(SearchBar), self.query_one(TitleLine)
        self.side.live = self.live
        remembered = getattr(self.app, "remembered", Remembered())
        self.side.start_sorted(remembered.sort, remembered.sort_reversed)
        self.bar.earlier = remembered.searches
        self.query_one(SplitPanes).chosen = remembered.side_width
        self.use(self.store, self._listed)

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on. ``listed``: somebody reads its list already."""
        self.store = store
        self.check_writability()
        self.title_line.path, self.title_line.backend = _path(store), store.backend
        self.title_line.tell(*Totals())
        self._left = None
        self.reading.close()
        self.side.read(store, listed)

    # ---- the list

    @on(ListingPane.Learned)
    def show_totals(self) -> None:
        """More is known of the sessions."""
        totals = self.side.totals
        self.title_line.tell(*totals)
        if self.side.lost:
            return
        if not totals.sessions:
            self.reading.close()
        elif self._left is not None:
            self._return()
        elif self.key is not None and self.key in self.side.known:
            self.reading.describe(self.side.known[self.key])

    @on(messages.Switched)
    def switch_store(self, report: messages.Switched) -> None:
        """The other backend of the folder is open."""
        self.bar.value = ""
        self.use(report.store)

    @on(messages.Progressed)
    def show_progress(self, report: messages.Progressed) -> None:
        """Long work goes on."""
        if report.total:
            share = report.done / report.total
            self.title_line.work = f"{report.label} {share:.0%} {figures.bar(share)}"

    @on(messages.Finished)
    def end_progress(self, report: messages.Finished) -> None:
        """Work is over."""
        if report.task in messages.SHOWN:
            self.title_line.work = ""

    # ---- the session

    @property
    def key(self) -> str | None:
        """The session that is open."""
        return self.reading.key

    @property
    def marked(self) -> tuple[str, ...]:
        """The sessions that are marked in the list."""
        return self.side.marked

    @property
    def now(self) -> datetime:
        """The time by the screen's clock."""
        return self._clock()

    def changed(self, keys: tuple[str, ...]) -> None:
        """Read the list again, and the open session where it is one of these; the place stays."""
        self.side.read_again(but=keys)
        if self.key is not None and self.key in keys:
            self.open_session(self.key, self.reading.transcript.location)

    # ---- what others do to it

    @on(messages.Touched)
    def follow_session(self, report: messages.Touched) -> None:
        """Somebody touched the store: the open session may be longer, or gone."""
        key = self.key
        if key is None or (report.keys is not None and key not in report.keys):
            return
        session = self.side.known.get(key)
        if session is None:
            self._leave(GONE)
        else:
            self.reading.follow(session)

    @on(ListingPane.Lost)
    def lose_store(self, event: ListingPane.Lost) -> None:
        """The store can't be read: nothing of it is shown, for nobody knows whether it still is so."""
        self._leave(cannot_read("It can't be read.", event.error))

    @on(messages.Appeared)
    def tell_of_other(self, report: messages.Appeared) -> None:
        """The folder has another home now."""
        what = "sessions.db is" if report.backend is Backend.SQLITE else "files of sessions are"
        ink.notice(self, visible(f"{what} in this folder now · in the browser b shows what is there"))

    def _leave(self, note: str) -> None:
        """Show a sentence in place of the open session, until it is back."""
        if self.key is not None:
            self._left = self.key, self.reading.transcript.location
        self.reading.close(note)

    def _return(self) -> None:
        if self._left is not None and self._left[0] not in self.side.known:
            self.reading.close(GONE)
        elif self._left is not None:
            (key, row), self._left = self._left, None
            self.side.sessions.choose(key)
            self.open_session(key, row)

    @on(SessionList.Chosen)
    def choose_session(self, event: SessionList.Chosen) -> None:
        """The cursor came to a session: show it, unless it is the one that was open."""
        if event.key != self.key:
            self.open_session(event.key)

    @on(SessionList.Opened)
    def read_session(self, event: SessionList.Opened) -> None:
        """The person wants to read it."""
        if event.key != self.key:
            self.open_session(event.key)
        self.enter_reading()

    def enter_reading(self) -> None:
        """Into the transcript; where one pane is shown at a time, it is that one now."""
        self.add_class("-reading")
        self.set_focus(self.reading.transcript)

    def leave_reading(self) -> None:
        """Back to the list."""
        self.remove_class("-reading")
        self.set_focus(self.side.list)

    def open_session(self, key: str, row: int | None = None) -> None:
        """Show a session of the list at its end, or at a row."""
        session = self.side.known.get(key)
        self._left = None
        if session is None:
            self.reading.close(GONE)
        else:
            self.reading.open(self.store, session, row)

    # ---- keys

    def action_raw(self) -> None:
        """Raw lines or conversation."""
        self.reading.toggle_raw()

    def action_user(self, step: int) -> None:
        """The next turn of the user, or the previous."""
        self.enter_reading()
        self.reading.turn(step)

    async def action_place(self) -> None:
        """Ask where to go in the session."""
        self.enter_reading()
        await self.reading.ask_location()

    def action_copy(self) -> None:
        """Copy the message under the cursor."""
        self.reading.copy_message()

    def action_copy_all(self) -> None:
        """Copy the whole session."""
        self.reading.copy_session()

    def action_sort(self) -> None:
        """The next column to sort the list by."""
        self.side.sort_next()

    def action_turn(self) -> None:
        """The other direction."""
        self.side.sort_turn()

    def action_mark(self) -> None:
        """Mark the session under the cursor."""
        self.side.mark()

    def action_mark_all(self) -> None:
        """Mark all that the list shows."""
        self.side.mark_all()

    def action_about(self) -> None:
        """About the open session."""
        session = None if self.key is None else self.side.known.get(self.key)
        if session is None:
            ink.notice(self, visible("no session is open"))
            return
        from sessiontui.tui.about import AboutScreen

        self.app.clear_notifications()
        self.app.push_screen(AboutScreen(self.store, session, self._clock(), partial(self.go_to_row, session.key)))

    def go_to_row(self, key: str, row: int | None = None) -> None:
        """Read a session at its end, or at a row."""
        self.side.sessions.choose(key)
        self.open_session(key, row)
        self.enter_reading()

    def action_backend(self) -> None:
        """The other backend of this folder."""
        self.side.switch(self.store)

    def action_refresh(self) -> None:
        """Read the list again, all of it, and what the open session holds now."""
        self.side.read_again(but=tuple(self.side.known))
        if self.key is not None and self.key in self.side.known:
            self.reading.follow(self.side.known[self.key])


def _path(store: Store) -> str:
    path, home = written(str(store.path)), os.path.expanduser("~")
    return "~" + path.removeprefix(home) if path.startswith(home + "/") else path
