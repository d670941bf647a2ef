"""Finds out whether a store may be changed, and what a crash left to the next change, for that asks the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from collections.abc import Callable

from sessiontui.describe.recovery import Writability
from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import BackgroundTask, Job


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
