"""The left pane: the sessions of the store and a filter for them, or what a search found in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from sessiontui.model import Found, Session
from sessiontui.query.fuzzy import rank
from sessiontui.tui import figures, ink
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.message_view import Spans, nothing
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.visible import visible


class Side(Vertical):
    """Shows sessions or hits, one of them at a time."""

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._all: dict[str, Session] = {}
        self._filter = ""

    def compose(self) -> ComposeResult:
        """A filter that shows itself when it is asked for, above the lists."""
        yield FilterBar(id="filter")
        yield SessionList(id="sessions", clock=self._clock)
        yield HitList(id="hits")

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

    @property
    def known(self) -> Mapping[str, Session]:
        """Every session by key, filtered or not."""
        return self._all

    # ---- sessions

    def show(self, sessions: Iterable[Session]) -> None:
        """These are the sessions now."""
        self._all = {session.key: session for session in sessions}
        self._apply()

    def learn(self, sessions: Iterable[Session]) -> None:
        """Counts became known."""
        learned = [session for session in sessions if session.key in self._all]
        self._all.update((session.key, session) for session in learned)
        self.sessions.learn(learned)

    def say(self, note: str) -> None:
        """Why there are no sessions to show."""
        self.sessions.picture = visible(note, lines=True)
        self.sessions.refresh()

    # ---- filter

    @property
    def filtering(self) -> bool:
        """Whether the filter is open or holds text."""
        return bool(self._filter) or self.query_one(FilterBar).has_class("-shown")

    def open_filter(self) -> None:
        """Let the person type letters of a key."""
        bar = self.query_one(FilterBar)
        bar.add_class("-shown")
        self.screen.set_focus(bar)

    def close_filter(self) -> None:
        """Show all sessions again."""
        bar = self.query_one(FilterBar)
        bar.value = self._filter = ""
        bar.remove_class("-shown")
        self._apply()

    def on_filter_bar_walked(self, event: FilterBar.Walked) -> None:
        """↑ and ↓ in the filter move in the list below it."""
        event.stop()
        self.sessions.action_move(event.sessions)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The filter's text changed."""
        event.stop()
        self._filter = event.value
        self._apply()

    def _apply(self) -> None:
        if not self._filter:
            self.sessions.show(self._all.values())
            self.sessions.border_title = ink.content(visible("Sessions"))
            return
        keys = list(self._all)
        matched = {keys[match.index]: match for match in rank(self._filter, keys)}
        if not matched:
            self.say(f"No key fits.\n{figures.counted(len(self._all), 'session')} in all · Esc shows them")
        self.sessions.show((self._all[key] for key in matched), matched)
        title = f"Sessions · {len(matched):,} of {len(self._all):,}"
        self.sessions.border_title = ink.content(visible(title))

    # ---- hits

    def show_hits(self, found: Found, spans: Spans, again: bool) -> None:
        """Show what a search found in place of the sessions; ``again``, what the same search finds now."""
        self._switch(hits=True)
        self.hits.picture = visible(
            "Nothing found.\nFewer or shorter words find more\nEsc clears the search", lines=True
        )
        self.hits.show(found.hits, spans, again)
        self.hits.border_title = ink.content(visible("Hits"))

    def hide_hits(self) -> None:
        """Show the sessions again."""
        self._switch(hits=False)
        self.hits.show((), nothing)

    def _switch(self, hits: bool) -> None:
        focused = self.list.has_focus
        self.set_class(hits, "-hits")
        if focused:
            self.screen.set_focus(self.list)
