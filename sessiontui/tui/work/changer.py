"""Plans and makes changes: a plan first, which the dialog shows, then the change, which says its id."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sessiontui.changes import compact, migrate, pop, undo
from sessiontui.changes.compact import CompactPlan
from sessiontui.changes.journal import mend
from sessiontui.changes.migrate import MigratePlan
from sessiontui.changes.outcome import Trouble
from sessiontui.changes.place import home
from sessiontui.changes.pop import PopPlan
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui import figures
from sessiontui.tui.messages import CHANGE, Made, Planned
from sessiontui.tui.work.errand import Errand

if TYPE_CHECKING:
    from sessiontui.tui.messages import Plan


class Changer(Errand):
    """One change at a time."""

    name: ClassVar[str] = CHANGE

    def plan_pop(self, store: Store, key: str) -> None:
        """Reports ``Planned``; with a warning where whole records stand in damaged lines behind the message."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            try:
                self.report(Planned(generation, pop.plan(store, key)))
            except Changed:
                raise
            except Refused as refusal:
                self.report(Planned(generation, pop.plan(store, key, anyway=True), refusal.sentence))

        self.begin(job)

    def plan_compact(self, store: Store, key: str) -> None:
        """Reports ``Planned``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            planned = compact.plan(store, [key], cancelled, self.progress(generation, "looking"))
            self.report(Planned(generation, planned))

        self.begin(job)

    def plan_migrate(self, folder: Path) -> None:
        """Reports ``Planned``, for every session of the folder."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            planned = migrate.plan(folder, None, cancelled, self.progress(generation, "looking"))
            self.report(Planned(generation, planned))

        self.begin(job)

    def make(self, store: Store, plan: Plan) -> None:
        """Make what was planned; reports ``Made``."""
        if isinstance(plan, PopPlan):
            self.begin(lambda generation, _: self._pop(store, plan, generation))
        elif isinstance(plan, CompactPlan):
            self.begin(lambda generation, cancelled: self._compact(store, plan, generation, cancelled))
        else:
            self.begin(lambda generation, cancelled: self._migrate(plan, generation, cancelled))

    def undo(self, store: Store, redo: bool = False) -> None:
        """Take back the newest change that can be (or give it again); reports ``Made``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            folder = home(store)
            mend(folder)
            done = undo.make(folder, undo.plan(folder, redo=redo))
            sentence = (
                f"{done.status} {done.verb} of {_named(done.keys)} (change {done.of}); this is change {done.change}"
            )
            self.report(Made(generation, done.change, sentence, done.keys))

        self.begin(job)

    def _pop(self, store: Store, plan: PopPlan, generation: int) -> None:
        done = pop.make(store, plan)
        sentence = f"removed the last message of {done.key} (change {done.change}) · u takes it back"
        if done.change is None:
            sentence = f"{done.key} has no message to remove"
        self.report(Made(generation, done.change, sentence, (done.key,)))

    def _compact(self, store: Store, plan: CompactPlan, generation: int, cancelled: IsCancelled) -> None:
        done = compact.make(store, plan, cancelled, self.progress(generation, "compacting"))
        dropped = sum(row.dropped for row in done.rows if row.status == "compacted")
        sentence = f"dropped {figures.counted(dropped, 'damaged line')} (change {done.change}) · u brings them back"
        if done.change is None:
            sentence = "nothing was changed"
        keys = tuple(row.key for row in done.rows)
        self.report(Made(generation, done.change, sentence, keys, _troubles((r.key, r.trouble) for r in done.rows)))

    def _migrate(self, plan: MigratePlan, generation: int, cancelled: IsCancelled) -> None:
        done = migrate.make(plan, cancelled, self.progress(generation, "migrating"))
        moved = [row for row in done.rows if row.status == "migrated"]
        messages = figures.counted(sum(row.imported for row in moved), "message")
        sentence = (
            f"{figures.counted(len(moved), 'session')} with {messages} moved to sessions.db (change {done.change})"
        )
        if done.change is None:
            sentence = "nothing was moved"
        keys = tuple(row.key for row in moved)
        self.report(Made(generation, done.change, sentence, keys, _troubles((r.key, r.trouble) for r in done.rows)))


def _named(keys: tuple[str, ...]) -> str:
    return keys[0] if len(keys) == 1 else figures.counted(len(keys), "session")


def _troubles(rows: Iterable[tuple[str, Trouble]]) -> tuple[str, ...]:
    return tuple(f"{key}: {trouble.reason}" for key, trouble in rows if trouble.reason)
