"""Segments: how the rows of the index are tied to the bytes of the files.

A segment is a run of whole lines of one file. Its messages have consecutive row ids; for each the segment keeps where
it begins and a checksum of the bytes from there to where the next one begins, so that every byte of the segment can
be proved unchanged. Reads session files; knows no SQL and writes nothing.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import session_file

ROWS: Final = 4096
"""Messages in a segment at most."""

BYTES: Final = 4 * 1024 * 1024
"""A segment that is longer takes no further line."""

JOINED: Final = 512
"""Segments that follow each other are made one of up to so many messages."""

SEARCHED: Final = 32 * 1024 * 1024
"""Of a longer text only so many characters are searched."""

SKIPPED: Final = 40
"""An entry is the row's offset in the segment and, from this bit on, how many lines before it are no messages."""


@dataclass(frozen=True)
class Segment:
    """What the index knows of a run of lines. ``first_ordinal`` and ``first_line`` are None until what stands before
    is known."""

    first_row: int
    start: int
    stop: int
    rows: int
    offsets: bytes
    first_ordinal: int | None = None
    first_line: int | None = None
    file: int = 0
    name: bytes = b""
    """The file that it is of, and its name, for a search."""

    def extents(self) -> list[tuple[int, int, int]]:
        """Start, stop and checksum of the pieces that the segment is made of: one a row, or one for no rows."""
        bounds = pairwise([self.start, *self._starts()[1:], self.stop])
        return [(start, stop, checked) for (start, stop), checked in zip(bounds, self.unpacked[1], strict=True)]

    def locations(self) -> list[tuple[int, int]]:
        """For each row where its line begins, and where the next one does: blank and damaged lines may stand between."""
        return list(pairwise([*self._starts(), self.stop]))

    def _starts(self) -> list[int]:
        return [self.start + (entry & ~(-1 << SKIPPED)) for entry in self.unpacked[0]]

    def row(self, at: int) -> IndexRow:
        """Where the message of a row (from 0 within the segment) stands."""
        starts, sums = self.unpacked
        offset = self.start + (starts[at] & ~(-1 << SKIPPED))
        begin = offset if at else self.start
        stop = self.start + (starts[at + 1] & ~(-1 << SKIPPED)) if at + 1 < self.rows else self.stop
        line = None if self.first_line is None else self.first_line + at + (starts[at] >> SKIPPED)
        ordinal = None if self.first_ordinal is None else self.first_ordinal + at
        return IndexRow(offset, begin, stop, sums[at], line, ordinal, self.file, self.name)

    @cached_property
    def unpacked(self) -> tuple[array[int], array[int]]:
        """The entries of ``offsets``, and the checksums."""
        starts, sums = array("Q"), array("I")
        starts.frombytes(self.offsets[: 8 * self.rows])
        sums.frombytes(self.offsets[8 * self.rows :])
        return starts, sums


class IndexRow(NamedTuple):
    """Where a message stands: its line begins at ``offset``; the checksum is of the bytes from begin to stop."""

    offset: int
    begin: int
    stop: int
    checksum: int
    line: int | None
    ordinal: int | None
    file: int
    name: bytes


class Candidate(NamedTuple):
    """A message that may be what is searched for."""

    row: IndexRow
    message: Message
    length: int
    """Bytes of its line."""
    data: bytes | None = None
    """Bytes that have to be proved by the checksum of the row before the message is used; None where they are."""

    @property
    def holds(self) -> bool:
        """Whether the bytes are those that were indexed."""
        return self.data is None or zlib.crc32(self.data) == self.row.checksum


def checksum(fd: int, start: int, stop: int, running: int = 0) -> int:
    """The CRC-32 of the bytes between two offsets."""
    for piece in lines.pieces(fd, Span(start, stop - start)):
        running = zlib.crc32(piece, running)
    return running


