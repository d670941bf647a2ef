"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from sessiontui.changes import cleanup, compact, migrate, pop, undo
from sessiontui.changes.compact import CompactPlan
from sessiontui.changes.journal import mend
from sessiontui.changes.migrate import MigratePlan
from sessiontui.changes.place import home
from sessiontui.changes.pop import PopPlan
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.tui.messages import CHANGE, Made, Planned
from sessiontui.tui.work.errand import Errand

if TYPE_CHECKING:
    from sessiontui.tui.messages import Done, Plan

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person wants done, before there is a plan."""

    verb: Literal["pop", "compact", "migrate", "cleanup"]
    store: Store
    now: datetime
    keys: tuple[str, ...] | None = None
    """None means all sessions; pop has exactly one."""
    hours: float = MONTH
    """For cleanup: how long a session may be idle."""
    marked: int = 0
    """Sessions that are marked and not meant all the same."""

    @property
    def stoppable(self) -> bool:
        """Whether making it can be stopped on the way; pop is over before anybody could."""
        return self.verb != "pop"


class Changer(Errand):
    """One change at a time."""

    name: ClassVar[str] = CHANGE

    def plan(self, wanted: Wanted) -> None:
        """Reports ``Planned``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            progress = self.progress(generation, "looking")
            self.report(Planned(generation, *_planned(wanted, cancelled, progress)))

        self.begin(job)

    def make(self, store: Store, plan: Plan) -> None:
        """Make what was planned; reports ``Made``, also when it was stopped on the way."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            self.report(Made(generation, *_made(store, plan, cancelled, self.progress(generation, "changing"))))

        self.begin(job)

    def undo(self, store: Store, change: str | None = None, redo: bool = False) -> None:
        """Take back a change, the newest that can be where none is named (or give it again); reports ``Made``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            folder = home(store)
            mend(folder)
            progress = self.progress(generation, "redoing" if redo else "undoing")
            done = undo.make(folder, undo.plan(folder, change, redo), progress=progress)
            self.report(Made(generation, done, done.keys))

        self.begin(job)


def _planned(wanted: Wanted, cancelled: IsCancelled, progress: Progress) -> tuple[Plan, str]:
    """The plan, and why it would have been refused without being asked."""
    store, keys = wanted.store, wanted.keys
    if wanted.verb == "compact":
        return compact.plan(store, keys, cancelled, progress), ""
    if wanted.verb == "migrate":
        return migrate.plan(store.path, keys, cancelled, progress), ""
    if wanted.verb == "cleanup":
        return cleanup.plan(store, wanted.hours, wanted.now, keys, cancelled, progress), ""
    [key] = keys or ("",)
    try:
        return pop.plan(store, key), ""
    except Changed:
        raise
    except Refused as refusal:
        return pop.plan(store, key, anyway=True), refusal.sentence


def _made(store: Store, plan: Plan, cancelled: IsCancelled, progress: Progress) -> tuple[Done, tuple[str, ...]]:
    """What was done, and the sessions that it was done to."""
    if isinstance(plan, PopPlan):
        return pop.make(store, plan), (plan.key,)
    if isinstance(plan, CompactPlan):
        compacted = compact.make(store, plan, cancelled, progress)
        return compacted, tuple(row.key for row in compacted.rows)
    if isinstance(plan, MigratePlan):
        migrated = migrate.make(plan, cancelled, progress)
        return migrated, tuple(row.key for row in migrated.rows)
    cleaned = cleanup.make(store, plan, cancelled=cancelled, progress=progress)
    return cleaned, tuple(row.key for row in cleaned.rows)
