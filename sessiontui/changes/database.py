"""Rows that come to a database and leave it: one transaction each, recorded between its work and its commit.

What left, and what the rest was like, is in the ``.rows`` file that the transaction writes into the journal; taking
it back moves that file's rows the other way. A database that was made for an import goes again only when it is empty
and no other program has it open.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sessiontui.changes.edits import MakeDatabase, Rows
from sessiontui.changes.files import name_in
from sessiontui.changes.folder import Folder
from sessiontui.changes.record import ChangeRecord, Step
from sessiontui.disk.replace import remove
from sessiontui.errors import Changed, Refused, UnknownKey
from sessiontui.model import Address, Message
from sessiontui.store.protocol import Store
from sessiontui.store.sqlite import database_schema, kept_rows, transaction
from sessiontui.store.sqlite.index_faults import metadata_mismatch, mismatch
from sessiontui.store.sqlite.open_read import address, read
from sessiontui.store.sqlite.row_keys import KEY, bound
from sessiontui.store.sqlite.transaction import Writing

TABLES = ("sessions", database_schema.METADATA, database_schema.RECEIPTS)


def known(store: Store, key: str) -> bool:
    """Whether the store has a session of this key."""
    try:
        store.transcript(key)
    except UnknownKey:
        return False
    return True


def name_of(store: Store) -> str:
    """The name of the store's database in its folder. Raises ``Refused`` where it is a link out of that."""
    return name_in(store.path.parent, store.path)


def has_receipts(path: Path) -> bool:
    """Whether a file was imported into this database and recorded so; False where there is no database."""
    try:
        if not path.stat().st_size:
            return False
    except FileNotFoundError:
        return False
    return read(
        path, lambda c: bool(database_schema.columns(c, database_schema.RECEIPTS)) and _any(c, database_schema.RECEIPTS)
    )


def _any(connection: sqlite3.Connection, table: str) -> bool:
    return bool(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0])


def require_room(path: Path) -> None:
    """Raise ``Refused`` where the database has no row number left, or may give a session a second row of metadata."""

    def look(connection: sqlite3.Connection) -> None:
        transaction.following(connection, path.name)
        _require(path.name, metadata_mismatch(connection))

    read(path, look)


def require_sound(path: Path) -> None:
    """Raise ``Refused`` where an index of the database hides rows, or lists such as are not there; nothing where there
    is no database. Reads the ids of all rows."""
    if os.path.lexists(path) and os.stat(path).st_size:
        _require(path.name, read(path, mismatch))


def _require(name: str, reason: str) -> None:
    if reason:
        raise Refused(
            f"{name} is damaged: {reason}; nothing was changed",
            f"`sessiontui check` says what is wrong; `sqlite3 {name} REINDEX` rebuilds the indexes",
        )


def append(record: ChangeRecord, database: str, key: str, message: Message) -> Address:
    """Add one message at the end of a session, which may be new."""
    now = datetime.now(UTC)
    name = record.name("rows")
    with Writing(record.folder.sessions / database, wait=record.patience.seconds) as writing:
        id = writing.next_id()
        _require(database, metadata_mismatch(writing.connection))
        writing.add(record.folder.path(name), key, [message], now)
        _commit(record, writing, Rows((key,), database, name))
    return Address(id=id, created_at=now)


def pop(record: ChangeRecord, database: str, key: str, only: int | None) -> tuple[Message, Address]:
    """Remove the newest message and return it. Raises ``Changed`` when there is none, or it is not the one whose id is
    ``only``; None means any."""
    name = record.name("rows")
    with Writing(record.folder.sessions / database, wait=record.patience.seconds) as writing:
        newest = writing.newest(key)
        message = newest.message() if newest else None
        if newest is None or message is None or only not in (None, newest.id):
            raise Changed(f"session “{key}”")
        writing.remove(record.folder.path(name), key, [newest.id])
        _commit(record, writing, Rows((key,), database, name))
    return message, newest.address


def remove_stale(record: ChangeRecord, database: str, keys: Sequence[str], before: datetime) -> frozenset[str]:
    """Remove sessions whose last activity is older, all in one transaction; return those that were."""
    name = record.name("rows")
    with Writing(record.folder.sessions / database, wait=record.patience.seconds) as writing:
        _require(database, mismatch(writing.connection))
        stale = set(writing.stale(before))
        gone = tuple(key for key in keys if key in stale)
        if gone:
            writing.remove_sessions(record.folder.path(name), gone)
            _commit(record, writing, Rows(gone, database, name))
    return frozenset(gone)


