"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sessiontui.changes import bounds, undo, wait_until_free
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.recovery.recover import Interrupted, foreseen, recover
from sessiontui.changes.undo import Undone
from sessiontui.changes.verbs.cleanup import CleanedUp, CleanupPlan
from sessiontui.changes.verbs.compact import Compacted, CompactPlan
from sessiontui.changes.verbs.migrate import Migrated, MigratePlan
from sessiontui.changes.verbs.plans import explained
from sessiontui.changes.verbs.pop import Popped, PopPlan
from sessiontui.changes.verbs.repair import Repaired, RepairPlan
from sessiontui.changes.verbs.table import VERBS, VerbName
from sessiontui.damage.salvage import Wish
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Recovered, SessiontuiError
from sessiontui.store.protocol import Store, silent
from sessiontui.tui.tasks.background_task import Job

Plan = PopPlan | CompactPlan | RepairPlan | MigratePlan | CleanupPlan
Done = Popped | Compacted | Repaired | Migrated | CleanedUp | Undone

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What the person wants done, before there is a plan."""

    verb: VerbName | Literal["undo"]
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


Waiting = Callable[[str | None], object]
"""Takes the programs that have a file open and are waited for (empty: nobody can be named), and None once there are none."""


def plan(wanted: ChangeRequest, job: Job) -> Planned:
    """Plan a change."""
    interrupted = foreseen(sessions_folder(wanted.store))
    found, warning = _foreseen(wanted, interrupted, job)
    return Planned(found, warning, bounds.notice(wanted.store, found), interrupted or None)


def make(wanted: ChangeRequest, planned: Plan, options: RetryOptions, waiting: Waiting, job: Job) -> Done:
    """Make what was planned. Where an interrupted change had to be recovered first, and the plan is another one then, it
    fails with ``Recovered``; a change that is stopped gives what was done by then."""
    bounds.require(wanted.store, planned)
    patience = _wait(wanted.store, options, waiting, job)
    now = _recovered(wanted, planned, patience, job)
    done: Done = VERBS[wanted.verb].make(wanted.store, now, patience, job.cancelled, job.progress("changing"))
    return done


def revert(wanted: ChangeRequest, options: RetryOptions, waiting: Waiting, job: Job) -> Done:
    """Undo a change, or redo it."""
    patience = _wait(wanted.store, options, waiting, job)
    folder = sessions_folder(wanted.store)
    recover(folder, patience)
    found = undo.plan(folder, wanted.change, wanted.redo)
    bounds.require(wanted.store, found)
    return undo.make(folder, found, patience, job.progress("redoing" if wanted.redo else "undoing"))


def _wait(store: Store, options: RetryOptions, waiting: Waiting, job: Job) -> WaitPolicy:
    """Wait for the files of another try; return what patience is left, but never less than usual."""
    if not options.files:
        return options.patience
    paths = [sessions_folder(store) / name for name in options.files]
    left = wait_until_free.free(paths, options.patience.seconds, job.cancelled, lambda who: job.report(waiting, who))
    job.report(waiting, None)
    return options.patience._replace(seconds=max(USUAL.seconds, left))


def _foreseen(wanted: ChangeRequest, interrupted: Interrupted, job: Job) -> tuple[Plan, str]:
    """The same before recovery: a pop that can't be planned now may be possible then."""
    try:
        return VERBS[wanted.verb].plan(wanted, job.cancelled, job.progress("looking"))
    except SessiontuiError:
        if wanted.verb != "pop" or interrupted.keys.isdisjoint(wanted.keys or ()):
            raise
        return PopPlan("".join(wanted.keys or ()), None, None, truncates=True, behind=0), ""


def _recovered(wanted: ChangeRequest, plan: Plan, patience: WaitPolicy, job: Job) -> Plan:
    """The plan once nothing is interrupted any more. Raises ``Recovered`` where it is another one."""
    interrupted = recover(sessions_folder(wanted.store), patience)
    if not interrupted:
        return plan
    fresh: Plan = explained(VERBS[wanted.verb].plan(wanted, job.cancelled, silent)[0], interrupted)
    if plan != fresh:
        raise Recovered(interrupted.keys)
    return fresh
