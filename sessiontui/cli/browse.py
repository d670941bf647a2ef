"""The verb browse, which is the default: the browser, on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from sessiontui.cli.options import Context, reads
from sessiontui.errors import UsageError
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
    require_terminal()
    return browser(found.location._replace(read_only=read_only))


def require_terminal() -> None:
    """Raise ``UsageError`` where there is no terminal to draw on."""
    ends = (sys.stdin, sys.stdout)
    if os.environ.get("TERM") == "dumb" or not all(end is not None and end.isatty() for end in ends):
        raise UsageError("the browser needs a terminal; `sessiontui list` shows the sessions without one")
