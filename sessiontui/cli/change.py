"""The skeleton of every changing verb: recover what was interrupted or say so, open the store, plan, say in a dry run what
would be done, else do it, tell what became of each session, and leave with the exit code.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from sessiontui import units
from sessiontui.changes import bounds, recoverable
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Problem
from sessiontui.changes.recovery.recover import NOTHING, Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import Row, after, explained, keys_of
from sessiontui.cli import output, report
from sessiontui.cli.options import ChangeOptions, Context
from sessiontui.cli.output import say
from sessiontui.describe import recoverable as descriptions
from sessiontui.describe import recovery
from sessiontui.dialects.keys import SUFFIX, written
from sessiontui.disk import holders
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent

if TYPE_CHECKING:
    from sessiontui.changes.verbs.compact import CompactRow
    from sessiontui.changes.verbs.migrate import MigrateRow
    from sessiontui.changes.verbs.repair import RepairRow

PAUSE = 0.1
"""Seconds between two attempts at a file that another program wrote anew."""

LOOKED = 8
"""So many files are looked at for who writes to them."""


class _RowsPlan(bounds.Plan, Protocol):
    """A plan with a row for each session."""

    @property
    def goes(self) -> Sequence[Row]: ...

    @property
    def rows(self) -> Sequence[Row]: ...


class _Rows(Protocol):
    @property
    def rows(self) -> Sequence[Row]: ...


P = TypeVar("P")
Plan = TypeVar("Plan", bound=bounds.Plan)
RowsPlan = TypeVar("RowsPlan", bound=_RowsPlan)
Done = TypeVar("Done")
RowsDone = TypeVar("RowsDone", bound=_Rows)


class VerbRun:
    """One run of a changing verb: what recovery did first, or will do, and the exit code so far."""

    def __init__(self, context: Context, options: ChangeOptions) -> None:
        self.context = context
        self.options = options
        self.interrupted: Interrupted = NOTHING
        self.tally = report.ExitTally()

    def open(self, *, writable: bool = True) -> Store:
        """Open a store to change it, or to say what would be changed."""
        return self.context.open(writable and not self.options.dry_run, self._recovered)

    def _recovered(self, store: Store) -> bool:
        if self.options.dry_run:
            self.interrupted = foreseen(sessions_folder(store))
            if self.interrupted:
                report.tell(recovery.foretold(self.interrupted))
            return False
        self.interrupted = recover(sessions_folder(store), self.options.patience)
        left = {each.id for each, _ in self.interrupted.left}
        changes = tuple(each for each in self.interrupted.changes if each.id not in left)
        if changes or self.interrupted.late:
            report.tell(f"recovered first: {recovery.recovered(Interrupted(changes, self.interrupted.late))}")
        for _, error in self.interrupted.left:
            if not isinstance(error, Refused):  # else the change itself is refused, or does not mind
                report.tell(error.cause, error.hint)
        return bool(self.interrupted)

    def planned(self, plan: Callable[[IsCancelled, Progress], P]) -> P:
        """Make a plan that takes long; Ctrl-C ends it."""
        with report.interruptible() as cancelled, report.progress("reading") as progress:
            return self.as_told(plan(cancelled, progress))

    def as_told(self, plan: P) -> P:
        """A plan as it can be told: in a dry run, a session that recovery may change is planned after it."""
        return after(plan, self.interrupted) if self.options.dry_run else explained(plan, self.interrupted)

    def mark(self, key: str) -> dict[str, object]:
        """The field that marks an object about this session, for programs."""
        return {"after_recovery": True} if self.options.dry_run and key in self.interrupted.keys else {}

    def several(
        self,
        store: Store,
        plan: RowsPlan,
        *,
        foretell: Callable[[], None],
        make: Callable[[IsCancelled, Progress], RowsDone],
        tell: Callable[[RowsDone], None],
        doing: str = "",
    ) -> int:
        """Carry out a plan of several sessions, or foretell it; return the exit code. Without ``doing``, the word for its
        progress, it is not cancelled between two sessions."""
        if self.options.dry_run:
            foretell()
            return tell_problems((row.problem for row in plan.rows), self.tally)
        waiting = naming_writers(store, [row.key for row in plan.goes])
        if doing:
            with report.interruptible() as cancelled, report.progress(doing) as progress, waiting:
                done = make(cancelled, progress)
        else:
            with waiting:
                done = make(never, silent)
        tell(done)
        return tell_problems((row.problem for row in done.rows), self.tally)

    def once(
        self,
        store: Store,
        *,
        plan: Callable[[], Plan],
        foretell: Callable[[Plan], None],
        make: Callable[[Plan], Done],
        tell: Callable[[Done], None],
    ) -> int:
        """Plan and carry out a change, or foretell it; return the exit code. Both again, up to ``--wait`` seconds, where
        what was planned for was changed meanwhile in a way that can't be carried over."""
        if self.options.dry_run:
            planned = plan()
            weigh(store, planned)
            foretell(planned)
            return 0
        until = time.monotonic() + self.options.patience.seconds
        while True:
            try:
                planned = plan()
                weigh(store, planned)
                with naming_writers(store, keys_of(planned)):
                    done = make(planned)
                break
            except Changed:
                if time.monotonic() >= until:
                    raise
            time.sleep(PAUSE)
        tell(done)
        return 0

    def tell_change(self, change: str | None) -> None:
        """Name the change that was made, and how to take it back."""
        if change is not None:
            say(
                f"change {units.change_number(change)} · undo with `sessiontui undo{self.context.options()} {units.change_number(change)}`"
            )


