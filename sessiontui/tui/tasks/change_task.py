"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from sessiontui.changes import bounds, cleanup, compact, migrate, pop, recovery, repair, undo, wait_until_free
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
from sessiontui.tui.tasks.background_task import BackgroundTask, Job, ignore

if TYPE_CHECKING:
    from sessiontui.tui.messages import Done, Plan

Verb = Literal["pop", "compact", "repair", "migrate", "cleanup", "undo"]

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What the person wants done, before there is a plan."""

    verb: Verb
    store: Store
    now: datetime
    keys: tuple[str, ...] | None = None
    """None means all sessions; pop has exactly one. Undo takes none."""
    hours: float = MONTH
    """For cleanup: how long a session may be idle."""
    marked: int = 0
    """Sessions that are marked and not meant all the same."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """For repair: what shall be had back of a session, where that isn't all that needs no guess."""
    change: str | None = None
    """For undo: which change; None means the newest that can be undone."""
    redo: bool = False
    """For undo: redo it."""


class RetryOptions(NamedTuple):
    """How a change is tried: the first time, or once more by a person who knows what stood in its way."""

    patience: WaitPolicy = USUAL
    files: tuple[str, ...] = ()
    """Files of the sessions folder that are waited for before it is begun: until then it can be called off."""


FIRST: Final = RetryOptions()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a change would do; nothing is done yet. ``warning``: why it would have been refused without being asked.
    ``notice``: what else a person should know before it is made."""

    plan: Plan
    warning: str = ""
    notice: str = ""
    interrupted: Interrupted | None = None
    """What recovery has to do before the change."""


class ChangeTask:
    """One change at a time. ``planned`` takes a plan; ``made`` what was done, also when it was stopped, and the sessions
    that it was done to. Before that, ``waiting`` takes the programs that have a file open (empty: nobody can be named), and
    ``begun`` nothing, once nobody is waited for."""

    def __init__(
        self,
        task: BackgroundTask,
        made: Callable[[Done, tuple[str, ...]], object],
        *,
        planned: Callable[[Planned], object] = ignore,
        waiting: Callable[[str], object] = ignore,
        begun: Callable[[], object] = ignore,
    ) -> None:
        self.task = task
        self._planned, self._made, self._waiting, self._begun = planned, made, waiting, begun

    def interrupt(self) -> None:
        """Ask it to end; what was done by then is reported."""
        self.task.stop()

    def plan(self, wanted: ChangeRequest) -> None:
        """Plan a change."""

        def work(job: Job) -> None:
            interrupted = recovery.foreseen(sessions_folder(wanted.store))
            plan, warning = _foreseen(wanted, interrupted, job.cancelled, job.progress("looking"))
            notice = bounds.notice(wanted.store, plan)
            job.report(self._planned, Planned(plan, warning, notice, interrupted or None))

        self.task.start(work)

    def make(self, wanted: ChangeRequest, plan: Plan, options: RetryOptions = FIRST) -> None:
        """Make what was planned. Where an interrupted change had to be recovered first, and the plan is another one then,
        it fails with ``Recovered``."""
        store = wanted.store

        def work(job: Job) -> None:
            bounds.require(store, plan)
            patience = self._wait(store, options, job)
            now = _recovered(wanted, plan, patience, job.cancelled)
            job.report(self._made, *_made(store, now, patience, job.cancelled, job.progress("changing")))

        self.task.start(work)

    def undo(self, wanted: ChangeRequest, options: RetryOptions = FIRST) -> None:
        """Undo a change, or redo it."""
        store = wanted.store

        def work(job: Job) -> None:
            patience = self._wait(store, options, job)
            folder = sessions_folder(store)
            recovery.recover(folder, patience)
            plan = undo.plan(folder, wanted.change, wanted.redo)
            bounds.require(store, plan)
            done = undo.make(folder, plan, patience, job.progress("redoing" if wanted.redo else "undoing"))
            job.report(self._made, done, done.keys)

        self.task.start(work)

    def _wait(self, store: Store, options: RetryOptions, job: Job) -> WaitPolicy:
        """Wait for the files of another try; return what patience is left, but never less than usual."""
        if not options.files:
            return options.patience
        paths = [sessions_folder(store) / name for name in options.files]
        left = wait_until_free.free(
            paths, options.patience.seconds, job.cancelled, lambda who: job.report(self._waiting, who)
        )
        job.report(self._begun)
        return options.patience._replace(seconds=max(USUAL.seconds, left))


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
