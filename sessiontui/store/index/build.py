"""Bring the index up to what a store holds now: first build, growth, what was cut off, rewritten or removed.

The row id is the order of arrival: newest first is the greatest id first. The first build takes the newest files
first, in groups, each in a range of ids below the one before, and is searchable after the first; whatever arrives
later stands above all. Reads session files and writes the index only. One pass over a file gives index and counts.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from sessiontui.disk import lines, stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Cancelled, Changed
from sessiontui.store.index import index_rows as rows
from sessiontui.store.index import segments
from sessiontui.store.index.draft import drafts, measured
from sessiontui.store.jsonl import file_end, no_session
from sessiontui.store.protocol import IsCancelled, Progress

GROUPS: Final = 12
"""A first build is cut into about so many pieces."""

SMALLEST: Final = 16 * 1024 * 1024
"""But into none of fewer bytes."""

PIECE: Final = 2 * 1024 * 1024
"""Bytes of a file that are indexed in one go, and of the very first group, so that something can be found soon; each
group after it is twice as large."""

COMMIT: Final = 100_000
"""Rows between two commits."""

MOST_DEAD: Final = 0.3
"""With a greater part of dead rows the index is made anew."""

_SHORTEST: Final = 8
"""Bytes of the shortest valid line: no file has more messages than its size divided by this, and one."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A session file as the folder shows it."""

    name: bytes
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class BuildPart:
    """A run of lines of a file that is to be read."""

    file: int
    listed: ListedFile
    start: int
    stop: int


