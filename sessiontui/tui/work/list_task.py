"""Reads the list of sessions, and has what it leaves open made known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import ClassVar

from sessiontui.errors import SessiontuiError, UsageError
from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import LIST, SessionsListed, Switched, Vanished
from sessiontui.tui.work.index_task import IndexTask, give_way, is_sure, recalled


class ListTask(IndexTask):
    """The list of one store."""

    name: ClassVar[str] = LIST

    def read(self, store: Store, known: Mapping[str, Session], listed: Future[list[Session]] | None = None) -> None:
        """Reports ``SessionsListed``, then ``Counted`` again and again, then ``Indexed``; or ``Vanished``. ``known``: sessions counted
        before; ``listed``: the list, where somebody reads it already."""
        read = store.sessions if listed is None else listed.result
        before = dict(known)
        self.begin(lambda generation, cancelled: self._read(store, before, read, generation, cancelled))

    def other(self, store: Store) -> None:
        """Open the other home that the same folder has; reports ``Switched``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            wanted = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
            folder = store.path if store.backend is Backend.JSONL else store.path.parent
            try:
                location = find(str(folder), wanted, {}).location
            except UsageError as error:
                hint = (
                    "m moves sessions into one" if wanted is Backend.SQLITE else "all that this folder holds is shown"
                )
                raise UsageError(error.sentence, hint) from error
            self.report(Switched(generation, location.open()))

        self.aside(job)

    def _read(
        self,
        store: Store,
        before: Mapping[str, Session],
        read: Callable[[], list[Session]],
        generation: int,
        cancelled: IsCancelled,
    ) -> None:
        with self.course.order:
            try:
                listed = read()
            except SessiontuiError as error:
                self.report(Vanished(generation, error))
                return
            self.course.indexed = False
            self.course.unsure |= {each.key for each in listed if not is_sure(each, before.get(each.key))}
            self.report(SessionsListed(generation, recalled(listed, before)))
        give_way(cancelled)
        self.know(store, generation, cancelled)
