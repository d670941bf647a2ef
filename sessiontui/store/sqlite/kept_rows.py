"""The ``.rows`` file of the journal: what one transaction moved into or out of a database, so that it can be moved back.

It is a SQLite file. Rows that left stand in it whole, every column of whatever era, storage classes as they were (text
that is no UTF-8 stays that). Rows that came are named by their ids and a hash. Of the rows in ``session_metadata`` and
of import receipts it holds those that were there before, and of each a fingerprint before and after. It is written
before the transaction commits and never altered later.

    about(format, direction, rows, sha256)   runs(first, last)   sessions(…)
    concerned(name, key, before, after)      session_metadata_before(…)   jsonl_import_receipts_before(…)
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Literal, NamedTuple

from sessiontui.disk.replace import sync, sync_folder
from sessiontui.errors import StoreError
from sessiontui.store.sqlite.database_schema import (
    IMMUTABLE,
    KEY,
    METADATA,
    RECEIPTS,
    address,
    as_key,
    bound,
    columns,
    connect,
)

FORMAT = 1
KEYED = {METADATA: KEY, RECEIPTS: "source_name = CAST(? AS TEXT)"}
"""The tables that hold one row a name, and which row that is; takes ``bound(name)``."""

_TABLES = """
BEGIN;
CREATE TABLE about (format, direction, rows, sha256);
CREATE TABLE runs (first INTEGER PRIMARY KEY, last);
CREATE TABLE concerned (name TEXT, key TEXT, before TEXT, after TEXT);
"""

Direction = Literal["added", "removed"]
OPPOSITE: dict[Direction, Direction] = {"added": "removed", "removed": "added"}


class Run(NamedTuple):
    """Row ids first to last, all of them."""

    first: int
    last: int


class Concerned(NamedTuple):
    """A row of metadata or a receipt that the transaction touched; a fingerprint is empty where there is no row."""

    table: str
    key: str
    before: str
    after: str


class KeptRows(NamedTuple):
    """What a ``.rows`` file says."""

    path: Path
    direction: Direction
    rows: int
    sha256: str
    """Of the moved rows; see ``digest``."""
    runs: tuple[Run, ...]
    concerned: tuple[Concerned, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The sessions whose rows or metadata moved."""
        return tuple(c.key for c in self.concerned if c.table == METADATA)


class Keeping:
    """A ``.rows`` file that is being written; the database is read by a connection of its own, as it was before."""

    def __init__(self, path: Path, database: Path, encoding: str) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        self.path = path
        self._database = database
        self._encoding = encoding
        self._before: dict[tuple[str, str], str] = {}

    def before(self, runs: Sequence[Run], keys: Iterable[str], receipts: Iterable[str] = ()) -> None:
        """Copy the rows of ``runs``, which will leave, and the metadata and receipts that will be touched."""
        with self._opened() as kept:
            kept.execute("ATTACH ? AS store", (address(self._database, "mode=ro"),))
            kept.execute("BEGIN")
            kept.execute("CREATE TABLE sessions AS SELECT * FROM store.sessions WHERE 0")
            kept.executemany(
                "INSERT INTO sessions SELECT * FROM store.sessions WHERE id BETWEEN ? AND ? ORDER BY id", runs
            )
            for table, names in ((METADATA, keys), (RECEIPTS, receipts)):
                if columns(kept, table, "store"):
                    self._copy(kept, table, names)
            kept.execute("COMMIT")

    def after(self, writing: Connection, direction: Direction, runs: Sequence[Run]) -> KeptRows:
        """Complete the file with what stands in the database after the change, not yet committed, and sync it."""
        concerned = tuple(
            Concerned(table, key, print_before, fingerprint(writing, table, key))
            for (table, key), print_before in self._before.items()
        )
        rows = sum(run.last - run.first + 1 for run in runs)
        with self._opened() as kept:
            sha256 = digest(writing, runs) if direction == "added" else _whole(kept, runs)
            kept.executescript(_TABLES)
            kept.execute("INSERT INTO about VALUES (?, ?, ?, ?)", (FORMAT, direction, rows, sha256))
            kept.executemany("INSERT INTO runs VALUES (?, ?)", runs)
            kept.executemany(
                "INSERT INTO concerned VALUES (?, CAST(? AS TEXT), ?, ?)",
                ((c.table, bound(c.key), c.before, c.after) for c in concerned),
            )
            kept.execute("COMMIT")
        _sync(self.path)
        return KeptRows(self.path, direction, rows, sha256, tuple(runs), concerned)

    def _copy(self, kept: Connection, table: str, names: Iterable[str]) -> None:
        kept.execute(f"CREATE TABLE {table}_before AS SELECT * FROM store.{table} WHERE 0")
        sql = f"INSERT INTO {table}_before SELECT * FROM store.{table} WHERE {KEYED[table]}"
        for name in names:
            kept.execute(sql, (bound(name),))
            self._before[table, name] = fingerprint(kept, table, name, "store")

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        """The file; without a journal of its own, for a file that isn't complete is thrown away."""
        with closing(connect(self.path, "mode=rw")) as kept:
            kept.execute("PRAGMA journal_mode=OFF")
            kept.execute("PRAGMA synchronous=OFF")
            kept.execute(f"PRAGMA encoding = '{self._encoding}'")
            yield kept


