"""Remove damaged and blank lines from sessions; the valid ones stay, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sessiontui.changes.outcome import NONE, CompactStatus, Trouble
from sessiontui.model import Fault
from sessiontui.store.protocol import Cancelled, Progress, Store, never, silent


@dataclass(frozen=True, slots=True)
class CompactRow:
    """One session: what compact would do to it, or did."""

    key: str
    kept: int
    dropped: int
    """Damaged lines; blank ones go too but aren't counted."""
    recovered: int
    bytes_before: int
    bytes_after: int
    status: CompactStatus
    gone: tuple[Fault, ...] = ()
    """The damaged lines that go, the first thousand of them."""
    trouble: Trouble = NONE


@dataclass(frozen=True, slots=True)
class CompactPlan:
    """What compact would do, session by session."""

    rows: tuple[CompactRow, ...]


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compact did; ``change`` is None where nothing had to be done."""

    change: str | None
    rows: tuple[CompactRow, ...]


def plan(
    store: Store, keys: Sequence[str] | None, cancelled: Cancelled = never, progress: Progress = silent
) -> CompactPlan:
    """Say what would go; touches nothing. ``keys`` None means all. Raises ``UnknownKey`` and ``Cancelled``;
    other trouble with a session is in its row. ``progress`` counts bytes."""
    raise NotImplementedError


def make(
    store: Store,
    plan: CompactPlan,
    cancelled: Cancelled = never,
    progress: Progress = silent,
    wait: float = 2.0,
) -> Compacted:
    """Compact as planned. A session that changed since it was planned is refused in its row. Cancelled between
    sessions or within one: those not begun stay as they were, with status ``cancelled``."""
    raise NotImplementedError
