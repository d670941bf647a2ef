"""Bring the index up to what a store holds now: first build, growth, what was cut off, rewritten or removed.

The row id is the order of arrival: newest first is the greatest id first. The first build takes the newest files
first, in groups, each in a range of ids below the one before, and is searchable after the first; whatever arrives
later stands above all. Reads session files and writes the index only. One pass over a file gives index and counts.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Final, NamedTuple

from sessiontui.disk import lines, stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Cancelled, Changed
from sessiontui.store.index import index_rows, segments
from sessiontui.store.index.draft import drafts, measured
from sessiontui.store.jsonl import file_end, no_session
from sessiontui.store.protocol import IsCancelled, Progress, stop_if

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


class ListedFile(NamedTuple):
    """A session file as the folder shows it."""

    name: bytes
    stamp: Stamp


class BuildPart(NamedTuple):
    """A run of lines of a file that is to be read."""

    file: int
    listed: ListedFile
    start: int
    stop: int


@dataclass
class Build:
    """One bringing up to date, on a connection that may write."""

    connection: Connection
    folder: bytes
    progress: Progress
    cancelled: IsCancelled
    _done: int = 0
    _total: int = 0
    _uncommitted: int = 0
    _finished: dict[int, tuple[int, str, bool, str]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether all was indexed once and most of it still holds, so that it is enough to look at some files."""
        return index_rows.is_built(self.connection) and index_rows.dead_part(self.connection) <= MOST_DEAD

    def run(self, listed: Sequence[ListedFile], names: Collection[bytes] | None = None) -> None:
        """Index what is new in all files, or, where it ``is_sound``, in those of these names; ``listed``: those that
        are there. Raises ``errors.Cancelled``; what was committed until then stays."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self._run(listed, names)
        except Cancelled:
            self._end()
            raise

    def _run(self, listed: Sequence[ListedFile], names: Collection[bytes] | None) -> None:
        first = not index_rows.is_built(self.connection)
        changed = self._settle(listed, names)
        if names is None and index_rows.dead_part(self.connection) > MOST_DEAD:
            index_rows.reset(self.connection)
            first, changed = True, self._settle(listed)
        grown, parts = self._parts(changed, first)
        self._total = sum(part.stop - part.start for part in (*grown, *parts))
        index_rows.remember(self.connection, "waiting", self._total)
        self.progress(0, self._total)
        self._rows(grown, index_rows.top(self.connection))
        bottom = index_rows.bottom(self.connection)
        for group in _groups(parts):
            if self._uncommitted:
                self._commit()
            bottom -= sum((part.stop - part.start) // _SHORTEST + 2 for part in group)
            self._rows(group, bottom)
        index_rows.remember(self.connection, "built", 1)
        self._done = self._total  # what could not be read is no longer waited for
        self._end()

    def _settle(self, listed: Sequence[ListedFile], names: Collection[bytes] | None = None) -> list[ListedFile]:
        """Let go of what is gone, and return the files of which not all is indexed."""
        known = index_rows.files(self.connection, names)
        for name in known.keys() - {each.name for each in listed}:
            index_rows.drop_file(self.connection, known[name])
        return [each for each in listed if (file := known.get(each.name)) is None or not file.is_of(each.stamp)]

    def _parts(self, changed: Sequence[ListedFile], first: bool) -> tuple[list[BuildPart], list[BuildPart]]:
        """What goes above all, and what goes below."""
        grown: list[BuildPart] = []
        below: list[BuildPart] = []
        for each in changed:
            stop_if(self.cancelled)
            with suppress(Changed, OSError), _opened(self.folder, each) as fd:  # cut off or unreadable: the next time
                file, complete = self._keep(fd, each)
                gaps = list(self._gaps(fd, file, each))
                target = grown if complete or not first else below
                target += gaps
                if not gaps:
                    self._finish(fd, file, each.stamp.size)
        return sorted(grown, key=_arrival), below

    def _keep(self, fd: int, listed: ListedFile) -> tuple[int, bool]:
        """Keep the segments whose bytes are unchanged; the file's id, and whether all of it was indexed before."""
        file = index_rows.file(self.connection, listed.name)
        if file is None:
            return index_rows.add_file(self.connection, listed.name, listed.stamp), False
        stamp = listed.stamp
        if file.covered is None:
            if file.written != stamp.written():
                index_rows.kill(self.connection, file.id, 0)
        else:
            index_rows.kill(self.connection, file.id, file.covered)
            if not has_grown(fd, file, stamp):
                self._verify(fd, file.id, stamp.size)
        index_rows.begin_file(self.connection, file.id, stamp)
        return file.id, file.covered is not None

    def _verify(self, fd: int, file: int, size: int) -> None:
        """Compare every byte with its checksum, and let go of what follows the first that differs."""
        for segment in index_rows.segments(self.connection, file):
            stop_if(self.cancelled)
            kept = segments.unchanged(fd, segment, size)
            if kept == max(1, segment.rows):
                continue
            index_rows.kill(self.connection, file, segment.start)
            shorter = segments.shortened(segment, kept)
            if shorter is not None:
                index_rows.revive(self.connection, file, shorter, *measured(fd, shorter.start, shorter.stop))
            return

    def _gaps(self, fd: int, file: int, listed: ListedFile) -> Iterator[BuildPart]:
        """What no segment covers, cut where lines end; the unfinished last line alone."""
        end = _finished(fd, listed.stamp.size)
        at = 0
        bounds = [*index_rows.bounds(self.connection, file), (end, end)]
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
            with suppress(Changed, OSError), _opened(self.folder, part.listed) as fd:
                first_row = self._part(fd, part, first_row)

    def _part(self, fd: int, part: BuildPart, first_row: int) -> int:
        try:
            for draft in drafts(fd, part.start, part.stop):
                stop_if(self.cancelled)
                index_rows.add_segment(self.connection, part.file, first_row, draft)
                first_row += max(1, len(draft.texts))
                self._uncommitted += len(draft.texts)
                self._done += draft.stop - draft.start
                self.progress(self._done, self._total)
                if self._uncommitted >= COMMIT:
                    self._commit()
            if index_rows.is_whole(self.connection, part.file, part.listed.stamp.size):
                self._finish(fd, part.file, part.listed.stamp.size)
        except (Changed, OSError):  # it is being cut off or has gone: the next time finds out what is left of it
            index_rows.kill(self.connection, part.file, 0)
            self._finished.pop(part.file, None)
        return first_row

    def _finish(self, fd: int, file: int, size: int) -> None:
        end = _finished(fd, size)
        whole = no_session.of(fd, size, self.cancelled)
        instead = no_session.what(whole) if whole else ""
        self._finished[file] = end, lines.tail_hash(fd, end), file_end.breaks_off(fd, size), instead

    def _commit(self) -> None:
        self._end()
        self.connection.execute("BEGIN IMMEDIATE")

    def _end(self) -> None:
        """What is not words is written here alone: most such statements make FTS5 write out its words too soon."""
        for file, finished in self._finished.items():
            index_rows.finish_file(self.connection, file, *finished)
        index_rows.remember(self.connection, "waiting", self._total - self._done)
        self.connection.execute("COMMIT")
        self._finished.clear()
        self._uncommitted = 0


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
def _opened(folder: bytes, listed: ListedFile) -> Iterator[int]:
    """A descriptor of the very file that was listed. Raises ``OSError``, and ``Changed`` where it is another one by now."""
    fd = lines.open_file(os.path.join(folder, listed.name))
    try:
        found = stamps.stamp(fd)
        if found[:2] != listed.stamp[:2] or found.size < listed.stamp.size:
            raise Changed(os.fsdecode(listed.name))
        yield fd
    finally:
        os.close(fd)


def has_grown(fd: int, file: index_rows.File, stamp: Stamp) -> bool:
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
