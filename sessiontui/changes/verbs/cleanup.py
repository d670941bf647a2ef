"""Remove sessions that have been idle for longer than a time to live: a JSONL file by its modification time, rows by
their session's ``last_activity``. A time of 0 or less means never, not all.

Sessions go whole: files one by one, the rows of a database all at once. Those that ``delete`` plans go here too.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sessiontui.changes import history, obstacles
from sessiontui.changes.bounds import Takes, free_bytes
from sessiontui.changes.edits import create_remove, database
from sessiontui.changes.edits.files import as_plain, name_in, opened
from sessiontui.changes.edits.rows import remove_sessions
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import NONE, CleanupStatus, Problem, problem
from sessiontui.changes.verbs import plans
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp, moment
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, SessiontuiError
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
    seen: Stamp | database.Extent | None = field(default=None, compare=False)
    """What was planned for, where the session has to be just as it was then."""

    def left_alone(self, error: SessiontuiError) -> CleanupRow:
        """The row of a session that stays."""
        status = plans.status(error)
        return replace(self, status="refused" if status == "unchanged" else status, problem=problem(error))


@dataclass(frozen=True, slots=True)
class CleanupPlan(plans.RowsPlan[CleanupRow]):
    """What cleanup or delete would remove."""

    rows: tuple[CleanupRow, ...]
    before: datetime | None = None
    """Sessions whose last activity is older go; None: those that are named, or none."""
    undated: tuple[str, ...] = ()
    """Sessions whose last activity can't be read: they stay, however old they are."""
    others: tuple[str, ...] = ()
    """Of each file so old that is no session, what it is: it stays."""

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk. The text of a database is counted only where it may be too much."""
        keys = [row.key for row in self.goes]
        if isinstance(store, JsonlStore):
            return Takes(sum(plans.size(store.file(key)) for key in keys), 0)
        most = plans.size(store.path)
        free = free_bytes(store.path.parent)
        if most <= history.SIZE and (free is None or most <= free):
            return Takes(0, 0)  # not worth counting: that reads all their text
        text = sum(each.bytes or 0 for each in store.counted(store.looked(keys)))
        return Takes(text, text)


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
    before = None
    with suppress(OverflowError):  # longer ago than any calendar goes
        before = now.astimezone(UTC) - timedelta(hours=ttl_hours) if ttl_hours > 0 else None
    if before is None:
        return CleanupPlan(())
    stale = [each for each in store.stale(before) if keys is None or each.key in keys]
    found = list(store.counted(stale, cancelled, progress))
    planned = [CleanupRow(each.key, each.last_activity, each.messages) for each in found if not each.instead]
    others = (f"{each.key}{SUFFIX} is no session: {each.instead}; it stays" for each in found if each.instead)
    undated = (each.key for each in store.sessions() if each.last_activity is None and each.problem is None)
    stay = (key for key in undated if keys is None or key in keys)
    return CleanupPlan(possible(store, planned), before, tuple(stay), tuple(others))


def possible(store: Store, rows: Sequence[CleanupRow]) -> tuple[CleanupRow, ...]:
    """The rows, with the problems of sessions that can't be removed."""
    if isinstance(store, JsonlStore):
        return tuple(_replaceable(store, row) for row in rows)
    try:
        obstacles.require_writable_database(store.path)
        if rows:
            database.require_sound(store.path)
    except (OSError, SessiontuiError) as error:
        return tuple(row.left_alone(as_plain(error, store.path.name)) for row in rows)
    return tuple(rows)


def _replaceable(store: JsonlStore, row: CleanupRow) -> CleanupRow:
    try:
        if not row.problem.code:
            obstacles.require_replaceable(Path(os.path.realpath(store.file(row.key))))
    except (OSError, SessiontuiError) as error:
        return row.left_alone(as_plain(error, row.key))
    return row


def make(
    store: Store,
    plan: CleanupPlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> plans.RowsOutcome[CleanupRow]:
    """Remove what was planned, but for a session that has had activity since, or changed since it was named, which is
    refused in its row. Cancelled between files: those not begun stay, with status ``cancelled``; the rows of a database
    go all at once."""
    verb = "delete" if plan.before is None else "cleanup"
    if isinstance(store, JsonlStore):
        remove = partial(_without_file, plan.before)
        return plans.made(plan, store.path, verb, remove, lambda _: 1, patience, cancelled, progress, suffix="")
    if plan.is_idle:
        return plans.RowsOutcome(verb, None, plan.rows)
    seen = {row.key: row.seen for row in plan.goes}
    with history.change(sessions_folder(store), verb, list(seen), patience) as record:
        left = seen.keys() - remove_sessions(record, name_in(store.path), seen, plan.before)
    rows = (row.left_alone(Changed(f"“{row.key}”")) if row.key in left else row for row in plan.rows)
    return plans.RowsOutcome(verb, record.id if record.stands else None, tuple(rows))


def _without_file(
    before: datetime | None, record: ChangeRecord, row: CleanupRow, cancelled: IsCancelled, progress: Progress
) -> CleanupRow:
    progress(0, 1)
    path = record.sessions / (row.key + SUFFIX)
    file, stamp = name_in(path), row.seen
    if before is not None:
        with opened(path) as fd:
            stamp = stamps.stamp(fd)
        written = moment(stamp.mtime_ns)
        if written is None or written >= before:
            stamp = None
    if not isinstance(stamp, Stamp):  # it has had activity since, or was not seen
        raise Changed(path.name)
    create_remove.remove(record, row.key, file, stamp)
    return row
