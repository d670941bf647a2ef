"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessiontui.changes import bounds, undo, wait_until_free
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.recovery.recover import Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import explained
from sessiontui.changes.verbs.pop import PopPlan
from sessiontui.changes.verbs.request import ChangeRequest, RetryOptions
from sessiontui.changes.verbs.table import VERBS
from sessiontui.describe.outcomes import Done
from sessiontui.describe.questions import Planned
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Recovered, SessiontuiError
from sessiontui.store.protocol import Store, silent
from sessiontui.tui.tasks.background_task import Job

Waiting = Callable[[str | None], object]
"""Takes the programs that have a file open and are waited for (empty: nobody can be named), and None once there are none."""


def plan(wanted: ChangeRequest, job: Job) -> Planned:
    """Plan a change."""
    interrupted = foreseen(sessions_folder(wanted.store))
    found = _foreseen(wanted, interrupted, job)
    return Planned(found, bounds.notice(wanted.store, found), interrupted or None)


def make(wanted: ChangeRequest, planned: Any, options: RetryOptions, waiting: Waiting, job: Job) -> Done:
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


def _foreseen(wanted: ChangeRequest, interrupted: Interrupted, job: Job) -> Any:
    """The same before recovery: a pop that can't be planned now may be possible then."""
    try:
        return VERBS[wanted.verb].plan(wanted, job.cancelled, job.progress("looking"))
    except SessiontuiError:
        if wanted.verb != "pop" or interrupted.keys.isdisjoint(wanted.keys or ()):
            raise
        return PopPlan("".join(wanted.keys or ()), None, None)


def _recovered(wanted: ChangeRequest, plan: Any, patience: WaitPolicy, job: Job) -> Any:
    """The plan once nothing is interrupted any more. Raises ``Recovered`` where it is another one."""
    interrupted = recover(sessions_folder(wanted.store), patience)
    if not interrupted:
        return plan
    fresh = explained(VERBS[wanted.verb].plan(wanted, job.cancelled, silent), interrupted)
    if plan != fresh:
        raise Recovered(interrupted.keys)
    return fresh
