"""The verb pop: the last message of a session goes."""

from __future__ import annotations

from functools import partial

import click

from sessiontui.changes.verbs import pop as verb
from sessiontui.cli import huge_output, key_argument, output
from sessiontui.cli.change import VerbRun, changes
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

SHOWN = 2000
"""Characters of a removed message that a person is shown."""


@click.command()
@key_argument.KEY
@changes
@click.option("--anyway", is_flag=True, help="Also where whole records stand in damaged lines behind the message.")
def pop(*, run: VerbRun, key: str, anyway: bool) -> int:
    """Remove the last valid message of a session; every other byte stays.

    The last is the one that is last at that moment, which ZeroClaw may have written just now.
    """
    store = run.open()
    session = key_argument.one(store, key)
    return run.once(
        store,
        plan=lambda: verb.plan(store, session, anyway),
        foretell=lambda plan: _tell(run, store, verb.Popped(None, plan.key, plan.removed, plan.address)),
        make=partial(verb.make, store, latest=True),
        tell=partial(_tell, run, store),
    )


def _tell(run: VerbRun, store: Store, done: verb.Popped) -> None:
    if run.json:
        run.row(done.change, done.key, removed=_removed(store, done))
    elif done.removed is None:
        output.say(done.key, " has no message; nothing to remove")
    else:
        removed = "would remove" if run.dry_run else "removed"
        output.say(f"{removed} the last message of ", done.key, f" ({done.removed.role}):")
        beginning = done.removed.content[:SHOWN]
        output.text([beginning if beginning == done.removed.content else f"{beginning}…"])
        run.tell_change(done.change)


def _removed(store: Store, done: verb.Popped) -> dict[str, object] | None:
    message, address = done.removed, done.address
    if message is None or address is None:
        return None
    fields: dict[str, object] = message._asdict()
    if address.span is None:
        return fields | {"id": address.id}
    line = address.line
    if line is None and isinstance(store, JsonlStore):  # not counted in a large file; a program is told all the same
        line = huge_output.line_number(store.file(done.key), address.span.offset)
    return fields | {"line": line, "offset": address.span.offset}
