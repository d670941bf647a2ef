"""Follows a store while it is open: looks again at what somebody touched, and has its counts made known.

However busy a daemon is, a store is looked at four times a second at most, and only as often as takes a tenth of a
processor. What is touched meanwhile is gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from sessiontui.errors import SessiontuiError, StoreError
from sessiontui.model import Backend, Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, silent
from sessiontui.tui.messages import FOLLOW, Appeared, Finished, Looked, Touched, Vanished
from sessiontui.tui.work.index_task import INDEXING, IndexTask, RateLimiter, give_way, is_sure, look, recalled

LOOK_SECONDS: Final = 0.25
"""How often the store is looked at, at most."""
COUNT_SECONDS: Final = 1.0
"""How often counts and index follow, at most."""
PATIENCE: Final = 2
"""Looks in vain after which a store counts as gone: one may fall into the middle of somebody's change."""

Known = Callable[[], Mapping[str, Session]]
"""The sessions as they are shown just now."""


class FollowTask(IndexTask):
    """What happens to one store."""

    name: ClassVar[str] = FOLLOW

    def follow(self, store: Store, known: Known, busy: Callable[[], bool]) -> None:
        """Reports ``Looked`` and ``Touched``, then ``Counted`` and ``Indexed``, again and again; ``Vanished`` and ``Appeared``.
        ``busy``: somebody else counts, so what is new can wait."""
        self.begin(lambda generation, cancelled: self._follow(store, known, busy, generation, cancelled))

    def _follow(
        self, store: Store, known: Known, busy: Callable[[], bool], generation: int, cancelled: IsCancelled
    ) -> None:
        give_way(cancelled)
        from sessiontui.tui.work.watcher import touches

        looks, counts = RateLimiter(LOOK_SECONDS), RateLimiter(COUNT_SECONDS)
        waiting: frozenset[str] | None = frozenset()
        failures = 0
        for touch in touches(store, cancelled):
            if touch.appeared:
                other = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
                self.report(Appeared(generation, other))
            waiting = None if waiting is None or touch.keys is None else waiting | touch.keys | _settled(store)
            if waiting != frozenset() and looks.due():
                error = self._look(store, waiting, known, generation)
                waiting = None if error else frozenset()
                failures = failures + 1 if error else 0
                if error and failures == PATIENCE:
                    self.report(Vanished(generation, error))
                looks.done()
            if self.course.unsure and not failures and not busy() and counts.due():
                try:
                    self.know(store, generation, cancelled)
                except StoreError:  # the next look, at everything, tells why
                    waiting = None
                self.report(Finished(generation, self.name))
                counts.done()

    def progress(self, generation: int, label: str) -> Progress:
        """Of what a helper process does; the rest is soon done and comes again and again."""
        return super().progress(generation, label) if label == INDEXING else silent

    def _look(self, store: Store, keys: frozenset[str] | None, known: Known, generation: int) -> SessiontuiError | None:
        """Report what is not as it was; the error where that can't be seen."""
        with self.course.order:
            try:
                found = look(store, keys)
            except SessiontuiError as error:
                return error
            before = dict(known())
            self.course.unsure |= {each.key for each in found if not is_sure(each, before.get(each.key))}
            shown = {each.key: each for each in recalled(found, before)}
            fresh = [each for key, each in shown.items() if (was := before.get(key)) is not each and was != each]
            gone = [key for key in (before if keys is None else keys) if key in before and key not in shown]
            self.course.unsure.update(gone)  # of which the index is to let go
            self.report(Looked(generation, fresh, gone))
            self.report(Touched(generation, keys))
        return None


def _settled(store: Store) -> frozenset[str]:
    """What is to be looked at though nobody touched it: a last line that nobody went on with is damaged by now."""
    return store.settled() if isinstance(store, JsonlStore) else frozenset()
