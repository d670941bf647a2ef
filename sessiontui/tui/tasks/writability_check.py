"""Finds out whether a store may be changed, and what a crash left to the next change, for that asks the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import BackgroundTask, Job


class Writability(NamedTuple):
    """Whether a store may be changed: why not, in one sentence, or None; and what a crash left to the next change."""

    reason: str | None
    interrupted: int
    """How many changes were."""
    late: tuple[tuple[str, int], ...] = ()
    """Keys, each with how many messages wait in the journal for it."""
    imports: tuple[str, ...] = ()
    """Sessions of which an import was interrupted, and that a database does not list."""

    @property
    def waiting(self) -> int:
        """How many changes and imports were interrupted."""
        return self.interrupted + len(self.imports)


class WritabilityCheck:
    """Looks at one store at a time."""

    def __init__(self, task: BackgroundTask, checked: Callable[[Writability], None]) -> None:
        self.task = task
        self._checked = checked

    def look(self, store: Store) -> None:
        """Report how it is now."""

        def work(job: Job) -> None:
            from sessiontui.changes.journal.location import sessions_folder
            from sessiontui.changes.store_access import interrupted, pending_messages, unwritable
            from sessiontui.store.jsonl import interrupted_imports

            folder = sessions_folder(store)
            late = tuple((each.key, len(each.messages)) for each in pending_messages(folder))
            imports = (
                interrupted_imports.stems(folder) if store.backend is Backend.SQLITE else ()
            )  # else they are listed
            job.report(self._checked, Writability(unwritable(store), interrupted(folder), late, imports))

        self.task.start(work)
