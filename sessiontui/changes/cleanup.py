"""Remove sessions that have been idle for longer than a time to live: a JSONL file by its modification time, rows by
their session's ``last_activity``. A time of 0 or less means never, not all.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sessiontui.changes import create_remove, database, journal, obstacles, settle
from sessiontui.changes.files import as_plain, name_in, opened
from sessiontui.changes.outcome import NONE, CleanupStatus, Problem, problem
from sessiontui.changes.record import ChangeRecord
from sessiontui.changes.store_access import sessions_folder
from sessiontui.dialects.keys import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.stamps import moment
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Cancelled, Changed, SessiontuiError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent


@dataclass(frozen=True, slots=True)
class CleanupRow:
    """One session that goes, or went."""

    key: str
    last_activity: datetime | None
    messages: int | None
    status: CleanupStatus = "removed"
    problem: Problem = NONE


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


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What cleanup removed; ``change`` is None where nothing was."""

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
    return CleanupPlan(_possible(store, planned), before, stay, tuple(others))


def _possible(store: Store, rows: Sequence[CleanupRow]) -> tuple[CleanupRow, ...]:
    """The rows, with the trouble of sessions that can't be removed."""
    if isinstance(store, JsonlStore):
        return tuple(_replaceable(store, row) for row in rows)
    try:
        obstacles.require_writable_database(store.path)
        if rows:
            database.require_sound(store.path)
    except (OSError, SessiontuiError) as error:
        return tuple(left(row, as_plain(error, store.path.name)) for row in rows)
    return tuple(rows)


def _replaceable(store: JsonlStore, row: CleanupRow) -> CleanupRow:
    try:
        obstacles.require_replaceable(Path(os.path.realpath(store.file(row.key))))
    except (OSError, SessiontuiError) as error:
        return left(row, as_plain(error, row.key))
    return row


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
    wanted = tuple(row for row in plan.rows if row.status == "removed")
    if not wanted or plan.before is None:
        return CleanedUp(None, plan.rows)
    with journal.change(sessions_folder(store), "cleanup", [row.key for row in wanted], patience) as record:
        if isinstance(store, JsonlStore):
            rows = _without_files(record, store, wanted, plan.before, cancelled, progress)
        else:
            gone = database.remove_stale(record, database.name_of(store), [row.key for row in wanted], plan.before)
            rows = tuple(row if row.key in gone else left(row, Changed(f"“{row.key}”")) for row in wanted)
    made = {row.key: row for row in rows}
    return CleanedUp(record.id if record.stands else None, tuple(made.get(row.key, row) for row in plan.rows))


def _without_files(
    record: ChangeRecord,
    store: JsonlStore,
    rows: tuple[CleanupRow, ...],
    before: datetime,
    cancelled: IsCancelled,
    progress: Progress,
) -> tuple[CleanupRow, ...]:
    made = []
    for at, row in enumerate(rows):
        progress(at, len(rows))
        made.append(left(row, Cancelled()) if cancelled() else _without_file(record, store, row, before))
        record.patience = record.patience.for_others(made[-1].problem.blocker)
    progress(len(rows), len(rows))
    return tuple(made)


def _without_file(record: ChangeRecord, store: JsonlStore, row: CleanupRow, before: datetime) -> CleanupRow:
    try:
        _remove_file(record, store, row.key, before)
    except (OSError, SessiontuiError) as error:
        settle.after(record)
        return left(row, as_plain(error, row.key))
    return row


def left(row: CleanupRow, error: SessiontuiError) -> CleanupRow:
    status: CleanupStatus = "refused" if error.exit_code in (0, 4) else "failed"
    if isinstance(error, Cancelled):
        status = "cancelled"
    return replace(row, status=status, problem=problem(error))


def _remove_file(record: ChangeRecord, store: JsonlStore, key: str, before: datetime) -> None:
    path = store.file(key)
    file = name_in(store.path, path)
    with opened(path) as fd:
        stamp = stamps.stamp(fd)
    written = moment(stamp.mtime_ns)
    if written is None or written >= before:
        raise Changed(path.name)
    create_remove.remove(record, key, file, stamp)