def unchanged(fd: int, segment: Segment, size: int) -> int:
    """How many of the pieces of a segment still stand where they stood, from its beginning on."""
    extents = segment.extents()
    held = _read(fd, segment.start, min(segment.stop, size)) if segment.stop - segment.start <= 2 * BYTES else None
    for at, (start, stop, expected) in enumerate(extents):
        if stop > size:
            return at
        if held is None:
            found = checksum(fd, start, stop)
        else:
            found = zlib.crc32(held[start - segment.start : stop - segment.start])
        if found != expected:
            return at
    return len(extents)


def shortened(segment: Segment, rows: int) -> Segment | None:
    """The segment with its first rows only; None where none are left."""
    extents = segment.extents()[:rows]
    if not extents:
        return None
    offsets = segment.offsets[: 8 * rows] + segment.offsets[8 * segment.rows :][: 4 * rows]
    return replace(segment, stop=extents[-1][1], rows=rows, offsets=offsets)


def joined(one: Segment, other: Segment) -> Segment | None:
    """One segment for two numbered ones; None where it would be too large, or the other does not follow at once."""
    (starts, sums), (more_starts, more_sums) = one.unpacked, other.unpacked
    rows = one.rows + other.rows
    follows = (one.stop, one.first_row + one.rows) == (other.start, other.first_row)
    if not (starts and more_starts and follows) or more_starts[0] or rows > JOINED or other.stop - one.start > BYTES:
        return None
    if one.first_line is None or other.first_line is None:
        return None
    shift = other.start - one.start | other.first_line - one.first_line - one.rows << SKIPPED
    offsets = packed([*starts, *(entry + shift for entry in more_starts)], [*sums, *more_sums])
    return replace(one, stop=other.stop, rows=rows, offsets=offsets)


def message_at(fd: int, row: IndexRow, size: int) -> Candidate | None:
    """The message of a row; None where its bytes are no longer those that were indexed."""
    if row.stop > size:
        return None
    if row.stop - row.begin > lines.HUGE:
        return _huge_at(fd, row)
    data = _read(fd, row.begin, row.stop)
    line, _, _ = data[row.offset - row.begin :].partition(b"\n")
    message = zeroclaw.read(line) if zlib.crc32(data) == row.checksum else None
    return Candidate(row, message, len(line)) if isinstance(message, Message) else None


def _huge_at(fd: int, row: IndexRow) -> Candidate | None:
    if checksum(fd, row.begin, row.stop) != row.checksum:
        return None
    _, line = next(lines.lines(fd, row.offset, row.stop), (0, b""))
    message = session_file.message(fd, row.offset, line, SEARCHED)
    return Candidate(row, message, len(line)) if message else None


def matching(
    fd: int, segment: Segment, size: int, wanted: Sequence[bytes], escaped: Collection[int]
) -> Iterator[Candidate]:
    r"""The messages of a segment, the last first, less those that can't hold all of ``wanted``; they are not proved yet.

    ``escaped``: the rows (from 0) that may hold it as ``\u`` and a number.
    """
    if segment.stop - segment.start > BYTES + lines.HUGE:
        yield from filter(None, (message_at(fd, segment.row(at), size) for at in reversed(range(segment.rows))))
        return
    whole = _read(fd, segment.start, min(segment.stop, size))
    if not escaped and not all(part in whole for part in wanted):
        return
    base = segment.start
    for at, (start, stop) in reversed(list(enumerate(segment.locations()))):
        line = whole[start - base : stop - base]
        if at in escaped or all(part in line for part in wanted):
            line, _, _ = line.partition(b"\n")
            message = zeroclaw.read(line)
            if isinstance(message, Message):
                row = segment.row(at)
                yield Candidate(row, message, len(line), whole[row.begin - base : row.stop - base])


def packed(starts: Iterable[int], sums: Iterable[int]) -> bytes:
    """8 bytes a row, then 4 bytes a checksum, in this machine's order of bytes."""
    return array("Q", starts).tobytes() + array("I", sums).tobytes()


def _read(fd: int, start: int, stop: int) -> bytes:
    return b"".join(lines.pieces(fd, Span(start, stop - start), stop - start))
