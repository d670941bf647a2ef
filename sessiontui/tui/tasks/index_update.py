"""Counts and indexes what the list of a store leaves open, for the tasks of that list; reports as it goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from sessiontui.errors import SessiontuiError
from sessiontui.model import Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Progress, Store, silent
from sessiontui.tui.tasks.background_task import Job

BATCH_SECONDS: Final = 0.1
"""How long counts are gathered before they are shown."""
LOOK_SECONDS: Final = 1.0
"""How often the list learns, at most, what the helper process has done."""
PAINT_SECONDS: Final = 0.2
"""How long other work waits, so that the list is on the screen before it begins."""
SMALL: Final = 4 * 1024 * 1024
"""Bytes that are indexed here rather than in a process of their own."""
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


@dataclass
class IndexUpdate:
    """What the tasks of one list share: to whom and in what order they report, and what nobody has counted yet."""

    listed: Callable[[Sequence[Session]], object]
    """Takes all sessions, newest first."""
    looked: Callable[[Sequence[Session], Collection[str], Collection[str] | None], object]
    """Takes the sessions that are new or different, the keys that are gone, and the keys that somebody touched (None: any)."""
    counted: Callable[[Sequence[Session]], object]
    indexed: Callable[[], object]
    """Search covers more."""
    appeared: Callable[[], object]
    """The folder has the other backend now."""
    vanished: Callable[[SessiontuiError], object]
    """Takes why the store can't be read."""
    order: Lock = field(default_factory=Lock)
    """Held by a task that looks at the store and reports it, so that what was seen first is reported first."""
    unsure: set[str] = field(default_factory=set)
    """Keys of sessions whose figures are of an earlier time, or missing."""
    complete: bool = False
    """Whether all but the unsure ones is known to be indexed."""

    def recall(self, sessions: Iterable[Session], before: Mapping[str, Session]) -> list[Session]:
        """The sessions with the counts that were known of them: right for one that is the same; for one that is longer, a
        figure to show until ``run`` has counted it. Done while ``order`` is held."""
        recalled = [(session, before.get(session.key)) for session in sessions]
        self.unsure |= {session.key for session, was in recalled if not _is_sure(session, was)}
        return [_recalled(session, was) for session, was in recalled]

    def run(self, store: Store, job: Job, counting: Progress = silent) -> None:
        """Count the unsure sessions and index the store; reports the sessions that become known, and when search covers
        more."""
        with self.order:
            unknown, self.unsure = self.unsure, set()
        try:
            self._run(store, unknown, job, counting)
        finally:
            with self.order:
                self.unsure |= unknown

    def _run(self, store: Store, unknown: set[str], job: Job, counting: Progress) -> None:
        job.check()  # between two steps that each look at every session: who has left doesn't wait for the next
        few = self.complete and len(unknown) <= FEW
        little = few and sum(session.bytes or 0 for session in store.looked(unknown)) <= SMALL
        if not little and isinstance(store, JsonlStore) and store.search_index.missing() > SMALL:
            from sessiontui.store.index.index_process import index_outside

            progress, pace = job.progress("indexing"), RateLimiter(LOOK_SECONDS)
            for done, total in index_outside(store, job.cancelled):  # a helper process counts and indexes
                progress(done, total)
                if pace.due():
                    self._learn(store, unknown, job)
                    job.report(self.indexed)
                    pace.done()
            job.check()
        store.index(job.cancelled, keys=unknown if little else None)
        job.check()
        left = self._learn(store, unknown, job)
        unknown.intersection_update(self._count(store, left, job, counting))
        self.complete = True
        job.report(self.indexed)

    def _learn(self, store: Store, unknown: set[str], job: Job) -> list[Session]:
        """Report the sessions that are known by now, and give the others."""
        looked = look(store, unknown) if unknown else []
        known = [session for session in looked if _is_known(session)]
        unknown.difference_update(session.key for session in known)
        if known:
            job.report(self.counted, known)
        return [session for session in looked if not _is_known(session)]

    def _count(self, store: Store, sessions: list[Session], job: Job, counting: Progress) -> set[str]:
        """The keys of those that could not be counted now, and may be the next time."""
        held: set[str] = set()
        if not sessions:
            return held
        batch: list[Session] = []
        begun = time.monotonic()
        for session in store.counted(sessions, job.cancelled, counting):
            batch.append(session)
            if not _is_known(session):
                held.add(session.key)
            if time.monotonic() - begun > BATCH_SECONDS:
                job.report(self.counted, batch)
                batch, begun = [], time.monotonic()
        job.report(self.counted, batch)
        return held


def look(store: Store, keys: Collection[str] | None) -> list[Session]:
    """The sessions of these keys that are there, all where ``keys`` is None; by stat or metadata alone."""
    if keys is not None and len(keys) <= FEW:
        return store.looked(keys)
    return [session for session in store.sessions() if keys is None or session.key in keys]


def _is_known(session: Session) -> bool:
    """Whether its counts are known, or never will be."""
    return session.messages is not None or session.problem is not None


def _is_sure(session: Session, before: Session | None) -> bool:
    """Whether its counts are known, by themselves or because it is the same that was counted before."""
    if _is_known(session) or before is None:
        return _is_known(session)
    same = session.last_activity == before.last_activity and session.bytes in (None, before.bytes)
    return same and _is_known(before)


def _recalled(session: Session, before: Session | None) -> Session:
    if before is None or _is_known(session) or before.messages is None or before.problem is not None:
        return session
    if session.bytes is not None and before.bytes is not None and session.bytes < before.bytes:
        return session
    size = before.bytes if session.bytes is None else session.bytes
    return session._replace(messages=before.messages, faults=before.faults, bytes=size)


def give_way(job: Job) -> None:
    """Let the screen be drawn before there is other work for the processor."""
    until = time.monotonic() + PAINT_SECONDS
    while time.monotonic() < until and not job.cancelled():
        time.sleep(PAINT_SECONDS / 10)
