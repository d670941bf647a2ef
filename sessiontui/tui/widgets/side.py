"""The left pane: the sessions of the store and a filter for them, or what a search found in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from sessiontui.model import Found, Session
from sessiontui.tui.arrangement import ORDERS, Arrangement, Sort, Within
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.preferences import Remember
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.visible import Visible, visible


class Side(Covered, Vertical):
    """Shows sessions or hits, one of them at a time."""

    class Narrowed(Message):
        """The filter may leave other sessions than before."""

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._arranged = Arrangement()
        self._picture = visible("")
        self._narrowed = False
        """Whether there was a filter when it was last applied."""

    def compose(self) -> ComposeResult:
        """A filter that shows itself when it is asked for, above the lists."""
        yield FilterBar(id="filter")
        yield SessionList(id="sessions", clock=self._clock)
        yield HitList(id="hits", clock=self._clock)

    def on_mount(self) -> None:
        """Look at the filter's text itself: a message would come a frame later than the letter is painted."""
        self.watch(self.query_one(FilterBar), "value", self._narrow, init=False)

    @property
    def sessions(self) -> SessionList:
        """The list of sessions."""
        return self.query_one(SessionList)

    @property
    def hits(self) -> HitList:
        """The list of hits."""
        return self.query_one(HitList)

    @property
    def list(self) -> LineList:
        """The list that is shown."""
        return self.hits if self.has_class("-hits") else self.sessions

    def _shows_sessions(self) -> bool:
        """Whether sessions can be sorted and marked; where they can't be seen, the person is told how they can."""
        if self.list is self.sessions:
            return True
        self.app.clear_notifications()
        ink.notice(self, visible("hits are neither sorted by columns nor marked: Esc in the list shows the sessions"))
        return False

    @property
    def known(self) -> Mapping[str, Session]:
        """Every session by key, filtered or not."""
        return self._arranged.all

    # ---- sessions

    def show(self, sessions: Iterable[Session]) -> None:
        """These are the sessions now, newest first."""
        self._arranged.replace(sessions)
        self.sessions.marks &= self._arranged.all.keys()
        self._apply()

    def learn(self, sessions: Iterable[Session]) -> None:
        """Counts became known."""
        learned = [session for session in sessions if session.key in self._arranged.all]
        if self._arranged.learn(learned):
            self._apply()
        else:
            self.sessions.refresh()

    def say(self, note: str) -> None:
        """Why there are no sessions to show: a headline, and the next thing to do."""
        self._picture = visible(note, lines=True)
        if not self._arranged.pattern:
            self.sessions.picture = self._picture
            self.sessions.refresh()

    # ---- order

    @property
    def sort(self) -> Sort:
        """How the sessions are sorted."""
        return self._arranged.sort

    def start_sorted(self, name: str, turned: bool = False) -> None:
        """Sort as the person did the last time; nobody is told. A name that is none of an order's is ignored."""
        if name in ORDERS:
            self._arranged.sort_as(Sort(name, turned))
            if self.is_mounted:
                self._apply()

    def sort_by(self, name: str) -> None:
        """Sort by ``activity``, ``key``, ``messages``, ``size`` or ``faults``; a second time, the other way round."""
        self._sort(self.sort.by(name))

    def sort_next(self) -> None:
        """Sort by the next of these."""
        if self._shows_sessions():
            self._sort(self.sort.next)

    def sort_turn(self) -> None:
        """The other way round."""
        if self._shows_sessions():
            self._sort(self.sort.by(self.sort.name))

    def _sort(self, sort: Sort) -> None:
        self._arranged.sort_as(sort)
        self._apply()
        self.post_message(Remember({"sort": sort.name, "sort_reversed": sort.turned}))

    @on(SessionList.SortRequested)
    def sort_by_column(self, event: SessionList.SortRequested) -> None:
        """The name of a column was clicked."""
        event.stop()
        self.sort_by(event.order)

    # ---- marks

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked sessions, newest first; those too that a filter hides."""
        return tuple(key for key in self._arranged.all if key in self.sessions.marks)

    def mark(self) -> None:
        """Mark the session under the cursor or take its mark away, and go to the next one."""
        if self._shows_sessions() and self.sessions.session is not None:
            self._mark({self.sessions.session.key})
            self.sessions.action_move(1)

    def mark_all(self) -> None:
        """Mark all that are shown; where all of them are, take their marks away."""
        if self._shows_sessions():
            shown = set(self.sessions.keys)
            self._mark(shown if shown <= self.sessions.marks else shown - self.sessions.marks)

    def clear_marks(self) -> None:
        """Mark nothing any more."""
        self._mark(set(self.sessions.marks))

    def unmark(self, keys: Iterable[str]) -> None:
        """Take the marks of these sessions away."""
        self._mark(self.sessions.marks.intersection(keys))

    def _mark(self, turned: set[str]) -> None:
        self.sessions.marks ^= turned
        self.sessions.refresh()
        self._tell()

    @on(SessionList.Marked)
    def mark_one(self, event: SessionList.Marked) -> None:
        """A session was marked with the mouse."""
        event.stop()
        self._mark({event.key})

    # ---- filter

    @property
    def filtering(self) -> bool:
        """Whether the filter is open or holds text."""
        return bool(self._arranged.pattern) or self.query_one(FilterBar).has_class("-shown")

    def open_filter(self) -> None:
        """Let the person type letters of a key."""
        bar = self.query_one(FilterBar)
        bar.add_class("-shown")
        self.screen.set_focus(bar)
        self.call_after_refresh(self._arranged.prepare)

    def keep_filter(self) -> None:
        """Go on with what fits; a filter without text is none."""
        self.sessions.keep()
        if not self._arranged.pattern:
            self.close_filter()

    def close_filter(self) -> None:
        """Show all sessions again."""
        bar = self.query_one(FilterBar)
        bar.value = ""
        bar.remove_class("-shown")
        self._narrow("")

    @property
    def within(self) -> Within | None:
        """The sessions that the filter leaves; None where there is none."""
        return self._arranged.within

    @on(FilterBar.Walked)
    def walk(self, event: FilterBar.Walked) -> None:
        """↑ and ↓ in the filter move in the list below it."""
        event.stop()
        self.list.action_move(event.sessions)

    def _narrow(self, pattern: str) -> None:
        if pattern != self._arranged.pattern:
            self._arranged.narrow(pattern)
            self._apply(typed=True)

    def _apply(self, typed: bool = False) -> None:
        """Show what is to be shown now; ``typed``: since the filter's text changed."""
        arranged = self._arranged
        self.sessions.picture = self._no_key_fits() if arranged.pattern and arranged.all else self._picture
        self.sessions.sort = None if arranged.best_first else arranged.sort
        self.sessions.show(arranged.keys(), arranged.all, arranged.pattern, best=typed and arranged.best_first)
        self._tell()
        if arranged.pattern or self._narrowed:
            self._narrowed = bool(arranged.pattern)
            self.post_message(self.Narrowed())

    def _no_key_fits(self) -> Visible:
        count = figures.counted(len(self._arranged.all), "session")
        return visible(
            f"No key fits.\nNone of {count} holds these letters in this order\nFewer letters fit more\nEsc shows all",
            lines=True,
        )

    def _tell(self) -> None:
        """Say on the border how many sessions are shown, in which order, and how many are marked."""
        arranged, shown, marked = self._arranged, self.sessions.count, len(self.sessions.marks)
        title = f"Sessions · {shown:,} of {len(arranged.all):,}" if arranged.pattern else "Sessions"
        order = "best first" if arranged.best_first else arranged.sort.words
        marks = [(visible(f"{marked:,} marked · "), "bold $accent")] if marked else []
        self.sessions.border_title = ink.content(visible(title))
        self.sessions.border_subtitle = ink.content(*marks, visible(order)) if arranged.all else None

    # ---- hits

    def show_hits(self, found: Found, spans: Spans, again: bool, more: bool = False) -> None:
        """Show what a search found in place of the sessions; ``again``, what the same search finds now."""
        self._switch(hits=True)
        self.hits.answer(found, spans, again, more)

    def hide_hits(self) -> None:
        """Show the sessions again."""
        self._switch(hits=False)
        self.hits.show((), nothing)

    def _switch(self, hits: bool) -> None:
        focused = self.list.has_focus
        self.set_class(hits, "-hits")
        if focused:
            self.screen.set_focus(self.list)
