"""Which sessions a store has and what is in them, as it becomes known, and what becomes of them while it is followed.

A store that can't be read is waited for; once it is back, its sessions are shown as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from textual.message import Message
from textual.widget import Widget

from sessiontui.dialects.keys import is_misnamed
from sessiontui.errors import SessiontuiError
from sessiontui.model import Backend, Session
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.shown_task import shown_task
from sessiontui.tui.looks import ink
from sessiontui.tui.messages import FOLLOW, LIST
from sessiontui.tui.tasks.follow_task import FollowTask
from sessiontui.tui.tasks.index_update import IndexUpdate
from sessiontui.tui.tasks.list_task import ListTask
from sessiontui.visible import visible

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


class SessionView(Protocol):
    """What shows the sessions of a feed; ``current`` is the key under its cursor."""

    @property
    def known(self) -> Mapping[str, Session]: ...
    @property
    def current(self) -> str | None: ...
    def show(self, sessions: Iterable[Session]) -> None: ...
    def learn(self, sessions: Iterable[Session]) -> None: ...
    def say(self, note: str) -> None: ...
    def blank(self) -> None: ...
    def choose(self, key: str) -> None: ...


class SessionFeed:
    """Lists and follows the sessions of one store, and posts what the screen should know of it."""

    class Learned(Message):
        """More is known of the sessions than before; ``totals`` says what it comes to."""

    class Searchable(Message):
        """Search covers more than before."""

    @dataclass(eq=False, repr=False)
    class Lost(Message):
        """The store can't be read, and is waited for."""

        error: SessiontuiError

    @dataclass(eq=False, repr=False)
    class Touched(Message):
        """Somebody touched these sessions; ``keys`` None: it may have been any of them."""

        keys: Collection[str] | None

    @dataclass(eq=False, repr=False)
    class Switched(Message):
        """The other backend of the same folder is open."""

        store: Store

    def __init__(self, owner: Widget, view: SessionView) -> None:
        self._owner, self._view = owner, view
        self._post = owner.post_message
        index = IndexUpdate(self._count, lambda: self._post(self.Searchable()))
        self._lister = ListTask(shown_task(owner, LIST), index, self._list, self._lose)
        self._follower = FollowTask(
            shown_task(owner, FOLLOW),
            index,
            looked=self._look,
            appeared=self._tell_of_other,
            vanished=self._lose,
        )
        self._store: Store | None = None
        self._reading = False
        self._lost: dict[str, Session] | None = None
        self._cursor: str | None = None
        self.unasked: str | None = None
        """The neighbour that came under the cursor when the session there went away: nobody asked to see it."""
        self.live = True
        """Whether what others do to the store is followed."""

    def read(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show the sessions of a store. ``listed``: somebody reads the list already, and may have finished."""
        self._follower.task.cancel()
        self._store, self._lost, self._cursor, self._reading = store, None, None, True
        if listed is not None and listed.done() and listed.exception() is None:
            self._fill(listed.result())
        else:
            self._view.say("")
            self._view.show(())
            self._owner.set_timer(LASTS, self._say_loading)
        self._lister.read(store, {}, listed)

    def read_again(self, but: Collection[str] = ()) -> None:
        """Read the list again; what is known of sessions that have not changed holds, ``but`` for these."""
        known = self._view.known if self._lost is None else self._lost
        if self._store is not None:
            self._lister.read(self._store, {key: each for key, each in known.items() if key not in but})

    def switch(self) -> None:
        """Open the other backend of the same folder; posts ``Switched``."""
        if self._store is not None:
            self._lister.switch(self._store, lambda store: self._post(self.Switched(store)))

    @property
    def lost(self) -> bool:
        """Whether the store can't be read just now."""
        return self._lost is not None

    @property
    def totals(self) -> Totals:
        """What all sessions come to."""
        if self._reading or self.lost:
            return Totals()
        known = self._view.known.values()
        counts = [session.messages for session in known if session.problem is None]
        return Totals(
            len(known),
            None if None in counts else sum(count or 0 for count in counts),
            sum(each.faults or 0 for each in known),
            sum((each.problem is not None) + is_misnamed(each) for each in known),
        )

    def _fill(self, sessions: Sequence[Session]) -> None:
        self._reading = False
        self._view.say(EMPTY)
        self._view.show(sessions)
        self._post(self.Learned())

    def _say_loading(self) -> None:
        if self._reading:
            self._view.say(LOADING)

    # ---- what the tasks report

    def _list(self, sessions: Sequence[Session]) -> None:
        was_lost, self._lost = self.lost, None
        self._fill(sessions)
        self.unasked = None
        if was_lost and self._cursor is not None:
            self._view.choose(self._cursor)
            self.unasked = self._view.current
        self._follow()

    def _follow(self) -> None:
        if self.live and self._store is not None and not self._follower.task.running:
            self._follower.follow(self._store, lambda: self._view.known, lambda: self._lister.task.running)

    def _look(self, fresh: Sequence[Session], gone: Collection[str], touched: Collection[str] | None) -> None:
        self._post(self.Touched(touched))
        if self.lost:
            self.read_again()
        elif fresh or gone:
            before = self._view.current
            self._fill(merged(self._view.known, fresh, gone))
            self.unasked = self._view.current if before in gone else None

    def _lose(self, error: SessiontuiError) -> None:
        if self._lost is None:
            self._lost, self._cursor = dict(self._view.known), self._view.current
        self._reading = False
        self._view.say(cannot_read("The sessions can't be read.", error))
        self._view.blank()
        self._post(self.Lost(error))
        self._post(self.Learned())
        self._follow()

    def _tell_of_other(self, backend: Backend) -> None:
        what = "sessions.db is" if backend is Backend.SQLITE else "files of sessions are"
        ink.notice(self._owner, visible(f"{what} in this folder now · in the browser b shows what is there"))

    def _count(self, sessions: Sequence[Session]) -> None:
        self._view.learn([session for session in sessions if not self._is_older(session)])
        self._post(self.Learned())

    def _is_older(self, session: Session) -> bool:
        """Whether it has been seen as it was later: what was counted then is counted again."""
        known = self._view.known.get(session.key)
        return known is not None and (session.last_activity or NEVER) < (known.last_activity or NEVER)


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
