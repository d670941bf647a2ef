"""The left pane: the sessions of the store and a filter for them, or what a search found in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from textual import on
from textual.containers import Vertical
from textual.widgets import Input

from sessiontui import units
from sessiontui.model import Found, Session
from sessiontui.tui.arrangement import ORDERS, Arrangement, Sort
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import reply
from sessiontui.tui.preferences import Remember
from sessiontui.tui.tasks.background_task import ignore
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.visible import visible

NO_KEY: Final = "No key fits.\nNone of {} holds these letters in this order\nFewer letters fit more\nEsc shows all"


class SessionPane(Covered, Vertical):
    """Shows sessions or hits, one of them at a time."""

    KEYS: Final = [
        command_key("sort", "s", "sort", "Sort the list by the next column"),
        command_key("sort_turn", "S", "turn", "Sort the list the other way round"),
        command_key("mark", "space", "mark", "Mark the session, so that a key means several", "mark"),
        command_key("mark_all", "asterisk,ctrl+a", "mark_all", "Mark all shown"),
    ]

    def __init__(self, id: str, clock: Callable[[], datetime]) -> None:
        self.filter, self.sessions, self.hits = FilterBar(), SessionList(clock), HitList(clock=clock)
        super().__init__(self.filter, self.sessions, self.hits, id=id)
        self.arranged = Arrangement()
        self.narrowed: Callable[[], object] = ignore
        """Called when the filter may leave other sessions than before, and when other sessions are shown."""
        self.unasked: str | None = None
        """The neighbour that came under the cursor when the session there went away: nobody wants to see it."""
        self._picture = ink.EMPTY

    def on_mount(self) -> None:
        """Look at the filter's text itself: a message would come a frame later than the letter is painted."""
        self.watch(self.filter, "value", self._narrow, init=False)

    @property
    def list(self) -> LineList:
        """The list that is shown."""
        return self.hits if self.has_class("-hits") else self.sessions

    def enter(self) -> None:
        """Take the focus; where one pane is shown at a time, it is this one now."""
        self.screen.remove_class("-reading")
        self.screen.set_focus(self.list)

    def _shows_sessions(self) -> bool:
        """Whether sessions can be sorted and marked; where they can't be seen, the person is told how they can."""
        if self.list is self.sessions:
            return True
        reply(self, "hits are neither sorted by columns nor marked: Esc in the list shows the sessions")
        return False

    # ---- sessions

    @property
    def known(self) -> Mapping[str, Session]:
        """Every session by key, filtered or not."""
        return self.arranged.all

    @property
    def current(self) -> str | None:
        """The key under the cursor."""
        return None if self.sessions.session is None else self.sessions.session.key

    def show(self, sessions: Iterable[Session]) -> None:
        """These are the sessions now, newest first."""
        self.arranged.replace(sessions)
        self.sessions.marks &= self.arranged.all.keys()
        self._apply()

    def blank(self) -> None:
        """Show no sessions; what was marked may come back."""
        marks = set(self.sessions.marks)
        self.show(())
        self.sessions.marks = marks

    def learn(self, sessions: Iterable[Session]) -> None:
        """Counts became known."""
        learned = [session for session in sessions if session.key in self.arranged.all]
        if self.arranged.learn(learned):
            self._apply()
        else:
            self.sessions.refresh()

    def say(self, note: str) -> None:
        """Why there are no sessions to show: a headline, and the next thing to do."""
        self._picture = visible(note, lines=True)
        if not self.arranged.pattern:
            self.sessions.picture = self._picture
            self.sessions.refresh()

    def choose(self, key: str) -> None:
        """Put the cursor on a session, if it is shown, and tell nobody."""
        self.sessions.choose(key)

    def on_session_list_chosen(self, event: SessionList.Chosen) -> None:
        """A session that came under the cursor because its neighbour went away is not opened."""
        unasked, self.unasked = self.unasked, None
        if event.key == unasked:
            event.stop()

    # ---- marks, which make a change mean several sessions; those stay that a filter hides

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked sessions, newest first; those too that a filter hides."""
        return tuple(key for key in self.known if key in self.sessions.marks)

    def on_session_list_marked(self, event: SessionList.Marked) -> None:
        event.stop()
        self._turn_marks({event.key})

    def action_mark(self) -> None:
        """Mark the session under the cursor or take its mark away, and go to the next one."""
        if self._shows_sessions() and self.current is not None:
            self._turn_marks({self.current})
            self.sessions.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all that are shown; where all of them are, take their marks away."""
        if self._shows_sessions():
            shown, marks = set(self.sessions.keys), self.sessions.marks
            self._turn_marks(shown if shown <= marks else shown - marks)

    def unmark(self, keys: Iterable[str]) -> None:
        """Take the marks of these sessions away."""
        self._turn_marks(self.sessions.marks.intersection(keys))

    def _turn_marks(self, keys: set[str]) -> None:
        """Mark those of these sessions that are not marked, and take the marks of the others away."""
        self.sessions.marks ^= keys
        self.sessions.refresh()
        self._tell()

    # ---- order

    def start_sorted(self, name: str, turned: bool = False) -> None:
        """Sort as the person did the last time; nobody is told. A name that is none of an order's is ignored."""
        if name in ORDERS:
            self.arranged.sort_as(Sort(name, turned))
            if self.is_mounted:
                self._apply()

    def sort_by(self, name: str) -> None:
        """Sort by ``activity``, ``key``, ``messages``, ``size`` or ``faults``; a second time, the other way round."""
        self._sort(self.arranged.sort.by(name))

    def action_sort(self) -> None:
        """Sort by the next of these."""
        if self._shows_sessions():
            self._sort(self.arranged.sort.next)

    def action_turn(self) -> None:
        """The other way round."""
        if self._shows_sessions():
            self.sort_by(self.arranged.sort.name)

    def _sort(self, sort: Sort) -> None:
        self.arranged.sort_as(sort)
        self._apply()
        self.post_message(Remember({"sort": sort.name, "sort_reversed": sort.turned}))

    def on_session_list_sort_requested(self, event: SessionList.SortRequested) -> None:
        event.stop()
        self.sort_by(event.order)

    # ---- filter

    @property
    def filtering(self) -> bool:
        """Whether the filter is open or holds text."""
        return bool(self.arranged.pattern) or self.filter.has_class("-shown")

    def open_filter(self) -> None:
        """Let the person type letters of a key."""
        self.screen.remove_class("-reading")
        self.filter.add_class("-shown")
        self.screen.set_focus(self.filter)
        self.call_after_refresh(self.arranged.prepare)

    def close_filter(self) -> None:
        """Show all sessions again."""
        self.filter.value = ""
        self.filter.remove_class("-shown")

    @on(Input.Submitted, "FilterBar")
    def _keep_filter(self, event: Input.Submitted) -> None:
        """Enter in the filter keeps it and goes to the list; a filter without text is none."""
        event.stop()
        self.screen.set_focus(self.list)
        self.sessions.keep()
        if not self.arranged.pattern:
            self.close_filter()

    def on_filter_bar_walked(self, event: FilterBar.Walked) -> None:
        """↑ and ↓ in the filter move in the list below it."""
        event.stop()
        self.list.action_move(event.sessions)

    def _narrow(self, pattern: str) -> None:
        self.arranged.narrow(pattern)
        self._apply(typed=True)

    def _apply(self, typed: bool = False) -> None:
        """Show what is to be shown now; ``typed``: since the filter's text changed."""
        arranged = self.arranged
        self.sessions.picture = self._picture
        if arranged.pattern and arranged.all:
            self.sessions.picture = visible(NO_KEY.format(units.counted(len(arranged.all), "session")), lines=True)
        self.sessions.sort = None if arranged.best_first else arranged.sort
        self.sessions.show(arranged.keys(), arranged.all, arranged.pattern, best=typed and arranged.best_first)
        self._tell()
        self.narrowed()

    def _tell(self) -> None:
        """Say on the border how many sessions are shown, in which order, and how many are marked."""
        arranged, shown, marked = self.arranged, self.sessions.count, len(self.sessions.marks)
        title = f"Sessions · {shown:,} of {len(arranged.all):,}" if arranged.pattern else "Sessions"
        order = "best first" if arranged.best_first else arranged.sort.words
        marks = [(f"{marked:,} marked · ", "bold $accent")] if marked else []
        self.sessions.border_title = ink.content(title)
        self.sessions.border_subtitle = ink.content(*marks, order) if arranged.all else None

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