def kept(path: Path) -> KeptRows:
    """Read a ``.rows`` file. Raises ``StoreError`` where it is not whole."""
    try:
        with closing(connect(path, IMMUTABLE)) as file:
            format, direction, rows, sha256 = file.execute("SELECT * FROM about").fetchone()
            runs = tuple(map(Run._make, file.execute("SELECT first, last FROM runs ORDER BY first")))
            concerned = tuple(
                Concerned(table, as_key(key), *prints)
                for table, key, *prints in file.execute("SELECT name, key, before, after FROM concerned")
            )
            whole = format == FORMAT and (direction == "added" or _whole(file, runs) == sha256)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise StoreError(f"what undo kept in {path.name} can't be read: {error}") from error
    if not whole:
        raise StoreError(f"what undo kept in {path.name} is damaged, or of a newer sessiontui", unchanged=True)
    return KeptRows(path, direction, rows, sha256, runs, concerned)


def digest(connection: Connection, runs: Iterable[Run]) -> str:
    """SHA-256 of the rows of ``runs`` that are there: id, and type, length and bytes of the four columns."""
    value = "typeof({0}) || ' ' || length(CAST({0} AS BLOB)) || ':', CAST({0} AS BLOB)"
    values = ", ".join(value.format(column) for column in ("session_key", "role", "content", "created_at"))
    found = hashlib.sha256()
    sql = f"SELECT id || ' ', {values} FROM sessions WHERE id BETWEEN ? AND ? ORDER BY id"
    cursor = connection.cursor()
    for run in runs:
        for id, key, key_, role, role_, content, content_, at, at_ in cursor.execute(sql, run):
            found.update(b"".join((id.encode(), key.encode(), key_, role.encode(), role_)))
            found.update(b"".join((content.encode(), content_, at.encode(), at_)))
    return found.hexdigest()


def fingerprint(connection: Connection, table: str, name: str, schema: str = "main") -> str:
    """SHA-256 of all columns of one row of metadata, or of one receipt, with their types; empty where it is not."""
    there = sorted(columns(connection, table, schema))
    if not there:
        return ""
    values = ", ".join(f'typeof("{column}"), hex("{column}")' for column in there)
    sql = f"SELECT {values} FROM {schema}.{table} WHERE {KEYED[table]}"
    row = connection.execute(sql, (bound(name),)).fetchone()
    return "" if row is None else hashlib.sha256(repr((there, row)).encode()).hexdigest()


def runs_of(ids: Iterable[int]) -> list[Run]:
    """Ids in rising order as runs."""
    found: list[Run] = []
    for id in ids:
        if found and found[-1].last + 1 == id:
            found[-1] = Run(found[-1].first, id)
        else:
            found.append(Run(id, id))
    return found


def _whole(file: Connection, runs: Sequence[Run]) -> str:
    """The digest of all rows in a file: its table has no index, and nothing but the rows of ``runs``."""
    return digest(file, [Run(runs[0].first, runs[-1].last)] if runs else [])


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
