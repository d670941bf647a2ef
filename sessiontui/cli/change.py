"""The skeleton of every changing verb: recover what was interrupted or say so, open the store, plan, say in a dry run what
would be done, else do it, tell what became of each session, and leave with the exit code.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sessiontui import units
from sessiontui.changes import bounds, recoverable
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.recovery.recover import NOTHING, Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import R, Row, RowsOutcome, RowsPlan, T, after, explained, keys_of
from sessiontui.changes.wait_until_free import writers
from sessiontui.cli import output, stderr
from sessiontui.cli.options import Context, Verb, reads
from sessiontui.describe import recoverable as descriptions
from sessiontui.describe import recovery
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent

if TYPE_CHECKING:
    from sessiontui.changes.verbs.compact import CompactRow
    from sessiontui.changes.verbs.migrate import MigrateRow
    from sessiontui.changes.verbs.repair import RepairRow

LONGEST = 1_000_000.0
"""Seconds, eleven days: SQLite takes what is above 24 days for none at all."""

PAUSE = 0.1
"""Seconds between two attempts at a file that another program wrote anew."""

LOOKED = 8
"""So many files are looked at for who writes to them."""


Plan = TypeVar("Plan", bound=bounds.Plan)


def a_number(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """A callback of options: click takes “nan” for a number, which is neither too small nor too great for anything."""
    if math.isnan(value):
        raise click.BadParameter("nan is no number", context, parameter)
    return value


def changes(verb: Verb) -> Verb:
    """Give a verb what every change takes besides what ``reads`` gives; it receives all of that as ``run``."""

    @click.option("--dry-run", is_flag=True, help="Say what it would do; change nothing.")
    @click.option(
        "--wait",
        type=click.FloatRange(min=0),
        default=2.0,
        metavar="SECONDS",
        callback=a_number,
        show_default=True,
        help="How long to wait for a program that has the file open for writing, a locked database, another sessiontui.",
    )
    @click.option(
        "--no-lease",
        is_flag=True,
        help="Where nothing can make a file's writers wait, or one keeps it open: change it once it has been still for 2 "
        "seconds. What is written at that very moment can be lost.",
    )
    @wraps(verb)
    def changing(*, context: Context, dry_run: bool, wait: float, no_lease: bool, **rest: Any) -> int:
        return verb(run=VerbRun(context, dry_run, WaitPolicy(min(wait, LONGEST), no_lease)), **rest)

    return reads(changing)


class VerbRun:
    """One run of a changing verb: what it was asked, what recovery did first, or will do, and the exit code so far."""

    def __init__(self, context: Context, dry_run: bool, patience: WaitPolicy) -> None:
        self.context = context
        self.json = context.json
        self.dry_run = dry_run
        self.patience = patience
        self.interrupted: Interrupted = NOTHING
        self.tally = stderr.ExitTally()

    def open(self) -> Store:
        """Open a store to change it, or to say what would be changed."""
        return self.context.open(self._recovered)

    def _recovered(self, store: Store) -> bool:
        if self.dry_run:
            self.interrupted = foreseen(sessions_folder(store))
            if self.interrupted:
                stderr.tell(recovery.foretold(self.interrupted))
            return False
        self.interrupted = recover(sessions_folder(store), self.patience)
        left = {each.id for each, _ in self.interrupted.left}
        changes = tuple(each for each in self.interrupted.changes if each.id not in left)
        if changes or self.interrupted.late:
            stderr.tell(f"recovered first: {recovery.recovered(Interrupted(changes, self.interrupted.late))}")
        for _, error in self.interrupted.left:
            if not isinstance(error, Refused):  # else the change itself is refused, or does not mind
                stderr.tell(error.cause, error.hint)
        return bool(self.interrupted)

    def planned(self, plan: Callable[..., T]) -> T:
        """Make a plan that takes long; Ctrl-C ends it."""
        with stderr.interruptible() as cancelled, stderr.progress("reading") as progress:
            return self.as_told(plan(cancelled=cancelled, progress=progress))

    def as_told(self, plan: T) -> T:
        """A plan as it can be told: in a dry run, a session that recovery may change is planned after it."""
        return after(plan, self.interrupted) if self.dry_run else explained(plan, self.interrupted)

    def row(self, change: str | None, key: str, **fields: object) -> None:
        """What becomes of a session, for programs; in a dry run marked where recovery may change it."""
        mark = {"after_recovery": True} if self.dry_run and key in self.interrupted.keys else {}
        output.row(change=change, key=key, **fields, **mark)

    def file_row(self, change: str | None, row: CompactRow | RepairRow, **more: object) -> None:
        """The same of a session's file."""
        self.row(
            change,
            row.key,
            kept=row.kept,
            dropped=row.dropped,
            recovered=row.recovered,
            bytes_before=row.bytes_before,
            bytes_after=row.bytes_after,
            status=row.status,
            reason=row.problem.reason or None,
            **more,
        )

    def several(
        self,
        store: Store,
        plan: RowsPlan[R],
        *,
        make: Callable[[Any, WaitPolicy, IsCancelled, Progress], RowsOutcome[R]],
        tell: Callable[[str | None, tuple[R, ...], str], None],
        doing: str = "",
    ) -> int:
        """Carry out a plan of several sessions, or foretell it; return the exit code. ``tell`` takes the change, what
        becomes of each session, and ``was`` or ``would be``. Without ``doing``, the word for its progress, it is not
        cancelled between two sessions."""
        rows = plan.rows
        if self.dry_run:
            tell(None, rows, "would be")
        else:
            waiting = naming_writers(store, [row.key for row in plan.goes])
            if doing:
                with stderr.interruptible() as cancelled, stderr.progress(doing) as progress, waiting:
                    done = make(plan, self.patience, cancelled, progress)
            else:
                with waiting:
                    done = make(plan, self.patience, never, silent)
            rows = done.rows
            tell(done.change, rows, "was")
        return self._tell_problems(rows)

    def _tell_problems(self, rows: Iterable[Row]) -> int:
        """Tell why sessions were left as they were, what is the same for several once, each hint once too; return the
        highest exit code, those tallied before too."""
        hints, told = {""}, set[str]()
        for problem in (row.problem for row in rows):
            if problem.code:  # of an unchanged one: others may have been changed
                reason = f"{problem.cause}; it stays as it is" if problem.unchanged else problem.cause
                if reason not in told:
                    stderr.tell(reason, "" if problem.hint in hints else problem.hint)
                told.add(reason)
                hints.add(problem.hint)
                self.tally.add(problem.code)
        return self.tally.code

    def once(
        self,
        store: Store,
        *,
        plan: Callable[[], Plan],
        foretell: Callable[[Plan], None],
        make: Callable[[Plan, WaitPolicy], T],
        tell: Callable[[T], None],
    ) -> int:
        """Plan and carry out a change, or foretell it; return the exit code. Both again, up to ``--wait`` seconds, where
        what was planned for was changed meanwhile in a way that can't be carried over."""
        if self.dry_run:
            planned = plan()
            weigh(store, planned)
            foretell(planned)
            return 0
        until = time.monotonic() + self.patience.seconds
        while True:
            try:
                planned = plan()
                weigh(store, planned)
                with naming_writers(store, keys_of(planned)):
                    done = make(planned, self.patience)
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
            output.say(
                f"change {units.change_number(change)} · undo with `sessiontui undo{self.context.options()} {units.change_number(change)}`"
            )


