"""Remove the sessions that are named, however old or new: their files, or all of their rows in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import database
from sessiontui.changes.edits import rows as database_rows
from sessiontui.changes.edits.database import Extent
from sessiontui.changes.edits.files import as_plain, name_in
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.verbs import removal
from sessiontui.changes.verbs.cleanup import CleanedUp, CleanupRow
from sessiontui.disk.stamps import Stamp
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, Refused, SessiontuiError, StoreError, UnknownKey
from sessiontui.model import Session
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent


@dataclass(frozen=True, slots=True)
class DeletePlan:
    """What delete would remove."""

    rows: tuple[CleanupRow, ...]

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


def plan(store: Store, keys: Sequence[str], cancelled: IsCancelled = never, progress: Progress = silent) -> DeletePlan:
    """Say what would go; touches nothing. Raises ``UnknownKey`` and ``Cancelled``; other problems of a session are in its
    row. ``progress`` counts bytes."""
    wanted = dict.fromkeys(store.resolve(key) for key in keys) if isinstance(store, JsonlStore) else dict.fromkeys(keys)
    sessions = store.looked(wanted)
    for key in wanted.keys() - {each.key for each in sessions}:
        raise UnknownKey(key)
    seen = {} if isinstance(store, JsonlStore) else database.extents(store.path, list(wanted))
    rows = [_planned(store, each, seen.get(each.key)) for each in store.counted(sessions, cancelled, progress)]
    return DeletePlan(removal.possible(store, rows))


def _planned(store: Store, session: Session, seen: Extent | None) -> CleanupRow:
    row = CleanupRow(session.key, session.last_activity, session.messages, seen=seen)
    if not isinstance(store, JsonlStore):
        return row
    path = store.file(session.key)
    try:
        if session.problem is not None:
            raise StoreError(f"{path.name}: {session.problem.reason}")
        if session.instead:
            raise Refused(f"{path.name} is no session: {session.instead}", unchanged=True)
        name_in(store.path, path)
        with session_file.opened(path, session.key) as (_, stamp):
            if stamp.size != session.bytes:
                raise Changed(path.name)
            return replace(row, seen=stamp)
    except (OSError, SessiontuiError) as error:
        return row.left_alone(as_plain(error, path.name))


def make(
    store: Store,
    plan: DeletePlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> CleanedUp:
    """Remove what was planned, but for a session that changed since, which is refused in its row. Cancelled between files:
    those not begun stay, with status ``cancelled``; the rows of a database go all at once."""
    return CleanedUp(*removal.make("delete", store, plan.rows, _stamp, _remove_rows, patience, cancelled, progress))


def _stamp(row: CleanupRow, path: Path) -> Stamp:
    if not isinstance(row.seen, Stamp):
        raise Changed(path.name)
    return row.seen


def _remove_rows(record: ChangeRecord, name: str, rows: Sequence[CleanupRow]) -> Collection[str]:
    return database_rows.remove_seen(record, name, {row.key: row.seen for row in rows})
