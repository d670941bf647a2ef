"""Move JSONL sessions into sessions.db, one transaction a session, by the rules of the daemon that owns the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sessiontui.changes.outcome import NONE, MigrateStatus, Trouble
from sessiontui.store.protocol import Cancelled, Progress, never, silent


@dataclass(frozen=True, slots=True)
class MigrateRow:
    """One session: what migrate would do with it, or did."""

    key: str
    """The stem of the file; the key in the database is the sanitised one."""
    imported: int
    left_behind: int
    """Damaged lines: they stay in the file that is renamed."""
    status: MigrateStatus
    trouble: Trouble = NONE


@dataclass(frozen=True, slots=True)
class MigratePlan:
    """What migrate would do, session by session."""

    folder: Path
    creates: bool
    """There is no sessions.db yet: it is created."""
    rows: tuple[MigrateRow, ...]


@dataclass(frozen=True, slots=True)
class Migrated:
    """What migrate did; ``change`` is None where nothing had to be done."""

    change: str | None
    rows: tuple[MigrateRow, ...]


def plan(
    folder: Path,
    keys: Sequence[str] | None = None,
    cancelled: Cancelled = never,
    progress: Progress = silent,
) -> MigratePlan:
    """Say what would be imported from the sessions folder and what is refused; touches nothing. ``keys`` None
    means all. Raises ``UnknownKey``. ``progress`` counts bytes."""
    raise NotImplementedError


def make(
    plan: MigratePlan,
    cancelled: Cancelled = never,
    progress: Progress = silent,
    wait: float = 2.0,
) -> Migrated:
    """Import what was planned. What changed since is refused in its row; what was not begun when ``cancelled``
    said so has status ``skipped``."""
    raise NotImplementedError
