"""Remove sessions that have been idle for longer than a time to live: a JSONL file by its modification time, rows by
their session's ``last_activity``. A time of 0 or less means never, not all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import rows as database_rows
from sessiontui.changes.edits.database import Extent
from sessiontui.changes.edits.files import opened
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import NONE, CleanupStatus, Problem, problem
from sessiontui.changes.verbs import removal
from sessiontui.dialects.keys import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp, moment
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Cancelled, Changed, SessiontuiError
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent


@dataclass(frozen=True, slots=True)
class CleanupRow:
    """One session that goes, or went."""

    key: str
    last_activity: datetime | None
    messages: int | None
    status: CleanupStatus = "removed"
    problem: Problem = NONE
    seen: Stamp | Extent | None = field(default=None, compare=False)
    """What was planned for, where the session has to be just as it was then."""

    def left_alone(self, error: SessiontuiError) -> CleanupRow:
        """The row of a session that stays."""
        status: CleanupStatus = "refused" if error.exit_code in (0, 4) else "failed"
        if isinstance(error, Cancelled):
            status = "cancelled"
        return replace(self, status=status, problem=problem(error))


@dataclass(frozen=True, slots=True)
class CleanupPlan:
    """What cleanup would remove."""

    rows: tuple[CleanupRow, ...]
    before: datetime | None
    """Sessions whose last activity is older go; None: nothing goes."""
    undated: tuple[str, ...] = ()
    """Sessions whose last activity can't be read: they stay, however old they are."""
    others: tuple[str, ...] = ()
    """Of each file so old that is no session, what it is: it stays."""

    @property
    def goes(self) -> tuple[CleanupRow, ...]:
        """The sessions that are removed."""
        return removal.going(self.rows)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.goes

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""
        return removal.takes(store, self.rows)


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What cleanup, or delete, removed; ``change`` is None where nothing was."""

    change: str | None
    rows: tuple[CleanupRow, ...]


def plan(
    store: Store,
    ttl_hours: float,
    now: datetime,
    keys: Collection[str] | None = None,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> CleanupPlan:
    """Say what would go; touches nothing. A ``ttl_hours`` of 0 or less means never: nothing goes. ``keys`` None means
    that any session may go, else only these."""
    before = _before(ttl_hours, now)
    if before is None:
        return CleanupPlan((), None)
    stale = [each for each in store.stale(before) if keys is None or each.key in keys]
    found = list(store.counted(stale, cancelled, progress))
    planned = [CleanupRow(each.key, each.last_activity, each.messages) for each in found if not each.instead]
    others = (f"{each.key}{SUFFIX} is no session: {each.instead}; it stays" for each in found if each.instead)
    undated = (each.key for each in store.sessions() if each.last_activity is None and each.problem is None)
    stay = tuple(key for key in undated if keys is None or key in keys)
    return CleanupPlan(removal.possible(store, planned), before, stay, tuple(others))


def _before(ttl_hours: float, now: datetime) -> datetime | None:
    if not ttl_hours > 0:
        return None
    try:
        return now.astimezone(UTC) - timedelta(hours=ttl_hours)
    except OverflowError:
        return None  # longer ago than any calendar goes


def make(
    store: Store,
    plan: CleanupPlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> CleanedUp:
    """Remove what was planned, but for a session that has had activity since, which is refused in its row. Cancelled
    between files: those not begun stay, with status ``cancelled``; the rows of a database go all at once."""
    before = plan.before
    if before is None:
        return CleanedUp(None, plan.rows)

    def stamp(row: CleanupRow, path: Path) -> Stamp:
        with opened(path) as fd:
            found = stamps.stamp(fd)
        written = moment(found.mtime_ns)
        if written is None or written >= before:
            raise Changed(path.name)
        return found

    def remove_rows(record: ChangeRecord, name: str, rows: Sequence[CleanupRow]) -> Collection[str]:
        return database_rows.remove_stale(record, name, [row.key for row in rows], before)

    return CleanedUp(*removal.make("cleanup", store, plan.rows, stamp, remove_rows, patience, cancelled, progress))
