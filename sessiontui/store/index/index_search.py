"""Answer a query from the index of a JSONL store.

The index gives rows; the file gives the words. Each row that is shown is read again where it stands, and left out when
its bytes are not those that were indexed. Only reads; a query can be cancelled at any moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from operator import itemgetter
from sqlite3 import Connection
from typing import Final

from sessiontui.model import Found, Hit
from sessiontui.query.ast import Phrase, Query, Term
from sessiontui.query.fts import SHORT, anchors, match_expression
from sessiontui.query.match import matches
from sessiontui.query.tokens import fold
from sessiontui.store.full_text import ALL, COUNTED, RANKED, counted, exact, interruptible, scalar
from sessiontui.store.index import index_rows
from sessiontui.store.index.row_locations import RowLocations
from sessiontui.store.index.segments import SEARCHED, Candidate
from sessiontui.store.protocol import IsCancelled, stop_if

NEWEST: Final = 2_000
"""So many messages are looked at before the index is asked for a prefix of up to ``SHORT`` letters."""

LETTERS: Final = 4
"""A quarter of them for one of so many."""

PATIENCE: Final = 256
"""After so many rows of other files in a row, the index is asked anew for what stands below them."""

DEAR: Final = 50_000
"""The same for a query with a prefix, which the index can't begin without gathering all its rows."""

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
        self._file: int | None = None
        self._files: frozenset[int] | None = None
        self._ranges: list[tuple[int, int]] = []
        self._where = ""
        """What a row has to fulfil, beside the words."""
        self._locations = RowLocations(connection, folder, cancelled)

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
                hits, total, note = self._found(query, limit, relevance) if self._begin() else ([], 0, "")
                return Found(tuple(hits), total, " · ".join(filter(None, (note, *self._notes()))))
            finally:
                self._locations.close()
                self._connection.execute("ROLLBACK")

    def _begin(self) -> bool:
        """Find out which rows are searched; False where there are none."""
        if self._names is None or len(self._names) != 1:
            dead = scalar(self._connection, "SELECT EXISTS (SELECT 1 FROM dead)")
            self._where = f" AND {_ALIVE.format('words.rowid')}" if dead else ""
            return self._names is None or self._narrow(self._names)
        file = index_rows.file(self._connection, *self._names)
        self._ranges = [] if file is None else index_rows.ranges(self._connection, file.id)
        if file is None or not self._ranges:
            return False
        self._file = file.id
        self._where = f" AND {_IN_FILE.format(file.id, self._ranges[-1][0], self._ranges[0][1])}"
        return True

    def _narrow(self, names: Collection[bytes]) -> bool:
        """Search in these files alone; False where none of them is indexed."""
        self._files = frozenset(file.id for file in index_rows.files(self._connection, names).values())
        self._where += f" AND {_IN_FILES.format(','.join(map(str, self._files)))}"
        return bool(self._files)

    def _found(self, query: Query, limit: int | None, relevance: bool) -> tuple[list[Hit], int | None, str]:
        expression = match_expression(query)
        if query.substrings or expression is None:  # no index of words tells
            if limit == 0:
                return [], None, ""
            return *self._scanned(query, limit, self._candidates(query, expression)), ""
        if limit == 0:
            return [], *exact(self._count(expression, ALL), relevance=relevance)
        if relevance:
            count = self._count(expression, RANKED)
            hits = self._hits(query, self._ranked(expression, count), limit)
            return hits, *counted(count, relevance=True)
        if "*" in expression and self._is_small():
            return *self._scanned(query, limit, self._candidates(query, None)), ""
        if limit is not None and (early := self._early(query, limit)) is not None:
            return *early, ""
        ids = self._newest(expression)
        hits = self._hits(query, ids, limit)
        if len(hits) != limit:
            return hits, len(hits), ""
        if self._file is not None or "*" in expression:  # to begin again would be dearer than to go on
            return hits, *counted(limit + len(list(islice(ids, COUNTED + 1))), relevance=False)
        return hits, *counted(self._count(expression, COUNTED), relevance=False)

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
        if self._file is not None:
            return self._in_file(expression)
        return self._ids(f"SELECT rowid FROM words WHERE words MATCH ?{self._where} ORDER BY rowid DESC", expression)

    def _in_file(self, expression: str) -> Iterator[int]:
        """The same in one file: what stands between its rows is walked over, or left out where it is much."""
        statement = "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC"
        patience = DEAR if "*" in expression else PATIENCE
        ranges, at = self._ranges, 0
        while True:
            others = 0
            for id in self._ids(statement, expression, ranges[-1][0], ranges[at][1]):
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

    def _ids(self, statement: str, *values: object) -> Iterator[int]:
        return map(itemgetter(0), self._connection.execute(statement, values))

    def _count(self, expression: str, most: int) -> int:
        """How many hits; ended above ``most``, unless that is ``ALL``."""
        statement = f"SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ?{self._where} LIMIT ?)"
        return scalar(self._connection, statement, expression, most + 1)

    def _ranked(self, expression: str, count: int) -> Iterator[int]:
        lowest = 0
        matching = f"SELECT rowid FROM words WHERE words MATCH ?{self._where}"
        if count > RANKED:
            statement = f"{matching} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
            lowest = scalar(self._connection, statement, expression, RANKED - 1)
        return self._ids(f"{matching} AND rowid >= ? ORDER BY bm25(words, 1.0, 0.0), rowid DESC", expression, lowest)

    # ---- hits

    def _hits(self, query: Query, ids: Iterable[int], limit: int | None) -> list[Hit]:
        messages = filter(None, map(self._locations.message, ids))
        return list(islice(filter(None, (self._locations.hit(query, found) for found in messages)), limit))

    def _scanned(
        self, query: Query, limit: int | None, candidates: Iterable[Candidate]
    ) -> tuple[list[Hit], int | None]:
        """Hits among messages that have to be looked at; of a small file all are, so that the total is known."""
        hits: list[Hit] = []
        more, whole = 0, self._is_small()
        for found in candidates:
            if len(hits) == limit and not whole:
                return hits, None
            stop_if(self._cancelled)
            if not matches(query, found.message.content):
                continue
            if len(hits) == limit:
                more += 1
            elif (hit := self._locations.hit(query, found)) is not None:
                hits.append(hit)
        return hits, len(hits) + more

    def _candidates(self, query: Query, expression: str | None) -> Iterator[Candidate]:
        """Messages that may match, newest first: those the index gives, or all."""
        if expression is None:
            wanted = tuple(part.encode() for part in anchors(query))
            return self._locations.newest(wanted, self._file, self._files)
        return filter(None, map(self._locations.message, self._newest(expression)))

    def _is_small(self) -> bool:
        """Whether one file is searched, and looking at all its messages costs less than a prefix costs the index."""
        return self._file is not None and sum(last - first + 1 for first, last in self._ranges) <= NEWEST

    def _early(self, query: Query, limit: int) -> tuple[list[Hit], int | None] | None:
        """Hits among the newest messages, or the newest with the other words, where the query has a short prefix.

        None where it has none, and where these are not enough, or don't look like it.
        """
        most = max(map(_worth, query.terms))
        if not most:
            return None
        others = match_expression(Query(tuple(term for term in query.terms if not _worth(term))))
        hits: list[Hit] = []
        for seen, found in enumerate(self._candidates(query, others)):
            if len(hits) >= limit:
                return hits, None
            if seen == most or (seen == most // 8 and len(hits) < limit // 8):
                return None
            stop_if(self._cancelled)
            matching = matches(query, found.message.content)
            if matching and (hit := self._locations.hit(query, found)) is not None:
                hits.append(hit)
        return hits, len(hits)


def _worth(term: Term) -> int:
    """How many messages may be looked at to spare the index a term: it is the dearer, the shorter a prefix is."""
    letters = LETTERS + 1
    if isinstance(term, Phrase) and term.prefix and len(term.words) == 1:
        letters = len(fold(term.words[0]))
    return 0 if letters > LETTERS else NEWEST if letters <= SHORT else NEWEST // 4
