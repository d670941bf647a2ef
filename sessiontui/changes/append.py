"""Add one message at the end of a session."""

from __future__ import annotations

from dataclasses import dataclass

from sessiontui.model import Address, Message
from sessiontui.store.protocol import Store


@dataclass(frozen=True, slots=True)
class AppendPlan:
    """What append would do."""

    key: str
    """The session that gets it: in JSONL the stem of the file, which is sanitised where the file is new."""
    role: str
    content: str
    new: bool
    """There is no such session yet: it is created."""
    ends_line: bool
    """The last line is unfinished and is ended with a newline first."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What append did."""

    change: str
    key: str
    address: Address
    """JSONL: the span of the new line; its line number is not known. SQLite: id and time."""


def plan(store: Store, key: str, message: Message) -> AppendPlan:
    """Say what appending would do; touches nothing. Raises ``Refused`` where a new .jsonl file would keep
    ZeroClaw from opening the store (an import receipt exists), ``UsageError`` for text that is no UTF-8."""
    raise NotImplementedError


def make(store: Store, plan: AppendPlan, wait: float = 2.0) -> Appended:
    """Append as planned, in one write. ``wait``: seconds for another sessiontui to finish its change."""
    raise NotImplementedError
