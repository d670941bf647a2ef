"""The verb compact: damaged and blank lines go."""

from __future__ import annotations

from functools import partial

import click

from sessiontui.changes.verbs import compact as verb
from sessiontui.cli import key_argument
from sessiontui.cli.change import VerbRun, changes, say_each, tell_recoverable, weigh
from sessiontui.describe.compact import listed
from sessiontui.errors import UsageError


@click.command()
@key_argument.KEYS
@click.option("--all", "every", is_flag=True, help="All sessions of the store.")
@click.option("--anyway", is_flag=True, help="Also a named file in which no valid line is: it becomes empty.")
@changes
def compact(*, run: VerbRun, keys: tuple[str, ...], every: bool, anyway: bool) -> int:
    """Remove damaged and blank lines; the valid ones stay, byte for byte."""
    if every == bool(keys):
        raise UsageError("compact takes the sessions' keys, or --all")
    if every and anyway:
        raise UsageError("--anyway takes the keys that it is for, not --all")
    store = run.open()
    wanted = key_argument.wanted(store, keys, run.tally)
    if wanted == []:
        return run.tally.code
    plan = run.planned(partial(verb.plan, store, wanted, anyway=anyway))
    weigh(store, plan)
    tell_recoverable(run.context, "this removes", plan.goes)
    return run.several(store, plan, make=partial(verb.make, store), tell=partial(_tell, run), doing="compacting")


def _tell(run: VerbRun, change: str | None, rows: tuple[verb.CompactRow, ...], was: str) -> None:
    if run.json:
        for row in rows:
            run.file_row(change, row, savable=row.recoverable.lossless, recoverable=row.recoverable._asdict())
        return
    say_each(listed(rows, was))
    run.tell_change(change)
