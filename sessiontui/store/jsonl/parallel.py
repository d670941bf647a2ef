"""Session files read whole by several processes, as many as there are processors: no line waits for another.

A file of more than ``LARGE`` bytes is read in this process, which holds none of its faults.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from sessiontui.errors import SessiontuiError
from sessiontui.model import Fault, Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Progress, Report, Store

if TYPE_CHECKING:  # a small store needs none of it
    from concurrent.futures import Future

ENOUGH: Final = 64 << 20
"""Bytes of all sessions from which more processes pay: one takes 0.15 s to start."""
LARGE: Final = 16 << 20
BATCH: Final = 4 << 20
"""Bytes of the sessions that a process is given at once."""
MANY: Final = 1_000
"""Faults of one session that a process holds; a session of more is read again in this one."""


class Examine(Protocol):
    """Read one session whole, as ``Store.examine`` does."""

    def __call__(self, found: Report, *, progress: Progress) -> Session: ...


class _Examined(NamedTuple):
    session: Session
    faults: tuple[Fault, ...]

    def again(self, found: Report, *, progress: Progress) -> Session:
        """As ``Examine``: tell what was found."""
        for fault in self.faults:
            found(fault)
        progress(self.session.bytes or 0, self.session.bytes or 0)
        return self.session


_Read = list[_Examined | None]


class _TooMany(Exception):
    pass


def examining(store: Store, sessions: Sequence[Session], *, notes: bool) -> Iterator[tuple[Session, Examine]]:
    """Each session, in order, with what reads it whole, or has read it already."""
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    batches = list(_batches(sessions))
    if not isinstance(store, JsonlStore) or processes < 2 or sum(map(_size, sessions)) < ENOUGH or len(batches) < 2:
        yield from ((session, partial(store.examine, session, notes=notes)) for session in sessions)
        return
    with _pool(processes) as submit:
        ahead: deque[Future[_Read] | None] = deque()
        wanted = iter([batch for batch in batches if _size(batch[0]) <= LARGE])
        for batch in batches:
            while len(ahead) < 2 * processes and (more := next(wanted, None)):
                ahead.append(submit(_examined, store.path, more, notes))
            read = [None] if _size(batch[0]) > LARGE else _result(ahead.popleft(), len(batch))
            for session, each in zip(batch, read, strict=True):
                yield session, partial(store.examine, session, notes=notes) if each is None else each.again


def _size(session: Session) -> int:
    return session.bytes or 0


def _batches(sessions: Sequence[Session]) -> Iterator[list[Session]]:
    """The sessions in order, small neighbours together."""
    batch: list[Session] = []
    for session in sessions:
        if batch and sum(map(_size, batch)) + _size(session) > BATCH:
            yield batch
            batch = []
        batch.append(session)
    if batch:
        yield batch


@contextmanager
def _pool(processes: int) -> Iterator[Callable[..., Future[_Read] | None]]:
    """What hands work to processes that never hear of Ctrl-C, which is for this one; None where one was killed."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(processes, get_context("spawn"), _end_with_parent)

    def submit(work: Callable[..., _Read], *arguments: object) -> Future[_Read] | None:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a process that is started inherits it
        try:
            return pool.submit(work, *arguments)
        except BrokenExecutor:
            return None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield submit
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[_Read] | None, size: int) -> _Read:
    """What a process found; None for each session where one was killed."""
    from concurrent.futures import BrokenExecutor

    with suppress(BrokenExecutor):
        if future is not None:
            return future.result()
    return [None] * size


def _end_with_parent() -> None:
    """In another process: end when the one that started it is killed, which would else leave it waiting for work."""
    from multiprocessing import parent_process

    def wait() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _examined(path: Path, batch: Sequence[Session], notes: bool) -> _Read:
    """In another process: what these sessions hold; None where it has to be read again, to be told as it comes."""
    store = JsonlStore(path)
    return [_one(store, session, notes) for session in batch]


def _one(store: JsonlStore, session: Session, notes: bool) -> _Examined | None:
    faults: list[Fault] = []

    def found(fault: Fault) -> None:
        if len(faults) == MANY:
            raise _TooMany
        faults.append(fault)

    try:
        return _Examined(store.examine(session, found, notes=notes), tuple(faults))
    except (SessiontuiError, _TooMany):
        return None
