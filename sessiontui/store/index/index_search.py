"""Answer a query from the index of a JSONL store.

The index gives rows; the file gives the words. Each row that is shown is read again where it stands, and left out when
its bytes are not those that were indexed. Only reads; a query can be cancelled at any moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from sqlite3 import Connection
from typing import Final

from sessiontui.model import Found, Hit
from sessiontui.query.ast import Query
from sessiontui.query.fts import anchors, match_expression
from sessiontui.query.match import matches
from sessiontui.store.full_text import Matches, interruptible, scalar
from sessiontui.store.index import index_rows, short_prefix
from sessiontui.store.index.proved_rows import ProvedRows
from sessiontui.store.index.segments import SEARCHED, Candidate
from sessiontui.store.protocol import IsCancelled

PATIENCE: Final = 256
"""After so many rows of other files in a row, the index is asked anew for what stands below them."""

DEAR: Final = 50_000
"""The same for a query with a prefix, which the index can't begin without gathering all its rows."""

_WORDS: Final = "SELECT rowid FROM words WHERE words MATCH ?"

_ALIVE: Final = (
    "coalesce((SELECT last_row FROM dead WHERE dead.first_row <= {0} ORDER BY dead.first_row DESC LIMIT 1), -1) < {0}"
)

_IN_FILE: Final = (
    "words.rowid BETWEEN {1} AND {2} AND (SELECT file = {0} AND words.rowid < first_row + rows"
    " FROM segment WHERE first_row <= words.rowid ORDER BY first_row DESC LIMIT 1)"
)

_IN_FILES: Final = "(SELECT file FROM segment WHERE first_row <= words.rowid ORDER BY first_row DESC LIMIT 1) IN ({0})"


