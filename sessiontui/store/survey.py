"""Reads one session whole and tells what it is made of, in any home. Holds one message at a time; writes nothing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

from sessiontui.damage.pieces import is_blank
from sessiontui.dialects import stream
from sessiontui.disk import lines
from sessiontui.errors import Cancelled
from sessiontui.model import Entry, Span
from sessiontui.store.jsonl import entries, session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent
from sessiontui.store.session_stats import SHOWN, SessionStats, StatsTally
from sessiontui.store.sqlite.database_schema import KEY, bound, read_time
from sessiontui.store.sqlite.import_times import receipt
from sessiontui.store.sqlite.open_read import read
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.store.sqlite.sqlite_transcript import rows

OFTEN = 500
"""Rows between two looks at whether it was cancelled, where they come one by one."""


def survey(store: Store, key: str, cancelled: IsCancelled = never, progress: Progress = silent) -> SessionStats:
    """What the session of this key is made of. ``progress`` in bytes or rows. Raises ``UnknownKey``, ``Cancelled``,
    ``StoreError`` and, where the file became shorter meanwhile, ``Changed``."""
    if isinstance(store, JsonlStore):
        stem = store.resolve(key)
        return _of_file(store.file(stem), stem, cancelled, progress)
    if isinstance(store, SqliteStore):
        return _of_rows(store, key, cancelled, progress)
    return _of_entries(store, key, cancelled)


def _of_file(path: Path, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats:
    tally = StatsTally()
    with session_file.opened(path, key) as (fd, stamp):
        for row in entries.entries(fd, stamp):
            span = row.address.span or Span(0, 0)
            if row.position % OFTEN == 0 or row.clipped:
                if cancelled():
                    raise Cancelled
                progress(span.offset, stamp.size)
            if row.message is not None and row.clipped:
                _add_huge(tally, fd, span)
            else:
                _add(tally, row)
        progress(stamp.size, stamp.size)
    return tally.about()


def _add(tally: StatsTally, row: Entry) -> None:
    if row.message is not None:
        tally.message(row.message.role, row.message.content, at=row.address.created_at)
    elif row.fault is not None and (row.clipped or not is_blank(row.raw)):
        tally.fault(row.fault)
    else:
        tally.blank()


def _add_huge(tally: StatsTally, fd: int, span: Span) -> None:
    """A message that is never held whole: its text is decoded piece by piece, to be counted."""
    scanned = stream.scan(lines.pieces(fd, span), span.offset)
    if isinstance(scanned, stream.Scanned):
        beginning, size = "", 0
        for piece in stream.text(lines.pieces(fd, scanned.content)):
            beginning = beginning or piece[:SHOWN]
            size += len(piece)
        tally.message(scanned.role, beginning, size)


def _of_rows(store: SqliteStore, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats:
    count, receipt = read(store.path, lambda connection: _expected(connection, key))
    store.entries(key)  # raises where there is no such session
    tally = StatsTally(receipt)
    for done, row in enumerate(rows(store.path, key)):
        if done % OFTEN == 0:
            if cancelled():
                raise Cancelled
            progress(done, max(count, done))
        message, fault = row.message(), row.fault()
        if message is not None:
            tally.message(message.role, message.content, at=read_time(row.created_at))
        elif fault is not None:
            tally.fault(fault)
    return tally.about()


def _expected(connection: Connection, key: str) -> tuple[int, datetime | None]:
    """How many rows there are, and when they were imported, if the database says so."""
    (count,) = connection.execute(f"SELECT count(*) FROM sessions WHERE {KEY}", (bound(key),)).fetchone()
    return count, receipt(connection, key)


def _of_entries(store: Store, key: str, cancelled: IsCancelled) -> SessionStats:
    tally = StatsTally()
    for entry in store.entries(key):
        if cancelled():
            raise Cancelled
        _add(tally, entry)
    return tally.about()


def heavy(store: Store, key: str) -> int:
    """About how many bytes a survey reads, by a look at the file; 0 where there is none."""
    path = store.file(key) if isinstance(store, JsonlStore) else store.path
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
