"""Going to what a search found, from hit to hit and back again, and showing where in the open session the hits are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

from sessiontui.model import Hit
from sessiontui.tui.browser.search import SearchController
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.notices import reply, show_error
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.search_task import locate, row_of
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.query.ast import Query
    from sessiontui.store.protocol import Store

NAMED: Final = "n next · N previous · v order"


class HitWalk:
    """Hits that are gone to."""

    KEYS: ClassVar[Sequence[Binding]] = [
        Binding("n,f3", "hit(1)", "next hit", show=False, tooltip="Next hit", id="next_hit"),
        Binding("N,shift+f3", "hit(-1)", "previous hit", show=False, tooltip="Previous hit", id="previous_hit"),
    ]

    def __init__(self, search: SearchController, opener: SessionOpener) -> None:
        self._search, self._opener = search, opener
        self._side, self._reading = opener.side, opener.reading
        self._before: tuple[str, int | None] | None = None
        """The session that was open before the first hit that was gone to, and the row."""
        self._was_reading = self._read_before = False
        """Whether the transcript had the focus before the search; before that hit."""
        self._task = BackgroundTask(self._side, "locate", failed=partial(show_error, self._side))
        self._rows: tuple[int, ...] | None = None
        opener.opened, search.changed, self._reading.copier.hit = self.locate, self._update, self._focused

    def go_to(self, hit: Hit) -> None:
        """Open the session at the message that was found."""
        if self._before is None and self._reading.key is not None:
            self._before = self._reading.key, self._reading.transcript.location
            self._read_before = self._was_reading
        self._search.went = hit
        self._side.choose(hit.key)
        row = row_of(hit) or 0
        if not self._reading.go_to_hit(hit.key, row):
            self._opener.open(hit.key, row)
        elif self._rows is not None:
            self._tell_rows()
        else:
            self.locate()
        self._reading.transcript.enter()
        self._search.keep()

    def go_back(self) -> bool:
        """Go back to session, row and focus of before the hits; False where one was nowhere."""
        if self._before is None:
            return False
        (key, row), self._before = self._before, None
        self._side.choose(key)
        self._opener.open(key, row)
        self._focus(self._read_before)
        self._search.went = None
        return True

    def forget(self) -> None:
        """Go back nowhere: the person chose another session since."""
        self._before = None

    def leave_bar(self) -> None:
        """Back to where the focus was before the search."""
        self._focus(self._was_reading)

    def _focus(self, reading: bool) -> None:
        if reading:
            self._reading.transcript.enter()
        else:
            self._side.enter()

    def action_hit(self, step: int) -> None:
        """To the next hit, or the previous; the first time, to the one under the cursor."""
        hits = self._side.hits
        if self._search.waiting:
            self._search.enter()
        elif hits.hit is None:
            reply(self._side, "there are no hits to go to: / searches")
        elif self._search.went is None and step > 0:
            hits.action_open()
        elif 0 <= hits.cursor + step < hits.count:
            hits.action_move(step)
            hits.action_open()
        elif step > 0:
            reply(self._side, "the next hits are being fetched" if hits.has_more else "this is the last hit")
        else:
            reply(self._side, "this is the first hit")

    def note_focus(self, widget: Widget) -> None:
        """Say on the list which keys go from hit to hit, where they do; remember whether the person was reading."""
        self._side.hits.border_subtitle = None if isinstance(widget, Input) else ink.content(visible(NAMED))
        if isinstance(widget, SessionList | TranscriptView):
            self._was_reading = isinstance(widget, TranscriptView)

    def _focused(self) -> tuple[Store, Hit, Query] | None:
        """The hit under the cursor with its store and what was searched for, where the hits have the focus."""
        hits, answer = self._side.hits, self._search.answer
        if not hits.has_focus or hits.hit is None or answer is None:
            return None
        return self._opener.store, hits.hit, answer.query

    # ---- the hits of the open session

    def _update(self, same: bool) -> None:
        """There is another answer, or none. Where the hits of the same text are shown, find them again."""
        located = self._rows is not None
        if not same:
            self._unlocate()
            self._highlight()
        elif located:
            self.locate()

    def _highlight(self) -> None:
        spans: Spans = nothing
        if self._search.answer is not None and self._search.answer.query:
            from sessiontui.query import match

            spans = partial(match.spans, self._search.answer.query)
        self._reading.transcript.highlight(spans)

    def locate(self) -> None:
        """Find the hits of the open session."""
        answer, key = self._search.answer, self._reading.key
        if answer is None or self._search.waiting or key is None:
            self._unlocate()
        else:
            work = partial(locate, self._opener.store, answer.query, key, answer.request.relevance)
            self._task.start(work, partial(self._located, key))

    def locate_once(self) -> None:
        """Find them, unless they are known."""
        if self._rows is None:
            self.locate()

    def _unlocate(self) -> None:
        self._task.cancel()
        self._rows = None
        self._reading.show_hits((), None)

    def _located(self, key: str, rows: tuple[int, ...]) -> None:
        if key == self._reading.key:
            self._rows = rows
            self._tell_rows()

    def _tell_rows(self) -> None:
        rows, hit = self._rows or (), self._search.went
        went = row_of(hit) if hit is not None and hit.key == self._reading.key else None
        self._reading.show_hits(rows, rows.index(went) if went in rows else None)
