"""Answer a query from the index of a JSONL store.

The index gives rows; the file gives the words. Each row that is shown is read again where it stands, and left out when
its bytes are not those that were indexed. Only reads; a query can be cancelled at any moment.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sessiontui.disk import lines
from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Address, Backend, Found, Hit, Message, Span
from sessiontui.query.ast import Query, Word
from sessiontui.query.fts import SHORT, anchors, match_expression
from sessiontui.query.match import matches
from sessiontui.query.snippet import snippet
from sessiontui.query.tokens import fold
from sessiontui.store import sidecar_rows as rows
from sessiontui.store import sidecar_segment as segments
from sessiontui.store.full_text import COUNTED, RANKED, Interrupt, counted
from sessiontui.store.protocol import IsCancelled
from sessiontui.store.sidecar_segment import Row, Segment

NEWEST: Final = 2_000
"""So many messages are looked at before the index is asked for a short prefix."""

_ALIVE: Final = (
    "coalesce((SELECT last_row FROM dead WHERE dead.first_row <= {0} ORDER BY dead.first_row DESC LIMIT 1), -1) < {0}"
)

_SEGMENT: Final = (
    "SELECT file.id, file.name, first_row, start, stop, rows, offsets, first_ordinal, first_line"
    " FROM segment JOIN file ON file.id = segment.file"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A row of the index, with the file it is in."""

    file: int
    name: bytes
    row: Row


