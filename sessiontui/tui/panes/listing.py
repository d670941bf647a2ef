"""The left pane and the errands behind it: which sessions there are, what is in them, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, NamedTuple

from textual import on
from textual.message import Message

from sessiontui.dialects.keys import is_misnamed
from sessiontui.errors import SessiontuiError
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.side import Side
from sessiontui.tui.work.follow_task import FollowTask
from sessiontui.tui.work.index_task import IndexState
from sessiontui.tui.work.list_task import ListTask

EMPTY: Final = (
    "There are no sessions here yet.\nThe first shows as soon as ZeroClaw writes it\nb shows the other backend"
)
LOADING: Final = "Reading the sessions …\nThey show as soon as the folder is read\nq leaves"
LASTS: Final = 0.3
"""Seconds after which it is worth saying that the list is being read."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Totals(NamedTuple):
    """What is in the store; None is not known yet."""

    sessions: int | None = None
    messages: int | None = None
    faults: int | None = None
    """Damaged lines."""
    files: int = 0
    """Files that are damaged as a whole."""


class ListingPane(Side):
    """The sessions of one store."""

    class Learned(Message):
        """More is known of the sessions than before; ``totals`` says what it comes to."""

    class Searchable(Message):
        """Search covers more than before."""

    @dataclass(eq=False, repr=False)
    class Lost(Message):
        """The store can't be read, and is waited for."""

        error: SessiontuiError

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id, clock=clock)
        course = IndexState()
        self._lister = ListTask(self, course)
        self._follower = FollowTask(self, course)
        self._store: Store | None = None
        self._reading = False
        self._lost: dict[str, Session] | None = None
        self._cursor: str | None = None
        self._unasked: str | None = None
        self.live = True
        """Whether what others do to the store is followed."""

    def read(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show the sessions of a store. ``listed``: somebody reads the list already, and may have finished."""
        self._follower.cancel()
        self._store, self._lost, self._cursor, self._reading = store, None, None, True
        if listed is not None and listed.done() and listed.exception() is None:
            self._fill(listed.result())
        else:
            self.say("")
            self.show(())
            self.set_timer(LASTS, self._say_loading)
        self._lister.read(store, {}, listed)

    def read_again(self, but: Collection[str] = ()) -> None:
        """Read the list anew; what is known of sessions that have not changed still holds, ``but`` for these."""
        known = self.known if self._lost is None else self._lost
        if self._store is not None:
            self._lister.read(self._store, {key: each for key, each in known.items() if key not in but})

    def switch(self, store: Store) -> None:
        """Open the other home of the same folder; ``messages.Switched`` goes on to the screen."""
        self._lister.other(store)

    @property
    def lost(self) -> bool:
        """Whether the store can't be read just now."""
        return self._lost is not None

    @property
    def totals(self) -> Totals:
        """What all sessions come to."""
        if self._reading or self.lost:
            return Totals()
        known = self.known.values()
        counts = [session.messages for session in known if session.problem is None]
        return Totals(
            len(known),
            None if None in counts else sum(count or 0 for count in counts),
            sum(each.faults or 0 for each in known),
            sum((each.problem is not None) + is_misnamed(each) for each in known),
        )

    def _fill(self, sessions: Sequence[Session]) -> None:
        self._reading = False
        self.say(EMPTY)
        self.show(sessions)
        self.post_message(self.Learned())

    def _say_loading(self) -> None:
        if self._reading:
            self.say(LOADING)

    @on(messages.SessionsListed)
    def _list(self, report: messages.SessionsListed) -> None:
        report.stop()
        if self._lister.is_stale(report):
            return
        was_lost, self._lost = self.lost, None
        self._fill(report.sessions)
        if was_lost and self._cursor is not None:
            self.sessions.choose(self._cursor)
        self._unasked = self._under if was_lost and self._cursor is not None else None
        self._follow()

    @property
    def _under(self) -> str | None:
        """The key under the cursor."""
        return None if self.sessions.session is None else self.sessions.session.key

    def _follow(self) -> None:
        if self.live and self._store is not None and not self._follower.running:
            self._follower.follow(self._store, lambda: self.known, lambda: self._lister.running)

    @on(messages.Looked)
    def _look(self, report: messages.Looked) -> None:
        report.stop()
        if self._follower.is_stale(report):
            return
        if self.lost:
            self.read_again()
        elif report.sessions or report.gone:
            before = self._under
            self._fill(merged(self.known, report.sessions, report.gone))
            self._unasked = self._under if before in report.gone else None

    @on(messages.Vanished)
    def _lose(self, report: messages.Vanished) -> None:
        report.stop()
        if self._is_stale(report):
            return
        if self._lost is None:
            self._lost, self._cursor = dict(self.known), self._under
        self._reading = False
        self.say(cannot_read("The sessions can't be read.", report.error))
        marks = set(self.sessions.marks)
        self.show(())
        self.sessions.marks = marks  # of what may come back
        self.post_message(self.Lost(report.error))
        self.post_message(self.Learned())
        self._follow()

    @on(SessionList.Chosen)
    def _keep_quiet(self, event: SessionList.Chosen) -> None:
        """Where the session under the cursor went away, its neighbour came there, and nobody asked to see it."""
        unasked, self._unasked = self._unasked, None
        if event.key == unasked:
            event.stop()

    @on(messages.Counted)
    def _count(self, report: messages.Counted) -> None:
        report.stop()
        if not self._is_stale(report):
            self.learn([session for session in report.sessions if not self._is_older(session)])
            self.post_message(self.Learned())

    def _is_older(self, session: Session) -> bool:
        """Whether it has been seen as it was later: what was counted then is counted again."""
        known = self.known.get(session.key)
        return known is not None and (session.last_activity or NEVER) < (known.last_activity or NEVER)

    @on(messages.Indexed)
    def _index(self, report: messages.Indexed) -> None:
        report.stop()
        if not self._is_stale(report):
            self.post_message(self.Searchable())

    @on(messages.Failed)
    @on(messages.Progressed)
    @on(messages.Finished)
    @on(messages.Touched)
    @on(messages.Appeared)
    def _drop_stale(self, report: messages.Report) -> None:
        if self._is_stale(report):
            report.stop()

    def _is_stale(self, report: messages.Report) -> bool:
        """Whether neither errand asked for it any more."""
        return self._lister.is_stale(report) and self._follower.is_stale(report)


def cannot_read(what: str, error: SessiontuiError) -> str:
    """The picture of a store that can't be read: why, what can be done, and that it is waited for."""
    parts = (what, error.sentence, error.hint, "It is read again as soon as it is there · F5 looks now")
    return "\n".join(part for part in parts if part)


def merged(known: Mapping[str, Session], fresh: Iterable[Session], gone: Iterable[str]) -> list[Session]:
    """What is known, newest first, with the fresh ones in their places and without those that are gone."""
    arrived = sorted(fresh, key=attrgetter("key"))
    out = {session.key for session in arrived}.union(gone)
    found = arrived + [session for key, session in known.items() if key not in out]
    found.sort(key=lambda session: session.last_activity or NEVER, reverse=True)  # nearly sorted: one walk
    return found
