"""A screen in which messages are searched for: what was asked, what was answered, and where one was before a hit.

An answer is shown when nothing else was asked since; it is asked for again, quietly, when more can be found. It draws
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Input

from sessiontui.model import Hit, Session
from sessiontui.query.match import places, spans
from sessiontui.store.protocol import Store
from sessiontui.tui import ink, messages
from sessiontui.tui.messages import Asked
from sessiontui.tui.nothing_found import advice
from sessiontui.tui.panes.listing import ListingPane
from sessiontui.tui.screens.viewing import ViewingScreen
from sessiontui.tui.taste import Remember
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.message_view import nothing
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.transcript import Transcript
from sessiontui.tui.work.searcher import Locator, Searcher, row_of
from sessiontui.visible import visible

SLOW: Final = 0.2
"""Seconds without an answer before the bar says that it is searching."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a person was."""

    key: str
    row: int | None
    reading: bool


class SearchingScreen(ViewingScreen):
    """Messages of all sessions found by words, and gone to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", tooltip="Search all messages", id="search", priority=True),
        Binding("n,f3", "hit(1)", "next hit", show=False, tooltip="Next hit", id="next_hit"),
        Binding("N,shift+f3", "hit(-1)", "previous hit", show=False, tooltip="Previous hit", id="previous_hit"),
        Binding("v", "order", "order", show=False, tooltip="Hits newest first or by relevance", id="order"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store, clock, listed)
        self._searcher, self._locator = Searcher(self), Locator(self)
        self._relevance = False
        self._asked: Asked | None = None
        self._answer: messages.Searched | None = None
        self._went: Hit | None = None
        self._before: _Place | None = None
        self._reading = False
        self._entering = False
        self._pending = self._grew = False
        self._slow: Timer | None = None

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on; nobody was anywhere in it yet."""
        self._before = self._went = None
        super().use(store, listed)
        if self._asked is not None:
            self._put(Asked(self._asked.text, self._asked.relevance))

    # ---- what is asked

    @property
    def _waiting(self) -> bool:
        """Whether what is shown is no answer to what was asked last."""
        asked, answer = self._asked, self._answer
        return asked is not None and (
            answer is None or (asked.text, asked.relevance) != (answer.asked.text, answer.asked.relevance)
        )

    @on(Input.Changed, "SearchBar")
    def search(self, event: Input.Changed) -> None:
        """A key was typed into the search bar."""
        self.bar.set_class(bool(event.value), "-asked")
        self._entering = False
        if event.value:
            self._put(Asked(event.value, self._relevance))
        else:
            self._forget()

    @on(ListingPane.Searchable)
    def search_again(self) -> None:
        """More can be found now than when the search was made."""
        self._grew = True
        if not self._pending:
            self._repeat()

    @on(HitList.MoreWanted)
    def search_further(self) -> None:
        """The end of what is shown comes near."""
        if self._answer is not None and not self._waiting:
            self._put(self._answer.asked.wider())

    def _put(self, asked: Asked, keep: Hit | None = None) -> None:
        self._asked, self._grew, self._pending = asked, False, True
        self._searcher.search(self.store, asked, keep)
        if self._waiting and self._slow is None:
            self._slow = self.set_timer(SLOW, self._tell_waiting)

    def _repeat(self) -> None:
        if self._grew and self._asked is not None:
            self._put(self._asked, self.side.hits.hit)

    def _tell_waiting(self) -> None:
        self._slow = None
        if self._waiting:
            self.bar.tell_waiting()
            self.side.hits.outdate()

    def _end_waiting(self) -> None:
        self._pending = False
        if self._slow is not None:
            self._slow.stop()
            self._slow = None

    def _forget(self) -> None:
        """Nothing is searched for."""
        self._end_waiting()
        self._searcher.cancel()
        self._locator.cancel()
        self._asked = self._answer = self._went = None
        self.bar.tell_nothing()
        self.side.hide_hits()
        self.reading.transcript.highlight(nothing)
        self._show_rows(())

    # ---- what is answered

    @on(messages.Searched)
    def show_answer(self, report: messages.Searched) -> None:
        """The answer, unless something else was asked since."""
        if self._searcher.is_stale(report):
            return
        self._end_waiting()
        before, asked, found, query = self._answer, report.asked, report.found, report.query
        self._answer, self._asked = report, asked
        same = before is not None and before.asked.text == asked.text
        resorted = before is not None and before.asked.relevance != asked.relevance
        untouched = self._went is None and not self.side.hits.cursor
        self.side.hits.picture = visible(advice(asked.text, query, found.note), lines=True)
        self.side.show_hits(found, partial(places, query), same and not (resorted and untouched), asked.has_more(found))
        order = "by relevance" if asked.relevance and not query.substrings else "newest"
        self.bar.tell(found.total, len(found.hits), order, found.note)
        if not same:
            self._went = None
            self.reading.transcript.highlight(partial(spans, query) if query else nothing)
            self._show_rows(())
        if self._entering:
            self._entering = False
            self.side.list.action_open()
        self._repeat()

    @on(messages.Failed)
    def show_no_answer(self, report: messages.Failed) -> None:
        """The store can't be asked; what was shown before is no answer."""
        if report.errand == Searcher.name and not self._searcher.is_stale(report):
            self._end_waiting()
            self.bar.tell_failure()

    def _locate(self) -> None:
        """Find where the hits of the open session are."""
        if self._answer is None or self._waiting or self.key is None:
            return
        self._locator.locate(self.store, self._answer.query, self.key)

    @on(messages.Located)
    def show_located(self, report: messages.Located) -> None:
        """They are known."""
        if not self._locator.is_stale(report) and report.key == self.key:
            self._show_rows(report.rows)

    def _show_rows(self, rows: tuple[int, ...]) -> None:
        went = row_of(self._went) if self._went is not None and self._went.key == self.key else None
        self.reading.show_hits(rows, rows.index(went) if went in rows else None)

    # ---- going to hits

    @on(SearchBar.Walked)
    def walk_hits(self, event: SearchBar.Walked) -> None:
        """↑ and ↓ in the bar move in the list below it."""
        if event.pages:
            self.side.list.action_page(event.pages)
        else:
            self.side.list.action_move(event.hits)

    @on(Input.Submitted, "SearchBar")
    def enter_hit(self) -> None:
        """Enter in the bar goes to the hit under the cursor, or to the session; where it must, it waits for the answer."""
        self._entering = self._waiting
        if not self._entering:
            self.side.list.action_open()

    @on(HitList.Opened)
    def go_to_hit(self, event: HitList.Opened) -> None:
        """Open the session at the message that was found."""
        if self._before is None and self.key is not None:
            self._before = _Place(self.key, self.reading.transcript.place, self._reading)
        self._went = event.hit
        self.side.sessions.choose(event.hit.key)
        self.open_session(event.hit.key, row_of(event.hit) or 0)
        self.enter_reading()
        self._keep_search()

    def open_session(self, key: str, row: int | None = None) -> None:
        """Show a session, and where in it the hits are."""
        super().open_session(key, row)
        self._locate()

    @on(SessionList.Chosen)
    def stay(self) -> None:
        """Who chose another session since does not want to go back."""
        self._before = None

    def return_from_hit(self) -> bool:
        """Go back to where one was before the hit: session, row and focus; False where one was nowhere."""
        if self._before is None:
            return False
        place, self._before, self._went = self._before, None, None
        self.side.sessions.choose(place.key)
        self.open_session(place.key, place.row)
        self._focus_on(place.reading)
        return True

    def leave_bar(self) -> None:
        """Back to where the focus was before."""
        self._focus_on(self._reading)

    def _focus_on(self, reading: bool) -> None:
        if reading:
            self.enter_reading()
        else:
            self.leave_reading()

    @on(events.DescendantFocus)
    def note_focus(self, event: events.DescendantFocus) -> None:
        """Remember whether one was reading before the search."""
        if isinstance(event.widget, SessionList | Transcript):
            self._reading = isinstance(event.widget, Transcript)

    @on(SearchBar.Left)
    def leave_search(self) -> None:
        """What was typed is worth remembering, and the open session may hold hits."""
        self._keep_search()
        self._locate()

    def _keep_search(self) -> None:
        if self.bar.keep():
            self.post_message(Remember({"searches": self.bar.earlier}))

    # ---- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an input, / is a letter; elsewhere it goes before other keys, so that no letter behind it is lost."""
        if action == "search" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """To the search bar; where one pane is shown at a time, the one with the hits."""
        self.remove_class("-reading")
        self.set_focus(self.bar)

    def action_hit(self, step: int) -> None:
        """To the next hit, or the previous; the first time, to the one under the cursor."""
        hits = self.side.hits
        if self._waiting:
            self._entering = True
        elif hits.hit is None:
            self._notify("there are no hits to go to: / searches")
        elif self._went is None and step > 0:
            hits.action_open()
        elif 0 <= hits.cursor + step < hits.count:
            hits.action_move(step)
            hits.action_open()
        elif step > 0:
            self._notify("the next hits are being fetched" if hits.has_more else "this is the last hit")
        else:
            self._notify("this is the first hit")

    def action_order(self) -> None:
        """Newest first, or by relevance; the hit that one is at stays under the cursor."""
        if self._asked is None:
            self._notify("there are no hits to sort: / searches")
            return
        self._relevance = not self._relevance
        if self._relevance and self._answer is not None and self._answer.query.substrings:
            self._notify("what is looked for as it stands can't be ranked: it is shown newest first")
        hits = self.side.hits
        keep = hits.hit if hits.cursor or self._went is not None else None
        self._put(replace(self._asked, relevance=self._relevance), keep)

    def _notify(self, note: str) -> None:
        self.app.clear_notifications()
        ink.notice(self, visible(note))
