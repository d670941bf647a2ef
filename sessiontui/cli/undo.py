"""The verb undo: a change is taken back, or given again."""

from __future__ import annotations

from functools import partial

import click

from sessiontui import units
from sessiontui.changes import undo as verb
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.cli.change import VerbRun, changes
from sessiontui.cli.journal import list_changes, names, tell_row
from sessiontui.cli.output import say
from sessiontui.describe import recovery
from sessiontui.errors import UsageError


@click.command()
@click.argument("id", metavar="[ID]", required=False)
@click.option("--list", "listing", is_flag=True, help="The changes that are kept, newest first.")
@click.option("--redo", is_flag=True, help="Give back what was undone last (or change ID).")
@changes
def undo(*, run: VerbRun, id: str | None, listing: bool, redo: bool) -> int:
    """Take back the last change, or change ID. An undo is a change too: it can be undone."""
    store = run.context.open() if listing else run.open()
    folder = sessions_folder(store)
    if listing:
        if redo or id is not None:
            raise UsageError("--list shows all changes; it takes no ID and no --redo")
        return list_changes(run.context, folder, sizes=False)
    if id is not None and not (id.isascii() and id.isdigit()):
        raise UsageError(f"“{id}” is no change", "`sessiontui undo --list` shows the changes")
    if run.dry_run and id is None and run.interrupted.changes:
        # Which change is the newest is known once those that were interrupted are finished or rolled back.
        status = "redo" if redo else "undo"
        if run.json:
            keys = tuple(sorted(run.interrupted.keys))
            tell_row(None, run.interrupted.changes[-1].verb, keys, None, status, after_recovery=True)
        else:
            say(*recovery.after(status))
        return 0
    return run.once(
        store,
        plan=partial(verb.plan, folder, id, redo),
        foretell=partial(_foretell, run),
        make=partial(verb.make, folder),
        tell=partial(_tell, run),
    )


def _tell(run: VerbRun, done: verb.Undone) -> None:
    if run.json:
        tell_row(done.change, done.verb, done.keys, done.at, done.status, of=done.of)
    else:
        say(f"{done.status} change {units.change_number(done.of)}: {done.verb}", names(done.keys))
        run.tell_change(done.change)


def _foretell(run: VerbRun, plan: verb.UndoPlan) -> None:
    if run.json:
        tell_row(None, plan.verb, plan.keys, plan.at, "redo" if plan.redo else "undo", of=plan.change)
        return
    say(
        f"would {'redo' if plan.redo else 'undo'} change {units.change_number(plan.change)}: {plan.verb}",
        names(plan.keys),
    )
    for step in plan.steps:
        say("  ", step)
