"""What all changing verbs do around the change itself: say what it takes of the disk, name who keeps it waiting, try
again where a file was changed under it, name the change, tell troubles.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING, TypeVar

from sessiontui.changes import bounds, recoverable
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Problem
from sessiontui.changes.recoverable import Recoverable
from sessiontui.changes.verbs.plans import keys_of
from sessiontui.cli import output, report
from sessiontui.cli.options import ChangeOptions, Context
from sessiontui.cli.output import count, say
from sessiontui.dialects.keys import SUFFIX, written
from sessiontui.disk import holders
from sessiontui.errors import Changed
from sessiontui.store.protocol import Store

if TYPE_CHECKING:
    from sessiontui.changes.verbs.compact import CompactRow
    from sessiontui.changes.verbs.migrate import MigrateRow
    from sessiontui.changes.verbs.repair import RepairRow

PAUSE = 0.1
"""Seconds between two attempts at a file that another program wrote anew."""

LOOKED = 8
"""So many files are looked at for who writes to them."""

Plan = TypeVar("Plan", bound=bounds.Plan)
Outcome = TypeVar("Outcome")


def persisting(
    change: ChangeOptions, store: Store, plan: Callable[[], Plan], make: Callable[[Plan], Outcome]
) -> Outcome:
    """Plan and make a change; both again, up to ``--wait`` seconds, where what was planned for was changed meanwhile in
    a way that can't be carried over."""
    until = time.monotonic() + change.patience.seconds
    while True:
        try:
            planned = plan()
            weigh(store, planned)
            with naming_writers(store, keys_of(planned)):
                return make(planned)
        except Changed:
            if time.monotonic() >= until:
                raise
        time.sleep(PAUSE)


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
                status = os.stat(file)
                if found := holders.writers(status.st_dev, status.st_ino):
                    report.tell(f"waiting for {' and '.join(found)} to finish writing {file.name}")

    with report.meanwhile(told):
        yield


def tell_change(context: Context, change: str | None) -> None:
    """Name the change that was made, and how to take it back."""
    if change is not None:
        say(f"change {short(change)} · undo with `sessiontui undo{context.options()} {short(change)}`")


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
    if not found:
        return
    holds = reduce(Recoverable.plus, (row.recoverable for row in found), recoverable.NONE)
    repair = context.to_repair([row.key for row in found])
    first = f"`{repair}` recovers the lossless ones first" if holds.lossless else ""
    more = f"`{repair} --dry-run` shows {'the others' if first else 'them'}" if holds.offered or holds.partial else ""
    report.tell(
        f"{does} {count(holds.total, 'recoverable message')} in damaged lines: {holds}",
        "; ".join(filter(None, (first, more))),
    )


def short(change: str) -> str:
    """A change's id for people, without the zeros before it."""
    return change.lstrip("0") or "0"


def tell_problems(problems: Iterable[Problem], tally: report.ExitTally) -> int:
    """Tell why sessions were left as they were, what is the same for several once, each hint once too; return the highest
    exit code, those tallied before too."""
    hints, told = {""}, set[str]()
    for problem in problems:
        if problem.code:
            reason = (
                f"{problem.cause}; it stays as it is" if problem.unchanged else problem.cause
            )  # others may have changed
            if reason not in told:
                report.tell(reason, "" if problem.hint in hints else problem.hint)
            told.add(reason)
            hints.add(problem.hint)
            tally.add(problem.code)
    return tally.code
