"""What a ``stat`` tells of a file: whether it still is the one that was read, and when it was written. Opens nothing.

Apart from ``lines``, for a list of sessions needs no more than this.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

IDLE: Final = 5
"""Seconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stamp(NamedTuple):
    """What tells that a file is still the one that was read, unchanged. ``utime`` sets the first time back, nobody the
    second."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    def is_alike(self, other: Stamp) -> bool:
        """The same but for ``ctime_ns``, which also changes with a name or the mode: a hard link of ours sets it."""
        return self[:4] == other[:4]

    def written(self) -> str:
        """For a database: SQLite has no integer for every inode (unsigned 64 bits) or time (beyond the year 2262)."""
        return " ".join(map(str, self))

    @classmethod
    def read_back(cls, text: str) -> Stamp:
        """The stamp that ``written`` gave. Raises ``ValueError`` or ``TypeError`` for another text."""
        return cls(*map(int, text.split(" ")))


def stamp(fd: int) -> Stamp:
    """The stamp of an open file."""
    return stamp_of(os.fstat(fd))


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp that a ``stat`` shows."""
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def stamp_at(path: str | Path) -> Stamp | None:
    """The stamp of what is at a path, links followed; None where nobody can look at it."""
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return None


def size_at(path: Path) -> int:
    """Bytes of the file at a path, links followed; 0 where nobody can look at it."""
    found = stamp_at(path)
    return found.size if found else 0


def is_idle(mtime_ns: int) -> bool:
    """Whether a file was not written to for some seconds: then nobody is in the middle of a line."""
    return not 0 <= time.time_ns() - mtime_ns < IDLE * 1_000_000_000


def moment(nanoseconds: int) -> datetime | None:
    """A time of the file system, cut to microseconds; None where it is none that a calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return None
