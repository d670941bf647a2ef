"""One session file as a list of offsets: lines are read and parsed when they come near the screen.

Nothing of the file is kept but where its lines end, and no descriptor outlives one read. The bytes a view was made
from are checked at every read (inode, length, a hash of the bytes before its end); a view never shows others.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sessiontui.disk import lines
from sessiontui.disk.copied import Copied
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed
from sessiontui.model import Entry
from sessiontui.store.jsonl import counts, entries, file_end, file_faults, session_file
from sessiontui.store.jsonl.counts import OddLines
from sessiontui.store.jsonl.session_file import OpenFile
from sessiontui.store.protocol import IsCancelled, TranscriptRows, never, stop_if

CHUNK = 8 * 1024 * 1024
"""So many new bytes of a file whose odd lines are known are counted at once: that takes a few milliseconds."""


class _Parsed(NamedTuple):
    """What a view was made from."""

    read: Copied
    open: bool
    """The last line may be still being written."""

    @staticmethod
    def of(file: OpenFile) -> _Parsed:
        guard = lines.tail_hash(file.fd, file.stamp.size)
        return _Parsed(Copied(file.stamp, guard), file_end.may_grow(file))


@dataclass(frozen=True, eq=False)
class JsonlRows:
    """A frozen view of lines that stand one behind the other; all of them where ``complete``."""

    path: Path
    key: str
    complete: bool
    first: int
    """Offset at which the first row begins."""
    ends: array[int]
    """Offset behind each row, its newline included."""
    made: _Parsed
    odd: OddLines | None = None
    """The lines of the whole file that hold no message, where they are known."""

    @cached_property
    def damaged(self) -> Sequence[int] | None:
        """The rows that are damaged; None while the file is not counted, and where too many lines are odd. A last one
        that may be still being written is none."""
        before = self.before
        if self.odd is None or before is None:
            return None
        found = self.odd.damaged()
        if self.made.open and found and found[-1] == self.odd.lines:
            found.pop()
        return array("Q", (line - before - 1 for line in found[bisect_left(found, before + 1) :]))

    def begin(self, row: int) -> int:
        """Where a row begins; of the row behind the last one, where that ends."""
        return self.ends[row - 1] if row else self.first

    @property
    def before(self) -> int | None:
        """How many lines stand before the first row."""
        if self.complete:
            return 0
        return None if self.odd is None else self.odd.lines - len(self.ends)

    def has_message(self, row: int) -> bool:
        """Whether a message is known to stand somewhere before a row."""
        before = self.before
        return self.odd is not None and before is not None and self.odd.before(before + row + 1) < before + row

    def row_of(self, ordinal: int) -> int | None:
        """The row of a message; None while the file is not counted, and where too many lines are odd."""
        line = None if self.odd is None else self.odd.line_of(ordinal)
        row = -1 if line is None else line - 1 - (self.before or 0)
        return row if row >= 0 else None

    def __len__(self) -> int:
        return len(self.ends)

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop; reads only these lines. Raises ``Changed`` when the bytes are gone."""
        start, stop = max(0, start), min(stop, len(self.ends))
        if start >= stop:
            return []
        with session_file.opened(self.path, self.key) as file:
            self.made.read.require(file.fd, self.path.name)
            found = [self._numbered(entry) for entry in entries.page(file, self, start, stop)]
        if len(found) != stop - start:
            raise Changed(self.path.name)
        return found

    def _numbered(self, entry: Entry) -> Entry:
        line = entry.address.line
        if self.odd is None or line is None or entry.message is None:
            return entry
        return entry._replace(ordinal=line - self.odd.before(line))


class JsonlTranscript(NamedTuple):
    """One session file, opened for the screen."""

    path: Path
    key: str
    odd: Callable[[Stamp], OddLines | None] = lambda _: None

    def tail(self, count: int = 200) -> JsonlRows:
        """The newest rows, read from the end; complete where these are all there are."""
        with session_file.opened(self.path, self.key) as file:
            size = file.stamp.size
            bounds = [size, *(offset for offset, _ in islice(lines.backwards(file.fd, size), max(count, 0)))]
            made = _Parsed.of(file)
        bounds.reverse()
        return self.known(JsonlRows(self.path, self.key, bounds[0] == 0, bounds[0], array("Q", bounds[1:]), made))

    def scan(self, cancelled: IsCancelled = never) -> JsonlRows:
        """All rows."""
        with session_file.opened(self.path, self.key) as file:
            ends = _ends(file, 0, cancelled)
            made = _Parsed.of(file)
        return self.known(JsonlRows(self.path, self.key, True, 0, ends, made))

    def known(self, rows: TranscriptRows) -> JsonlRows:
        """The same rows, with their odd lines where these were learned since."""
        ours = _ours(rows)
        odd = self.odd(ours.made.read.stamp) if ours.odd is None else None
        if odd is None or (odd.lines != len(ours.ends) if ours.complete else odd.lines < len(ours.ends)):
            return ours
        return replace(ours, odd=odd)

    def grown(self, rows: TranscriptRows, cancelled: IsCancelled = never) -> JsonlRows:
        """The same rows and those that were appended since. Of odd lines that are known, those of what is new are
        found by reading it, unless it is much: then they are not known until the file is counted."""
        ours = _ours(rows)
        with session_file.opened(self.path, self.key) as file:
            ours.made.read.require(file.fd, self.path.name)
            made, size = _Parsed.of(file), file.stamp.size
            if size == ours.made.read.stamp.size:
                return self.known(ours if made == ours.made else replace(ours, made=made))
            ends = ours.ends[:]
            if ends and lines.ends_open(file.fd, ends[-1]):
                ends.pop()
            kept, begin = len(ends), ends[-1] if ends else ours.first
            ends += _ends(file, begin, cancelled)
            odd = ours.odd
            if odd is not None:
                fresh = file_faults.count(file.fd, size, start=begin).odd if size - begin <= CHUNK else None
                odd = counts.joined((odd.first(odd.lines - len(ours.ends) + kept), fresh))
        return self.known(replace(ours, ends=ends, made=made, odd=odd))


def _ours(rows: TranscriptRows) -> JsonlRows:
    if not isinstance(rows, JsonlRows):
        raise TypeError("rows of another home")
    return rows


def _ends(file: OpenFile, start: int, cancelled: IsCancelled) -> array[int]:
    """Where the lines from ``start`` on end, which is the beginning of one."""
    return lines.line_ends(file.fd, start, file.stamp.size, partial(stop_if, cancelled))
