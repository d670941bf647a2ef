"""One session file as a list of offsets: lines are read and parsed when they come near the screen.

Nothing of the file is kept but where its lines end, and no descriptor outlives one read. The bytes a view was made
from are checked at every read (inode, length, a hash of the bytes before its end); a view never shows others.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sessiontui.disk import lines
from sessiontui.disk.lines import Stamp
from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Entry
from sessiontui.store import jsonl_file
from sessiontui.store.protocol import IsCancelled, never

CHUNK = 8 * 1024 * 1024
"""Bytes between two looks at whether the scan was cancelled: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a view was made from."""

    stamp: Stamp
    length: int
    tail: str

    @staticmethod
    def at(fd: int, stamp: Stamp) -> _Made:
        return _Made(stamp, stamp.size, lines.tail_hash(fd, stamp.size))

    def holds(self, fd: int, now: Stamp) -> bool:
        """These bytes are still the beginning of the file."""
        same = (now.device, now.inode) == (self.stamp.device, self.stamp.inode) and now.size >= self.length
        return same and lines.tail_hash(fd, self.length) == self.tail


@dataclass(frozen=True, slots=True, eq=False)
class JsonlRows:
    """A frozen view of lines that stand one behind the other; all of them where ``complete``."""

    path: Path
    key: str
    complete: bool
    first: int
    """Offset at which the first row begins."""
    ends: array[int]
    """Offset behind each row, its newline included."""
    made: _Made

    def __len__(self) -> int:
        return len(self.ends)

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop; reads only these lines. Raises ``Changed`` when the bytes are gone."""
        start, stop = max(0, start), min(stop, len(self.ends))
        if start >= stop:
            return []
        begin = self.ends[start - 1] if start else self.first
        with jsonl_file.opened(self.path, self.key) as (fd, now):
            if not self.made.holds(fd, now):
                raise Changed(self.path.name)
            found = [
                jsonl_file.entry(fd, position, offset, line, position + 1 if self.complete else None)
                for position, (offset, line) in enumerate(lines.lines(fd, begin, self.ends[stop - 1]), start)
            ]
        if len(found) != stop - start:
            raise Changed(self.path.name)
        return found


class JsonlTranscript:
    """One session file, opened for the screen."""

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.key = key

    def tail(self, count: int = 200) -> JsonlRows:
        """The newest rows, read from the end; complete where these are all there are."""
        with jsonl_file.opened(self.path, self.key) as (fd, stamp):
            begins = [offset for offset, _ in islice(lines.backwards(fd, stamp.size), max(count, 0))]
            made = _Made.at(fd, stamp)
        begins.reverse()
        first = begins[0] if begins else stamp.size
        ends = array("Q", [*begins[1:], stamp.size] if begins else [])
        return JsonlRows(self.path, self.key, first == 0, first, ends, made)

    def scan(self, cancelled: IsCancelled = never) -> JsonlRows:
        """All rows."""
        with jsonl_file.opened(self.path, self.key) as (fd, stamp):
            ends = array("Q")
            for at in range(0, stamp.size, CHUNK):
                if cancelled():
                    raise Cancelled
                time.sleep(0)  # the screen's thread goes first
                _add_ends(ends, fd, at, min(at + CHUNK, stamp.size), stamp.size)
            made = _Made.at(fd, stamp)
        return JsonlRows(self.path, self.key, True, 0, ends, made)


def _add_ends(ends: array[int], fd: int, at: int, stop: int, size: int) -> None:
    """Add the line ends of one chunk; a line that goes on behind it has its end in a later chunk."""
    ends.extend(lines.line_ends(fd, at, stop))
    if stop < size and lines.ends_open(fd, stop):
        ends.pop()
