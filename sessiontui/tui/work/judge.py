"""Finds out whether a store may be changed, and what a crash left to the next change, for that asks the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from typing import ClassVar

from sessiontui.model import Backend
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import Judged
from sessiontui.tui.work.errand import Errand


class Judge(Errand):
    """Looks at one store at a time."""

    name: ClassVar[str] = "judge"

    def look(self, store: Store) -> None:
        """Reports ``Judged``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            from sessiontui.changes.place import home, interrupted, late, unwritable
            from sessiontui.store import orphans

            waiting = tuple((each.key, len(each.messages)) for each in late(home(store)))
            imports = orphans.stems(home(store)) if store.backend is Backend.SQLITE else ()  # else they are in the list
            self.report(Judged(generation, unwritable(store), interrupted(home(store)), waiting, imports))

        self.begin(job)
