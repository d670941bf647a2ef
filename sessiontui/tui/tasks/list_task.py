"""Reads the list of sessions, then counts and indexes what it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial

from sessiontui.errors import SessiontuiError, UsageError
from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import BackgroundTask, Job
from sessiontui.tui.tasks.index_update import IndexUpdate, give_way, is_sure, recalled

Listed = Callable[[Sequence[Session]], object]
Vanished = Callable[[SessiontuiError], object]


class ListTask:
    """The list of one store. ``listed`` takes all sessions, newest first; ``vanished`` why the store can't be read."""

    def __init__(self, task: BackgroundTask, index: IndexUpdate, listed: Listed, vanished: Vanished) -> None:
        self.task = task
        self._index = index
        self._listed, self._vanished = listed, vanished

    def read(self, store: Store, known: Mapping[str, Session], listed: Future[list[Session]] | None = None) -> None:
        """List the sessions, then count and index. ``known``: sessions counted before; ``listed``: the list, where somebody
        reads it already."""
        read = store.sessions if listed is None else listed.result
        self.task.start(partial(self._read, store, dict(known), read))

    def switch(self, store: Store, switched: Callable[[Store], object]) -> None:
        """Open the other backend of the folder of a store."""

        def work(job: Job) -> None:
            wanted = Backend.SQLITE if store.backend is Backend.JSONL else Backend.JSONL
            folder = store.path if store.backend is Backend.JSONL else store.path.parent
            try:
                location = find(str(folder), wanted, {}).location
            except UsageError as error:
                hint = (
                    "m moves sessions into one" if wanted is Backend.SQLITE else "all that this folder holds is shown"
                )
                raise UsageError(error.sentence, hint) from error
            job.report(switched, location.open())

        self.task.start_beside(work)

    def _read(self, store: Store, before: Mapping[str, Session], read: Callable[[], list[Session]], job: Job) -> None:
        index = self._index
        with index.order:
            try:
                listed = read()
            except SessiontuiError as error:
                job.report(self._vanished, error)
                return
            index.complete = False
            index.unsure |= {each.key for each in listed if not is_sure(each, before.get(each.key))}
            job.report(self._listed, recalled(listed, before))
        give_way(job.cancelled)
        index.run(store, job, job.progress("counting"))
