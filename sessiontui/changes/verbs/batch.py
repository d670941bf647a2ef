"""Files of several sessions, changed one by one in one change: what is the matter with one never stops the others.

Each has its row, in the plan and in what was done. What a row says, and what is done to a file, is for who asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol, TypeVar

from sessiontui.changes import obstacles
from sessiontui.changes.edits.files import as_plain, as_store_error, name_in
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.recovery.settle import after
from sessiontui.changes.verbs.plans import Row
from sessiontui.disk import lines
from sessiontui.disk.copied import Copied
from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, within


class BatchRow(Row, Protocol):
    """One session's file in a plan."""

    @property
    def bytes_before(self) -> int: ...


_CHANGING: Final = ("compacted", "repaired")

R = TypeVar("R", bound=BatchRow)
Read = Callable[[int, str, Copied, Progress], R]
"""Makes the row of a session from its open file."""
Left = Callable[[str, int, SessiontuiError], R]
"""Makes the row of a session of so many bytes that can't be read."""


def planned(
    store: JsonlStore, keys: Sequence[str] | None, read: Read[R], left: Left[R], progress: Progress
) -> tuple[R, ...]:
    """A row for each session; ``keys`` None means all. Raises ``UnknownKey`` and ``Cancelled``."""
    stems = [store.resolve(key) for key in keys] if keys is not None else [each.key for each in store.sessions()]
    sizes = [_size(store.file(stem)) for stem in stems]
    total = sum(sizes)
    done = 0
    rows = []
    for stem, size in zip(stems, sizes, strict=True):
        rows.append(_planned(store, stem, read, left, within(progress, done, total)))
        done += size
    progress(total, total)
    return tuple(rows)


def _planned(store: JsonlStore, key: str, read: Read[R], left: Left[R], progress: Progress) -> R:
    path = store.file(key)
    try:
        with as_store_error(path.name):
            name_in(store.path, path)
            with session_file.opened(path, key) as (fd, stamp):
                row = read(fd, key, Copied(stamp, lines.tail_hash(fd, stamp.size)), progress)
            if row.status in _CHANGING:
                obstacles.require_replaceable(Path(os.path.realpath(path)))
            return row
    except Cancelled:
        raise
    except SessiontuiError as error:
        return left(key, _size(path), error)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def counted(
    store: Store, keys: Sequence[str] | None, cancelled: IsCancelled, progress: Progress
) -> Iterator[tuple[str, int, int]]:
    """Key, messages and bytes of each session of a database, which has no lines that could be damaged."""
    sessions = store.sessions() if keys is None else [store.session(key) for key in keys]
    for each in store.counted(sessions, cancelled, progress):
        yield each.key, each.messages or 0, each.bytes or 0


def status(error: SessiontuiError) -> Literal["cancelled", "refused", "failed", "unchanged"]:
    """How a session fared that met an error; one that tells of no trouble leaves it unchanged."""
    if not error.exit_code:
        return "unchanged"
    if isinstance(error, Cancelled):
        return "cancelled"
    return "refused" if error.exit_code == 4 else "failed"


def made(
    record: ChangeRecord,
    store: JsonlStore,
    rows: Sequence[R],
    make: Callable[[R, str, Progress], R],
    cancelled: IsCancelled,
    progress: Progress,
) -> dict[str, R]:
    """What became of each row, by its key. ``make`` is told the file's name. Cancelled between sessions or within one:
    those not begun are left."""
    total = sum(row.bytes_before for row in rows)
    done = 0
    found: dict[str, R] = {}
    for row in rows:
        path = store.file(row.key)
        try:
            if cancelled():
                raise Cancelled
            found[row.key] = make(row, name_in(store.path, path), within(progress, done, total))
        except (OSError, SessiontuiError) as error:
            after(record)
            found[row.key] = row.left_alone(as_plain(error, path.name))
        record.patience = record.patience.for_others(found[row.key].problem.blocker)
        done += row.bytes_before
    progress(total, total)
    return found
