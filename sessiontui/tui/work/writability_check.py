"""Finds out whether a store may be changed, and what a crash left to the next change, for that asks the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from typing import ClassVar

from sessiontui.model import Backend
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import WritabilityChecked
from sessiontui.tui.work.background_task import BackgroundTask


class WritabilityCheck(BackgroundTask):
    """Looks at one store at a time."""

    name: ClassVar[str] = "judge"

    def look(self, store: Store) -> None:
        """Reports ``WritabilityChecked``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            from sessiontui.changes.journal.location import sessions_folder
            from sessiontui.changes.store_access import interrupted, pending_messages, unwritable
            from sessiontui.store.jsonl import interrupted_imports

            waiting = tuple((each.key, len(each.messages)) for each in pending_messages(sessions_folder(store)))
            imports = (
                interrupted_imports.stems(sessions_folder(store)) if store.backend is Backend.SQLITE else ()
            )  # else they are in the list
            self.report(
                WritabilityChecked(generation, unwritable(store), interrupted(sessions_folder(store)), waiting, imports)
            )

        self.begin(job)
