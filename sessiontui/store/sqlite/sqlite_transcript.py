"""One session of a SQLite store as rows: pages of it, and the frozen views that the screen scrolls in. Only reads.

A row whose role or content is a blob or no UTF-8 is one that ZeroClaw leaves out when it loads the session: it is an
entry with a fault here, and no message. ``created_at`` is carried as it stands; where it is the time of an import, views
say so.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from sessiontui.errors import Changed
from sessiontui.model import Address, Entry, Fault, Message, Severity
from sessiontui.store.full_text import interruptible, scalar
from sessiontui.store.protocol import IsCancelled, TranscriptRows, never, stop_if
from sessiontui.store.sqlite.database_schema import KEY, bound, read_time
from sessiontui.store.sqlite.import_times import dated, imported_before
from sessiontui.store.sqlite.index_health import USUAL, Way, way
from sessiontui.store.sqlite.open_read import Notice, read, unnoticed
from sessiontui.store.sqlite.session_totals import LOADS

PAGE = 1000
"""Rows read at a time."""
ENOUGH = 4 * 1024 * 1024
"""Characters of content after which a page ends before it has all its rows."""

_LEAST = -(1 << 63)

_COLUMNS = "SELECT id, role, content, created_at FROM sessions"


class StoredRow(NamedTuple):
    """One row of the table; text that isn't UTF-8 and blobs are bytes."""

    id: int
    role: str | bytes
    content: str | bytes
    created_at: str | bytes

    @property
    def address(self) -> Address:
        """Where it stands."""
        return Address(id=self.id, created_at=read_time(self.created_at))

    @property
    def size(self) -> int:
        """Bytes of role and content."""
        return sum(len(each.encode() if isinstance(each, str) else each) for each in (self.role, self.content))

    def message(self) -> Message | None:
        """What ZeroClaw loads; None where it leaves the row out."""
        if isinstance(self.role, str) and isinstance(self.content, str):
            return Message(self.role, self.content)
        return None

    def fault(self) -> Fault | None:
        """Why ZeroClaw leaves it out."""
        for name, value in (("role", self.role), ("content", self.content)):
            if isinstance(value, bytes):
                return Fault("dropped", Severity.DAMAGE, *_reason(f"the {name} of row {self.id}", value))
        return None

    def entry(self, position: int, ordinal: int | None, before: datetime | None) -> Entry:
        """The row in its place; ``ordinal`` is what it would have as a message. ``before``: what is older was imported."""
        message = self.message()
        return Entry(position, dated(self.address, before), message, self.fault(), ordinal=ordinal if message else None)


