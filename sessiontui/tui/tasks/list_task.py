"""Reads the list of sessions, then counts and indexes what it leaves open; opens the other backend of a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sessiontui.errors import SessiontuiError, UsageError
from sessiontui.model import Backend, Session
from sessiontui.store.detect import find
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import Job
from sessiontui.tui.tasks.index_update import IndexUpdate, give_way


def read(
    index: IndexUpdate, store: Store, before: Mapping[str, Session], listed: Callable[[], list[Session]], job: Job
) -> None:
    """List the sessions, then count and index. ``before``: sessions counted before; ``listed`` gives the list of now."""
    with index.order:
        try:
            sessions = listed()
        except SessiontuiError as error:
            job.report(index.reports.vanished, error)
            return
        index.complete = False
        job.report(index.reports.listed, index.recall(sessions, before))
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
