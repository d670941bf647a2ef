"""How tall each row of a transcript is, and which row stands at a height: a million rows in four megabytes.

Heights are estimated first and corrected when a row is laid out. Sums are kept in blocks of 1,024 rows, so that a
correction and a look-up both cost a block and never the whole. Every row is at least one cell tall: a row of no
height could not be pointed at. Knows nothing of Textual, of messages or of disks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Final, NamedTuple

BLOCK: Final = 1024


class RowAt(NamedTuple):
    """A line of a transcript: which row, and how many lines below its first."""

    row: int
    line: int


class Heights:
    """The heights of rows 0 to n, and their running sums."""

    __slots__ = ("_blocks", "_rows", "_tops")

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._rows = array("I", heights)
        if self._rows and min(self._rows) < 1:
            raise ValueError("a row is at least one line tall")
        self._blocks: list[int] = []
        self._tops: list[int] | None = None
        self._recount(0)

    @classmethod
    def estimated(cls, count: int, height: int) -> Heights:
        """``count`` rows of one height, made without counting them one by one."""
        heights = cls()
        heights._rows = array("I", [height]) * count
        full, rest = divmod(count, BLOCK)
        heights._blocks = [BLOCK * height] * full + [rest * height] * bool(rest)
        return heights

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> int:
        return self._rows[row]

    @property
    def total(self) -> int:
        """The height of all rows together."""
        tops = self._sums()
        return tops[-1] + self._blocks[-1] if tops else 0

    def top(self, row: int) -> int:
        """The line at which a row begins; the height of all for the row behind the last."""
        if row >= len(self._rows):
            return self.total
        block = row // BLOCK
        return self._sums()[block] + sum(self._rows[block * BLOCK : row])

    def at(self, y: int) -> RowAt:
        """Which row stands at line ``y``; the nearest one where there is none. Not for an empty transcript."""
        if y >= self.total:
            return RowAt(len(self._rows) - 1, self._rows[-1] - 1)
        tops = self._sums()
        block = max(0, bisect_right(tops, max(0, y)) - 1)
        left = max(0, y) - tops[block]
        row = block * BLOCK
        while left >= self._rows[row]:
            left -= self._rows[row]
            row += 1
        return RowAt(row, left)

    def measure(self, row: int, height: int) -> int:
        """Correct one row; returns by how much it grew (negative when it shrank)."""
        if height < 1:
            raise ValueError("a row is at least one line tall")
        grown = height - self._rows[row]
        if grown:
            self._rows[row] = height
            self._blocks[row // BLOCK] += grown
            self._tops = None
        return grown

    def grow(self, count: int, height: int) -> None:
        """Rows were added behind the last, up to ``count`` of them; their height is estimated."""
        block = len(self) // BLOCK
        self._rows.extend(array("I", [height]) * max(0, count - len(self)))
        self._recount(block)

    def resized(self, count: int, shift: int, height: int) -> Heights:
        """Heights for ``count`` rows of which this one's are rows ``shift`` onwards; the others are estimated."""
        resized = Heights.estimated(count, height)
        first, last = max(0, shift), min(count, shift + len(self._rows))
        if first < last:
            resized.correct(first, self._rows[first - shift : last - shift])
        return resized

    def correct(self, first: int, heights: array[int]) -> None:
        """Correct rows ``first`` onwards, all of them there."""
        self._rows[first : first + len(heights)] = heights
        self._recount(first // BLOCK)

    def _recount(self, block: int) -> None:
        """Add up the blocks from this one on, of which rows were changed or added."""
        self._blocks[block:] = [sum(self._rows[at : at + BLOCK]) for at in range(block * BLOCK, len(self), BLOCK)]
        self._tops = None

    def _sums(self) -> list[int]:
        if self._tops is None:
            self._tops = list(accumulate(self._blocks, initial=0))[:-1]
        return self._tops
