"""Reads the list of sessions, then counts what is not counted yet, then makes search cover everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import ClassVar

from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import LIST, Counted, Indexed, Listed, Switched
from sessiontui.tui.work.errand import Errand
from sessiontui.tui.work.outside import index_outside

BATCH_SECONDS = 0.1
"""How long counts are gathered before they are shown."""
LOOK_SECONDS = 0.5
"""How often the list learns what the helper process has counted."""
PAINT_SECONDS = 0.2
"""How long counting and indexing wait, so that the list is on the screen before they begin."""
SMALL = 4 * 1024 * 1024
"""Bytes that are counted and indexed here rather than in a process of their own."""


class Lister(Errand):
    """The list of one store."""

    name: ClassVar[str] = LIST

    def read(self, store: Store, known: Mapping[str, Session], listed: Future[list[Session]] | None = None) -> None:
        """Reports ``Listed``, then ``Counted`` again and again, then ``Indexed``. ``known``: sessions counted before;
        ``listed``: the list, where somebody reads it already."""
        read = store.sessions if listed is None else listed.result
        self.begin(lambda generation, cancelled: self._read(store, known, read, generation, cancelled))

    def other(self, store: Store) -> None:
        """Open the other home that the same folder has; reports ``Switched``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            wanted = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
            folder = store.path if store.backend is Backend.JSONL else store.path.parent
            self.report(Switched(generation, find(str(folder), wanted, {}).place.open()))

        self.aside(job)

    def _read(
        self,
        store: Store,
        known: Mapping[str, Session],
        read: Callable[[], list[Session]],
        generation: int,
        cancelled: IsCancelled,
    ) -> None:
        sessions = [_recalled(session, known.get(session.key)) for session in read()]
        self.report(Listed(generation, sessions))
        _give_way(cancelled)
        unknown = {session.key: session for session in sessions if _unknown(session)}
        if isinstance(store, JsonlStore) and store.sidecar.missing() > SMALL:
            self._index_outside(store, unknown, generation, cancelled)
        elif unknown:
            self._count(store, list(unknown.values()), generation, cancelled)
        store.index(cancelled, self.progress(generation, "indexing"))
        self.report(Indexed(generation))

    def _index_outside(
        self, store: JsonlStore, unknown: dict[str, Session], generation: int, cancelled: IsCancelled
    ) -> None:
        """Have a helper process count and index, and look now and then at what it knows."""
        progress = self.progress(generation, "indexing")
        looked = time.monotonic()
        for done, total in index_outside(store, cancelled):
            progress(done, total)
            if time.monotonic() - looked > LOOK_SECONDS:
                self._learn(store, unknown, generation)
                looked = time.monotonic()
        self._learn(store, unknown, generation)
        self._count(store, list(unknown.values()), generation, cancelled)

    def _learn(self, store: Store, unknown: dict[str, Session], generation: int) -> None:
        """Report the sessions that are known by now."""
        learned = [session for session in store.sessions() if session.key in unknown and not _unknown(session)]
        for session in learned:
            del unknown[session.key]
        self.report(Counted(generation, learned))

    def _count(self, store: Store, sessions: list[Session], generation: int, cancelled: IsCancelled) -> None:
        batch: list[Session] = []
        begun = time.monotonic()
        for session in store.counted(sessions, cancelled, self.progress(generation, "counting")):
            batch.append(session)
            if time.monotonic() - begun > BATCH_SECONDS:
                self.report(Counted(generation, batch))
                batch, begun = [], time.monotonic()
        self.report(Counted(generation, batch))


def _give_way(cancelled: IsCancelled) -> None:
    """Let the screen be drawn before there is other work for the processor."""
    until = time.monotonic() + PAINT_SECONDS
    while time.monotonic() < until and not cancelled():
        time.sleep(PAINT_SECONDS / 10)


def _unknown(session: Session) -> bool:
    return session.messages is None and session.trouble is None


def _recalled(session: Session, before: Session | None) -> Session:
    """Counts known before hold for a session of the same size and time."""
    if before is None or session.messages is not None or session.trouble is not None:
        return session
    if (session.bytes, session.last_activity) != (before.bytes, before.last_activity):
        return session
    return replace(session, messages=before.messages, faults=before.faults)