def remove_begun(record: ChangeRecord, database: str, key: str, count: int) -> Step:
    """Remove the rows of an import that was interrupted, which its file holds too. Raises ``Changed`` where they are not
    so many any more."""
    name = record.name("rows")
    with Writing(record.folder.sessions / database, wait=record.patience.seconds) as writing:
        sql = f"SELECT count(*) FROM sessions WHERE {KEY}"
        if writing.connection.execute(sql, (bound(key),)).fetchone()[0] != count:
            raise Changed(f"session “{key}”")
        writing.remove_sessions(record.folder.path(name), (key,))
        _commit(record, writing, Rows((key,), database, name))
    return record.steps[-1]


def _commit(record: ChangeRecord, writing: Writing, edit: Rows) -> None:
    record.write(edit)
    writing.commit()
    record.made()


# ---- after a crash, and back


def settle(record: ChangeRecord, edit: Rows) -> Literal["made", "void"]:
    """Find out whether the transaction was committed."""
    return "made" if committed(record.folder, edit.database, edit.rows) else "void"


def committed(folder: Folder, database: str, name: str) -> bool:
    """Whether the transaction of a ``.rows`` file was committed; where it wasn't, the file may be gone already."""
    path, file = folder.sessions / database, folder.path(name)
    return path.exists() and file.exists() and transaction.made(path, file)


def foresee(folder: Folder, edit: Rows) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    require(folder, edit.database, edit.rows)
    moved = kept_rows.kept(folder.path(edit.rows))
    messages = f"{moved.rows} message" if moved.rows == 1 else f"{moved.rows} messages"
    sessions = f"“{edit.keys[0]}”" if len(edit.keys) == 1 else f"{len(edit.keys)} sessions"
    if moved.direction == "added":
        return f"remove {messages} of {sessions} from {edit.database}"
    return f"put {messages} of {sessions} back into {edit.database}"


def require(folder: Folder, database: str, name: str) -> None:
    """Raise ``Refused`` where rows are no longer as a change left them. Only reads."""
    file = folder.path(name)
    if not file.exists():
        raise Refused(f"the journal no longer has {file}; nothing was changed")
    path = folder.sessions / database
    if not path.exists():
        raise Refused(f"{database} is gone; nothing was changed", f"the rows that left it are in {file}")
    if not transaction.made(path, file):
        raise Refused(
            f"{database} has changed since, where this would be taken back; nothing was changed",
            f"undo later changes of this session first; the rows that left are in {file}",
        )


def revert(record: ChangeRecord, edit: Rows) -> None:
    """Move the rows the other way."""
    name = record.name("rows")
    require(record.folder, edit.database, edit.rows)
    back = record.folder.path(edit.rows)
    with Writing(record.folder.sessions / edit.database, wait=record.patience.seconds, back=back) as writing:
        writing.take_back(record.folder.path(name))
        _commit(record, writing, Rows(edit.keys, edit.database, name))


# ---- a database that comes and goes


def make(record: ChangeRecord, key: str, database: str) -> None:
    """Make an empty database; nothing to do where there is one."""
    path = record.folder.sessions / database
    if os.path.lexists(path):
        return
    record.write(MakeDatabase(key, database))
    database_schema.create(path)
    record.made()


def settle_make(record: ChangeRecord, edit: MakeDatabase) -> Literal["made", "void"]:
    """Find out whether it came, or went."""
    return "made" if os.path.lexists(record.folder.sessions / edit.database) is not edit.back else "void"


def revert_make(record: ChangeRecord, edit: MakeDatabase) -> None:
    """Remove the database where it is empty and nobody has it open, else let it stay; or make it again."""
    path = record.folder.sessions / edit.database
    if edit.back:
        make(record, edit.key, edit.database)
        return
    if not path.is_file():
        return
    with closing(sqlite3.connect(address(path, "mode=rw"), uri=True, isolation_level=None, timeout=0.2)) as connection:
        if _empty_and_alone(connection):
            record.write(MakeDatabase(edit.key, edit.database, back=True))
            remove(path)
            record.made()


def _empty_and_alone(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in the database and no other program has it open: only then can it leave WAL mode."""
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # no other connection from the first read on
        if any(database_schema.columns(connection, table) and _any(connection, table) for table in TABLES):
            return False
        connection.execute("PRAGMA journal_mode=MEMORY")  # a file would stay behind after a kill
        connection.execute("BEGIN EXCLUSIVE")
        return not any(database_schema.columns(connection, table) and _any(connection, table) for table in TABLES)
    except sqlite3.OperationalError:
        return False