@dataclass(frozen=True, slots=True)
class SqliteRows:
    """A frozen view of a session: the ids of its rows."""

    path: Path
    key: str
    ids: array[int]
    complete: bool
    faulty: array[int]
    """Positions of the rows that are no messages; known where the view is complete."""
    way: Way = USUAL

    @property
    def damaged(self) -> Sequence[int] | None:
        """The rows that are no messages; None where only the newest rows are known."""
        return self.faulty if self.complete else None

    def row_of(self, ordinal: int) -> int | None:
        """The row of a message; None where only the newest rows are known."""
        if not self.complete or not 1 <= ordinal <= len(self.ids) - len(self.faulty):
            return None
        before = bisect_left(range(len(self.faulty)), ordinal, key=lambda at: self.faulty[at] - at)
        return ordinal - 1 + before

    def __len__(self) -> int:
        return len(self.ids)

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop. Raises ``Changed`` when one of them is gone."""
        wanted = self.ids[start:stop]
        if not wanted:
            return []
        rows, before = read(
            self.path,
            lambda c: (
                {row.id: row for row in _of_ids(c, self.key, wanted)},
                imported_before(self.way.on(c), self.key),
            ),
        )
        if not rows.keys() >= set(wanted):
            raise Changed(f"session “{self.key}”")
        first = range(len(self.ids))[start:stop].start
        return [
            rows[id].entry(at, at + 1 - bisect_left(self.faulty, at) if self.complete else None, before)
            for at, id in enumerate(wanted, first)
        ]

    def extended(self, connection: Connection, cancelled: IsCancelled) -> SqliteRows:
        """These rows and those of higher ids; the very same view where there are none."""
        ids, faulty = self.ids[:], self.faulty[:]
        statement = f"SELECT id, {LOADS} FROM sessions WHERE {KEY} AND id > ? ORDER BY id"
        rows = connection.execute(statement, (bound(self.key), ids[-1] if ids else _LEAST))
        while page := rows.fetchmany(10_000):
            stop_if(cancelled)
            for id, loads in page:
                if not loads:
                    faulty.append(len(ids))
                ids.append(id)
        return self if len(ids) == len(self.ids) else replace(self, ids=ids, faulty=faulty)


class SqliteTranscript(NamedTuple):
    """One session, opened for reading at any size."""

    path: Path
    key: str
    notice: Notice = unnoticed

    def tail(self, count: int = 200) -> SqliteRows:
        """The newest rows, by the index: the same cost at any size. Complete where these are all there are."""
        sql = f"SELECT id FROM sessions WHERE {KEY} ORDER BY id DESC LIMIT ?"

        def work(connection: Connection) -> SqliteRows:
            found = way(connection, self.key, whole=False)
            ids = array("q", (id for (id,) in found.on(connection).execute(sql, (bound(self.key), max(count, 0)))))
            ids.reverse()
            return SqliteRows(self.path, self.key, ids, False, array("q"), found)

        rows = read(self.path, work)
        return self.scan() if len(rows) < count else rows

    def scan(self, cancelled: IsCancelled = never) -> SqliteRows:
        """All rows: their ids, from the index where that agrees with the table, and which of them are faulty."""

        def work(connection: Connection) -> SqliteRows:
            with interruptible(connection, cancelled):
                found = way(connection, self.key)
            none = SqliteRows(self.path, self.key, array("q"), True, array("q"), found)
            return none.extended(found.on(connection), cancelled)

        rows = read(self.path, work)
        rows.way.tell(self.notice, self.path.name)
        return rows

    def known(self, rows: TranscriptRows) -> SqliteRows:
        """The same: all is known at once."""
        if not isinstance(rows, SqliteRows):
            raise TypeError("rows of another home")
        return rows

    def grown(self, rows: TranscriptRows, cancelled: IsCancelled = never) -> SqliteRows:
        """The same rows and those of higher ids; that none of the others went is seen by counting them."""
        ours = self.known(rows)
        first, last = (ours.ids[0], ours.ids[-1]) if ours.ids else (_LEAST, _LEAST)

        def work(connection: Connection) -> SqliteRows:
            statement = f"SELECT count(*) FROM sessions WHERE {KEY} AND id BETWEEN ? AND ?"
            ours.way.on(connection)
            if scalar(connection, statement, bound(self.key), first, last) != len(ours.ids):
                raise Changed(f"session “{self.key}”")
            return ours.extended(connection, cancelled)

        return read(self.path, work)


def rows(path: Path, key: str, notice: Notice = unnoticed, *, whole: bool = True) -> Iterator[StoredRow]:
    """All rows in order; each page is a read of its own, so that nothing stays open between them. ``whole``: compare
    the indexes with the table first, not only with each other.

    Raises ``StoreError`` behind the last of them where rows can't be read.
    """
    found = read(path, lambda c: way(c, key, whole=whole))
    found.tell(notice, path.name)
    after = _LEAST
    while page := read(path, partial(_page, found, key, after)):
        yield from page
        after = page[-1].id
    found.require_all(path.name)


def newest(connection: Connection, key: str) -> StoredRow | None:
    """The last row that is a message."""
    found = connection.execute(f"{_COLUMNS} WHERE {KEY} ORDER BY id DESC", (bound(key),))
    return next((row for row in map(StoredRow._make, found) if row.message() is not None), None)


def _page(found: Way, key: str, after: int, connection: Connection) -> list[StoredRow]:
    statement = f"{_COLUMNS} WHERE {KEY} AND id > ? ORDER BY id LIMIT ?"
    page: list[StoredRow] = []
    size = 0
    for row in map(StoredRow._make, found.on(connection).execute(statement, (bound(key), after, PAGE))):
        page.append(row)
        size += len(row.content)
        if size > ENOUGH:
            break
    return page


def _of_ids(connection: Connection, key: str, ids: Sequence[int]) -> Iterator[StoredRow]:
    """The rows of these ids that are there, found without an index."""
    for at in range(0, len(ids), PAGE):
        wanted = ", ".join(map(str, ids[at : at + PAGE]))
        statement = f"{_COLUMNS} NOT INDEXED WHERE id IN ({wanted}) AND {KEY}"
        yield from map(StoredRow._make, connection.execute(statement, (bound(key),)))


def _reason(what: str, value: bytes) -> tuple[str, int]:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return f"{what} is not UTF-8; ZeroClaw leaves the row out", error.start
    return f"{what} is stored as a blob, not as text; ZeroClaw leaves the row out", 0
