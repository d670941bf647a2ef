"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from sessiontui.changes import bounds, cleanup, compact, migrate, pop, recovery, repair, undo
from sessiontui.changes.cleanup import CleanupPlan
from sessiontui.changes.compact import CompactPlan
from sessiontui.changes.import_state import source
from sessiontui.changes.migrate import MigratePlan
from sessiontui.changes.pop import PopPlan
from sessiontui.changes.recovery import Interrupted
from sessiontui.changes.repair import RepairPlan
from sessiontui.changes.store_access import sessions_folder
from sessiontui.damage.salvage import Wish
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, Recovered, Refused, SessiontuiError
from sessiontui.store.protocol import IsCancelled, Progress, Store, silent
from sessiontui.tui.messages import CHANGE, Made, Planned, Report
from sessiontui.tui.work import wait_until_free
from sessiontui.tui.work.background_task import Errand_

if TYPE_CHECKING:
    from sessiontui.tui.messages import Done, Plan

Verb = Literal["pop", "compact", "repair", "migrate", "cleanup"]

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What the person wants done, before there is a plan."""

    verb: Verb
    store: Store
    now: datetime
    keys: tuple[str, ...] | None = None
    """None means all sessions; pop has exactly one."""
    hours: float = MONTH
    """For cleanup: how long a session may be idle."""
    marked: int = 0
    """Sessions that are marked and not meant all the same."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """For repair: what shall be had back of a session, where that isn't all that needs no guess."""


class RetryOptions(NamedTuple):
    """How a change is tried: the first time, or once more by a person who knows what stood in its way."""

    patience: WaitPolicy = USUAL
    files: tuple[str, ...] = ()
    """Files of the sessions folder that are waited for before it is begun: until then it can be called off."""


FIRST: Final = RetryOptions()


@dataclass(eq=False, repr=False)
class Awaited(Report):
    """Somebody has a file open for writing, and is waited for. ``who`` is empty where nobody can be named."""

    who: str


@dataclass(eq=False, repr=False)
class Begun(Report):
    """Nobody is waited for any more: the change is being made."""


class ChangeTask(Errand_):
    """One change at a time."""

    name: ClassVar[str] = CHANGE

    def plan(self, wanted: ChangeRequest) -> None:
        """Reports ``Planned``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            progress = self.progress(generation, "looking")
            interrupted = recovery.foreseen(sessions_folder(wanted.store))
            plan, warning = _foreseen(wanted, interrupted, cancelled, progress)
            self.report(Planned(generation, plan, warning, bounds.notice(wanted.store, plan), interrupted or None))

        self.begin(job)

    def make(self, wanted: ChangeRequest, plan: Plan, attempt: RetryOptions = FIRST) -> None:
        """Make what was planned; reports ``Made``, also when it was stopped on the way. Where files are waited for,
        first ``Awaited`` and ``Begun``. Where an interrupted change had to be recovered first, and the plan is another
        one then, reports the error ``Recovered``."""
        store = wanted.store

        def job(generation: int, cancelled: IsCancelled) -> None:
            bounds.require(store, plan)
            patience = self._await(store, attempt, generation, cancelled)
            now = _recovered(wanted, plan, patience, cancelled)
            progress = self.progress(generation, "changing")
            self.report(Made(generation, *_made(store, now, patience, cancelled, progress)))

        self.begin(job)

    def undo(self, store: Store, change: str | None = None, redo: bool = False, attempt: RetryOptions = FIRST) -> None:
        """Take back a change, the newest that can be where none is named (or give it again); reports as ``make``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            patience = self._await(store, attempt, generation, cancelled)
            folder = sessions_folder(store)
            recovery.recover(folder, patience)
            plan = undo.plan(folder, change, redo)
            bounds.require(store, plan)
            progress = self.progress(generation, "redoing" if redo else "undoing")
            done = undo.make(folder, plan, patience, progress)
            self.report(Made(generation, done, done.keys))

        self.begin(job)

    def _await(self, store: Store, attempt: RetryOptions, generation: int, cancelled: IsCancelled) -> WaitPolicy:
        """Wait for the files of an attempt; return what patience is left, but never less than usual."""
        if not attempt.files:
            return attempt.patience
        paths = [sessions_folder(store) / name for name in attempt.files]
        left = wait_until_free.free(
            paths, attempt.patience.seconds, cancelled, lambda who: self.report(Awaited(generation, who))
        )
        self.report(Begun(generation))
        return attempt.patience._replace(seconds=max(USUAL.seconds, left))


