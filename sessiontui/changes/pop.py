"""Remove the last valid message of a session, and not one byte more."""

from __future__ import annotations

from dataclasses import dataclass

from sessiontui.model import Address, Message
from sessiontui.store.protocol import Store


@dataclass(frozen=True, slots=True)
class PopPlan:
    """What pop would do."""

    key: str
    removed: Message | None
    """None: there is no message, and nothing will be done."""
    address: Address | None
    in_place: bool
    """The file is only shortened; else it is written anew, for damaged lines stand behind the message."""
    behind: int
    """Bytes behind the message, which stay."""


@dataclass(frozen=True, slots=True)
class Popped:
    """What pop did; ``change`` is None where there was nothing to remove."""

    change: str | None
    key: str
    removed: Message | None
    address: Address | None


def plan(store: Store, key: str, anyway: bool = False) -> PopPlan:
    """Say what pop would remove; touches nothing. Raises ``UnknownKey``, and ``Refused`` where whole records stand
    in damaged lines behind the message, which ``anyway`` allows."""
    raise NotImplementedError


def make(store: Store, plan: PopPlan, wait: float = 2.0) -> Popped:
    """Remove it. Raises ``Changed`` when the session is no longer as it was planned."""
    raise NotImplementedError
