"""Reads the list of sessions, then counts what is not counted yet, then makes search cover everything."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.protocol import Cancelled, Store
from sessiontui.tui.messages import Counted, Indexed, Listed, Switched
from sessiontui.tui.work.errand import Errand

BATCH_SECONDS = 0.1
"""How long counts are gathered before they are shown."""


class Lister(Errand):
    """The list of one store."""

    name: ClassVar[str] = "list"

    def read(self, store: Store, known: Mapping[str, Session]) -> None:
        """Reports ``Listed``, then ``Counted`` again and again, then ``Indexed``. ``known``: sessions counted before."""
        self.begin(lambda generation, cancelled: self._read(store, known, generation, cancelled))

    def other(self, store: Store) -> None:
        """Open the other home that the same folder has; reports ``Switched``."""

        def job(generation: int, cancelled: Cancelled) -> None:
            wanted = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
            folder = store.path if store.backend is Backend.JSONL else store.path.parent
            self.report(Switched(generation, find(str(folder), wanted, {}).place.open()))

        self.aside(job)

    def _read(self, store: Store, known: Mapping[str, Session], generation: int, cancelled: Cancelled) -> None:
        sessions = [_recalled(session, known.get(session.key)) for session in store.sessions()]
        self.report(Listed(generation, sessions))
        self._count(store, sessions, generation, cancelled)
        store.index(cancelled, self.progress(generation, "indexing"))
        self.report(Indexed(generation))

    def _count(self, store: Store, sessions: list[Session], generation: int, cancelled: Cancelled) -> None:
        unknown = [session for session in sessions if session.messages is None and session.trouble is None]
        batch: list[Session] = []
        begun = time.monotonic()
        for session in store.counted(unknown, cancelled, self.progress(generation, "counting")):
            batch.append(session)
            if time.monotonic() - begun > BATCH_SECONDS:
                self.report(Counted(generation, batch))
                batch, begun = [], time.monotonic()
        self.report(Counted(generation, batch))


def _recalled(session: Session, before: Session | None) -> Session:
    """Counts known before hold for a session of the same size and time."""
    if before is None or session.messages is not None or session.trouble is not None:
        return session
    if (session.bytes, session.last_activity) != (before.bytes, before.last_activity):
        return session
    return replace(session, messages=before.messages, faults=before.faults)
