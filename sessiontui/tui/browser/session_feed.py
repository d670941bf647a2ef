"""Which sessions a store has and what is in them, as it becomes known, and what becomes of them while it is followed.

A store that can't be read is waited for; once it is back, its sessions are shown as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Final

from sessiontui.dialects.file_names import is_misnamed
from sessiontui.errors import SessiontuiError
from sessiontui.model import Backend, Session
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.session_opener import SessionOpener, cannot_read
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.notices import shown_task, tell
from sessiontui.tui.tasks.feed_task import FOLLOW, follow, other_backend, read
from sessiontui.tui.tasks.index_update import IndexUpdate
from sessiontui.tui.widgets.title import TitleLine

EMPTY: Final = (
    "There are no sessions here yet.\nThe first shows as soon as ZeroClaw writes it\nb shows the other backend"
)
LOADING: Final = "Reading the sessions …\nThey show as soon as the folder is read\nq leaves"
LASTS: Final = 0.3
"""Seconds after which it is worth saying that the list is being read."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)


class SessionFeed:
    """Lists and follows the sessions of one store, for the list, the title line and the open session.

    ``searchable`` is called once search covers more than before, ``switched`` with the other backend of the folder.
    """

    def __init__(
        self,
        title: TitleLine,
        side: SessionPane,
        opener: SessionOpener,
        searchable: Callable[[], object],
        switched: Callable[[Store], object],
    ) -> None:
        self._title, self._side, self._opener, self._switched = title, side, opener, switched
        self._lister, self._follower = shown_task(title, "list"), shown_task(title, FOLLOW)
        self._index = IndexUpdate(self._list, self._look, self._count, searchable, self._tell_of_other, self._lose)
        self._reading = False
        self._lost: dict[str, Session] | None = None
        """What was known of the sessions when the store could be read last; None where it can be read."""
        self._cursor: str | None = None
        self.live = True
        """Whether what others do to the store is followed."""

    def read(self, listed: Future[list[Session]] | None = None) -> None:
        """Show the sessions of the store. ``listed``: somebody reads the list already, and may have finished."""
        self._follower.cancel()
        self._lost, self._cursor, self._reading = None, None, True
        if listed is not None and listed.done() and listed.exception() is None:
            self._fill(listed.result())
            self._learn()
        else:
            self._side.say("")
            self._side.show(())
            self._show_totals()
            self._side.set_timer(LASTS, self._say_loading)
        self._start({}, listed)

    def read_again(self, keys: Collection[str]) -> None:
        """Read the list again, of these sessions all of it, and the open session where it is one of them; the place stays."""
        self._list_again(keys)
        self._opener.renew(keys)

    def action_refresh(self) -> None:
        """Read the list again, all of it, and what the open session holds now."""
        known = self._side.known
        self._list_again(known)
        self._opener.follow(known)

    def action_backend(self) -> None:
        """Open the other backend of the same folder."""
        self._lister.start_beside(lambda _: other_backend(self._opener.store), self._switched)

    def _start(self, known: Mapping[str, Session], listed: Future[list[Session]] | None = None) -> None:
        store = self._opener.store
        sessions = store.sessions if listed is None else listed.result
        self._lister.start(partial(read, self._index, store, known, sessions))

    def _list_again(self, but: Collection[str]) -> None:
        """Read the list again; what is known of sessions that have not changed holds, ``but`` for these."""
        known = self._side.known if self._lost is None else self._lost
        self._start({key: each for key, each in known.items() if key not in but})

    def _show_totals(self) -> None:
        """Say what all sessions come to, as far as it is known."""
        title, known = self._title, self._side.known.values()
        if self._reading or self._lost is not None:
            title.sessions, title.messages, title.faults, title.files = None, None, None, 0
            return
        counts = [session.messages for session in known if session.problem is None]
        title.sessions, title.messages = len(known), None if None in counts else sum(count or 0 for count in counts)
        title.faults = sum(each.faults or 0 for each in known)
        title.files = sum((each.problem is not None) + is_misnamed(each) for each in known)

    def _learn(self) -> None:
        """More is known of the sessions than before."""
        self._show_totals()
        if self._lost is None:
            self._opener.learn()

    def _fill(self, sessions: Sequence[Session]) -> None:
        self._reading = False
        self._side.say(EMPTY)
        self._side.show(sessions)

    def _say_loading(self) -> None:
        if self._reading:
            self._side.say(LOADING)

    # ---- what the tasks report

    def _list(self, sessions: Sequence[Session]) -> None:
        was_lost, self._lost = self._lost is not None, None
        self._fill(sessions)
        self._side.unasked = None
        if was_lost and self._cursor is not None:
            self._side.choose(self._cursor)
            self._side.unasked = self._side.current
        self._learn()
        self._follow()

    def _follow(self) -> None:
        if self.live and not self._follower.running:
            self._follower.start(
                partial(follow, self._index, self._opener.store, lambda: self._side.known, lambda: self._lister.running)
            )

    def _look(self, fresh: Sequence[Session], gone: Collection[str], touched: Collection[str] | None) -> None:
        if self._lost is not None:
            self._list_again(())
            return
        if fresh or gone:
            before = self._side.current
            self._fill(merged(self._side.known, fresh, gone))
            self._side.unasked = self._side.current if before in gone else None
        self._opener.follow(touched)
        if fresh or gone:
            self._learn()

    def _lose(self, error: SessiontuiError) -> None:
        if self._lost is None:
            self._lost, self._cursor = dict(self._side.known), self._side.current
        self._reading = False
        self._side.say(cannot_read("The sessions can't be read.", error))
        self._side.blank()
        self._opener.lose(error)
        self._show_totals()
        self._follow()

    def _tell_of_other(self) -> None:
        what = "sessions.db is" if self._opener.store.backend is Backend.JSONL else "files of sessions are"
        tell(self._side, f"{what} in this folder now · in the browser b shows what is there")

    def _count(self, sessions: Sequence[Session]) -> None:
        """More counts are known. What was counted of a session that has been seen as it was later is counted again."""
        known = self._side.known
        seen = [(each, known.get(each.key, each)) for each in sessions]
        self._side.learn([each for each, was in seen if (each.last_activity or NEVER) >= (was.last_activity or NEVER)])
        self._learn()


def merged(known: Mapping[str, Session], fresh: Iterable[Session], gone: Iterable[str]) -> list[Session]:
    """What is known, newest first, with the fresh ones in their places and without those that are gone."""
    arrived = sorted(fresh, key=attrgetter("key"))
    out = {session.key for session in arrived}.union(gone)
    found = arrived + [session for key, session in known.items() if key not in out]
    found.sort(key=lambda session: session.last_activity or NEVER, reverse=True)  # nearly sorted: one walk
    return found
