"""The command itself: which verbs there are, each loaded when it is asked for, and the browser where none is named.

Loads neither Textual nor a verb that is not used: whoever starts the browser pays for the browser only.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from click_default_group import DefaultGroup

from sessiontui import __version__
from sessiontui.cli import stderr

VERBS = (
    "browse",
    "demo",
    "stores",
    "list",
    "show",
    "about",
    "search",
    "check",
    "append",
    "pop",
    "compact",
    "repair",
    "migrate",
    "cleanup",
    "delete",
    "undo",
    "journal",
    "report",
)
"""In the order of the manual. The command of each has its name, and so has the module of this room that it is in."""


class Verbs(DefaultGroup):  # type: ignore[misc]  # click-default-group has no types
    """The group of all verbs."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The verbs in the order of the manual."""
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Load a verb; anything that is none is the STORE of the browser."""
        verb = name if name in VERBS else "browse"
        if verb not in self.commands:
            self.add_command(getattr(import_module(f"sessiontui.cli.{verb}"), verb))
        command: click.Command | None = super().get_command(context, name)
        return command

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Without a verb the browser opens, but the shell's Tab offers the verbs."""
        if context.resilient_parsing and not args:
            return click.Group.parse_args(self, context, args)
        rest: list[str] = super().parse_args(context, args)
        return rest

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:
        """Run a command line and leave with its exit code; no exception gets out but with SESSIONTUI_DEBUG=1."""
        sys.exit(stderr.guarded(lambda: self._run(list(sys.argv[1:] if args is None else args), extra.get("obj"))))

    def _run(self, arguments: list[str], browser: object) -> int:
        self._main_shell_completion({}, "sessiontui")
        with self.make_context("sessiontui", arguments, obj=browser) as context:
            gc.enable()
            return int(self.invoke(context) or 0)


@click.group(
    cls=Verbs, default="browse", default_if_no_args=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="sessiontui %(version)s")
def verbs() -> None:
    """Browse, search, check and change LLM chat-session stores; everything can be taken back.

    Without a verb, `sessiontui [STORE]` opens the browser.
    """
