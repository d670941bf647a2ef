"""A screen in which one goes to what was found, from hit to hit, and back to where one was before.

It holds where that was, and where the hits of the open session are; it draws nothing and asks no store for hits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.screens.searching import SearchingScreen
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.tui.work.search_task import HitLocator, row_of
from sessiontui.visible import visible

KEYS: Final = "n next · N previous · v order"


class _Location(NamedTuple):
    """Where a person was."""

    key: str
    row: int | None
    reading: bool


class FindingScreen(SearchingScreen):
    """Hits that are gone to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,f3", "hit(1)", "next hit", show=False, tooltip="Next hit", id="next_hit"),
        Binding("N,shift+f3", "hit(-1)", "previous hit", show=False, tooltip="Previous hit", id="previous_hit"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store, clock, listed)
        self._locator = HitLocator(self)
        self._rows: tuple[int, ...] | None = None
        self._before: _Location | None = None
        self._reading = False

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on; nobody was anywhere in it yet."""
        self._before = None
        super().use(store, listed)

    # ---- going there and back

    @on(HitList.Opened)
    def go_to_hit(self, event: HitList.Opened) -> None:
        """Open the session at the message that was found."""
        if self._before is None and self.key is not None:
            self._before = _Location(self.key, self.reading.transcript.location, self._reading)
        self.went = hit = event.hit
        self.side.sessions.choose(hit.key)
        row = row_of(hit) or 0
        if not self.reading.go_to_hit(hit.key, row):
            self.open_session(hit.key, row)
        elif self._rows is not None:
            self._tell_rows()
        else:
            self._locate()
        self.enter_reading()
        self.keep_search()

    @on(SessionList.Chosen)
    def stay(self) -> None:
        """Who chose another session since does not want to go back."""
        self._before = None

    @on(events.DescendantFocus)
    def note_focus(self, event: events.DescendantFocus) -> None:
        """Remember whether one was reading before the search; say which keys go from hit to hit where they do."""
        typing = isinstance(event.widget, Input)
        self.side.hits.border_subtitle = None if typing else ink.content(visible(KEYS))
        if isinstance(event.widget, SessionList | TranscriptView):
            self._reading = isinstance(event.widget, TranscriptView)

    def return_from_hit(self) -> bool:
        """Go back to where one was before the hit: session, row and focus; False where one was nowhere."""
        if self._before is None:
            return False
        location, self._before, self.went = self._before, None, None
        self.side.sessions.choose(location.key)
        self.open_session(location.key, location.row)
        self._focus_on(location.reading)
        return True

    @on(SearchBar.Left)
    def leave_search(self) -> None:
        """Who leaves the bar with text in it wants to see the hits of the open session."""
        self.keep_search()
        if self._rows is None:
            self._locate()

    def leave_bar(self) -> None:
        """Back to where the focus was before."""
        self._focus_on(self._reading)

    def _focus_on(self, reading: bool) -> None:
        if reading:
            self.enter_reading()
        else:
            self.leave_reading()

    def action_hit(self, step: int) -> None:
        """To the next hit, or the previous; the first time, to the one under the cursor."""
        hits = self.side.hits
        if self.waiting:
            self.enter_hit()
        elif hits.hit is None:
            self.say("there are no hits to go to: / searches")
        elif self.went is None and step > 0:
            hits.action_open()
        elif 0 <= hits.cursor + step < hits.count:
            hits.action_move(step)
            hits.action_open()
        elif step > 0:
            self.say("the next hits are being fetched" if hits.has_more else "this is the last hit")
        else:
            self.say("this is the first hit")

    def action_copy(self) -> None:
        """Copy the message under the cursor, which may be a hit."""
        hits = self.side.hits
        if hits.has_focus and hits.hit is not None and self.answer is not None:
            self.reading.copy_hit(self.store, hits.hit, self.answer.query)
        else:
            super().action_copy()

    # ---- the hits of the open session

    def open_session(self, key: str, row: int | None = None) -> None:
        """Show a session, and where in it the hits are."""
        super().open_session(key, row)
        self._locate()

    def forget(self) -> None:
        """Nothing is searched for, so nothing is anywhere."""
        super().forget()
        self._unlocate()

    def show_answer(self, report: messages.Searched) -> None:
        """Where the hits of another search were says nothing of this one's; where one looks at them, find them."""
        located = self._rows is not None
        same = self.answer is not None and self.answer.request.text == report.request.text
        super().show_answer(report)
        if not same:
            self._unlocate()
        elif located:
            self._locate()

    def _locate(self) -> None:
        if self.answer is None or self.waiting or self.key is None:
            self._unlocate()
        else:
            answer = self.answer
            self._locator.locate(self.store, answer.query, self.key, answer.request.relevance)

    def _unlocate(self) -> None:
        self._locator.cancel()
        self._rows = None
        self.reading.show_hits((), None)

    @on(messages.Located)
    def show_located(self, report: messages.Located) -> None:
        """They are known."""
        if not self._locator.is_stale(report) and report.key == self.key:
            self._rows = report.rows
            self._tell_rows()

    def _tell_rows(self) -> None:
        rows = self._rows or ()
        went = row_of(self.went) if self.went is not None and self.went.key == self.key else None
        self.reading.show_hits(rows, rows.index(went) if went in rows else None)
