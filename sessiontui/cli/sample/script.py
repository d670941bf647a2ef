"""A conversation written as a script: a line that is only ``@role`` begins the next message. No escapes."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sessiontui.model import Message


class Talk(NamedTuple):
    """A healthy session of the sample."""

    key: str
    age: timedelta
    """How long before the sample's now its last message came."""
    messages: tuple[Message, ...]


def talk(key: str, script: str, **age: int) -> Talk:
    """Make a session of a script; ``age`` is what ``timedelta`` takes (minutes, hours, days)."""
    return Talk(key, timedelta(**age), tuple(_messages(script)))


def _messages(script: str) -> list[Message]:
    role, lines, messages = "", [""], []
    for line in [*script.split("\n"), "@"]:
        if not line.startswith("@"):
            lines.append(line)
            continue
        if role:
            messages.append(Message(role, "\n".join(lines).strip("\n")))
        role, lines = line[1:], []
    return messages
