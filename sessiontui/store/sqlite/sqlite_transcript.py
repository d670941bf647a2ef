"""One session of a SQLite store as rows: pages of it, and the frozen views that the screen scrolls in. Only reads.

A row whose role or content is a blob or no UTF-8 is one that ZeroClaw leaves out when it loads the session: it is an
entry with a fault here, and no message. ``created_at`` is carried as it stands; where it is the time of an import, views
say so.
"""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Address, Entry, Fault, Message, Severity
from sessiontui.store.full_text import Interrupt
from sessiontui.store.protocol import IsCancelled, TranscriptRows, never
from sessiontui.store.sqlite.btrees import USUAL, Way, way
from sessiontui.store.sqlite.database_schema import read_time
from sessiontui.store.sqlite.import_times import dated, imported_before
from sessiontui.store.sqlite.open_read import read, unnoticed
from sessiontui.store.sqlite.row_keys import KEY, bound
from sessiontui.store.sqlite.session_totals import LOADS

PAGE = 1000
"""Rows read at a time."""
ENOUGH = 4 * 1024 * 1024
"""Characters of content after which a page ends before it has all its rows."""

_LEAST = -(1 << 63)

_COLUMNS = "SELECT id, role, content, created_at FROM sessions"


@dataclass(frozen=True, slots=True)
class StoredRow:
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
    def bytes(self) -> int:
        """The size of role and content."""
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
        found, before = read(
            self.path, lambda c: (_of_ids(c, self.key, wanted), imported_before(self.way.on(c), self.key))
        )
        rows = {row.id: row for row in found}
        if not rows.keys() >= set(wanted):
            raise Changed(f"session “{self.key}”")
        first = range(len(self.ids))[start:stop].start
        return [rows[id].entry(at, self._ordinal(at), before) for at, id in enumerate(wanted, first)]

    def _ordinal(self, position: int) -> int | None:
        return position + 1 - bisect_left(self.faulty, position) if self.complete else None


class SqliteTranscript:
    """One session, opened for reading at any size."""

    def __init__(self, path: Path, key: str, notice: Callable[[str], None] = unnoticed) -> None:
        self.path = path
        self.key = key
        self._notice = notice

    def tail(self, count: int = 200) -> SqliteRows:
        """The newest rows, by the index: the same cost at any size. Complete where these are all there are."""
        sql = f"SELECT id FROM sessions WHERE {KEY} ORDER BY id DESC LIMIT ?"

        def work(connection: sqlite3.Connection) -> tuple[Way, list[int]]:
            found = way(connection, self.key, whole=False)
            return found, [id for (id,) in found.on(connection).execute(sql, (bound(self.key), max(count, 0)))]

        found, newest = read(self.path, work)
        if len(newest) < count:
            return self.scan()
        return SqliteRows(self.path, self.key, array("q", reversed(newest)), False, array("q"), found)

    def scan(self, cancelled: IsCancelled = never) -> SqliteRows:
        """All rows: their ids, from the index where that agrees with the table, and which of them are faulty."""

        def work(connection: sqlite3.Connection) -> tuple[Way, tuple[array[int], array[int]]]:
            with Interrupt(connection, cancelled):
                found = way(connection, self.key)
            return found, self._scanned(found.on(connection), cancelled)

        found, (ids, faulty) = read(self.path, work)
        found.tell(self._notice, self.path.name)
        positions = array("q", (bisect_left(ids, id) for id in faulty))
        return SqliteRows(self.path, self.key, ids, True, positions, found)

    def known(self, rows: TranscriptRows) -> SqliteRows:
        """The same: all is known at once."""
        return self._ours(rows)

    def grown(self, rows: TranscriptRows, cancelled: IsCancelled = never) -> SqliteRows:
        """The same rows and those of higher ids; that none of the others went is seen by counting them."""
        ours = self._ours(rows)
        first, last = (ours.ids[0], ours.ids[-1]) if ours.ids else (_LEAST, _LEAST)

        def work(connection: sqlite3.Connection) -> tuple[array[int], array[int]]:
            statement = f"SELECT count(*) FROM sessions WHERE {KEY} AND id BETWEEN ? AND ?"
            ours.way.on(connection)
            if connection.execute(statement, (bound(self.key), first, last)).fetchone()[0] != len(ours.ids):
                raise Changed(f"session “{self.key}”")
            return self._scanned(connection, cancelled, last)

        ids, faulty = read(self.path, work)
        if not ids:
            return ours
        positions = array("q", (len(ours.ids) + bisect_left(ids, id) for id in faulty)) if ours.complete else array("q")
        return replace(ours, ids=ours.ids + ids, faulty=ours.faulty + positions)

    def _ours(self, rows: TranscriptRows) -> SqliteRows:
        if not isinstance(rows, SqliteRows):
            raise TypeError("rows of another home")
        return rows

    def _scanned(
        self, connection: sqlite3.Connection, cancelled: IsCancelled, after: int = _LEAST
    ) -> tuple[array[int], array[int]]:
        found = array("q"), array("q")
        for ids, rest in zip(found, ("", f"AND NOT {LOADS}"), strict=True):
            statement = f"SELECT id FROM sessions WHERE {KEY} AND id > ? {rest} ORDER BY id"
            rows = connection.execute(statement, (bound(self.key), after))
            while page := rows.fetchmany(10_000):
                if cancelled():
                    raise Cancelled
                ids.extend(id for (id,) in page)
        return found


def rows(path: Path, key: str, notice: Callable[[str], None] = unnoticed, *, whole: bool = True) -> Iterator[StoredRow]:
    """All rows in order; each page is a read of its own, so that nothing stays open between them. ``whole``: compare
    the indexes with the table first, not only with each other.

    Raises ``StoreError`` behind the last of them where rows can't be read.
    """
    found = read(path, lambda c: way(c, key, whole=whole))
    found.tell(notice, path.name)
    after = _LEAST
    while page := read(path, lambda c, after=after: _page(found.on(c), key, after)):  # type: ignore[misc]
        yield from page
        after = page[-1].id
    found.require_all(path.name)


def newest(connection: sqlite3.Connection, key: str) -> StoredRow | None:
    """The last row that is a message."""
    for values in connection.execute(f"{_COLUMNS} WHERE {KEY} ORDER BY id DESC", (bound(key),)):
        row = StoredRow(*values)
        if row.message() is not None:
            return row
    return None


def _page(connection: sqlite3.Connection, key: str, after: int) -> list[StoredRow]:
    found = connection.execute(f"{_COLUMNS} WHERE {KEY} AND id > ? ORDER BY id LIMIT ?", (bound(key), after, PAGE))
    page: list[StoredRow] = []
    size = 0
    for values in found:
        page.append(StoredRow(*values))
        size += len(page[-1].content)
        if size > ENOUGH:
            break
    return page


def _of_ids(connection: sqlite3.Connection, key: str, ids: Sequence[int]) -> list[StoredRow]:
    """The rows of these ids that are there, found without an index."""
    found: list[StoredRow] = []
    for at in range(0, len(ids), PAGE):
        wanted = ", ".join(map(str, ids[at : at + PAGE]))
        statement = f"{_COLUMNS} NOT INDEXED WHERE id IN ({wanted}) AND {KEY}"
        found += (StoredRow(*values) for values in connection.execute(statement, (bound(key),)))
    return found


def _reason(what: str, value: bytes) -> tuple[str, int]:
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return f"{what} is not UTF-8; ZeroClaw leaves the row out", error.start
    return f"{what} is stored as a blob, not as text; ZeroClaw leaves the row out", 0
