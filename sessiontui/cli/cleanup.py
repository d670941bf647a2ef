"""The verb cleanup: sessions go that have been idle for long."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import click

from sessiontui.changes.verbs import cleanup as verb
from sessiontui.cli import stderr
from sessiontui.cli.change import VerbRun, a_number, changes, say_each, weigh
from sessiontui.cli.output import say
from sessiontui.describe.removal import UNDATED, listed


@click.command()
@click.option(
    "--ttl-hours",
    type=float,
    required=True,
    metavar="N",
    callback=a_number,
    help="Idle for longer than this many hours.",
)
@changes
def cleanup(*, run: VerbRun, ttl_hours: float) -> int:
    """Remove the sessions that have been idle for longer than N hours; 0 or less removes nothing."""
    store = run.open()
    plan = run.as_told(verb.plan(store, ttl_hours, datetime.now(UTC)))
    for undated in plan.undated:
        stderr.tell(f"“{undated}” stays: {UNDATED}, so nobody knows how long it has been idle")
    for other in plan.others:
        stderr.tell(other)
    weigh(store, plan)
    if not (plan.rows or run.json):
        say("no session has been idle for that long")
    return run.several(store, plan, make=partial(verb.make, store), tell=partial(tell_removed, run))


def tell_removed(run: VerbRun, change: str | None, rows: tuple[verb.CleanupRow, ...], was: str) -> None:
    """Say which sessions were removed, or would be."""
    if not run.json:
        say_each(listed(rows, was, datetime.now(UTC)))
        run.tell_change(change)
        return
    for row in rows:
        if row.status == "removed" or row.problem.is_after_recovery:
            run.row(change, row.key, last_activity=row.last_activity, messages=row.messages)
