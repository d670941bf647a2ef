"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from sessiontui.changes import bounds, undo
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.recovery.recover import Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import explained, keys_of
from sessiontui.changes.verbs.pop import PopPlan
from sessiontui.changes.verbs.table import VERBS, VerbName
from sessiontui.damage.salvage import Wish
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Recovered, SessiontuiError
from sessiontui.store.protocol import IsCancelled, Progress, Store, silent
from sessiontui.tui.messages import CHANGE, Made, Planned, Report
from sessiontui.tui.work import wait_until_free
from sessiontui.tui.work.background_task import BackgroundTask

if TYPE_CHECKING:
    from sessiontui.tui.messages import Plan

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What the person wants done, before there is a plan."""

    verb: VerbName
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


class ChangeTask(BackgroundTask):
    """One change at a time."""

    name: ClassVar[str] = CHANGE

    def plan(self, wanted: ChangeRequest) -> None:
        """Reports ``Planned``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            progress = self.progress(generation, "looking")
            interrupted = foreseen(sessions_folder(wanted.store))
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
            done = VERBS[wanted.verb].make(store, now, patience, cancelled, progress)
            self.report(Made(generation, done, keys_of(done)))

        self.begin(job)

    def undo(self, store: Store, change: str | None = None, redo: bool = False, attempt: RetryOptions = FIRST) -> None:
        """Take back a change, the newest that can be where none is named (or give it again); reports as ``make``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            patience = self._await(store, attempt, generation, cancelled)
            folder = sessions_folder(store)
            recover(folder, patience)
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
    interrupted = recover(sessions_folder(wanted.store), patience)
    if not interrupted:
        return plan
    fresh = explained(_planned(wanted, cancelled, silent)[0], interrupted)
    if plan != fresh:
        raise Recovered(interrupted.keys)
    return fresh


def _planned(wanted: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> tuple[Plan, str]:
    """The plan, and why it would have been refused without being asked."""
    return VERBS[wanted.verb].plan(wanted, cancelled, progress)
