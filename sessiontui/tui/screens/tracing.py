"""A screen in which one goes from fault to fault, and from the last one of a session on to the next that has any.

Which fault is next in the open session is the reading pane's; here is which session is. It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from sessiontui.model import Backend, Session
from sessiontui.store.protocol import Store
from sessiontui.tui.looks import figures
from sessiontui.tui.panes.reading import ReadingPane
from sessiontui.tui.screens.finding import FindingScreen
from sessiontui.tui.widgets.session_list import utc_now


class TracingScreen(FindingScreen):
    """Faults that are gone to, in the order of the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "fault(1)", "next fault", tooltip="Next fault, of the next session too", id="next_fault"),
        Binding(
            "E",
            "fault(-1)",
            "previous fault",
            show=False,
            tooltip="Previous fault, of the session before too",
            id="previous_fault",
        ),
    ]

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__(store, clock, listed)
        self._passed: set[str] = set()
        """The sessions that were opened for their damage since the key was pressed."""

    def action_fault(self, step: int) -> None:
        """The next fault, or the previous one."""
        if self.store.backend is not Backend.JSONL:
            self.say("only files have lines that could be damaged; this store has none")
            return
        self._passed.clear()
        if self.has_class("-narrow"):
            self.enter_reading()
        if not self.reading.trace(step):
            self._go_on(step)

    @on(ReadingPane.NoFault)
    def go_on(self, event: ReadingPane.NoFault) -> None:
        """It was the last one of the session, or there was none."""
        self._go_on(event.step)

    def _go_on(self, step: int) -> None:
        """To the next session that has damage, as far as that is known; after the last one to the first."""
        known = self.side.known
        uncounted = sum(_is_uncounted(known[key]) for key in known)
        unsure = f"{figures.counted(uncounted, 'session')} not counted yet" if uncounted else ""
        found = next(((past, each) for past, each in self._further(step) if self._is_wanted(each)), None)
        if found is None:
            self.say(" · ".join(filter(None, ("no session of the list has damage", unsure))))
            return
        wrapped, session = found
        self._passed.add(session.key)
        end = "that was the last fault of the list" if step > 0 else "that was the first fault of the list"
        again = "on from the first" if step > 0 else "on from the last"
        if said := [*((end, again) if wrapped else ()), *filter(None, (unsure,))]:
            self.say(" · ".join(said))
        self.side.sessions.choose(session.key)
        self.open_session(session.key)
        self.reading.trace(step)

    def _further(self, step: int) -> Iterator[tuple[bool, Session]]:
        """The sessions of the list behind the open one, or before it, the nearest first and that one last; each with
        whether it lies beyond the end."""
        keys, known = list(self.side.sessions.keys), self.side.known
        if step < 0:
            keys.reverse()
        at = keys.index(self.key) + 1 if self.key in keys else 0
        for wrapped, some in ((False, keys[at:]), (True, keys[:at])):
            yield from ((wrapped, known[key]) for key in some if key in known)

    def _is_wanted(self, session: Session) -> bool:
        return session.key not in self._passed and (session.problem is not None or bool(session.faults))


def _is_uncounted(session: Session) -> bool:
    return session.problem is None and session.faults is None
