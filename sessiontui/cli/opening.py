"""The verbs before any session is read: open the browser, write a sample store, say which stores there are."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from sessiontui.cli import output, report
from sessiontui.cli.options import Context, reads
from sessiontui.errors import SessiontuiError, UsageError
from sessiontui.store import detect

Browser = Callable[[detect.StoreLocation], int]
"""What opens the browser on a store and returns the exit code when it is left."""


@click.command()
@click.argument("path", metavar="[STORE]", required=False, type=click.Path())
@click.option("--read-only", is_flag=True, help="Change nothing, whatever is pressed.")
@reads
@click.pass_obj
def browse(browser: Browser, *, context: Context, path: str | None, read_only: bool) -> int:
    """Open the browser (the default)."""
    if path is not None and context.store is not None:
        raise UsageError(
            f"the browser opens one store, not {context.store} and {path}",
            "a verb stands before its options: `sessiontui list -s STORE`",
        )
    store = path if path is not None else context.store
    if context.json:
        raise UsageError("the browser draws on a terminal", "`sessiontui list --json` gives the sessions as objects")
    if path is not None and not os.path.lexists(path) and path.isalpha():
        raise UsageError(f"“{path}” is neither a verb nor a store", "`sessiontui --help` shows the verbs")
    found = detect.find(store, context.backend, os.environ)
    _need_terminal()
    return browser(found.location._replace(read_only=read_only))


def _need_terminal() -> None:
    ends = (sys.stdin, sys.stdout)
    if os.environ.get("TERM") == "dumb" or not all(end is not None and end.isatty() for end in ends):
        raise UsageError("the browser needs a terminal; `sessiontui list` shows the sessions without one")


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--no-open", is_flag=True, help="Only write the store and print its path.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; opens nothing.")
@click.pass_obj
def demo(browser: Browser, *, folder: Path | None, no_open: bool, as_json: bool) -> int:
    """Write a sample store into DIR or a new temporary folder, print its path and open it."""
    from sessiontui.cli.demo import write_sample

    store = write_sample(folder or Path(tempfile.mkdtemp(prefix="sessiontui-demo-")))
    if as_json:
        output.row(path=str(store))
        return 0
    output.say(str(store))
    if no_open:
        return 0
    sys.stdout.flush()
    _need_terminal()
    return browser(detect.find(str(store), None, os.environ).location)


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
        code = report.error(problem)
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
        report.tell("no store found in the known places", "`sessiontui demo` makes a sample store")
    return code
