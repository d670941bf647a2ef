"""Answer a query from a sessions.db, by its own full-text index or, where no index of words helps, by reading rows.

Only reads, and makes no index; where the one that is there is damaged or of another shape, rows are read and a note
says so. Where it may not cover all rows, an answer from it is pending until all rows were read, too. The index of
ZeroClaw holds the key too, so every question is put to ``content`` alone. Rows that ZeroClaw does not load are no hits;
rows without metadata are. Snippets come from the row, and a row whose content no longer holds what the index says is
left out. What is read is closed in the thread that reads it: SQLite lets no other one do so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Cursor
from typing import Final, NamedTuple

from sessiontui.model import Address, Backend, Found, Hit
from sessiontui.query.ast import Query
from sessiontui.query.fts import anchors, match_expression
from sessiontui.query.match import matches, snippet
from sessiontui.store.full_text import Matches, interruptible, scalar
from sessiontui.store.protocol import IsCancelled, Progress, silent, stop_if
from sessiontui.store.sqlite.database_schema import KEY, as_key, bound, is_bindable, read_time, shape
from sessiontui.store.sqlite.import_times import dated, imported_before
from sessiontui.store.sqlite.index_health import IndexHealth, is_corrupt, standing, without_indexes

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
    connection: Connection,
    query: Query,
    limit: int | None,
    relevance: bool,
    cancelled: IsCancelled,
    keys: Collection[str] | None = None,
    scan: Progress | None = silent,
    look: Callable[[Connection], IndexHealth] = standing,
) -> Found:
    """The messages that match, or those of some sessions. Raises ``errors.Cancelled`` and ``sqlite3.Error``.

    ``total`` is None where the reading ended before all rows had been seen. ``scan``: read all rows where the index
    may not cover them, and say how far that is; without it such an answer is pending. ``look`` gives the standing of
    the indexes.
    """
    if not query:
        return Found((), 0)
    with interruptible(connection, cancelled):
        known = look(connection)
        if not known.trees:
            without_indexes(connection)
        part = _part(connection, keys)
        if part is None:
            return Found((), 0)
        search = _Search(connection, query, limit, cancelled, part, known, scan, known.sure)
        found = search.found(relevance=relevance)
        return found._replace(hits=_numbered(connection, found.hits))


class _Part(NamedTuple):
    """Which rows are searched: a condition on ``sessions`` and the statement that asks the index, with the same
    values."""

    rows: str = ""
    hits: str = _HITS
    values: tuple[str | bytes, ...] = ()
    few: bool = False
    """So few that the index would only cost."""


def _part(connection: Connection, keys: Collection[str] | None) -> _Part | None:
    """All rows, or those of some sessions; None where there are none."""
    if keys is None:
        return _Part()
    names = [key for key in keys if is_bindable(key)]
    if len(names) > 1:
        rows = " AND hex(session_key) IN (SELECT value FROM json_each(?))"
        hits = f"{_HITS} AND EXISTS (SELECT 1 FROM sessions WHERE id = sessions_fts.rowid{rows})"
        wanted = json.dumps([name.encode("utf-8", "surrogateescape").hex().upper() for name in names])
        return _Part(rows, hits, (wanted,))
    if not names:
        return None
    values = (bound(names[0]),)
    first, last = connection.execute(f"SELECT min(id), max(id) FROM sessions WHERE {KEY}", values).fetchone()
    if first is None:
        return None
    more = connection.execute(f"SELECT 1 FROM sessions WHERE {KEY} LIMIT 1 OFFSET ?", (*values, FEW)).fetchone()
    hits = (
        f"{_HITS} AND rowid BETWEEN {first} AND {last}"
        f" AND EXISTS (SELECT 1 FROM sessions WHERE {KEY} AND id = sessions_fts.rowid)"
    )
    return _Part(f" AND {KEY}", hits, values, more is None)


@dataclass(slots=True)
class _Search:
    connection: Connection
    query: Query
    limit: int | None
    cancelled: IsCancelled
    part: _Part
    standing: IndexHealth
    scan: Progress | None
    believed: bool
    """Nothing was seen that the index has otherwise than the rows."""

    def found(self, *, relevance: bool) -> Found:
        expression = match_expression(self.query)
        if self.limit == 0 and (expression is None or self.query.substrings):
            return Found((), None)
        if expression is None or not shape(self.connection).indexed or (self.part.few and not relevance):
            return self._taken(self._scanned())
        try:
            found = self._indexed(expression, relevance=relevance)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
                raise
            note = f"all rows were read, for the database's search index can't be used: {error}"
            return self._taken(self._scanned())._replace(note=note)
        if self.believed:
            return found
        found = found._replace(total=None)
        if self.limit and self.limit <= len(found.hits) and not self.standing.differs:
            return found
        return found._replace(pending=True) if self.scan is None else self._completed(found, relevance)

    def _completed(self, found: Found, relevance: bool) -> Found:
        """An answer from the index, and the rows that it doesn't have: newest first, or behind those that were ranked."""
        ranked = relevance and not self.query.substrings
        try:
            every = self._taken(self._followed(self._scanned()), past=found.hits, ranked=ranked)
        except sqlite3.DatabaseError as error:
            if not is_corrupt(error):
                raise
            return found._replace(note=f"not all rows can be read: {error}")
        same = {hit.address.id for hit in every.hits} == {hit.address.id for hit in found.hits}
        notes = (found.note, "" if same and not self.standing.differs else self.standing.note())
        return every._replace(note=" · ".join(filter(None, notes)))

    def _indexed(self, expression: str, *, relevance: bool) -> Found:
        every = Matches(self.connection, self.part.hits, (expression, *self.part.values))
        if self.limit == 0:
            return every.number(relevance=relevance)
        if relevance and not self.query.substrings:
            ids, total, note = every.ranked("bm25(sessions_fts)")
            with closing(ids):
                return Found(self._taken(self._by_id(ids), proving=True).hits, total, note)
        with closing(every.ids("ORDER BY rowid DESC")) as ids:
            found = self._taken(self._by_id(ids), proving=not self.query.substrings)
            if self.query.substrings or found.total is not None or not self.believed:
                return found
            return Found(found.hits, *every.total(len(found.hits) + 1, ids, is_prefix="*" in expression))

    def _taken(
        self,
        rows: Generator[Values, None, None] | Cursor,
        *,
        proving: bool = False,
        past: tuple[Hit, ...] = (),
        ranked: bool = False,
    ) -> Found:
        """The hits among these rows, which are closed: as many as were wanted. The total is known where the rows came
        to their end, to which few do. ``proving``: each must be one, by the index; ``past``: what is found goes on at
        least to the last of these, which come first where they are ``ranked``."""
        hits = list(past) if ranked else []
        known = {hit.address.id for hit in hits}
        last = min((hit.address.id or 0 for hit in past), default=None)
        total = 0
        with closing(rows):
            for id, key, role, content, created_at in rows:
                stop_if(self.cancelled)
                if not isinstance(role, str) or not isinstance(content, str):
                    continue
                if not matches(self.query, content):
                    self.believed &= not proving
                    continue
                total += 1
                if id in known:
                    continue
                if self.limit is None or len(hits) < self.limit or (last is not None and id >= last and total < MOST):
                    address = Address(id=id, created_at=read_time(created_at))
                    hits.append(Hit(as_key(key), Backend.SQLITE, role, snippet(self.query, content), None, address))
                elif not self.part.few and self.limit != 0:
                    return Found(tuple(hits), None)
        return Found(tuple(hits), total)

    def _scanned(self) -> Cursor:
        """All rows that may match, newest first; SQLite looks for the characters that don't fold."""
        wanted = anchors(self.query)
        narrowed = "".join(" AND instr(content, ?)" for _ in wanted)
        statement = f"{_ROW} WHERE {_TEXT}{self.part.rows}{narrowed} ORDER BY id DESC"
        return self.connection.execute(statement, (*self.part.values, *wanted))

    def _followed(self, rows: Cursor) -> Generator[Values, None, None]:
        """The same rows, newest first; says how many ids are behind it."""
        newest = 0
        with closing(rows):
            for count, row in enumerate(rows):
                newest = newest or row[0]
                if self.scan is not None and not count % _OFTEN:
                    self.scan(newest - row[0], newest)
                yield row

    def _by_id(self, ids: Iterable[int]) -> Generator[Values, None, None]:
        for id in ids:
            yield from self.connection.execute(f"{_ROW} WHERE id = ? AND {_TEXT}", (id,))


def _numbered(connection: Connection, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits with their ordinals, and whether their times are those of an import: the index of each session is walked
    once, however many hits it has."""
    ordinals: dict[int | None, int] = {}
    before: dict[str, datetime | None] = {}
    statement = f"SELECT count(*) FROM sessions WHERE {KEY} AND id >= ? AND id <= ?"
    for key in dict.fromkeys(hit.key for hit in hits):
        before[key] = imported_before(connection, key)
        below = -(1 << 63)
        count = 0
        for id in sorted(hit.address.id or 0 for hit in hits if hit.key == key):
            count += scalar(connection, statement, bound(key), below, id)
            ordinals[id] = count
            below = id + 1
    return tuple(
        hit._replace(ordinal=ordinals[hit.address.id], address=dated(hit.address, before[hit.key])) for hit in hits
    )
