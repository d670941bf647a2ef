"""Reads the journal: which changes are kept, and what taking one of them back would do. Mends and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep
from typing import ClassVar, Final

from sessiontui.changes import history, undo
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change
from sessiontui.changes.undo import UndoPlan
from sessiontui.errors import SessiontuiError
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import Report
from sessiontui.tui.work.background_task import BackgroundTask

PAUSE: Final = 0.05
"""Seconds that the cursor stays on a change before it is asked what undoing it would do."""


@dataclass(eq=False, repr=False)
class Recalled(Report):
    """The changes that are kept, newest first, and what the journal takes on the disk."""

    changes: Sequence[Change]
    bytes: int


@dataclass(eq=False, repr=False)
class UndoPreview(Report):
    """What taking a change back (or giving it again) would do, or why that can't be."""

    change: str
    plan: UndoPlan | None
    refusal: str = ""
    hint: str = ""


class JournalReader(BackgroundTask):
    """One question at a time."""

    name: ClassVar[str] = "history"

    def recall(self, store: Store) -> None:
        """Reports ``Recalled``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            folder = sessions_folder(store)
            self.report(Recalled(generation, history.changes(folder), history.size(folder)))

        self.begin(job)

    def foresee(self, store: Store, change: Change) -> None:
        """Reports ``UndoPreview``, unless another change is asked about first."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            sleep(PAUSE)
            if cancelled():
                return
            try:
                plan = undo.plan(sessions_folder(store), change.id, redo=change.status == "undone")
            except SessiontuiError as error:
                self.report(UndoPreview(generation, change.id, None, error.cause, error.hint))
            else:
                self.report(UndoPreview(generation, change.id, plan))

        self.begin(job)
