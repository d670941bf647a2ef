"""What a task of the browser tells the screen: how far it is, that it ended, or why it failed.

Nobody compares messages, and a class is made in half the time without what comparing and printing need: all are made before
the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.message import Message

CHANGE: Final = "change"
LIST: Final = "list"
SEEK: Final = "seek"
COPY: Final = "copy"
FOLLOW: Final = "follow"
TURN: Final = "user turn"
FAULT: Final = "fault"
"""What is looked for in a session."""
SHOWN: Final = (CHANGE, LIST, SEEK, COPY, FOLLOW)
"""Names of tasks whose progress and end are shown."""


@dataclass(eq=False, repr=False)
class Failed(Message):
    """The task of this name ended with an error."""

    task: str
    error: Exception


@dataclass(eq=False, repr=False)
class Progressed(Message):
    """How far long work has come; a newer message takes the place of an older one that nobody saw."""

    task: str
    label: str
    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed) and message.task == self.task


@dataclass(eq=False, repr=False)
class Finished(Message):
    """Long work that reported progress is over."""

    task: str
