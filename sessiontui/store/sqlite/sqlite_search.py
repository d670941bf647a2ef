"""Answer a query from a sessions.db, by its own full-text index or, where no index of words helps, by reading rows.

Only reads, and makes no index; where the one that is there is damaged or of another shape, rows are read and a note
says so. Where it may not cover all rows, an answer from it is pending until all rows were read, too. The index of ZeroClaw holds the key too, so every question is put to ``content`` alone. Rows that ZeroClaw does
not load are no hits; rows without metadata are. Snippets come from the row, and a row whose content no longer holds what
the index says is left out. What is read is closed in the thread that reads it: SQLite lets no other one do so.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sessiontui.errors import Cancelled, UnknownKey
from sessiontui.model import Address, Backend, Found, Hit
from sessiontui.query.ast import Query
from sessiontui.query.fts import anchors, match_expression
from sessiontui.query.match import matches, snippet
from sessiontui.store.full_text import ALL, COUNTED, RANKED, Interrupt, counted, exact
from sessiontui.store.protocol import IsCancelled, Progress, silent
from sessiontui.store.sqlite.btrees import is_corrupt, without_indexes
from sessiontui.store.sqlite.database_schema import read_time, shape
from sessiontui.store.sqlite.import_times import dated, imported_before
from sessiontui.store.sqlite.index_health import IndexHealth, standing
from sessiontui.store.sqlite.row_keys import KEY, bound, is_bindable

_ROW = "SELECT id, session_key, role, content, created_at FROM sessions"
_TEXT = "typeof(session_key) = 'text' AND typeof(role) = 'text' AND typeof(content) = 'text'"
_HITS = "SELECT rowid FROM sessions_fts WHERE sessions_fts MATCH ?"

FEW: Final = 1_000
"""The rows of a session of up to so many are read, whatever the index would give."""

MOST: Final = 3_200
"""So many hits are given beyond what was asked for, that none which the index gave before is missing."""

_OFTEN: Final = 500
"""Rows between two reports of progress."""

Values = tuple[int, str | bytes, str | bytes, str | bytes, object]


def search_rows(
    connection: sqlite3.Connection,
    query: Query,
    limit: int | None,
    relevance: bool,
    cancelled: IsCancelled,
    key: str | None = None,
    scan: Progress | None = silent,
    look: Callable[[sqlite3.Connection], IndexHealth] = standing,
    keys: Collection[str] | None = None,
) -> Found:
    """The messages that match, or those of one session, or of several. Raises ``errors.Cancelled`` and ``sqlite3.Error``.

    ``total`` is None where the reading ended before all rows had been seen. ``scan``: read all rows where the index
    may not cover them, and say how far that is; without it such an answer is pending. ``look`` gives the standing of
    the indexes.
    """
    if not query:
        return Found((), 0)
    with Interrupt(connection, cancelled):
        known = look(connection)
        if not known.trees:
            without_indexes(connection)
        part = _part(connection, key) if keys is None else _several(keys)
        if part is None:
            return Found((), 0)
        found = _Search(connection, query, limit, cancelled, part, known, scan).found(relevance=relevance)
        return found._replace(hits=tuple(_numbered(connection, found.hits)))


@dataclass(frozen=True, slots=True)
class _Part:
    """Which rows are searched, as conditions on ``sessions`` and on the index, each with the same values."""

    rows: str = ""
    index: str = ""
    values: tuple[str | bytes, ...] = ()
    few: bool = False
    """So few that the index would only cost."""


def _part(connection: sqlite3.Connection, key: str | None) -> _Part | None:
    """All rows, or those of one session; None where it has none."""
    if key is None:
        return _Part()
    try:
        values = (bound(key),)
    except UnknownKey:
        return None
    first, last = connection.execute(f"SELECT min(id), max(id) FROM sessions WHERE {KEY}", values).fetchone()
    if first is None:
        return None
    more = connection.execute(f"SELECT 1 FROM sessions WHERE {KEY} LIMIT 1 OFFSET ?", (*values, FEW)).fetchone()
    index = (
        f" AND rowid BETWEEN {first} AND {last}"
        f" AND EXISTS (SELECT 1 FROM sessions WHERE {KEY} AND id = sessions_fts.rowid)"
    )
    return _Part(f" AND {KEY}", index, values, more is None)


def _several(keys: Collection[str]) -> _Part:
    """The rows of some sessions."""
    names = json.dumps([key.encode("utf-8", "surrogateescape").hex().upper() for key in keys if is_bindable(key)])
    rows = " AND hex(session_key) IN (SELECT value FROM json_each(?))"
    return _Part(rows, f" AND EXISTS (SELECT 1 FROM sessions WHERE id = sessions_fts.rowid{rows})", (names,))


class _Search:
    def __init__(
        self,
        connection: sqlite3.Connection,
        query: Query,
        limit: int | None,
        cancelled: IsCancelled,
        part: _Part,
        known: IndexHealth,
        scan: Progress | None,
    ) -> None:
        self._connection = connection
        self._query = query
        self._limit = limit
        self._cancelled = cancelled
        self._part = part
        self._matching = f"{_HITS}{part.index}"
        self._standing = known
        self._believed = known.sure
        """Nothing was seen that the index has otherwise than the rows."""
        self._scan = scan

    def found(self, *, relevance: bool) -> Found:
        expression = match_expression(self._query)
        if self._limit is not None and self._limit <= 0 and (expression is None or self._query.substrings):
            return Found((), None)
        if expression is None or not shape(self._connection).indexed or (self._part.few and not relevance):
            return self._taken(self._scanned())
        try:
            found = self._indexed(expression, relevance=relevance)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
                raise
            note = f"all rows were read, for the database's search index can't be used: {error}"
            return self._taken(self._scanned())._replace(note=note)
        if self._believed:
            return found
        found = found._replace(total=None)
        full = self._limit is not None and 0 < self._limit <= len(found.hits)
        if full and not self._standing.differs:
            return found
        return found._replace(pending=True) if self._scan is None else self._completed(found, relevance)

    def _completed(self, found: Found, relevance: bool) -> Found:
        """An answer from the index, and the rows that it doesn't have: newest first, or behind those that were ranked."""
        ranked = relevance and not self._query.substrings
        try:
            every = self._taken(self._followed(self._scanned()), begin=found.hits if ranked else (), past=found.hits)
        except sqlite3.DatabaseError as error:
            if not is_corrupt(error):
                raise
            return found._replace(note=f"not all rows can be read: {error}")
        same = {hit.address.id for hit in every.hits} == {hit.address.id for hit in found.hits}
        notes = (found.note, "" if same and not self._standing.differs else self._standing.note())
        return every._replace(note=" · ".join(filter(None, notes)))

    def _indexed(self, expression: str, *, relevance: bool) -> Found:
        if self._limit is not None and self._limit <= 0:
            return Found((), *exact(self._count(expression, None), relevance=relevance))
        if relevance and not self._query.substrings:
            return self._ranked(expression)
        with closing(self._ids(f"{self._matching} ORDER BY rowid DESC", expression)) as ids:
            found = self._taken(self._by_id(ids), proving=not self._query.substrings)
            if self._query.substrings or found.total is not None or not self._believed:
                return found
            if "*" in expression:  # to begin again would be dearer than to go on
                count = len(found.hits) + 1 + sum(1 for _ in islice(ids, COUNTED))
            else:
                count = self._count(expression, COUNTED)
        return Found(found.hits, *counted(count, relevance=False))

    def _ranked(self, expression: str) -> Found:
        count = self._count(expression, RANKED)
        lowest = 0
        if count > RANKED:
            newest = f"{self._matching} ORDER BY rowid DESC LIMIT 1 OFFSET {RANKED - 1}"
            with closing(self._ids(newest, expression)) as ids:
                lowest = next(ids)
        ranked = f"{self._matching} AND rowid >= ? ORDER BY bm25(sessions_fts), rowid DESC"
        with closing(self._ids(ranked, expression, lowest)) as ids:
            found = self._taken(self._by_id(ids), proving=True)
        return Found(found.hits, *counted(count, relevance=True))

    def _taken(
        self,
        rows: Generator[Values, None, None] | sqlite3.Cursor,
        *,
        proving: bool = False,
        begin: tuple[Hit, ...] = (),
        past: tuple[Hit, ...] = (),
    ) -> Found:
        """The hits among these rows, which are closed. ``proving``: each must be one, by the index; ``begin``: these
        come first; ``past``: what is found goes on at least to the last of these."""
        last = min((hit.address.id or 0 for hit in past), default=None)
        with closing(rows):
            return self._hits(rows, proving, begin, last)

    def _hits(self, rows: Iterable[Values], proving: bool, begin: tuple[Hit, ...], last: int | None) -> Found:
        """As many hits as were asked for; the total is known where the rows came to their end, to which few do."""
        hits = list(begin)
        known = {hit.address.id for hit in begin}
        total = 0
        for id, key, role, content, created_at in rows:
            if self._cancelled():
                raise Cancelled
            if not isinstance(role, str) or not isinstance(content, str):
                continue
            if not matches(self._query, content):
                self._believed &= not proving
                continue
            total += 1
            if id in known:
                continue
            if self._limit is None or len(hits) < self._limit or (last is not None and id >= last and total < MOST):
                hits.append(self._hit(id, key, role, content, created_at))
            elif not self._part.few and self._limit != 0:
                return Found(tuple(hits), None)
        return Found(tuple(hits), total)

    def _hit(self, id: int, key: str | bytes, role: str, content: str, created_at: object) -> Hit:
        name = key if isinstance(key, str) else os.fsdecode(key)
        address = Address(id=id, created_at=read_time(created_at))
        return Hit(name, Backend.SQLITE, role, snippet(self._query, content), None, address)

    def _scanned(self) -> sqlite3.Cursor:
        """All rows that may match, newest first; SQLite looks for the characters that don't fold."""
        wanted = anchors(self._query)
        narrowed = "".join(" AND instr(content, ?)" for _ in wanted)
        statement = f"{_ROW} WHERE {_TEXT}{self._part.rows}{narrowed} ORDER BY id DESC"
        return self._connection.execute(statement, (*self._part.values, *wanted))

    def _followed(self, rows: sqlite3.Cursor) -> Generator[Values, None, None]:
        """The same rows, newest first; says how many ids are behind it."""
        newest = 0
        with closing(rows):
            for count, row in enumerate(rows):
                newest = newest or row[0]
                if self._scan is not None and not count % _OFTEN:
                    self._scan(newest - row[0], newest)
                yield row

    def _by_id(self, ids: Iterable[int]) -> Generator[Values, None, None]:
        for id in ids:
            yield from self._connection.execute(f"{_ROW} WHERE id = ? AND {_TEXT}", (id,))

    def _ids(self, statement: str, expression: str, *values: object) -> Generator[int, None, None]:
        """``statement`` begins with ``_matching``."""
        return (id for (id,) in self._connection.execute(statement, (expression, *self._part.values, *values)))

    def _count(self, expression: str, most: int | None) -> int:
        """How many hits; ended above ``most``, where that is given."""
        statement = f"SELECT count(*) FROM ({self._matching} LIMIT ?)"
        found = self._connection.execute(
            statement, (expression, *self._part.values, ALL if most is None else most + 1)
        ).fetchone()
        return int(found[0])


def _numbered(connection: sqlite3.Connection, hits: tuple[Hit, ...]) -> Iterator[Hit]:
    """The hits with their ordinals, and whether their times are those of an import: the index of each session is walked
    once, however many hits it has."""
    ordinals: dict[int, int] = {}
    before: dict[str, datetime | None] = {}
    for key in dict.fromkeys(hit.key for hit in hits):
        before[key] = imported_before(connection, key)
        below = -(1 << 63)
        count = 0
        for id in sorted(hit.address.id for hit in hits if hit.key == key and hit.address.id is not None):
            statement = "SELECT count(*) FROM sessions WHERE session_key = CAST(? AS TEXT) AND id >= ? AND id <= ?"
            count += connection.execute(statement, (os.fsencode(key), below, id)).fetchone()[0]
            ordinals[id] = count
            below = id + 1
    return (
        hit._replace(ordinal=ordinals[hit.address.id], address=dated(hit.address, before[hit.key]))
        for hit in hits
        if hit.address.id is not None
    )
