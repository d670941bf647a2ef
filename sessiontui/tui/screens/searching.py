"""A screen in which messages are searched for: what was asked, and what was answered.

An answer is shown unless something else was asked since; the same is asked again, quietly, when more can be found. It
draws nothing, and what is done with a hit is ``finding``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import Input

from sessiontui.model import Hit, Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.messages import SearchRequest
from sessiontui.tui.panes.listing import ListingPane
from sessiontui.tui.preferences import Remember
from sessiontui.tui.screens.viewing import ViewingScreen
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import utc_now
from sessiontui.tui.widgets.side import Side
from sessiontui.tui.widgets.spans import nothing
from sessiontui.tui.work.search_task import SearchTask
from sessiontui.visible import visible

SLOW: Final = 0.2
"""Seconds without an answer before the bar says that it is searching."""


class SearchingScreen(ViewingScreen):
    """A question in the bar, its answer in the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", tooltip="Search all messages", id="search", priority=True),
        Binding(
            "f", "filter", "filter", tooltip="Filter the list by letters of key and name", id="filter", priority=True
        ),
        Binding("v", "order", "order", show=False, tooltip="Hits newest first or by relevance", id="order"),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store, clock, listed)
        self._searcher = SearchTask(self)
        self._relevance = False
        self._requested: SearchRequest | None = None
        self._entering = False
        self._pending = self._grew = False
        self._slow: Timer | None = None
        self.answer: messages.Searched | None = None
        """What is shown."""
        self.went: Hit | None = None
        """The hit of this search that one went to."""

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on, and what is found in it."""
        self.went = None
        super().use(store, listed)
        if self._requested is not None:
            self._put(SearchRequest(self._requested.text, self._requested.relevance, self.side.within))

    # ---- what is asked

    @property
    def waiting(self) -> bool:
        """Whether what is shown is no answer to what was asked last."""
        request, answer = self._requested, self.answer
        return request is not None and (answer is None or request[:3] != answer.request[:3])

    @on(Input.Changed, "SearchBar")
    def search(self, event: Input.Changed) -> None:
        """A key was typed into the search bar."""
        self.bar.set_class(bool(event.value), "-asked")
        self._entering = False
        if event.value:
            self._put(SearchRequest(event.value, self._relevance, self.side.within))
        else:
            self.forget()

    @on(Side.Narrowed)
    def search_within(self) -> None:
        """The filter leaves other sessions, and so other hits."""
        if self._requested is not None and self.side.within != self._requested.within:
            request = SearchRequest(self._requested.text, self._requested.relevance, self.side.within)
            self._put(request, self.side.hits.hit if self.went is not None else None)

    @on(ListingPane.Searchable)
    def search_again(self) -> None:
        """More can be found now than when the search was made."""
        self._grew = True
        if not self._pending:
            self._repeat()

    @on(HitList.MoreWanted)
    def search_further(self) -> None:
        """The end of what is shown comes near."""
        if self.answer is not None and not self.waiting:
            self._put(self.answer.request.wider(self.answer.found))

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
        self._entering = self.waiting
        if not self._entering:
            self.side.list.action_open()

    def _put(self, request: SearchRequest, keep: Hit | None = None) -> None:
        self._requested, self._grew, self._pending = request, False, True
        self._searcher.search(self.store, request, keep)
        if self.waiting and self._slow is None:
            self._slow = self.set_timer(SLOW, self._tell_waiting)

    def _repeat(self) -> None:
        if self._grew and self._requested is not None:
            self._put(self._requested._replace(counted=None), self.side.hits.hit)

    def _tell_waiting(self) -> None:
        self._slow = None
        if self.waiting:
            self.bar.tell_waiting()
            self.side.hits.outdate()

    def _end_waiting(self) -> None:
        self._pending = False
        if self._slow is not None:
            self._slow.stop()
            self._slow = None

    def forget(self) -> None:
        """Nothing is searched for."""
        self._end_waiting()
        self._searcher.cancel()
        self._requested = self.answer = self.went = None
        self.bar.tell_nothing()
        self.side.hide_hits()
        self.reading.transcript.highlight(nothing)

    # ---- what is answered

    @on(messages.Searched)
    def take_answer(self, report: messages.Searched) -> None:
        """The answer, unless something else was asked since."""
        if self._searcher.is_stale(report):
            return
        self._end_waiting()
        self.show_answer(report)
        if self._entering:
            self._entering = False
            self.side.list.action_open()
        self._repeat()

    def show_answer(self, report: messages.Searched) -> None:
        """Hits, how many there are, and where they stand in the open session."""
        from sessiontui.query.match import locations, spans
        from sessiontui.tui.words.nothing_found import advice, nowhere_else

        before, request, found, query = self.answer, report.request, report.found, report.query
        self.answer, self._requested = report, request
        same = before is not None and before.request.text == request.text and before.request.within == request.within
        resorted = before is not None and before.request.relevance != request.relevance
        untouched = self.went is None and not self.side.hits.cursor
        again = same and not (resorted and untouched)
        where = "" if request.within is None else nowhere_else(request.within.pattern)
        picture = found.note if found.pending else advice(request.text, query, found.note, where)
        self.side.hits.picture = visible(picture, lines=True)
        self.side.show_hits(found, partial(locations, query), again, request.has_more(found))
        order = "by relevance" if request.relevance and not query.substrings else "newest"
        self.bar.tell(
            found.total, len(found.hits), order, found.note, "" if request.within is None else request.within.pattern
        )
        if before is None or before.request.text != request.text:
            self.went = None
            self.reading.transcript.highlight(partial(spans, query) if query else nothing)

    @on(messages.Failed)
    def show_no_answer(self, report: messages.Failed) -> None:
        """The store can't be asked; what was shown before is no answer."""
        if report.task == SearchTask.name and not self._searcher.is_stale(report):
            self._end_waiting()
            self.app.clear_notifications()  # of the letter before
            self.bar.tell_failure()
            self.side.hits.outdate()

    # ---- keys

    def action_search(self) -> None:
        """To the search bar; where one pane is shown at a time, the one with the hits."""
        self.remove_class("-reading")
        self.set_focus(self.bar)

    def action_filter(self) -> None:
        """To the filter of the list, which leaves only the hits of what fits it."""
        self.remove_class("-reading")
        self.side.open_filter()

    def action_order(self) -> None:
        """Newest first, or by relevance; the hit that one is at stays under the cursor."""
        if self._requested is None:
            self.say("there are no hits to sort: / searches")
            return
        self._relevance = not self._relevance
        if self._relevance and self.answer is not None and self.answer.query.substrings:
            self.say("what is looked for as it stands can't be ranked: it is shown newest first")
        hits = self.side.hits
        keep = hits.hit if hits.cursor or self.went is not None else None
        self._put(self._requested._replace(relevance=self._relevance, counted=None), keep)

    def keep_search(self) -> None:
        """What stands in the bar is worth remembering."""
        if self.bar.keep():
            self.post_message(Remember({"searches": self.bar.earlier}))

    def say(self, note: str) -> None:
        """Tell the person something, in place of what was told before."""
        self.app.clear_notifications()
        ink.notice(self, visible(note))