class SidecarSearch:
    """One search, on a connection of its own. ``stale`` afterwards names the files whose bytes had changed."""

    def __init__(self, connection: sqlite3.Connection, folder: bytes, cancelled: IsCancelled) -> None:
        self._connection = connection
        self._folder = folder
        self._cancelled = cancelled
        self._held: tuple[bytes, int] | None = None
        self._last: tuple[int, bytes, Segment] | None = None
        self.stale: set[int] = set()

    def found(self, query: Query, limit: int | None, *, relevance: bool) -> Found:
        """The hits, newest first or by relevance. Raises ``errors.Cancelled`` and ``sqlite3.Error``."""
        if not query:
            return Found((), 0)
        if limit is not None and limit <= 0:
            return Found((), None)
        with Interrupt(self._connection, self._cancelled):
            self._connection.execute("BEGIN")  # all statements see the same moment
            try:
                return self._found(query, limit, relevance=relevance)
            finally:
                self._close()
                self._connection.execute("ROLLBACK")

    def _found(self, query: Query, limit: int | None, *, relevance: bool) -> Found:
        expression = match_expression(query)
        alive = f" AND {_ALIVE.format('words.rowid')}" if self._one("SELECT EXISTS (SELECT 1 FROM dead)") else ""
        total: int | None
        note = ""
        if query.substrings or expression is None:
            hits, total = self._scanned(query, limit, self._candidates(query, expression, alive))
        elif limit is not None and not relevance and _is_short(query) and (early := self._early(query, limit)):
            hits, total = early, None
        elif relevance:
            count = self._count(expression, alive, RANKED)
            hits = self._hits(query, self._ranked(expression, alive, count), limit)
            total, note = counted(count, relevance=True)
        else:
            statement = f"SELECT rowid FROM words WHERE words MATCH ?{alive} ORDER BY rowid DESC"
            hits = self._hits(query, self._ids(statement, expression), limit)
            total = len(hits)
            if total == limit:
                total, note = counted(self._count(expression, alive, COUNTED), relevance=False)
        return Found(tuple(hits), total, " · ".join(filter(None, (note, *self._notes()))))

    def _notes(self) -> Iterator[str]:
        waiting = rows.waiting(self._connection)
        if waiting or not rows.is_built(self._connection):
            yield f"{max(1, round(waiting / 1e6)):,} MB are not indexed yet" if waiting else "not all is indexed yet"
        if self.stale:
            yield "some files changed since they were indexed"
        if self._one(f"SELECT EXISTS (SELECT 1 FROM clipped WHERE {_ALIVE.format('clipped.row')})"):
            yield f"of messages above {segments.SEARCHED >> 20} M characters only the beginning is searched"

    # ---- rows

    def _ids(self, statement: str, *values: object) -> Iterator[int]:
        return (row for (row,) in self._connection.execute(statement, values))

    def _count(self, expression: str, alive: str, most: int) -> int:
        """How many hits; ended above ``most``."""
        statement = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?{alive} LIMIT ?)"
        return self._one(statement, expression, most + 1)

    def _ranked(self, expression: str, alive: str, count: int) -> Iterator[int]:
        lowest = 0
        if count > RANKED:
            statement = f"SELECT rowid FROM words WHERE words MATCH ?{alive} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
            lowest = self._one(statement, expression, RANKED - 1)
        statement = (
            f"SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ?{alive}"
            " ORDER BY bm25(words, 1.0, 0.0), rowid DESC"
        )
        return self._ids(statement, expression, lowest)

    def _one(self, statement: str, *values: object) -> int:
        return int(self._connection.execute(statement, values).fetchone()[0])

    # ---- hits

    def _hits(self, query: Query, ids: Iterable[int], limit: int | None) -> list[Hit]:
        hits: list[Hit] = []
        for id in ids:
            if limit is not None and len(hits) >= limit:
                break
            self._ask()
            hit = self._hit(query, self._place(id))
            if hit is not None:
                hits.append(hit)
        return hits

    def _place(self, id: int) -> _Place:
        """Where a row is; rows come segment by segment, so the last one is kept."""
        file, name, segment = self._last or (0, b"", None)
        if segment is None or not segment.first_row <= id < segment.first_row + segment.rows:
            statement = f"{_SEGMENT} WHERE first_row <= ? ORDER BY first_row DESC LIMIT 1"
            file, name, *rest = self._connection.execute(statement, (id,)).fetchone()
            segment = Segment(*rest)
            self._last = file, name, segment
        return _Place(file, name, segment.row(id - segment.first_row))

    def _hit(self, query: Query, place: _Place) -> Hit | None:
        """The hit with its words from the file; None where they are no longer there."""
        found = self._message(place)
        if found is None:
            return None
        message, length = found
        return Hit(
            key=os.fsdecode(place.name).removesuffix(".jsonl"),
            backend=Backend.JSONL,
            role=message.role,
            snippet=snippet(query, message.content),
            ordinal=place.row.ordinal,
            address=Address(line=place.row.line, span=Span(place.row.offset, length)),
        )

    def _message(self, place: _Place) -> tuple[Message, int] | None:
        """The message and the length of its line; None, and the file is stale, where its bytes are other ones."""
        found = None
        with suppress(OSError, Changed):  # cut off or gone: its bytes are no longer there
            fd = self._open(place.name)
            found = segments.message_at(fd, place.row, os.fstat(fd).st_size)
        if found is None:
            self.stale.add(place.file)
        return found

    # ---- what the words of the index can't answer

    def _scanned(
        self, query: Query, limit: int | None, candidates: Iterable[tuple[_Place, Message]]
    ) -> tuple[list[Hit], int | None]:
        hits: list[Hit] = []
        for place, message in candidates:
            if limit is not None and len(hits) >= limit:
                return hits, None
            self._ask()
            if matches(query, message.content) and (hit := self._hit(query, place)) is not None:
                hits.append(hit)
        return hits, len(hits)

    def _candidates(self, query: Query, expression: str | None, alive: str) -> Iterator[tuple[_Place, Message]]:
        """Messages that may match, newest first: those the index gives, or all."""
        if expression is None:
            wanted = tuple(part.encode() for part in anchors(query))
            yield from self._all(wanted)
            return
        statement = f"SELECT rowid FROM words WHERE words MATCH ?{alive} ORDER BY rowid DESC"
        for id in self._ids(statement, expression):
            place = self._place(id)
            message = self._message(place)
            if message is not None:
                yield place, message[0]

    def _all(self, wanted: tuple[bytes, ...]) -> Iterator[tuple[_Place, Message]]:
        for file, name, segment in self._segments():
            self._ask()
            try:
                fd = self._open(name)
                size = os.fstat(fd).st_size
                for at, message in segments.matching(fd, segment, size, wanted):
                    yield _Place(file, name, segment.row(at)), message
            except (OSError, Changed):
                self.stale.add(file)
                continue
            if size < segment.stop:
                self.stale.add(file)

    def _segments(self) -> Iterator[tuple[int, bytes, Segment]]:
        """All segments with their files, newest first."""
        for file, name, *rest in self._connection.execute(f"{_SEGMENT} ORDER BY first_row DESC"):
            yield file, name, Segment(*rest)

    def _early(self, query: Query, limit: int) -> list[Hit]:
        """Hits among the newest messages, if they are enough."""
        newest = islice(self._all(()), NEWEST)
        hits, _ = self._scanned(query, limit, newest)
        return hits if len(hits) >= limit else []

    # ---- files

    def _open(self, name: bytes) -> int:
        """A descriptor of a file; the last one is kept, for hits come file by file. Raises ``OSError``."""
        if self._held is not None and self._held[0] == name:
            return self._held[1]
        self._close()
        fd = lines.open_file(os.path.join(self._folder, name))
        self._held = (name, fd)
        return fd

    def _close(self) -> None:
        if self._held is not None:
            os.close(self._held[1])
            self._held = None

    def _ask(self) -> None:
        if self._cancelled():
            raise Cancelled


def _is_short(query: Query) -> bool:
    return any(isinstance(term, Word) and term.prefix and len(fold(term.text)) <= SHORT for term in query.terms)
