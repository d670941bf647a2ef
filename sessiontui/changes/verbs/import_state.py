"""What the database holds already of a session's file: all of it, covered by a receipt, or what an interrupted import began.
Only reads."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.changes.edits.database import extent
from sessiontui.changes.edits.files import digest
from sessiontui.dialects.file_names import SUFFIX, written
from sessiontui.errors import Refused
from sessiontui.store.jsonl import interrupted_imports, session_file
from sessiontui.store.sqlite import database_schema
from sessiontui.store.sqlite.open_read import read

DATABASE: Final = "sessions.db"
MIGRATED: Final = ".migrated"


class ImportState(NamedTuple):
    """What is there of a session."""

    covered: bool = False
    """All of it, by a receipt where the database has those: only the file's name is left to change."""
    begun: int = 0
    """So many rows of an import that was interrupted: the first messages of the file, and nothing else."""


NOTHING: Final = ImportState()


def source(folder: Path, key: str) -> str:
    """The name of the file that is imported: the staging file where that alone is left of an interrupted import."""
    name = key + SUFFIX
    return name + interrupted_imports.IMPORTING if interrupted_imports.is_orphan(folder / name) else name


def require_free(folder: Path, key: str) -> None:
    """Raise ``Refused`` where a file is none to be imported, or another one has a name that the import needs. An
    interrupted import may have both names for one file."""
    name, file = key + SUFFIX, source(folder, key)
    try:
        key.encode()
    except UnicodeEncodeError:
        raise Refused(f"{written(name)} has a name that isn't UTF-8, which no key in a database can have") from None
    if os.path.islink(folder / name):
        raise Refused(f"{name} is a link; only files are imported", "migrate the store that the file belongs to")
    for suffix in (MIGRATED, interrupted_imports.IMPORTING):
        other = name + suffix
        if other == file or not os.path.lexists(folder / other):
            continue
        if file != name and os.path.samefile(folder / file, folder / other):
            continue
        raise Refused(
            f"{other} stands beside {file}: this session was imported before, or its import was interrupted",
            "compare the two and move one of them away",
        )


def held(folder: Path, key: str, fd: int, size: int) -> ImportState:
    """What the database holds of the file that is open as ``fd``. Raises ``Refused`` for rows that no receipt covers,
    unless they are what an interrupted import of this very file began."""
    path = folder / DATABASE
    if not os.path.lexists(path):
        return NOTHING
    name = key + SUFFIX

    def counted(connection: sqlite3.Connection) -> tuple[int, bool, tuple[str, int] | None]:
        """How many rows of the session there are, whether there are receipts, and hash and length of its own."""
        count = extent(connection, key).rows
        if not database_schema.columns(connection, database_schema.RECEIPTS):
            return count, False, None
        sql = f"SELECT source_hash, source_len FROM {database_schema.RECEIPTS} WHERE source_name = ?"
        return count, True, connection.execute(sql, (name,)).fetchone()

    def is_begun(connection: sqlite3.Connection) -> bool:
        """Whether the rows of the session are the first messages of the file, in their order."""
        sql = f"SELECT role, content FROM sessions WHERE {database_schema.KEY} ORDER BY id"
        messages = session_file.messages(fd, size)
        return all(next(messages, None) == row for row in connection.execute(sql, (database_schema.bound(key),)))

    count, receipts, receipt = read(path, counted)
    if receipt is not None:
        if receipt != (digest(fd, size), size):
            raise Refused(f"sessions.db has the receipt of another {name}: other bytes were imported before")
        return ImportState(covered=True)
    if not count:
        return NOTHING
    if source(folder, key) == name or not read(path, is_begun):
        raise Refused(
            f"sessions.db holds {count} messages of “{key}” that no import receipt covers",
            "compare the two: `sessiontui show --backend sqlite` and `--backend jsonl`",
        )
    is_whole = not receipts and count == sum(1 for _ in session_file.messages(fd, size))
    return ImportState(is_whole, count)
