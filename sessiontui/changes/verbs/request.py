"""What a person wants to have changed, before there is a plan, and how hard a change is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sessiontui.damage.salvage import Wish
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.store.protocol import Store

VerbName = Literal["pop", "compact", "repair", "migrate", "cleanup", "delete"]

MONTH: Final = 720.0
"""Hours that a session may be idle, unless the person says otherwise."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What a person wants to have changed."""

    verb: VerbName | Literal["undo"]
    store: Store
    now: datetime
    keys: tuple[str, ...] | None = None
    """None means all sessions; pop has exactly one. Undo takes none."""
    hours: float = MONTH
    """For cleanup: how long a session may be idle."""
    marked: int = 0
    """Sessions that are marked and not meant all the same."""
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    """For repair: what to recover of a session, where that isn't all that is lossless."""
    change: str | None = None
    """For undo: which change; None means the newest that can be undone."""
    redo: bool = False
    """For undo: redo it."""


class RetryOptions(NamedTuple):
    """How a change is tried: the first time, or once more by a person who knows what blocked it."""

    patience: WaitPolicy = USUAL
    files: tuple[str, ...] = ()
    """Files of the sessions folder that are waited for before it begins: until then it can be cancelled."""


FIRST: Final = RetryOptions()
