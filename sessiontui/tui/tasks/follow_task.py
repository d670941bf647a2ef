"""Follows a store while it is open: looks again at what somebody touched, counts and indexes it.

However busy a daemon is, a store is looked at four times a second at most, and only as often as takes a tenth of a
processor. What is touched meanwhile is gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

from sessiontui.errors import SessiontuiError, StoreError
from sessiontui.model import Backend, Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import BackgroundTask, Job
from sessiontui.tui.tasks.index_update import IndexUpdate, RateLimiter, give_way, is_sure, look, recalled

LOOK_SECONDS: Final = 0.25
"""How often the store is looked at, at most."""
COUNT_SECONDS: Final = 1.0
"""How often counts and index follow, at most."""
PATIENCE: Final = 2
"""Looks in vain after which a store counts as gone: one may fall into the middle of somebody's change."""

Known = Callable[[], Mapping[str, Session]]
"""The sessions as they are shown just now."""


class FollowTask:
    """What happens to one store.

    ``looked`` takes the sessions that are new or different, the keys that are gone, and the keys that somebody touched (None:
    any); ``appeared`` the other backend, once the folder has it; ``vanished`` why the store can't be read.
    """

    def __init__(
        self,
        task: BackgroundTask,
        index: IndexUpdate,
        *,
        looked: Callable[[Sequence[Session], Collection[str], Collection[str] | None], object],
        appeared: Callable[[Backend], object],
        vanished: Callable[[SessiontuiError], object],
    ) -> None:
        self.task = task
        self._index = index
        self._looked, self._appeared, self._vanished = looked, appeared, vanished

    def follow(self, store: Store, known: Known, busy: Callable[[], bool]) -> None:
        """Report what happens, without end. ``busy``: somebody else counts, so what is new can wait."""
        self.task.start(partial(self._follow, store, known, busy))

    def _follow(self, store: Store, known: Known, busy: Callable[[], bool], job: Job) -> None:
        give_way(job.cancelled)
        from sessiontui.store.watcher import touches

        looks, counts = RateLimiter(LOOK_SECONDS), RateLimiter(COUNT_SECONDS)
        waiting: frozenset[str] | None = frozenset()
        failures = 0
        for touch in touches(store, job.cancelled):
            if touch.appeared:
                other = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
                job.report(self._appeared, other)
            waiting = None if waiting is None or touch.keys is None else waiting | touch.keys | _settled(store)
            if waiting != frozenset() and looks.due():
                error = self._look(store, waiting, known, job)
                waiting = None if error else frozenset()
                failures = failures + 1 if error else 0
                if error and failures == PATIENCE:
                    job.report(self._vanished, error)
                looks.done()
            if self._index.unsure and not failures and not busy() and counts.due():
                try:
                    self._index.run(store, job)
                except StoreError:  # the next look, at everything, tells why
                    waiting = None
                job.report(self.task.ended)
                counts.done()

    def _look(self, store: Store, keys: frozenset[str] | None, known: Known, job: Job) -> SessiontuiError | None:
        """Report what is not as it was; the error where that can't be seen."""
        index = self._index
        with index.order:
            try:
                found = look(store, keys)
            except SessiontuiError as error:
                return error
            before = dict(known())
            index.unsure |= {each.key for each in found if not is_sure(each, before.get(each.key))}
            shown = {each.key: each for each in recalled(found, before)}
            fresh = [each for key, each in shown.items() if (was := before.get(key)) is not each and was != each]
            gone = [key for key in (before if keys is None else keys) if key in before and key not in shown]
            index.unsure.update(gone)  # of which the index is to let go
            job.report(self._looked, fresh, gone, keys)
        return None


def _settled(store: Store) -> frozenset[str]:
    """What is to be looked at though nobody touched it: a last line that nobody went on with is damaged by now."""
    return store.settled() if isinstance(store, JsonlStore) else frozenset()
