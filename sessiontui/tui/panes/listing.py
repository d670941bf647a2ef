"""The left pane and the errand behind it: reads which sessions there are, and learns their counts as they are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from textual import on
from textual.message import Message

from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.widgets.session_list import utc_now
from sessiontui.tui.widgets.side import Side
from sessiontui.tui.work.lister import Lister

EMPTY = "There are no sessions here yet.\nZeroClaw writes them as it talks\nb shows the other backend"


@dataclass(frozen=True, slots=True)
class Totals:
    """What is in the store; None is not known yet."""

    sessions: int | None = None
    messages: int | None = None
    faults: int | None = None


class ListingPane(Side):
    """The sessions of one store."""

    class Learned(Message):
        """More is known of the sessions than before; ``totals`` says what it comes to."""

    class Searchable(Message):
        """Search covers all that is there."""

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id, clock=clock)
        self._lister = Lister(self)

    def read(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show the sessions of a store. ``listed``: somebody reads the list already, and may have finished."""
        if listed is not None and listed.done() and listed.exception() is None:
            self._fill(listed.result())
        else:
            self.show(())
            self.say("Reading the sessions …")
        self._lister.read(store, {}, listed)

    def _fill(self, sessions: Sequence[Session]) -> None:
        self.say(EMPTY)
        self.show(sessions)
        self.post_message(self.Learned())

    def read_again(self, store: Store) -> None:
        """Read the list anew; what is known of sessions that have not changed still holds."""
        self._lister.read(store, self.known)

    def switch(self, store: Store) -> None:
        """Open the other home of the same folder; ``messages.Switched`` goes on to the screen."""
        self._lister.other(store)

    @property
    def totals(self) -> Totals:
        """What all sessions come to."""
        known = self.known.values()
        counts = [session.messages for session in known if session.trouble is None]
        return Totals(
            len(known),
            None if None in counts else sum(count or 0 for count in counts),
            sum((session.faults or 0) + (session.trouble is not None) for session in known),
        )

    @on(messages.Listed)
    def _list(self, report: messages.Listed) -> None:
        report.stop()
        if not self._lister.is_stale(report):
            self._fill(report.sessions)

    @on(messages.Counted)
    def _count(self, report: messages.Counted) -> None:
        report.stop()
        if not self._lister.is_stale(report):
            self.learn(report.sessions)
            self.post_message(self.Learned())

    @on(messages.Indexed)
    def _index(self, report: messages.Indexed) -> None:
        report.stop()
        if not self._lister.is_stale(report):
            self.post_message(self.Searchable())

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        if self._lister.is_stale(report):
            report.stop()
        elif not self.known:
            self.say(f"The sessions can't be read.\n{report.error}")

    @on(messages.Progressed)
    @on(messages.Finished)
    def _drop_stale(self, report: messages.Report) -> None:
        if self._lister.is_stale(report):
            report.stop()
