"""The line in which a person says where to go, and what such a line means. Knows no session: whoever asked judges it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

from textual import events
from textual.message import Message

from sessiontui.tui.key_bindings import bindings, command_key
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.safe_input import SafeInput

_GOAL: Final = re.compile(
    r"#?(?P<message>\d+)|(?:l|line) ?(?P<line>\d+)|(?P<share>\d{1,3}(?:\.\d*)?) ?%|(?P<end>\$|end)|(?P<start>start)"
)
USAGE: Final = "type a number, line 431, 50% or end"
DIGITS: Final = 18
"""Longer numbers are beyond every session."""


class GoalKind(StrEnum):
    """What a person counts in."""

    MESSAGE = "message"
    LINE = "line"
    SHARE = "share"
    START = "start"
    END = "end"


class Goal(NamedTuple):
    """Where a person wants to go: message #number, physical line number, or so many percent of the rows."""

    kind: GoalKind
    number: float = 0


def goal(text: str) -> Goal | None:
    """What was typed, as a goal: ``12``, ``#12``, ``l12``, ``line 12``, ``50%``, ``$``, ``end``, ``start``; else None."""
    found = _GOAL.fullmatch(text.strip().lower().replace(",", "").replace("_", ""))
    if found is None or found.lastgroup is None:
        return None
    kind = GoalKind(found.lastgroup)
    if kind in (GoalKind.START, GoalKind.END):
        return Goal(kind)
    number = found[kind.value]
    return Goal(kind, float(number) if kind is GoalKind.SHARE else int(number[: DIGITS + 1]))


class Prompt(SafeInput):
    """Asks where to go in the open session."""

    HELP_TITLE = "Go to"
    HELP = "Where to go: the number of a message, l431 or line 431 for a line of the file, 50%, start or end."
    BINDINGS = bindings(
        command_key("prompt.enter", "enter", "submit", "Go there", "go"),
        command_key("prompt.leave", "escape", "leave", "Stay where you are", "leave"),
    )

    class Left(Message):
        """The person does not want to go anywhere."""

    def __init__(self, *, raw: bool) -> None:
        super().__init__(select_on_focus=False, max_length=40)
        self.border_title = ink.content("go to line" if raw else "go to message")
        self.border_subtitle = ink.content("431 · 50% · end" if raw else "431 · l431 a line · 50% · end")

    def say(self, sentence: str) -> None:
        """Why what was typed leads nowhere."""
        self.border_subtitle = ink.content((sentence, "bold $error"))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_blur(self, event: events.Blur) -> None:
        """Whoever goes elsewhere has left; a terminal that lost the focus has not."""
        if self.app.app_focus:
            self.post_message(self.Left())
