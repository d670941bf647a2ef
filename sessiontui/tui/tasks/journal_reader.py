"""Reads the journal: which changes are kept, and what undoing one of them would do. Recovers and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import sleep
from typing import Final, NamedTuple

from sessiontui.changes import history, undo
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change
from sessiontui.changes.undo import UndoPlan
from sessiontui.errors import SessiontuiError
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import BackgroundTask, Job

PAUSE: Final = 0.05
"""Seconds that the cursor stays on a change before its undo is planned."""


class UndoPreview(NamedTuple):
    """What undoing a change (or redoing it) would do, or why that can't be."""

    change: str
    plan: UndoPlan | None
    refusal: str = ""
    hint: str = ""


class JournalReader:
    """Reads the changes, and beside that previews the undo of one. ``listed`` takes the changes, newest first, and the
    bytes that the journal takes on the disk."""

    def __init__(
        self,
        listing: BackgroundTask,
        preview: BackgroundTask,
        listed: Callable[[Sequence[Change], int], object],
        previewed: Callable[[UndoPreview], object],
    ) -> None:
        self._listing, self._preview = listing, preview
        self._listed, self._previewed = listed, previewed

    def read(self, store: Store) -> None:
        """List the changes."""

        def work(job: Job) -> None:
            folder = sessions_folder(store)
            job.report(self._listed, history.changes(folder), history.size(folder))

        self._listing.start(work)

    def preview(self, store: Store, change: Change) -> None:
        """Plan the undo of a change, unless another one is asked for first."""

        def work(job: Job) -> None:
            sleep(PAUSE)
            if job.cancelled():
                return
            try:
                plan = undo.plan(sessions_folder(store), change.id, redo=change.status == "undone")
            except SessiontuiError as error:
                job.report(self._previewed, UndoPreview(change.id, None, error.cause, error.hint))
            else:
                job.report(self._previewed, UndoPreview(change.id, plan))

        self._preview.start(work)

    def cancel(self) -> None:
        """End both."""
        self._listing.cancel()
        self._preview.cancel()
