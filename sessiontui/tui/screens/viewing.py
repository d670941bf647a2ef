"""A store on a screen: its sessions at the left, one of them at the right, what is known of it all above.

This screen wires: widgets post what the person did, errands report what the disk says, and here the one is made to
follow from the other. It holds which store is open; it draws nothing. How to find something in it is ``browser``'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from sessiontui.dialects.keys import written
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import figures, messages, theme
from sessiontui.tui.panes.listing import ListingPane
from sessiontui.tui.panes.reading import ReadingPane
from sessiontui.tui.screens.changing import ChangingScreen
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.title import TitleLine


class ViewingScreen(ChangingScreen):
    """The sessions of one store and one of them open."""

    HORIZONTAL_BREAKPOINTS = theme.WIDTHS
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "raw", "raw", tooltip="Raw lines or conversation", id="raw"),
        Binding("b", "backend", "backend", tooltip="The other backend of this folder", id="backend"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store)
        self._listed = listed
        self._clock = clock

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
        self.side, self.reading = self.query_one(ListingPane), self.query_one(ReadingPane)
        self.bar, self.title_line = self.query_one(SearchBar), self.query_one(TitleLine)
        self.use(self.store, self._listed)

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on. ``listed``: somebody reads its list already."""
        self.store = store
        self.judge()
        self.title_line.path, self.title_line.backend = _path(store), store.backend
        self.title_line.sessions = self.title_line.messages = self.title_line.faults = None
        self.reading.close()
        self.side.read(store, listed)

    # ---- the list

    @on(ListingPane.Learned)
    def show_totals(self) -> None:
        """More is known of the sessions."""
        totals, title = self.side.totals, self.title_line
        title.sessions, title.messages, title.faults = totals.sessions, totals.messages, totals.faults
        if not totals.sessions:
            self.reading.close()
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
        if report.errand in (messages.CHANGE, messages.LIST):
            self.title_line.work = ""

    # ---- the session

    @property
    def key(self) -> str | None:
        """The session that is open."""
        return self.reading.key

    @property
    def marked(self) -> tuple[str, ...]:
        """The sessions that are marked in the list."""
        marked: tuple[str, ...] = getattr(self.side, "marked", ())
        return marked

    @property
    def now(self) -> datetime:
        """The time by the screen's clock."""
        return self._clock()

    def changed(self, keys: tuple[str, ...]) -> None:
        """Read the list again, and the open session where it is one of these; the place stays."""
        self.side.read_again(self.store)
        if self.key is not None and self.key in keys:
            self.open_session(self.key, self.reading.transcript.place)

    @on(SessionList.Chosen)
    def choose_session(self, event: SessionList.Chosen) -> None:
        """The cursor came to a session: show it."""
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
        if session is None:
            self.reading.close()
        else:
            self.reading.open(self.store, session, row)

    # ---- keys

    def action_raw(self) -> None:
        """Raw lines or conversation."""
        self.reading.toggle_raw()

    def action_backend(self) -> None:
        """The other backend of this folder."""
        self.side.switch(self.store)


def _path(store: Store) -> str:
    path, home = written(str(store.path)), os.path.expanduser("~")
    return "~" + path.removeprefix(home) if path.startswith(home + "/") else path
