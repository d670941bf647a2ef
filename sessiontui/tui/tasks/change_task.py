"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessiontui.changes import bounds, undo, wait_until_free
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.recovery.recover import Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import explained, keys_of
from sessiontui.changes.verbs.pop import PopPlan
from sessiontui.changes.verbs.request import FIRST, ChangeRequest, RetryOptions
from sessiontui.changes.verbs.table import VERBS
from sessiontui.describe.outcomes import Done
from sessiontui.describe.questions import Planned
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Recovered, SessiontuiError
from sessiontui.store.protocol import IsCancelled, Progress, Store, silent
from sessiontui.tui.tasks.background_task import BackgroundTask, Job, ignore


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
            interrupted = foreseen(sessions_folder(wanted.store))
            plan, warning = _foreseen(wanted, interrupted, job.cancelled, job.progress("looking"))
            notice = bounds.notice(wanted.store, plan)
            job.report(self._planned, Planned(plan, warning, notice, interrupted or None))

        self.task.start(work)

    def make(self, wanted: ChangeRequest, plan: Any, options: RetryOptions = FIRST) -> None:
        """Make what was planned. Where an interrupted change had to be recovered first, and the plan is another one then,
        it fails with ``Recovered``."""
        store = wanted.store

        def work(job: Job) -> None:
            bounds.require(store, plan)
            patience = self._wait(store, options, job)
            now = _recovered(wanted, plan, patience, job.cancelled)
            done = VERBS[wanted.verb].make(store, now, patience, job.cancelled, job.progress("changing"))
            job.report(self._made, done, keys_of(done))

        self.task.start(work)

    def undo(self, wanted: ChangeRequest, options: RetryOptions = FIRST) -> None:
        """Undo a change, or redo it."""
        store = wanted.store

        def work(job: Job) -> None:
            patience = self._wait(store, options, job)
            folder = sessions_folder(store)
            recover(folder, patience)
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
) -> tuple[Any, str]:
    """The same before recovery: a pop that can't be planned now may be possible then."""
    try:
        return _planned(wanted, cancelled, progress)
    except SessiontuiError:
        if wanted.verb != "pop" or interrupted.keys.isdisjoint(wanted.keys or ()):
            raise
        return PopPlan("".join(wanted.keys or ()), None, None, truncates=True, behind=0), ""


def _recovered(wanted: ChangeRequest, plan: Any, patience: WaitPolicy, cancelled: IsCancelled) -> Any:
    """The plan once nothing is interrupted any more. Raises ``Recovered`` where it is another one."""
    interrupted = recover(sessions_folder(wanted.store), patience)
    if not interrupted:
        return plan
    fresh = explained(_planned(wanted, cancelled, silent)[0], interrupted)
    if plan != fresh:
        raise Recovered(interrupted.keys)
    return fresh


def _planned(wanted: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> tuple[Any, str]:
    """The plan, and why it would have been refused without being asked."""
    return VERBS[wanted.verb].plan(wanted, cancelled, progress)
