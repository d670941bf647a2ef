"""Rows of the search index as messages of the files: where a row stands, and what stands there now.

The file gives the words. A row whose bytes are not those that were indexed gives nothing, and its file is ``stale``
from then on. Only reads.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from sessiontui.disk import lines
from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Address, Backend, Hit, Span
from sessiontui.query.ast import Query
from sessiontui.query.match import snippet
from sessiontui.store.index import segments
from sessiontui.store.index.segments import Candidate, IndexRow, Segment
from sessiontui.store.protocol import IsCancelled

_SEGMENT: Final = (
    "SELECT file.id, file.name, first_row, start, stop, rows, offsets, first_ordinal, first_line"
    " FROM segment JOIN file ON file.id = segment.file"
)


class LocatedMessage(NamedTuple):
    """A message that may be a hit, with the file it is in."""

    file: int
    name: bytes
    candidate: Candidate


class RowLocations:
    """The places of one search, whoever makes it closes it."""

    def __init__(self, connection: sqlite3.Connection, folder: bytes, cancelled: IsCancelled) -> None:
        self._connection = connection
        self._folder = folder
        self._cancelled = cancelled
        self._held: tuple[bytes, int] | None = None
        self._last: tuple[int, bytes, Segment] | None = None
        self.stale: set[int] = set()
        """The files whose bytes had changed."""

    def _of(self, id: int) -> tuple[int, bytes, IndexRow]:
        """The file of a row, its name, and where the row is in it; rows come segment by segment, so the last one is kept."""
        file, name, segment = self._last or (0, b"", None)
        if segment is None or not segment.first_row <= id < segment.first_row + segment.rows:
            statement = f"{_SEGMENT} WHERE first_row <= ? ORDER BY first_row DESC LIMIT 1"
            file, name, *rest = self._connection.execute(statement, (id,)).fetchone()
            segment = Segment(*rest)
            self._last = file, name, segment
        return file, name, segment.row(id - segment.first_row)

    def hit(self, query: Query, found: LocatedMessage) -> Hit | None:
        """The hit with its words from the file; None where they are no longer there."""
        row, message = found.candidate.row, found.candidate.message
        if not found.candidate.holds:
            self.stale.add(found.file)
            return None
        return Hit(
            key=os.fsdecode(found.name).removesuffix(".jsonl"),
            backend=Backend.JSONL,
            role=message.role,
            snippet=snippet(query, message.content),
            ordinal=row.ordinal,
            address=Address(line=row.line, span=Span(row.offset, found.candidate.length)),
        )

    def message(self, id: int) -> LocatedMessage | None:
        """The message of a row; None where its bytes are other ones."""
        file, name, row = self._of(id)
        found = None
        with suppress(OSError, Changed):  # cut off or gone: its bytes are no longer there
            fd = self._open(name)
            found = segments.message_at(fd, row, os.fstat(fd).st_size)
        if found is None:
            self.stale.add(file)
            return None
        return LocatedMessage(file, name, found)

    def newest(
        self, wanted: tuple[bytes, ...], file: int | None, files: frozenset[int] | None = None
    ) -> Iterator[LocatedMessage]:
        """All messages, or those of one file, or of some, the newest first, less those whose lines can't hold all of
        ``wanted``; ``hit`` proves those that are used."""
        for id, name, segment in self._segments(file):
            self.ask()
            if files is not None and id not in files:
                continue
            try:
                fd = self._open(name)
                size = os.fstat(fd).st_size
                for candidate in segments.matching(fd, segment, size, wanted, self._escaped(segment)):
                    yield LocatedMessage(id, name, candidate)
            except (OSError, Changed):
                self.stale.add(id)
                continue
            if size < segment.stop:
                self.stale.add(id)

    def ask(self) -> None:
        """Raise ``Cancelled`` where the search is."""
        if self._cancelled():
            raise Cancelled

    def close(self) -> None:
        """Let go of the file that is held."""
        if self._held is not None:
            os.close(self._held[1])
            self._held = None

    def _segments(self, file: int | None) -> Iterator[tuple[int, bytes, Segment]]:
        where, values = ("", ()) if file is None else ("WHERE file = ?", (file,))
        for id, name, *rest in self._connection.execute(f"{_SEGMENT} {where} ORDER BY first_row DESC", values):
            yield id, name, Segment(*rest)

    def _escaped(self, segment: Segment) -> Collection[int]:
        """The rows, from 0, in whose lines a character may be written as its number."""
        last = segment.first_row + segment.rows - 1
        found = self._connection.execute("SELECT row FROM escaped WHERE row BETWEEN ? AND ?", (segment.first_row, last))
        return {row - segment.first_row for (row,) in found}

    def _open(self, name: bytes) -> int:
        """A descriptor of a file; the last one is kept, for hits come file by file. Raises ``OSError``."""
        if self._held is not None and self._held[0] == name:
            return self._held[1]
        self.close()
        fd = lines.open_file(os.path.join(self._folder, name))
        self._held = (name, fd)
        return fd
