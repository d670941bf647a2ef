"""What a database is asked before rows come to it or leave it. Only reads."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sessiontui.changes.edits.files import name_in
from sessiontui.errors import Refused
from sessiontui.store.protocol import Store
from sessiontui.store.sqlite import database_schema, transaction
from sessiontui.store.sqlite.database_schema import KEY, bound
from sessiontui.store.sqlite.index_faults import metadata_mismatch, mismatch
from sessiontui.store.sqlite.open_read import read


def name_of(store: Store) -> str:
    """The name of the store's database in its folder. Raises ``Refused`` where it is a link out of that."""
    return name_in(store.path)


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
    return Extent(*connection.execute(f"SELECT count(*), max(id) FROM sessions WHERE {KEY}", (bound(key),)).fetchone())


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
