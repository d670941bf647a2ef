"""Lists the sessions of a store, and follows it while it is open: looks again at what somebody touched, counts and indexes it.

However busy a daemon is, a store is looked at four times a second at most, and only as often as takes a tenth of a
processor. What is touched meanwhile is gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sessiontui.errors import SessiontuiError, StoreError, UsageError
from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import Job
from sessiontui.tui.tasks.index_update import IndexUpdate, RateLimiter, give_way, look

FOLLOW: Final = "follow"
"""Name of the task that has no end."""
LOOK_SECONDS: Final = 0.25
"""How often the store is looked at, at most."""
COUNT_SECONDS: Final = 1.0
"""How often counts and index follow, at most."""
PATIENCE: Final = 2
"""Looks in vain after which a store counts as gone: one may fall into the middle of somebody's change."""

Known = Callable[[], Mapping[str, Session]]
"""The sessions as they are shown just now."""


def read(
    index: IndexUpdate, store: Store, before: Mapping[str, Session], listed: Callable[[], list[Session]], job: Job
) -> None:
    """List the sessions, then count and index. ``before``: sessions counted before; ``listed`` gives the list of now."""
    with index.order:
        try:
            sessions = listed()
        except SessiontuiError as error:
            job.report(index.vanished, error)
            return
        index.complete = False
        job.report(index.listed, index.recall(sessions, before))
    give_way(job)
    index.run(store, job, job.progress("counting"))


def other_backend(store: Store) -> Store:
    """The other backend of the folder of a store. Raises ``UsageError`` where there is none."""
    if store.backend is Backend.JSONL:
        wanted, folder, hint = Backend.SQLITE, store.path, "m moves sessions into one"
    else:
        wanted, folder, hint = Backend.JSONL, store.path.parent, "all that this folder holds is shown"
    try:
        location = find(str(folder), wanted, {}).location
    except UsageError as error:
        raise UsageError(error.sentence, hint) from error
    return location.open()


def follow(index: IndexUpdate, store: Store, known: Known, busy: Callable[[], bool], job: Job) -> None:
    """Report what happens to a store, without end. ``busy``: somebody else counts, so what is new can wait."""
    give_way(job)
    from sessiontui.store.watcher import touches

    looks, counts = RateLimiter(LOOK_SECONDS), RateLimiter(COUNT_SECONDS)
    waiting: frozenset[str] | None = frozenset()
    failures = 0
    for touch in touches(store, job.cancelled):
        if touch.appeared:
            job.report(index.appeared)
        waiting = None if waiting is None or touch.keys is None else waiting | touch.keys | _settled(store)
        if waiting != frozenset() and looks.due():
            try:
                _look(index, store, waiting, known, job)
                waiting, failures = frozenset(), 0
            except SessiontuiError as error:
                waiting, failures = None, failures + 1
                if failures == PATIENCE:
                    job.report(index.vanished, error)
            looks.done()
        if index.unsure and not failures and not busy() and counts.due():
            try:
                index.run(store, job)
            except StoreError:  # the next look, at everything, tells why
                waiting = None
            job.report(job.task.ended)
            counts.done()


def _look(index: IndexUpdate, store: Store, keys: frozenset[str] | None, known: Known, job: Job) -> None:
    """Report what is not as it was. Raises ``SessiontuiError`` where that can't be seen."""
    with index.order:
        found = look(store, keys)
        before = dict(known())
        shown = {each.key: each for each in index.recall(found, before)}
        fresh = [each for key, each in shown.items() if (was := before.get(key)) is not each and was != each]
        gone = [key for key in (before if keys is None else keys) if key in before and key not in shown]
        index.unsure.update(gone)  # of which the index is to let go
        job.report(index.looked, fresh, gone, keys)


def _settled(store: Store) -> frozenset[str]:
    """What is to be looked at though nobody touched it: a last line that nobody went on with is damaged by now."""
    return store.settled() if isinstance(store, JsonlStore) else frozenset()
