"""Makes known what a list leaves open: indexes, then counts what the index does not know. Reports as it goes."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Final

from textual.widget import Widget

from sessiontui.errors import Cancelled
from sessiontui.model import Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import Counted, Indexed
from sessiontui.tui.work.background_task import Errand_

BATCH_SECONDS: Final = 0.1
"""How long counts are gathered before they are shown."""
LOOK_SECONDS: Final = 1.0
"""How often the list learns, at most, what the helper process has done."""
PAINT_SECONDS: Final = 0.2
"""How long other work waits, so that the list is on the screen before it begins."""
SMALL: Final = 4 * 1024 * 1024
"""Bytes that are indexed here rather than in a process of their own."""
INDEXING: Final = "indexing"
FEW: Final = 1000
"""Up to so many sessions are looked at one by one, more by one look at all."""
SHARE: Final = 10
"""What is done again and again takes one part of so many of the time."""
MOST_SECONDS: Final = 3.0
"""But nobody waits longer for it."""


class RateLimiter:
    """How often something may be done: not more often than each ``least`` seconds, and so that it takes a tenth of them."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._began = self._next = time.monotonic()

    def due(self) -> bool:
        """Whether it may be done now; it is begun then."""
        self._began = time.monotonic()
        return self._began >= self._next

    def done(self) -> None:
        """It has been done."""
        now = time.monotonic()
        self._next = now + min(max(self._least, (SHARE - 1) * (now - self._began)), MOST_SECONDS)


class IndexState:
    """What the errands of one list share: in what order they tell, and what nobody has counted yet."""

    def __init__(self) -> None:
        self.order = Lock()
        """Held by who looks at the store and tells of it, so that what was seen first is told first."""
        self.unsure: set[str] = set()
        """Keys of sessions whose figures are of an earlier time, or missing."""
        self.indexed = False
        """Whether all but the unsure ones is known to be indexed."""


class IndexTask(Errand_):
    """What the errands of one list have in common."""

    def __init__(self, owner: Widget, course: IndexState) -> None:
        super().__init__(owner)
        self.course = course

    def know(self, store: Store, generation: int, cancelled: IsCancelled) -> None:
        """Reports ``Counted`` for the sessions that nobody is sure of, and ``Indexed`` when search covers more."""
        with self.course.order:
            taken = set(self.course.unsure)
            self.course.unsure.clear()
        unknown = set(taken)
        try:
            self._know(store, unknown, generation, cancelled)
        finally:
            with self.course.order:
                self.course.unsure |= unknown

    def _know(self, store: Store, unknown: set[str], generation: int, cancelled: IsCancelled) -> None:
        _go_on(cancelled)
        little = self._is_little(store, unknown)
        if not little and isinstance(store, JsonlStore) and store.search_index.missing() > SMALL:
            self._index_outside(store, unknown, generation, cancelled)
            _go_on(cancelled)
        store.index(cancelled, keys=unknown if little else None)
        _go_on(cancelled)
        left = self._learn(store, unknown, generation)
        unknown.intersection_update(self._count(store, left, generation, cancelled))
        self.course.indexed = True
        self.report(Indexed(generation))

    def _is_little(self, store: Store, unknown: set[str]) -> bool:
        """Whether these sessions are all that the index lacks, and so small that it soon has them."""
        few = self.course.indexed and len(unknown) <= FEW
        return few and sum(session.bytes or 0 for session in store.looked(unknown)) <= SMALL

    def _index_outside(self, store: JsonlStore, unknown: set[str], generation: int, cancelled: IsCancelled) -> None:
        """Have a helper process count and index, and look now and then at what it knows."""
        from sessiontui.tui.work.helper_output import index_outside

        progress = self.progress(generation, INDEXING)
        pace = RateLimiter(LOOK_SECONDS)
        for done, total in index_outside(store, cancelled):
            progress(done, total)
            if pace.due():
                self._learn(store, unknown, generation)
                self.report(Indexed(generation))
                pace.done()

    def _learn(self, store: Store, unknown: set[str], generation: int) -> list[Session]:
        """Report the sessions that are known by now, and give the others."""
        looked = look(store, unknown) if unknown else []
        known = [session for session in looked if is_known(session)]
        unknown.difference_update(session.key for session in known)
        if known:
            self.report(Counted(generation, known))
        return [session for session in looked if not is_known(session)]

    def _count(self, store: Store, sessions: list[Session], generation: int, cancelled: IsCancelled) -> set[str]:
        """The keys of those that could not be counted now, and may be the next time."""
        held: set[str] = set()
        if not sessions:
            return held
        batch: list[Session] = []
        begun = time.monotonic()
        for session in store.counted(sessions, cancelled, self.progress(generation, "counting")):
            batch.append(session)
            if not is_known(session):
                held.add(session.key)
            if time.monotonic() - begun > BATCH_SECONDS:
                self.report(Counted(generation, batch))
                batch, begun = [], time.monotonic()
        self.report(Counted(generation, batch))
        return held


def look(store: Store, keys: Collection[str] | None) -> list[Session]:
    """The sessions of these keys that are there, all where ``keys`` is None; by stat or metadata alone."""
    if keys is not None and len(keys) <= FEW:
        return store.looked(keys)
    return [session for session in store.sessions() if keys is None or session.key in keys]


def is_known(session: Session) -> bool:
    """Whether its counts are known, or never will be."""
    return session.messages is not None or session.problem is not None


def is_sure(session: Session, before: Session | None) -> bool:
    """Whether its counts are known, by themselves or because it is the same that was counted before."""
    if is_known(session) or before is None:
        return is_known(session)
    same = session.last_activity == before.last_activity and session.bytes in (None, before.bytes)
    return same and is_known(before)


def recalled(sessions: Iterable[Session], before: Mapping[str, Session]) -> list[Session]:
    """The sessions with the counts that were known of them: right for one that is the same; for one that is longer, a
    figure to show until the new one is known."""
    return [_recalled(session, before.get(session.key)) for session in sessions]


def _recalled(session: Session, before: Session | None) -> Session:
    if before is None or is_known(session) or before.messages is None or before.problem is not None:
        return session
    if session.bytes is not None and before.bytes is not None and session.bytes < before.bytes:
        return session
    size = before.bytes if session.bytes is None else session.bytes
    return session._replace(messages=before.messages, faults=before.faults, bytes=size)


def _go_on(cancelled: IsCancelled) -> None:
    """Between two steps that each look at every session: who has left doesn't wait for the next."""
    if cancelled():
        raise Cancelled


def give_way(cancelled: IsCancelled) -> None:
    """Let the screen be drawn before there is other work for the processor."""
    until = time.monotonic() + PAINT_SECONDS
    while time.monotonic() < until and not cancelled():
        time.sleep(PAINT_SECONDS / 10)