def weigh(store: Store, plan: bounds.Plan) -> None:
    """Say what a change takes of the disk, where that is much. Raises ``Refused`` where there is not the room."""
    bounds.require(store, plan)
    if notice := bounds.notice(store, plan):
        report.tell(notice)


@contextlib.contextmanager
def naming_writers(store: Store, keys: Sequence[str]) -> Iterator[None]:
    """Tell a person at a terminal, where the work inside takes long, which programs have the sessions' files open for
    writing; a database has none."""

    def told() -> None:
        for key in keys[:LOOKED]:
            file = sessions_folder(store) / (key + SUFFIX)
            with contextlib.suppress(OSError, ValueError):  # gone, or a database's key that is no name
                if found := holders.writers(os.stat(file)):
                    report.tell(f"waiting for {' and '.join(found)} to finish writing {file.name}")

    with report.meanwhile(told):
        yield


def tell_row(change: str | None, row: CompactRow | RepairRow, **more: object) -> None:
    """What became of one session's file, for programs."""
    output.row(
        change=change,
        key=written(row.key),
        kept=row.kept,
        dropped=row.dropped,
        recovered=row.recovered,
        bytes_before=row.bytes_before,
        bytes_after=row.bytes_after,
        status=row.status,
        reason=row.problem.reason or None,
        **more,
    )


def tell_recoverable(context: Context, does: str, rows: Sequence[CompactRow | MigrateRow]) -> None:
    """Say which messages a change destroys, or leaves behind, that repair recovers: all three levels."""
    found = [row for row in rows if row.recoverable.total]
    if found:
        holds = recoverable.sum_of(found)
        repair = context.to_repair([row.key for row in found])
        report.tell(descriptions.sentence(holds, does), descriptions.hint(holds, repair))


def say_each(lines: Iterable[Sequence[str]]) -> None:
    """Write lines for people."""
    for parts in lines:
        say(*parts)


def tell_problems(problems: Iterable[Problem], tally: report.ExitTally) -> int:
    """Tell why sessions were left as they were, what is the same for several once, each hint once too; return the highest
    exit code, those tallied before too."""
    hints, told = {""}, set[str]()
    for problem in problems:
        if problem.code:  # of an unchanged one: others may have been changed
            reason = f"{problem.cause}; it stays as it is" if problem.unchanged else problem.cause
            if reason not in told:
                report.tell(reason, "" if problem.hint in hints else problem.hint)
            told.add(reason)
            hints.add(problem.hint)
            tally.add(problem.code)
    return tally.code