def _foreseen(
    wanted: ChangeRequest, interrupted: Interrupted, cancelled: IsCancelled, progress: Progress
) -> tuple[Plan, str]:
    """The same before recovery: a pop that can't be planned now may be possible then."""
    try:
        return _planned(wanted, cancelled, progress)
    except SessiontuiError:
        if wanted.verb != "pop" or interrupted.keys.isdisjoint(wanted.keys or ()):
            raise
        return PopPlan("".join(wanted.keys or ()), None, None, truncates=True, behind=0), ""


def _recovered(wanted: ChangeRequest, plan: Plan, patience: WaitPolicy, cancelled: IsCancelled) -> Plan:
    """The plan once nothing is interrupted any more. Raises ``Recovered`` where it is another one."""
    interrupted = recovery.recover(sessions_folder(wanted.store), patience)
    if not interrupted:
        return plan
    fresh = recovery.explained(_planned(wanted, cancelled, silent)[0], interrupted)
    if not recovery.is_alike(plan, fresh):
        raise Recovered(interrupted.keys)
    return fresh


def _planned(wanted: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> tuple[Plan, str]:
    """The plan, and why it would have been refused without being asked."""
    store, keys = wanted.store, wanted.keys
    if wanted.verb == "compact":
        return compact.plan(store, keys, cancelled, progress), ""
    if wanted.verb == "repair":
        return repair.plan(store, keys, wanted.wishes, cancelled=cancelled, progress=progress), ""
    if wanted.verb == "migrate":
        return migrate.plan(store.path, _files(store, keys), cancelled, progress), ""
    if wanted.verb == "cleanup":
        return cleanup.plan(store, wanted.hours, wanted.now, keys, cancelled, progress), ""
    [key] = keys or ("",)
    try:
        return pop.plan(store, key), ""
    except Changed:
        raise
    except Refused as refusal:
        return pop.plan(store, key, anyway=True), refusal.sentence


def _files(store: Store, keys: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Those of which there is a file: recovery may have moved the others."""
    return keys and tuple(key for key in keys if os.path.lexists(store.path / source(store.path, key)))


def only(plan: Plan, keys: Collection[str]) -> Plan:
    """The part of a plan that is about these sessions."""
    match plan:
        case CompactPlan():
            return replace(plan, rows=tuple(row for row in plan.rows if row.key in keys))
        case RepairPlan():
            return replace(plan, rows=tuple(row for row in plan.rows if row.key in keys))
        case MigratePlan():
            return replace(plan, rows=tuple(row for row in plan.rows if row.key in keys))
        case CleanupPlan():
            return replace(plan, rows=tuple(row for row in plan.rows if row.key in keys))
    return plan


def _made(
    store: Store, plan: Plan, patience: WaitPolicy, cancelled: IsCancelled, progress: Progress
) -> tuple[Done, tuple[str, ...]]:
    """What was done, and the sessions that it was done to."""
    if isinstance(plan, PopPlan):
        return pop.make(store, plan, patience), (plan.key,)
    if isinstance(plan, CompactPlan):
        compacted = compact.make(store, plan, cancelled, progress, patience)
        return compacted, tuple(row.key for row in compacted.rows)
    if isinstance(plan, RepairPlan):
        repaired = repair.make(store, plan, cancelled, progress, patience)
        return repaired, tuple(row.key for row in repaired.rows)
    if isinstance(plan, MigratePlan):
        migrated = migrate.make(plan, cancelled, progress, patience)
        return migrated, tuple(row.key for row in migrated.rows)
    cleaned = cleanup.make(store, plan, patience, cancelled, progress)
    return cleaned, tuple(row.key for row in cleaned.rows)
