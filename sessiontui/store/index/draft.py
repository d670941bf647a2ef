"""Segments that are being read: the lines of a file, on their way into the index, one look at each.

What an index needs of a line is taken here: its text, where it begins, the checksum of its bytes, whether it is odd.
Knows no SQL and writes nothing.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge
from sessiontui.model import Message, Span
from sessiontui.store.index import segments
from sessiontui.store.jsonl import counts, huge_line
from sessiontui.store.jsonl.counts import MOST, OddLines


@dataclass(slots=True)
class Draft:
    """A segment that is being read, with the texts that go into the index."""

    start: int
    stop: int
    texts: list[tuple[str, str]] = field(default_factory=list)
    """Content and role, row by row."""
    clipped: list[int] = field(default_factory=list)
    """Rows whose text is longer than what is searched."""
    escaped: list[int] = field(default_factory=list)
    """Rows in whose line a character may be written as its number."""
    lines: int = 0
    faults: int = 0
    marks: array[int] = field(default_factory=lambda: array("Q"))
    """As of ``OddLines``; no longer complete where they are more than ``MOST``."""
    starts: array[int] = field(default_factory=lambda: array("Q"))
    sums: array[int] = field(default_factory=lambda: array("I"))
    _running: int = 0

    def take(self, lines_left: Iterator[bytes]) -> None:
        """Take the next lines, with their newlines, until the draft is full or there are no more."""
        read, crc, start, texts = zeroclaw.read, zlib.crc32, self.start, self.texts
        skipped, most, longest = segments.SKIPPED, segments.ROWS, segments.BYTES
        at, count, rows, running = self.stop, self.lines, len(texts), self._running
        for line in lines_left:
            message = read(line)
            if isinstance(message, Message):
                if rows:
                    self.sums.append(running)
                    running = 0
                self.starts.append(at - start | count - rows << skipped)
                texts.append((message.content, message.role))
                if b"\\" in line and b"\\u" in line:
                    self.escaped.append(rows)
                rows += 1
            else:
                self._odd(count, message is not None)
            running = crc(line, running)
            at += len(line)
            count += 1
            if rows >= most or at - start >= longest:
                break
        self.stop, self.lines, self._running = at, count, running

    def take_huge(self, fd: int, line: Huge) -> None:
        """Take a huge line, as ``lines.blocks`` gives it."""
        at, rows = self.stop, len(self.texts)
        message = huge_line.read(fd, Span(at, line.length - line.ended), segments.SEARCHED)
        if isinstance(message, Message):
            if rows:
                self.sums.append(self._running)
                self._running = 0
            self.starts.append(at - self.start | self.lines - rows << segments.SKIPPED)
            if len(message.content) >= segments.SEARCHED:
                self.clipped.append(rows)
            self.escaped.append(rows)
            self.texts.append((message.content, message.role))
        else:
            self._odd(self.lines, message is not None)
        self._running = segments.checksum(fd, at, at + line.length, self._running)
        self.stop += line.length
        self.lines += 1

    def _odd(self, before: int, damaged: bool) -> None:
        self.faults += damaged
        if len(self.marks) <= MOST:
            self.marks.append(before + 1 << 1 | damaged)

    @property
    def odd(self) -> OddLines | None:
        """The lines that hold no message."""
        return OddLines(self.lines, self.marks) if len(self.marks) <= MOST else None

    def offsets(self) -> bytes:
        """What is kept of the places."""
        return segments.packed(self.starts, [*self.sums, self._running])


def drafts(fd: int, start: int, stop: int) -> Iterator[Draft]:
    """The lines of a file between two offsets, which are ends of lines, as segments."""
    draft = Draft(start, start)
    for offset, block in lines.blocks(fd, start, stop):
        end = offset + sum(map(len, block))
        left = iter(block)
        while draft.stop < end:
            if isinstance(block[0], Huge):
                draft.take_huge(fd, block[0])
            else:
                draft.take(cast("Iterator[bytes]", left))
            if len(draft.texts) >= segments.ROWS or draft.stop - draft.start >= segments.BYTES:
                yield draft
                draft = Draft(draft.stop, draft.stop)
    if draft.lines:
        yield draft


def measured(fd: int, start: int, stop: int) -> tuple[int, int, OddLines | None]:
    """Lines, faults and odd lines between two offsets."""
    found = list(drafts(fd, start, stop))
    odd = counts.joined(draft.odd for draft in found)
    return sum(draft.lines for draft in found), sum(draft.faults for draft in found), odd
