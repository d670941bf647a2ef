"""Recovery comes before planning: what a crash left half done is finished or rolled back, and only then is a store looked
at. A dry run, which mends nothing, says what recovery will do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.changes import obstacles
from sessiontui.changes.edits.files import as_store_error
from sessiontui.changes.edits.records import done, ids, read
from sessiontui.changes.journal.folder import Folder, making, reading
from sessiontui.changes.journal.location import is_there
from sessiontui.changes.journal.record import Recorded
from sessiontui.changes.recovery import pending_messages, settle
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import SessiontuiError


class Interrupted(NamedTuple):
    """What recovery has to do, or did."""

    changes: tuple[Recorded, ...] = ()
    """Changes that a crash interrupted, oldest first."""
    late: tuple[pending_messages.PendingMessages, ...] = ()
    """Messages that waited in the journal."""
    left: tuple[tuple[Recorded, SessiontuiError], ...] = ()
    """Changes that could not be recovered yet, and why."""
    swept: bool = False
    """Files that were kept for a change that was never recorded are gone; what was planned before may not fit."""

    def __bool__(self) -> bool:
        return bool(self.changes or self.late or self.swept)

    @property
    def keys(self) -> frozenset[str]:
        """The sessions that recovery may change."""
        return frozenset(key for each in self.changes for key in _touched(each)) | {each.key for each in self.late}

    @property
    def named(self) -> frozenset[str]:
        """The sessions that the interrupted changes were to change, those that they had finished too."""
        return frozenset(key for each in self.changes for key in each.keys)

    def cause(self, key: str) -> SessiontuiError | None:
        """Why recovery could not come to a session."""
        return next((error for each, error in self.left if key in _touched(each)), None)


NOTHING: Final = Interrupted()


def _touched(recorded: Recorded) -> frozenset[str]:
    """The sessions of edits of which it is not known whether they were made; of a half-made undo, all of them."""
    return frozenset(
        key
        for step in recorded.steps
        if step.state == "open" or recorded.undoes is not None
        for key in step.edit.sessions
    )


def foreseen(sessions: Path) -> Interrupted:
    """What recovery has to do. Only reads; nothing while another process makes a change. Raises ``StoreError`` where
    the journal can't be read, or there is something to do and the journal can't be written."""
    if not is_there(sessions):
        return NOTHING
    with as_store_error(str(sessions)), reading(sessions) as folder:
        if folder is None or folder.busy():
            return NOTHING
        found = Interrupted(_unfinished(folder), pending_messages.waiting(sessions))
    if found:
        obstacles.require_journal(sessions)
    return found


def recover(sessions: Path, patience: WaitPolicy = USUAL) -> Interrupted:
    """Finish or roll back what was interrupted, alone, and bring over the messages that wait; nothing where all is
    settled. What can't be recovered now waits for the next change. Raises ``InTurn`` while another process makes a
    change, and ``StoreError`` where the journal can't be read or written."""
    if not is_there(sessions):
        return NOTHING
    waited = pending_messages.waiting(sessions)
    with as_store_error(str(sessions)), reading(sessions) as folder:
        is_settled = folder is None or (not settle.strays(folder) and all(done(folder, id) for id in ids(folder)))
    if is_settled and not waited:
        return NOTHING
    with as_store_error(str(sessions)), making(sessions) as folder, folder.locked(patience.seconds):
        found, swept = _unfinished(folder), bool(settle.strays(folder))
        left = settle.everything(folder, patience)
    return Interrupted(found, waited, tuple(left), swept)


def _unfinished(folder: Folder) -> tuple[Recorded, ...]:
    every = (read(folder, id) for id in ids(folder) if not done(folder, id))
    return tuple(each for each in every if each is not None and not each.done)
