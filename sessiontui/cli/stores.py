"""The verb stores: which there are on this machine."""

from __future__ import annotations

import os

import click

from sessiontui.cli import output, stderr
from sessiontui.errors import SessiontuiError
from sessiontui.store import detect


@click.command()
@click.option("-s", "--store", metavar="STORE", type=click.Path(), help="Instead of what $SESSIONTUI_STORE names.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def stores(*, store: str | None, as_json: bool) -> int:
    """The stores found on this machine, and which one opens by default."""
    named = os.environ.get("SESSIONTUI_STORE", "") if store is None else store
    code = 0
    try:
        found = detect.locations({**os.environ, "SESSIONTUI_STORE": named})
    except SessiontuiError as problem:
        code = stderr.error(problem)
        found = [
            location._replace(default=False) for location in detect.locations({**os.environ, "SESSIONTUI_STORE": ""})
        ]
    for location in found if as_json else ():
        output.row(
            path=str(location.path),
            backend=location.backend,
            sessions=location.sessions,
            last_activity=location.last_activity,
            default=location.default,
        )
    if not as_json:
        output.table(
            (
                (
                    "*" if location.default else "",
                    str(location.path),
                    location.backend,
                    output.column(location.sessions, "session"),
                    output.age(location.last_activity),
                )
                for location in found
            ),
            right=(3, 4),
        )
    if not found and not code:
        stderr.tell("no store found in the known places", "`sessiontui demo` makes a sample store")
    return code