class Build:
    """One bringing up to date, on a connection that may write."""

    def __init__(
        self, connection: sqlite3.Connection, folder: bytes, progress: Progress, cancelled: IsCancelled
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._progress = progress
        self._cancelled = cancelled
        self._done = self._total = self._uncommitted = 0
        self._finished: dict[int, tuple[int, str, bool, str]] = {}

    @property
    def is_sound(self) -> bool:
        """Whether all was indexed once and most of it still holds, so that it is enough to look at some files."""
        return rows.is_built(self._connection) and rows.dead_part(self._connection) <= MOST_DEAD

    def run(self, listed: Sequence[ListedFile], names: Collection[bytes] | None = None) -> None:
        """Index what is new in all files, or, where it ``is_sound``, in those of these names; ``listed``: those that
        are there. Raises ``errors.Cancelled``; what was committed until then stays."""
        self._begin()
        try:
            try:
                self._run(listed, names)
            except Cancelled:
                self._end()
                raise
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _run(self, listed: Sequence[ListedFile], names: Collection[bytes] | None) -> None:
        first = not rows.is_built(self._connection)
        changed = self._settle(listed, names)
        if names is None and rows.dead_part(self._connection) > MOST_DEAD:
            rows.reset(self._connection)
            first, changed = True, self._settle(listed)
        grown, parts = self._parts(changed, first)
        self._total = sum(part.stop - part.start for part in (*grown, *parts))
        rows.remember_waiting(self._connection, self._total)
        self._progress(0, self._total)
        self._rows(grown, rows.top(self._connection))
        bottom = rows.bottom(self._connection)
        for group in _groups(parts):
            if self._uncommitted:
                self._commit()
            bottom -= sum((part.stop - part.start) // _SHORTEST + 2 for part in group)
            self._rows(group, bottom)
        rows.remember_built(self._connection)
        self._done = self._total  # what could not be read is no longer waited for
        self._end()

    def _settle(self, listed: Sequence[ListedFile], names: Collection[bytes] | None = None) -> list[ListedFile]:
        """Let go of what is gone, and return the files of which not all is indexed."""
        if names is None:
            known = rows.files(self._connection)
        else:
            some = {name: rows.file(self._connection, name) for name in names}
            known = {name: file for name, file in some.items() if file is not None}
        for name in known.keys() - {each.name for each in listed}:
            rows.drop_file(self._connection, known[name])
        return [each for each in listed if (file := known.get(each.name)) is None or not file.is_of(each.stamp)]

    def _parts(self, changed: Sequence[ListedFile], first: bool) -> tuple[list[BuildPart], list[BuildPart]]:
        """What goes above all, and what goes below."""
        grown: list[BuildPart] = []
        below: list[BuildPart] = []
        for each in changed:
            self._ask()
            with _opened(self._folder, each) as fd, suppress(Changed, OSError):  # cut off or unreadable: the next time
                if fd is None:
                    continue
                file, complete = self._keep(fd, each)
                gaps = list(self._gaps(fd, file, each))
                target = grown if complete or not first else below
                target += gaps
                if not gaps:
                    self._finish(fd, file, each.stamp.size)
        return sorted(grown, key=_arrival), below

    def _keep(self, fd: int, listed: ListedFile) -> tuple[int, bool]:
        """Keep the segments whose bytes are unchanged; the file's id, and whether all of it was indexed before."""
        file = rows.file(self._connection, listed.name)
        if file is None:
            return rows.add_file(self._connection, listed.name, listed.stamp), False
        stamp = listed.stamp
        if file.covered is None:
            if file.written != stamp.written():
                rows.kill(self._connection, file.id, 0)
        else:
            rows.kill(self._connection, file.id, file.covered)
            if not has_grown(fd, file, stamp):
                self._verify(fd, file.id, stamp.size)
        rows.begin_file(self._connection, file.id, stamp)
        return file.id, file.covered is not None

    def _verify(self, fd: int, file: int, size: int) -> None:
        """Compare every byte with its checksum, and let go of what follows the first that differs."""
        for segment in rows.segments(self._connection, file):
            self._ask()
            kept = segments.unchanged(fd, segment, size)
            if kept == max(1, segment.rows):
                continue
            rows.kill(self._connection, file, segment.start)
            shorter = segments.shortened(segment, kept)
            if shorter is not None:
                rows.revive(self._connection, file, shorter, *measured(fd, shorter.start, shorter.stop))
            return

    def _gaps(self, fd: int, file: int, listed: ListedFile) -> Iterator[BuildPart]:
        """What no segment covers, cut where lines end; the unfinished last line alone."""
        end = _finished(fd, listed.stamp.size)
        at = 0
        bounds = [*rows.bounds(self._connection, file), (end, end)]
        for start, stop in bounds:
            while at < start:
                cut = _line_end(fd, at + PIECE, start)
                yield BuildPart(file, listed, at, cut)
                at = cut
            at = max(at, stop)
        if end < listed.stamp.size and at <= end:
            yield BuildPart(file, listed, end, listed.stamp.size)

    def _rows(self, parts: Iterable[BuildPart], first_row: int) -> None:
        """Index parts, which come in order of arrival, from a row id upwards."""
        for part in parts:
            with _opened(self._folder, part.listed) as fd:
                if fd is not None:
                    first_row = self._part(fd, part, first_row)

    def _part(self, fd: int, part: BuildPart, first_row: int) -> int:
        try:
            for draft in drafts(fd, part.start, part.stop):
                self._ask()
                rows.add_segment(self._connection, part.file, first_row, draft)
                first_row += max(1, len(draft.texts))
                self._uncommitted += len(draft.texts)
                self._done += draft.stop - draft.start
                self._progress(self._done, self._total)
                if self._uncommitted >= COMMIT:
                    self._commit()
            if rows.is_whole(self._connection, part.file, part.listed.stamp.size):
                self._finish(fd, part.file, part.listed.stamp.size)
        except (Changed, OSError):  # it is being cut off or has gone: the next time finds out what is left of it
            rows.kill(self._connection, part.file, 0)
            self._finished.pop(part.file, None)
        return first_row

    def _finish(self, fd: int, file: int, size: int) -> None:
        end = _finished(fd, size)
        whole = no_session.of(fd, size, self._cancelled)
        instead = no_session.what(whole) if whole else ""
        self._finished[file] = end, lines.tail_hash(fd, end), file_end.breaks_off(fd, size), instead

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        self._end()
        self._begin()

    def _end(self) -> None:
        """What is not words is written here alone: most such statements make FTS5 write out its words too soon."""
        for file, (covered, tail_hash, is_open, instead) in self._finished.items():
            rows.finish_file(self._connection, file, covered, tail_hash, is_open, instead)
            rows.join_last(self._connection, file, covered)
        rows.remember_waiting(self._connection, self._total - self._done)
        self._connection.execute("COMMIT")
        self._finished.clear()
        self._uncommitted = 0

    def _ask(self) -> None:
        if self._cancelled():
            raise Cancelled


def _groups(parts: Sequence[BuildPart]) -> Iterator[list[BuildPart]]:
    """The newest parts first, in about ``GROUPS`` groups, the first ones smaller; within a group in order of arrival."""
    largest = max(SMALLEST, sum(part.stop - part.start for part in parts) // GROUPS)
    size = min(PIECE, largest)
    group: list[BuildPart] = []
    taken = 0
    for part in sorted(parts, key=_arrival, reverse=True):
        group.append(part)
        taken += part.stop - part.start
        if taken >= size:
            yield group[::-1]
            group, taken, size = [], 0, min(2 * size, largest)
    if group:
        yield group[::-1]


def _arrival(part: BuildPart) -> tuple[int, bytes, int]:
    return part.listed.stamp.mtime_ns, part.listed.name, part.start


@contextmanager
def _opened(folder: bytes, listed: ListedFile) -> Iterator[int | None]:
    """A descriptor of the very file that was listed; None where it can't be read or is another one by now."""
    try:
        fd = lines.open_file(os.path.join(folder, listed.name))
    except OSError:
        yield None
        return
    try:
        found = stamps.stamp(fd)
        same = (found.device, found.inode) == (listed.stamp.device, listed.stamp.inode)
        yield fd if same and found.size >= listed.stamp.size else None
    finally:
        os.close(fd)


def has_grown(fd: int, file: rows.File, stamp: Stamp) -> bool:
    """Whether a file got longer and nothing points at more than that."""
    if file.covered is None or not file.is_grown(stamp):
        return False
    return lines.tail_hash(fd, file.covered) == file.tail_hash


def _finished(fd: int, size: int) -> int:
    """Where the last line that a newline ends, ends."""
    if not lines.ends_open(fd, size):
        return size
    return next(lines.backwards(fd, size))[0]


def _line_end(fd: int, at: int, stop: int) -> int:
    """The first end of a line from ``at`` on, but not behind ``stop``."""
    if at >= stop:
        return stop
    _, line = next(lines.lines(fd, at, stop))
    return min(stop, at + len(line) + 1)
