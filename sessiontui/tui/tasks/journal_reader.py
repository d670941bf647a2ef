"""Reads the journal: which changes are kept, and what undoing one of them would do. Recovers and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep
from typing import Final, NamedTuple

from sessiontui.changes import history, undo
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change
from sessiontui.changes.undo import UndoPlan
from sessiontui.errors import SessiontuiError
from sessiontui.store.protocol import Store
from sessiontui.tui.tasks.background_task import Job

PAUSE: Final = 0.05
"""Seconds that the cursor stays on a change before its undo is planned."""


class UndoPreview(NamedTuple):
    """What undoing a change (or redoing it) would do, or why that can't be."""

    change: str
    plan: UndoPlan | None
    refusal: str = ""
    hint: str = ""


def changes(store: Store) -> tuple[Sequence[Change], int]:
    """The changes that are kept, newest first, and the bytes that the journal takes on the disk."""
    folder = sessions_folder(store)
    return history.changes(folder), history.size(folder)


def preview(store: Store, change: Change, job: Job) -> UndoPreview:
    """Plan the undo of a change, unless another one is wanted first."""
    sleep(PAUSE)
    job.check()
    try:
        plan = undo.plan(sessions_folder(store), change.id, redo=change.status == "undone")
    except SessiontuiError as error:
        return UndoPreview(change.id, None, error.cause, error.hint)
    return UndoPreview(change.id, plan)
