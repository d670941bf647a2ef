"""Remove sessions that have been idle for longer than a time to live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sessiontui.changes.outcome import NONE, CleanupStatus, Trouble
from sessiontui.store.protocol import Store


@dataclass(frozen=True, slots=True)
class CleanupRow:
    """One session that goes, or went."""

    key: str
    last_activity: datetime | None
    messages: int | None
    status: CleanupStatus = "removed"
    trouble: Trouble = NONE


@dataclass(frozen=True, slots=True)
class CleanupPlan:
    """What cleanup would remove."""

    rows: tuple[CleanupRow, ...]
    before: datetime | None
    """Sessions whose last activity is older go; None: nothing goes."""


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What cleanup removed; ``change`` is None where nothing was."""

    change: str | None
    rows: tuple[CleanupRow, ...]


def plan(store: Store, ttl_hours: float, now: datetime) -> CleanupPlan:
    """Say what would go; touches nothing. A ``ttl_hours`` of 0 or less means never: nothing goes."""
    raise NotImplementedError


def make(store: Store, plan: CleanupPlan, wait: float = 2.0) -> CleanedUp:
    """Remove what was planned, but for a session that has had activity since, which is refused in its row."""
    raise NotImplementedError
