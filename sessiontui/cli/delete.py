"""The verb delete: the sessions that are named go, however old or new."""

from __future__ import annotations

from functools import partial

import click

from sessiontui.changes.verbs import delete as verb
from sessiontui.cli import key_argument
from sessiontui.cli.change import VerbRun, changes, weigh
from sessiontui.cli.cleanup import tell_removed
from sessiontui.cli.output import say
from sessiontui.describe import recovery


@click.command()
@key_argument.NAMED_KEYS
@changes
def delete(*, run: VerbRun, keys: tuple[str, ...]) -> int:
    """Remove sessions whole: their files, or all of their rows."""
    store = run.open()
    done = {name for name in keys if name in run.interrupted.named and not store.looked([name])}
    for name in done:
        if run.json:
            run.row(None, name, last_activity=None, messages=None)
        elif run.dry_run:
            say(*recovery.after(name))
        else:
            say(name, " was removed by the change that was interrupted")
    wanted = key_argument.several(store, (name for name in keys if name not in done), run.tally)
    if not wanted:
        return run.tally.code
    plan = run.planned(partial(verb.plan, store, wanted))
    weigh(store, plan)
    return run.several(store, plan, make=partial(verb.make, store), tell=partial(tell_removed, run), doing="deleting")
