"""What a database is asked before rows come to it or leave it, which only reads; and an empty one that comes with the first
import, and goes again only when it is empty and no other program has it open."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk.replace import remove
from sessiontui.errors import Refused
from sessiontui.store.sqlite import database_schema, transaction
from sessiontui.store.sqlite.database_schema import connect
from sessiontui.store.sqlite.index_faults import metadata_mismatch, mismatch
from sessiontui.store.sqlite.open_read import read

_TABLES: Final = ("sessions", database_schema.METADATA, database_schema.RECEIPTS)


def has_receipts(path: Path) -> bool:
    """Whether a file was imported into this database and recorded so; False where there is no database."""
    try:
        if not path.stat().st_size:
            return False
    except FileNotFoundError:
        return False
    return read(
        path,
        lambda c: bool(database_schema.columns(c, database_schema.RECEIPTS)) and holds_any(c, database_schema.RECEIPTS),
    )


def holds_any(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table has a row."""
    return bool(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0])


class Extent(NamedTuple):
    """What tells that a session still has the rows that it had."""

    rows: int
    newest: int | None
    """The id of its newest row."""


def extent(connection: sqlite3.Connection, key: str) -> Extent:
    """The rows of a session."""
    sql = f"SELECT count(*), max(id) FROM sessions WHERE {database_schema.KEY}"
    return Extent(*connection.execute(sql, (database_schema.bound(key),)).fetchone())


def extents(path: Path, keys: Iterable[str]) -> dict[str, Extent]:
    """The rows of each of these sessions."""
    return read(path, lambda c: {key: extent(c, key) for key in keys})


def require_room(path: Path) -> None:
    """Raise ``Refused`` where the database has no row number left, or may give a session a second row of metadata."""

    def look(connection: sqlite3.Connection) -> None:
        transaction.following(connection, path.name)
        require_undamaged(path.name, metadata_mismatch(connection))

    read(path, look)


def require_sound(path: Path) -> None:
    """Raise ``Refused`` where an index of the database hides rows, or lists such as are not there; nothing where there
    is no database. Reads the ids of all rows."""
    if os.path.lexists(path) and os.stat(path).st_size:
        require_undamaged(path.name, read(path, mismatch))


def require_undamaged(name: str, reason: str) -> None:
    """Raise ``Refused`` where there is a reason why the indexes of a database can't be trusted."""
    if reason:
        raise Refused(
            f"{name} is damaged: {reason}",
            f"`sessiontui check` says what is wrong; `sqlite3 {name} REINDEX` rebuilds the indexes",
            unchanged=True,
        )


# ---- made and removed


@dataclass(frozen=True, slots=True)
class MakeDatabase(Edit):
    """An empty database comes (or, with ``back``, goes, if it is still empty)."""

    key: str
    """The session that it was needed for."""
    database: str
    back: bool = False

    @property
    def sessions(self) -> tuple[str, ...]:
        return ()

    @property
    def prepares(self) -> bool:
        return not self.back

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether it came, or went."""
        return "made" if os.path.lexists(record.sessions / self.database) is not self.back else "void"

    def foresee(self, folder: Folder) -> str:
        return f"{'make' if self.back else 'remove'} {self.database}"

    def revert(self, record: ChangeRecord) -> None:
        """Remove the database where it is empty and nobody has it open, else let it stay; or make it again."""
        path = record.sessions / self.database
        if self.back:
            make(record, self.key, self.database)
            return
        if not path.is_file():
            return
        with closing(connect(path, "mode=rw", 0.2)) as connection:
            if _empty_and_alone(connection):
                record.write(MakeDatabase(self.key, self.database, back=True))
                remove(path)
                record.made()


def make(record: ChangeRecord, key: str, database: str) -> None:
    """Make an empty database; nothing to do where there is one."""
    path = record.sessions / database
    if os.path.lexists(path):
        return
    record.write(MakeDatabase(key, database))
    database_schema.create(path)
    record.made()


def _empty_and_alone(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in the database and no other program has it open: only then can it leave WAL mode."""
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # no other connection from the first read on
        if _holds_rows(connection):
            return False
        connection.execute("PRAGMA journal_mode=MEMORY")  # a file would stay behind after a kill
        connection.execute("BEGIN EXCLUSIVE")
        return not _holds_rows(connection)
    except sqlite3.OperationalError:
        return False


def _holds_rows(connection: sqlite3.Connection) -> bool:
    return any(database_schema.columns(connection, table) and holds_any(connection, table) for table in _TABLES)
