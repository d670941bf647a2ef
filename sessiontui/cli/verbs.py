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
from sessiontui.cli import report

VERBS = {
    "browse": "opening:browse",
    "demo": "opening:demo",
    "stores": "opening:stores",
    "list": "reading:list_sessions",
    "show": "showing:show",
    "about": "about:about",
    "search": "searching:search",
    "check": "checking:check",
    "append": "append:append",
    "pop": "pop:pop",
    "compact": "compact:compact",
    "repair": "repair:repair",
    "migrate": "migrate:migrate",
    "cleanup": "cleanup:cleanup",
    "delete": "delete:delete",
    "undo": "undo:undo",
    "journal": "journal:journal",
    "report": "bundling:report_session",
}
"""Each verb with the module of this room, and the name in it, that has its command."""


class Verbs(DefaultGroup):  # type: ignore[misc]  # click-default-group has no types
    """The group of all verbs."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The verbs in the order of the manual."""
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Load a verb; anything that is none is the STORE of the browser."""
        verb = name if name in VERBS else "browse"
        if verb not in self.commands:
            module, attribute = VERBS[verb].split(":")
            self.add_command(getattr(import_module(f"sessiontui.cli.{module}"), attribute))
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
        sys.exit(report.guarded(lambda: self._run(list(sys.argv[1:] if args is None else args), extra.get("obj"))))

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
