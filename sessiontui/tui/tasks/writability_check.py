"""Finds out whether a store may be changed, and what a crash left to the next change: both ask the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui.messages import WritabilityChecked
from sessiontui.tui.tasks.background_task import BackgroundTask, Job


class WritabilityCheck:
    """One store at a time; ``checked`` takes the result."""

    def __init__(
        self,
        owner: Widget,
        *,
        checked: Callable[[WritabilityChecked], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._task = BackgroundTask(owner, "writability", failed=failed)
        self._checked = checked

    def start(self, store: Store) -> None:
        """Check a store."""

        def work(job: Job) -> None:
            from sessiontui.changes.store_access import interrupted, pending_messages, sessions_folder, unwritable
            from sessiontui.store.jsonl import interrupted_imports

            folder = sessions_folder(store)
            waiting = tuple((each.key, len(each.messages)) for each in pending_messages(folder))
            # the list shows those of files
            imports = interrupted_imports.stems(folder) if store.backend is Backend.SQLITE else ()
            report = WritabilityChecked(0, unwritable(store), interrupted(folder), waiting, imports)
            job.report(self._checked, report)

        self._task.start(work)