def weigh(store: Store, plan: bounds.Plan) -> None:
    """Say what a change takes of the disk, where that is much. Raises ``Refused`` where there is not the room."""
    bounds.require(store, plan)
    if notice := bounds.notice(store, plan):
        stderr.tell(notice)


@contextmanager
def naming_writers(store: Store, keys: Sequence[str]) -> Iterator[None]:
    """Tell a person at a terminal, where the work inside takes long, which programs have the sessions' files open for
    writing; a database has none."""

    def told() -> None:
        for key in keys[:LOOKED]:
            file = sessions_folder(store) / (key + SUFFIX)
            if found := writers(file):
                stderr.tell(f"waiting for {found} to finish writing {file.name}")

    with stderr.meanwhile(told):
        yield


def tell_recoverable(context: Context, does: str, rows: Sequence[CompactRow | MigrateRow]) -> None:
    """Say which messages a change destroys, or leaves behind, that repair recovers: all three levels."""
    found = [row for row in rows if row.recoverable.total]
    if found:
        holds = recoverable.sum_of(found)
        repair = context.to_repair([row.key for row in found])
        stderr.tell(descriptions.sentence(holds, does), descriptions.hint(holds, repair))


def say_each(lines: Iterable[Sequence[str]]) -> None:
    """Write lines for people."""
    for parts in lines:
        output.say(*parts)