class IndexSearch:
    """One search, on a connection of its own; in the files of ``names`` only, where they are given."""

    def __init__(
        self, connection: Connection, folder: bytes, cancelled: IsCancelled, names: Collection[bytes] | None
    ) -> None:
        self._connection = connection
        self._cancelled = cancelled
        self._names = names
        self._files: list[int] | None = None
        """Which files are searched; None: all."""
        self._ranges: list[tuple[int, int]] = []
        """Where the rows of the file are, if it is one alone."""
        self._where = ""
        """What a row has to fulfil, beside the words."""
        self._locations = ProvedRows(connection, folder, cancelled)

    @property
    def stale(self) -> set[int]:
        """The files whose bytes had changed, as it turned out."""
        return self._locations.stale

    def found(self, query: Query, limit: int | None, *, relevance: bool) -> Found:
        """The hits, newest first or by relevance. Raises ``errors.Cancelled`` and ``sqlite3.Error``."""
        if not query:
            return Found((), 0)
        with interruptible(self._connection, self._cancelled):
            self._connection.execute("BEGIN")  # all statements see the same moment
            try:
                found = self._found(query, limit, relevance) if self._begin() else Found((), 0)
                return found._replace(note=" · ".join(filter(None, (found.note, *self._notes()))))
            finally:
                self._locations.close()
                self._connection.execute("ROLLBACK")

    def _begin(self) -> bool:
        """Find out which rows are searched; False where there are none."""
        if self._names is not None:
            self._files = [file.id for file in index_rows.files(self._connection, self._names).values()]
            if not self._files:
                return False
        if self._files and len(self._names or ()) == 1:
            self._ranges = index_rows.ranges(self._connection, *self._files)
            if self._ranges:
                self._where = f" AND {_IN_FILE.format(*self._files, self._ranges[-1][0], self._ranges[0][1])}"
            return bool(self._ranges)
        if scalar(self._connection, "SELECT EXISTS (SELECT 1 FROM dead)"):
            self._where = f" AND {_ALIVE.format('words.rowid')}"
        if self._files:
            self._where += f" AND {_IN_FILES.format(','.join(map(str, self._files)))}"
        return True

    def _found(self, query: Query, limit: int | None, relevance: bool) -> Found:
        expression = match_expression(query)
        if query.substrings or expression is None:  # no index of words tells
            return Found((), None) if limit == 0 else self._scanned(query, limit, self._candidates(query, expression))
        every = Matches(self._connection, _WORDS + self._where, (expression,))
        if limit == 0:
            return every.number(relevance=relevance)
        if relevance:
            ranked, total, note = every.ranked("bm25(words, 1.0, 0.0)")
            return Found(self._hits(query, ranked, limit), total, note)
        if "*" in expression and self._is_small():
            return self._scanned(query, limit, self._candidates(query, None))
        early = None if limit is None else short_prefix.early(query, limit, self._candidates, self._locations.hit)
        if early is not None:
            return early
        ids = self._newest(expression)
        hits = self._hits(query, ids, limit)
        if len(hits) != limit:
            return Found(hits, len(hits))
        is_prefix = bool(self._ranges) or "*" in expression
        return Found(hits, *every.total(limit, ids, is_prefix=is_prefix))

    def _notes(self) -> Iterator[str]:
        waiting = index_rows.waiting(self._connection)
        if waiting or not index_rows.is_built(self._connection):
            yield f"{max(1, round(waiting / 1e6)):,} MB are not indexed yet" if waiting else "not all is indexed yet"
        if self.stale:
            yield "some files changed since they were indexed"
        if scalar(self._connection, f"SELECT EXISTS (SELECT 1 FROM clipped WHERE {_ALIVE.format('clipped.row')})"):
            yield f"of messages above {SEARCHED >> 20} M characters only the beginning is searched"

    # ---- rows

    def _newest(self, expression: str) -> Iterator[int]:
        """The rows that hold the words, newest first."""
        if self._ranges:
            return self._in_file(expression)
        return Matches(self._connection, _WORDS + self._where, (expression,)).ids("ORDER BY rowid DESC")

    def _in_file(self, expression: str) -> Iterator[int]:
        """The same in one file: what stands between its rows is walked over, or left out where it is much."""
        every = Matches(self._connection, _WORDS, (expression,))
        patience = DEAR if "*" in expression else PATIENCE
        ranges, at = self._ranges, 0
        while True:
            others = 0
            for id in every.ids("AND rowid BETWEEN ? AND ? ORDER BY rowid DESC", ranges[-1][0], ranges[at][1]):
                while id < ranges[at][0]:
                    at += 1
                    others = 0
                if id <= ranges[at][1]:
                    yield id
                    continue
                others += 1
                if others > patience:
                    break
            else:
                return

    # ---- hits

    def _hits(self, query: Query, ids: Iterable[int], limit: int | None) -> tuple[Hit, ...]:
        messages = filter(None, map(self._locations.message, ids))
        return tuple(islice(filter(None, (self._locations.hit(query, found) for found in messages)), limit))

    def _scanned(self, query: Query, limit: int | None, candidates: Iterable[Candidate]) -> Found:
        """Hits among messages that have to be looked at; of a small file all are, so that the total is known."""
        hits: list[Hit] = []
        more, whole = 0, self._is_small()
        for found in candidates:
            if len(hits) == limit and not whole:
                return Found(tuple(hits), None)
            if not matches(query, found.message.content):
                continue
            if len(hits) == limit:
                more += 1
            elif (hit := self._locations.hit(query, found)) is not None:
                hits.append(hit)
        return Found(tuple(hits), len(hits) + more)

    def _candidates(self, query: Query, expression: str | None) -> Iterator[Candidate]:
        """Messages that may match, newest first: those the index gives, or all."""
        if expression is None:
            return self._locations.newest([part.encode() for part in anchors(query)], self._files)
        return filter(None, map(self._locations.message, self._newest(expression)))

    def _is_small(self) -> bool:
        """Whether one file is searched, and looking at all its messages costs less than a prefix costs the index."""
        rows = sum(last - first + 1 for first, last in self._ranges)
        return 0 < rows <= short_prefix.NEWEST
