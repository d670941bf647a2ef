"""An empty database comes with the first import; it goes again only when it is empty and no other program has it open."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from sessiontui.changes.edits.database import holds_any
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk.replace import remove
from sessiontui.store.sqlite import database_schema
from sessiontui.store.sqlite.open_read import address

_TABLES: Final = ("sessions", database_schema.METADATA, database_schema.RECEIPTS)


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
        return "made" if os.path.lexists(record.folder.sessions / self.database) is not self.back else "void"

    def foresee(self, folder: Folder) -> str:
        return f"{'make' if self.back else 'remove'} {self.database}"

    def revert(self, record: ChangeRecord) -> None:
        """Remove the database where it is empty and nobody has it open, else let it stay; or make it again."""
        path = record.folder.sessions / self.database
        if self.back:
            make(record, self.key, self.database)
            return
        if not path.is_file():
            return
        uri = address(path, "mode=rw")
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0.2)) as connection:
            if _empty_and_alone(connection):
                record.write(MakeDatabase(self.key, self.database, back=True))
                remove(path)
                record.made()


def make(record: ChangeRecord, key: str, database: str) -> None:
    """Make an empty database; nothing to do where there is one."""
    path = record.folder.sessions / database
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
