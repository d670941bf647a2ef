"""Search in all messages: what was asked, and what was answered.

An answer is shown unless something else was asked since; the same is asked again, quietly, when more can be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.binding import Binding
from textual.screen import Screen
from textual.timer import Timer

from sessiontui.model import Hit
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.notices import reply, show_error
from sessiontui.tui.preferences import Remember
from sessiontui.tui.tasks.background_task import BackgroundTask, ignore
from sessiontui.tui.tasks.search_task import Answer, SearchRequest, search
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.visible import visible

SLOW: Final = 0.2
"""Seconds without an answer before the bar says that it is searching."""


class SearchController:
    """A question in the bar, its answer in the list."""

    KEYS: ClassVar[Sequence[Binding]] = [
        Binding("slash", "search", "search", tooltip="Search all messages", id="search", priority=True),
        Binding(
            "f", "filter", "filter", tooltip="Filter the list by letters of key and name", id="filter", priority=True
        ),
        Binding("v", "order", "order", show=False, tooltip="Hits newest first or by relevance", id="order"),
    ]

    def __init__(self, screen: Screen[None], bar: SearchBar, opener: SessionOpener) -> None:
        self._screen, self._bar, self._opener, self._side = screen, bar, opener, opener.side
        self._side.narrowed = self._narrow
        self.changed: Callable[[bool], object] = ignore
        """Called after another answer, and where there is none any more, with whether the text is the same as before."""
        self._task = BackgroundTask(screen, "search", failed=self._fail)
        self._relevance = False
        self._requested: SearchRequest | None = None
        self._entering = False
        self._pending = self._grew = False
        self._slow: Timer | None = None
        self.answer: Answer | None = None
        """What is shown."""
        self.went: Hit | None = None
        """The hit of this search that one went to."""

    # ---- what is asked

    @property
    def waiting(self) -> bool:
        """Whether what is shown is no answer to what was asked last."""
        request, answer = self._requested, self.answer
        return request is not None and (answer is None or request[:3] != answer.request[:3])

    def ask(self, text: str) -> None:
        """Search for what stands in the bar."""
        self._bar.set_class(bool(text), "-asked")
        self._entering = False
        if text:
            self._put(SearchRequest(text, self._relevance, self._side.arranged.within))
        else:
            self._forget()

    def _narrow(self) -> None:
        """The filter leaves other sessions, and so other hits."""
        if self._requested is not None and (within := self._side.arranged.within) != self._requested.within:
            request = SearchRequest(self._requested.text, self._requested.relevance, within)
            self._put(request, self._side.hits.hit if self.went is not None else None)

    def ask_again(self) -> None:
        """More can be found now than when the search was made."""
        self._grew = True
        if not self._pending:
            self._repeat()

    def widen(self) -> None:
        """The end of what is shown comes near."""
        if self.answer is not None and not self.waiting:
            self._put(self.answer.request.wider(self.answer.found))

    def enter(self) -> None:
        """Go to the hit under the cursor, or to the session; where it must, wait for the answer."""
        self._entering = self.waiting
        if not self._entering:
            self._side.list.action_open()

    def keep(self) -> None:
        """What stands in the bar is worth remembering."""
        if self._bar.keep():
            self._screen.post_message(Remember({"searches": self._bar.earlier}))

    def _put(self, request: SearchRequest, keep: Hit | None = None) -> None:
        self._requested, self._grew, self._pending = request, False, True
        self._task.start(partial(search, self._opener.store, request, keep, self._take))
        if self.waiting and self._slow is None:
            self._slow = self._screen.set_timer(SLOW, self._tell_waiting)

    def _repeat(self) -> None:
        if self._grew and self._requested is not None:
            self._put(self._requested._replace(counted=None), self._side.hits.hit)

    def _tell_waiting(self) -> None:
        self._slow = None
        if self.waiting:
            self._bar.say("searching …")
            self._side.hits.outdate()

    def _end_waiting(self) -> None:
        self._pending = False
        if self._slow is not None:
            self._slow.stop()
            self._slow = None

    def _forget(self) -> None:
        """Nothing is searched for."""
        self._end_waiting()
        self._task.cancel()
        self._requested = self.answer = self.went = None
        self._bar.say("")
        self._side.hide_hits()
        self.changed(False)

    # ---- what is answered

    def _take(self, answer: Answer) -> None:
        self._end_waiting()
        self._show(answer)
        if self._entering:
            self._entering = False
            self._side.list.action_open()
        self._repeat()

    def _show(self, answer: Answer) -> None:
        """Hits, and how many there are."""
        from sessiontui.describe.nothing_found import advice, nowhere_else
        from sessiontui.query.match import locations

        before, hits, (request, query, found) = self.answer and self.answer.request, self._side.hits, answer
        self.answer, self._requested = answer, request
        same_text = before is not None and before.text == request.text
        again = same_text and before is not None and before.within == request.within
        if again and before is not None and before.relevance != request.relevance:
            again = self.went is not None or bool(hits.cursor)
        pattern = "" if request.within is None else request.within.pattern
        picture = (
            found.note
            if found.pending
            else advice(request.text, query, found.note, nowhere_else(pattern) if request.within is not None else "")
        )
        hits.picture = visible(picture, lines=True)
        self._side.show_hits(found, partial(locations, query), again, request.has_more(found))
        order = "by relevance" if request.relevance and not query.substrings else "newest"
        self._bar.tell(found.total, len(found.hits), order, found.note, pattern)
        if not same_text:
            self.went = None
        self.changed(same_text)

    def _fail(self, error: Exception) -> None:
        """The store can't be asked; what was shown before is no answer."""
        self._end_waiting()
        self._screen.app.clear_notifications()  # of the letter before
        self._bar.say("the search failed")
        self._side.hits.outdate()
        show_error(self._screen, error)

    # ---- keys

    def action_search(self) -> None:
        """To the search bar; where one pane is shown at a time, the one with the hits."""
        self._screen.remove_class("-reading")
        self._screen.set_focus(self._bar)

    def action_filter(self) -> None:
        """To the filter of the list, which leaves only the hits of what fits it."""
        self._side.open_filter()

    def action_order(self) -> None:
        """Newest first, or by relevance; the hit that one is at stays under the cursor."""
        if self._requested is None:
            reply(self._screen, "there are no hits to sort: / searches")
            return
        self._relevance = not self._relevance
        if self._relevance and self.answer is not None and self.answer.query.substrings:
            reply(self._screen, "what is looked for as it stands can't be ranked: it is shown newest first")
        hits = self._side.hits
        keep = hits.hit if hits.cursor or self.went is not None else None
        self._put(self._requested._replace(relevance=self._relevance, counted=None), keep)
