"""What a session file was found to hold: how much, and which lines hold no message.

By these, lines and messages are told from each other without reading. They take eight bytes an odd line in memory, far
fewer where they are kept. A file with more than ``MOST`` of them is not worth it: then none is remembered, and its
messages have lines but no numbers. Reads no file, so that a list can show what is remembered without the readers.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import sub
from typing import Final, NamedTuple, Self

from sessiontui.disk import stamps

MOST: Final = 1_000_000
"""Odd lines of a file that are remembered."""


def _none() -> array[int]:
    return array("Q")


@dataclass(frozen=True, slots=True)
class OddLines:
    """The odd lines of a file, or of a run of its lines, counted from 1."""

    lines: int = 0
    """How many lines there are, odd or not."""
    marks: array[int] = field(default_factory=_none)
    """Ascending; one an odd line: its number, and as the lowest bit whether it is damaged, not blank."""

    def before(self, line: int) -> int:
        """How many odd lines stand before a line."""
        return bisect_left(self.marks, line << 1)

    def line_of(self, ordinal: int) -> int | None:
        """The line of message ``ordinal``; None where there are not so many."""
        skipped = bisect_left(range(len(self.marks)), ordinal, key=lambda at: (self.marks[at] >> 1) - 1 - at)
        return ordinal + skipped if 1 <= ordinal <= self.lines - len(self.marks) else None

    def damaged(self) -> array[int]:
        """The numbers of the damaged lines."""
        return array("Q", (mark >> 1 for mark in self.marks if mark & 1))

    def first(self, lines: int) -> OddLines:
        """Of so many lines from the beginning."""
        return OddLines(lines, self.marks[: bisect_left(self.marks, lines + 1 << 1)])

    def packed(self) -> bytes:
        """The marks for keeping, in this machine's order of bytes."""
        steps = array("Q", map(sub, self.marks, chain((0,), self.marks)))
        return zlib.compress(steps.tobytes(), 1) if steps else b""

    @classmethod
    def unpacked(cls, lines: int, kept: bytes) -> Self:
        """What was kept. Raises ``ValueError`` for what never was."""
        steps = array("Q")
        if kept:
            try:
                steps.frombytes(zlib.decompress(kept))
            except zlib.error as error:
                raise ValueError("no odd lines") from error
        return cls(lines, array("Q", accumulate(steps)))


def joined(parts: Iterable[OddLines | None]) -> OddLines | None:
    """Those of runs of lines that follow each other; None where one is not known, or there are too many."""
    lines, marks = 0, _none()
    for part in parts:
        if part is None or len(marks) + len(part.marks) > MOST:
            return None
        shift = lines << 1
        marks.extend(part.marks if not shift else array("Q", map(shift.__add__, part.marks)))
        lines += part.lines
    return OddLines(lines, marks)


def marked(before: int, damaged: Sequence[int], blank: Sequence[int]) -> list[int]:
    """Marks for indices, from 0, of lines that stand behind ``before`` others."""
    return sorted([before + at + 1 << 1 | 1 for at in damaged] + [before + at + 1 << 1 for at in blank])


def kept(odd: OddLines | None) -> bytes | None:
    """The marks for keeping, where they are known."""
    return None if odd is None else odd.packed()


class Count(NamedTuple):
    """What a file holds."""

    messages: int
    faults: int
    """Damaged lines."""
    odd: OddLines | None = None
    """The lines that hold none; None where they are too many to be remembered."""
    open: bool = False
    """The last line, one of the damaged ones, breaks off and no newline ends it: it may be still being written."""
    instead: str = ""
    """What the file is, where it is no session; that is its one fault."""

    def waits(self, mtime_ns: int) -> bool:
        """Whether the last line of a file that was written to then may be still being written."""
        return self.open and not stamps.is_idle(mtime_ns)

    def damaged(self, mtime_ns: int) -> int:
        """How many lines of a file that was written to then are damaged by now."""
        return self.faults - self.waits(mtime_ns)

    def then(self, other: Count) -> Count:
        """What both hold, one behind the other."""
        odd = joined((self.odd, other.odd))
        return Count(self.messages + other.messages, self.faults + other.faults, odd, other.open)
