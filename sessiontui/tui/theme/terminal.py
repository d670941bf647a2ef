"""What the terminal can do that the browser was opened on, as far as its surroundings say, and when it goes away."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Mapping
from threading import Thread
from typing import NamedTuple, Self

from rich.console import Console
from textual.filter import LineFilter

from sessiontui.tui.theme import ascii_signs
from sessiontui.tui.theme.cube import Cube

FAR = ("SSH_CONNECTION", "SSH_TTY", "MOSH_CONNECTION")
"""What the environment holds where each frame goes through a network."""


class Terminal(NamedTuple):
    """A terminal; one of which nothing is known can do all."""

    encoding: str = "utf-8"
    """How what is typed comes, and what can be sent."""
    few_signs: bool = False
    """Whether its font lacks most of ours, whatever can be sent."""
    few_colours: bool = False
    """Whether it has no more than its own sixteen."""
    cube: bool = False
    """Whether it has 256."""
    far: bool = False

    @classmethod
    def here(cls, env: Mapping[str, str]) -> Self:
        """The one of this process."""
        system = env.get("TEXTUAL_COLOR_SYSTEM", "auto")
        if system == "auto":
            wishes = {name: value for name, value in env.items() if name != "NO_COLOR"}
            system = Console(force_terminal=True, _environ=wishes).color_system or "standard"
        return cls(
            encoding=ascii_signs.encoding(),
            few_signs=env.get("TERM") == "linux",
            few_colours=system not in ("truecolor", "256"),
            cube=system == "256",
            far=any(env.get(name) for name in FAR),
        )

    @property
    def filters(self) -> list[LineFilter]:
        """What must be done to what is drawn; nothing at most terminals."""
        replaced = self.few_signs or self.encoding != "utf-8"
        return [*[Cube()] * self.cube, *[ascii_signs.Signs(self.encoding)] * replaced]


def end_with(terminal: int) -> None:
    """Have this process told by SIGHUP when the terminal at a descriptor goes away.

    The system tells only those whose controlling terminal it is. Others could not read from it any more, which is no
    end to Textual: it would try again and again, and keep half a processor busy for ever.
    """

    def wait() -> None:
        watched = select.poll()
        watched.register(terminal, 0)  # of that it hung up one is told in any case
        if any(event & select.POLLHUP for _, event in watched.poll()):
            os.kill(os.getpid(), signal.SIGHUP)

    Thread(target=wait, name="terminal", daemon=True).start()
