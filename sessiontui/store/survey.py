"""Reads one session whole and tells what it is made of, in any home. Holds one message at a time; writes nothing.

A large one is read by a helper process, ``python -m sessiontui.store.survey BACKEND PATH KEY``: it reports progress, and
last ``{"about": …}``, the ``SessionStats`` as JSON. It never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from sessiontui.damage.pieces import is_blank
from sessiontui.dialects import stream
from sessiontui.disk import lines, stamps
from sessiontui.model import Backend, Entry, Span
from sessiontui.store import helper_process, json_values
from sessiontui.store.full_text import scalar
from sessiontui.store.jsonl import huge_line, session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent, stop_if
from sessiontui.store.session_stats import SHOWN, SessionStats, StatsTally
from sessiontui.store.sqlite.database_schema import KEY, bound
from sessiontui.store.sqlite.import_times import receipt
from sessiontui.store.sqlite.open_read import read
from sessiontui.store.sqlite.sqlite_store import SqliteStore

OFTEN = 500
"""Rows between two looks at whether it was cancelled, where they come one by one."""


def survey(store: Store, key: str, cancelled: IsCancelled = never, progress: Progress = silent) -> SessionStats:
    """What the session of this key is made of. ``progress`` in bytes or rows. Raises ``UnknownKey``, ``Cancelled``,
    ``StoreError`` and, where the file became shorter meanwhile, ``Changed``."""
    total = 0
    imported: datetime | None = None
    if isinstance(store, JsonlStore):
        key = store.resolve(key)
        total = heavy(store, key)
    elif isinstance(store, SqliteStore):
        total, imported = read(store.path, lambda connection: _expected(connection, key))
    tally = StatsTally(imported)
    for row in store.entries(key):
        span = row.address.span
        if row.position % OFTEN == 0 or row.clipped:
            stop_if(cancelled)
            done = span.offset if span else row.position
            progress(done, max(total, done))
        if isinstance(store, JsonlStore) and row.clipped and row.message and span:
            with session_file.opened(store.file(key), key) as (fd, _):
                _add_huge(tally, fd, span)
        else:
            _add(tally, row)
    progress(total, total)
    return tally.about()


def _add(tally: StatsTally, row: Entry) -> None:
    if row.message is not None:
        at = row.address
        tally.message(row.message.role, row.message.content, at=at.created_at, imported=at.imported)
    elif row.fault is not None and (row.clipped or row.address.span is None or not is_blank(row.raw)):
        tally.fault(row.fault)
    else:
        tally.blank()


def _add_huge(tally: StatsTally, fd: int, span: Span) -> None:
    """A message that is never held whole: its text is decoded piece by piece, to be counted."""
    scanned = huge_line.scan(fd, span)
    if isinstance(scanned, stream.Scanned):
        beginning, size = "", 0
        for piece in stream.text(lines.pieces(fd, scanned.content)):
            beginning = beginning or piece[:SHOWN]
            size += len(piece)
        tally.message(scanned.role, beginning, size)


def _expected(connection: Connection, key: str) -> tuple[int, datetime | None]:
    """How many rows there are, and when they were imported, if the database says so."""
    count = scalar(connection, f"SELECT count(*) FROM sessions WHERE {KEY}", bound(key))
    return count, receipt(connection, key)


def heavy(store: Store, key: str) -> int:
    """About how many bytes a survey reads, by a look at the file; 0 where there is none."""
    return stamps.size_at(store.file(key) if isinstance(store, JsonlStore) else store.path)


# ---- the helper process


def start(store: Store, key: str) -> subprocess.Popen[str]:
    """Begin to read a session of a store that is on a disk."""
    return helper_process.start("sessiontui.store.survey", store.backend, os.fspath(store.path), key)


def main(arguments: Sequence[str]) -> int:
    """Read the session that is named; 0 where it was told what it is made of."""
    backend, path, key = arguments
    store: Store = JsonlStore(Path(path)) if backend == Backend.JSONL else SqliteStore(Path(path))
    return helper_process.serve(
        lambda progress, cancelled: {"about": json_values.write(survey(store, key, cancelled, progress))}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
