"""Sessions that are removed whole, whichever verb says which: files one by one, the rows of a database all at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TypeVar

from sessiontui.changes import history, obstacles
from sessiontui.changes.bounds import Takes, free_bytes
from sessiontui.changes.edits import create_remove, database
from sessiontui.changes.edits.files import as_plain, name_in
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.recovery import settle
from sessiontui.changes.verbs.plans import Row
from sessiontui.disk.stamps import Stamp
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Cancelled, Changed, SessiontuiError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store

R = TypeVar("R", bound=Row)


def possible(store: Store, rows: Sequence[R]) -> tuple[R, ...]:
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


def _replaceable(store: JsonlStore, row: R) -> R:
    try:
        if not row.problem.code:
            obstacles.require_replaceable(Path(os.path.realpath(store.file(row.key))))
    except (OSError, SessiontuiError) as error:
        return row.left_alone(as_plain(error, row.key))
    return row


def going(rows: Sequence[R]) -> tuple[R, ...]:
    """Those of the sessions that go."""
    return tuple(row for row in rows if row.status == "removed")


def takes(store: Store, rows: Sequence[Row]) -> Takes:
    """Bytes of the disk that removing takes. The text of a database is counted only where it may be too much."""
    keys = [row.key for row in going(rows)]
    if isinstance(store, JsonlStore):
        return Takes(sum(_size(store.file(key)) for key in keys), 0)
    most = _size(store.path)
    free = free_bytes(store.path.parent)
    if most <= history.SIZE and (free is None or most <= free):
        return Takes(0, 0)  # not worth counting: that reads all their text
    text = sum(each.bytes or 0 for each in store.counted(store.looked(keys)))
    return Takes(text, text)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def make(
    verb: str,
    store: Store,
    rows: tuple[R, ...],
    stamp: Callable[[R, Path], Stamp],
    remove_rows: Callable[[ChangeRecord, str, Sequence[R]], Collection[str]],
    patience: WaitPolicy,
    cancelled: IsCancelled,
    progress: Progress,
) -> tuple[str | None, tuple[R, ...]]:
    """Remove what was planned; the id of the change, and what became of each row. ``stamp``: the file of a session as it
    may be removed, else it raises ``Changed``. ``remove_rows`` returns the keys of the sessions that were removed."""
    wanted = going(rows)
    if not wanted:
        return None, rows
    with history.change(sessions_folder(store), verb, [row.key for row in wanted], patience) as record:
        if isinstance(store, JsonlStore):
            made = _without_files(record, store, wanted, stamp, cancelled, progress)
        else:
            gone = remove_rows(record, database.name_of(store), wanted)
            made = {row.key: row if row.key in gone else row.left_alone(Changed(f"“{row.key}”")) for row in wanted}
    return record.id if record.stands else None, tuple(made.get(row.key, row) for row in rows)


def _without_files(
    record: ChangeRecord,
    store: JsonlStore,
    rows: tuple[R, ...],
    stamp: Callable[[R, Path], Stamp],
    cancelled: IsCancelled,
    progress: Progress,
) -> dict[str, R]:
    made = {}
    for at, row in enumerate(rows):
        progress(at, len(rows))
        made[row.key] = row.left_alone(Cancelled()) if cancelled() else _without_file(record, store, row, stamp)
        record.patience = record.patience.for_others(made[row.key].problem.blocker)
    progress(len(rows), len(rows))
    return made


def _without_file(record: ChangeRecord, store: JsonlStore, row: R, stamp: Callable[[R, Path], Stamp]) -> R:
    path = store.file(row.key)
    try:
        file = name_in(store.path, path)
        create_remove.remove(record, row.key, file, stamp(row, path))
    except (OSError, SessiontuiError) as error:
        settle.after(record)
        return row.left_alone(as_plain(error, row.key))
    return row
