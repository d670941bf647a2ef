"""Recovery comes before planning: what a crash left half done is finished or rolled back, and only then is a store looked
at. A dry run, which mends nothing, marks the sessions whose plan may be another one after recovery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar, cast

from sessiontui.changes import cleanup, compact, migrate, obstacles, repair, settle
from sessiontui.changes import pending_messages as late
from sessiontui.changes.cleanup import CleanupPlan, CleanupRow
from sessiontui.changes.compact import CompactPlan, CompactRow
from sessiontui.changes.edits import keys_of
from sessiontui.changes.files import as_store_error
from sessiontui.changes.folder import Folder, making, reading
from sessiontui.changes.migrate import MigratePlan, MigrateRow
from sessiontui.changes.pending_messages import PendingMessages
from sessiontui.changes.pop import PopPlan
from sessiontui.changes.record import Recorded, done, ids, read
from sessiontui.changes.repair import RepairPlan, RepairRow
from sessiontui.changes.store_access import is_there
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import AfterRecovery, SessiontuiError

Plan = TypeVar("Plan")
R = TypeVar("R", CompactRow, RepairRow, MigrateRow, CleanupRow)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What recovery has to do, or did."""

    changes: tuple[Recorded, ...] = ()
    """Changes that a crash interrupted, oldest first."""
    late: tuple[PendingMessages, ...] = ()
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
    steps = (step for step in recorded.steps if step.state == "open" or recorded.undoes is not None)
    return frozenset(key for step in steps for key in keys_of(step.edit))


def foreseen(sessions: Path) -> Interrupted:
    """What recovery has to do. Only reads; nothing while another process makes a change. Raises ``StoreError`` where
    the journal can't be read, or there is something to do and the journal can't be written."""
    if not is_there(sessions):
        return NOTHING
    with as_store_error(str(sessions)), reading(sessions) as folder:
        if folder is None or folder.busy():
            return NOTHING
        found = Interrupted(_unfinished(folder), late.waiting(sessions))
    if found:
        obstacles.require_journal(sessions)
    return found


def recover(sessions: Path, patience: WaitPolicy = USUAL) -> Interrupted:
    """Finish or roll back what was interrupted, alone, and bring over the messages that wait; nothing where all is
    settled. What can't be recovered now waits for the next change. Raises ``InTurn`` while another process makes a
    change, and ``StoreError`` where the journal can't be read or written."""
    if not is_there(sessions):
        return NOTHING
    with as_store_error(str(sessions)), reading(sessions) as folder:
        if folder is None or not (settle.strays(folder) or _unsettled(folder) or late.waiting(sessions)):
            return NOTHING
    waited = late.waiting(sessions)
    with as_store_error(str(sessions)), making(sessions) as folder, folder.locked(patience.seconds):
        found, swept = _unfinished(folder), bool(settle.strays(folder))
        left = settle.everything(folder, patience)
    return Interrupted(found, waited, tuple(left), swept)


def _unsettled(folder: Folder) -> bool:
    return not all(done(folder, id) for id in ids(folder))


def _unfinished(folder: Folder) -> tuple[Recorded, ...]:
    every = (read(folder, id) for id in ids(folder) if not done(folder, id))
    return tuple(each for each in every if each is not None and not each.done)


# ---- plans


def after(plan: Plan, interrupted: Interrupted) -> Plan:
    """A plan that was made before recovery: what it says of a session that recovery may change, it does not know."""
    return _left(plan, dict.fromkeys(interrupted.keys, AfterRecovery()))


def is_alike(plan: Plan, other: Plan) -> bool:
    """Whether two plans say the same, whichever files they were made for."""
    return _unstamped(plan) == _unstamped(other)


def _unstamped(plan: object) -> object:
    match plan:
        case PopPlan():
            return replace(plan, stamp=None)
        case CompactPlan():
            return replace(plan, rows=tuple(replace(row, seen=None) for row in plan.rows))
        case RepairPlan():
            return replace(plan, rows=tuple(replace(row, seen=None) for row in plan.rows))
        case MigratePlan():
            return replace(plan, rows=tuple(replace(row, stamp=None) for row in plan.rows))
    return plan


def explained(plan: Plan, interrupted: Interrupted) -> Plan:
    """A plan in which a session that stays, for it could not be recovered, says that."""
    rows = [row for row in getattr(plan, "rows", ()) if row.problem.code]
    causes = {row.key: error for row in rows if (error := interrupted.cause(row.key)) is not None}
    return _left(plan, causes)


def _left(plan: Plan, errors: Mapping[str, SessiontuiError]) -> Plan:
    """A plan in which these sessions stay as they are."""
    found: object = plan
    match plan:
        case CompactPlan():
            found = replace(plan, rows=_rows(plan.rows, errors, compact.left))
        case RepairPlan():
            found = replace(plan, rows=_rows(plan.rows, errors, repair.left))
        case MigratePlan():
            found = replace(plan, rows=_rows(plan.rows, errors, migrate.left))
        case CleanupPlan():
            found = replace(plan, rows=_rows(plan.rows, errors, cleanup.left))
    return cast("Plan", found)


def _rows(
    rows: tuple[R, ...], errors: Mapping[str, SessiontuiError], left: Callable[[R, SessiontuiError], R]
) -> tuple[R, ...]:
    return tuple(left(row, errors[row.key]) if row.key in errors else row for row in rows)
