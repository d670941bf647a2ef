"""Rows of the search index as messages of the files: where a row stands, and what stands there now.

The file gives the words. A row whose bytes are not those that were indexed gives nothing, and its file is ``stale``
from then on. Only reads.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import starmap
from sqlite3 import Connection
from typing import Final

from sessiontui.disk import lines
from sessiontui.errors import Changed
from sessiontui.model import Address, Backend, Hit, Span
from sessiontui.query.ast import Query
from sessiontui.query.match import snippet
from sessiontui.store.index import segments
from sessiontui.store.index.segments import Candidate, IndexRow, Segment
from sessiontui.store.protocol import IsCancelled, stop_if

_SEGMENT: Final = (
    "SELECT first_row, start, stop, rows, offsets, first_ordinal, first_line, file.id, file.name"
    " FROM segment JOIN file ON file.id = segment.file"
)


@dataclass
class ProvedRows:
    """The rows of one search; whoever makes it closes it."""

    connection: Connection
    folder: bytes
    cancelled: IsCancelled
    stale: set[int] = field(default_factory=set)
    """The files whose bytes had changed."""
    _held: tuple[bytes, int] | None = None
    _last: Segment | None = None

    def _of(self, id: int) -> IndexRow:
        """Where a row is; rows come segment by segment, so the last one is kept."""
        segment = self._last
        if segment is None or not segment.first_row <= id < segment.first_row + segment.rows:
            statement = f"{_SEGMENT} WHERE first_row <= ? ORDER BY first_row DESC LIMIT 1"
            segment = self._last = Segment(*self.connection.execute(statement, (id,)).fetchone())
        return segment.row(id - segment.first_row)

    def hit(self, query: Query, found: Candidate) -> Hit | None:
        """The hit with its words from the file; None where they are no longer there."""
        row, message = found.row, found.message
        if not found.holds:
            self.stale.add(row.file)
            return None
        key = os.fsdecode(row.name).removesuffix(".jsonl")
        address = Address(line=row.line, span=Span(row.offset, found.length))
        return Hit(key, Backend.JSONL, message.role, snippet(query, message.content), row.ordinal, address)

    def message(self, id: int) -> Candidate | None:
        """The message of a row; None where its bytes are other ones. Raises ``Cancelled``."""
        stop_if(self.cancelled)
        row = self._of(id)
        found = None
        with suppress(OSError, Changed):  # cut off or gone: its bytes are no longer there
            fd = self._open(row.name)
            found = segments.message_at(fd, row, os.fstat(fd).st_size)
        if found is None:
            self.stale.add(row.file)
        return found

    def newest(self, wanted: Sequence[bytes], files: Collection[int] | None) -> Iterator[Candidate]:
        """All messages, or those of some files, the newest first, less those whose lines can't hold all of ``wanted``;
        ``hit`` proves those that are used. Raises ``Cancelled``."""
        where = "" if files is None else f"WHERE file IN ({','.join(map(str, files))})"
        for segment in starmap(Segment, self.connection.execute(f"{_SEGMENT} {where} ORDER BY first_row DESC")):
            stop_if(self.cancelled)
            try:
                fd = self._open(segment.name)
                size = os.fstat(fd).st_size
                for found in segments.matching(fd, segment, size, wanted, self._escaped(segment)):
                    stop_if(self.cancelled)
                    yield found
            except (OSError, Changed):
                size = 0
            if size < segment.stop:
                self.stale.add(segment.file)

    def close(self) -> None:
        """Let go of the file that is held."""
        if self._held is not None:
            os.close(self._held[1])
            self._held = None

    def _escaped(self, segment: Segment) -> Collection[int]:
        """The rows, from 0, in whose lines a character may be written as its number."""
        last = segment.first_row + segment.rows - 1
        found = self.connection.execute("SELECT row FROM escaped WHERE row BETWEEN ? AND ?", (segment.first_row, last))
        return {row - segment.first_row for (row,) in found}

    def _open(self, name: bytes) -> int:
        """A descriptor of a file; the last one is kept, for hits come file by file. Raises ``OSError``."""
        if self._held is None or self._held[0] != name:
            self.close()
            self._held = name, lines.open_file(os.path.join(self.folder, name))
        return self._held[1]
