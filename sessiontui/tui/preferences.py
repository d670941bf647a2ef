"""How a pane or a screen has something remembered of how the person works: it posts ``Remember``, and the app does it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from sessiontui.config import Value


@dataclass
class Remember(Message):
    """These fields of ``config.Remembered`` have new values; nobody need wait until they are written."""

    changes: dict[str, Value]
