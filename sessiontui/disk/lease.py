"""Leases: while one is held, whoever wants to write a file waits in ``open(2)``. Linux alone has them.

A read lease is granted beside readers and refused while somebody has the file open for writing; a write lease is
granted to whoever has the file open alone. The system tells a holder by a signal that somebody waits; it is changed to
one that nobody minds. The kernel takes a lease away after ``lease-break-time``: what must be done under one is done in
a quarter of that, or not at all. Reads and writes no file.
"""

from __future__ import annotations

import errno
import fcntl
import signal
import time
from contextlib import suppress
from typing import Final, NamedTuple

_BREAK_TIME: Final = "/proc/sys/fs/lease-break-time"
_PAUSE: Final = 0.005
"""Seconds between two attempts."""
_SET: Final[int | None] = getattr(fcntl, "F_SETLEASE", None)


class NoLease(Exception):
    """None can be had on this file, whoever has it open; the reason is for people."""


class Taken(Exception):
    """Somebody has the file open in a way that the lease would not allow."""


class Lease(NamedTuple):
    """A lease on an open file, until it is given back or the descriptor is closed."""

    fd: int
    until: float
    """When the kernel may take it away, by the monotonic clock."""

    @property
    def left(self) -> float:
        """Seconds for which it surely keeps others waiting still; below 0, perhaps no longer."""
        return self.until - time.monotonic()

    @property
    def holds(self) -> bool:
        """Whether it surely keeps others waiting for as long as the next step takes."""
        return self.left > 0

    def give_back(self) -> None:
        """Let those who wait go on; the kernel may have done that by now."""
        with suppress(BlockingIOError):
            fcntl.fcntl(self.fd, _set(), fcntl.F_UNLCK)


def reading(fd: int, seconds: float) -> Lease:
    """A read lease, tried for so many seconds. ``fd`` is open for reading only. Raises ``Taken``, ``NoLease``."""
    return _tried(fd, fcntl.F_RDLCK, seconds)


def writing(fd: int, seconds: float = 0) -> Lease:
    """A write lease, tried for so many seconds. ``fd`` is open for writing. Raises ``Taken``, ``NoLease``."""
    return _tried(fd, fcntl.F_WRLCK, seconds)


def _tried(fd: int, kind: int, seconds: float) -> Lease:
    allowed = _quarter()
    deadline = time.monotonic() + seconds
    _hush(fd)
    while True:
        began = time.monotonic()
        try:
            fcntl.fcntl(fd, _set(), kind)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise NoLease(_why(error)) from None
            if began >= deadline:
                raise Taken from None
        else:
            return Lease(fd, began + allowed)
        time.sleep(_PAUSE)


def _hush(fd: int) -> None:
    """Have the kernel tell us by a signal that does nothing; its usual one ends the process."""
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
    except (AttributeError, OSError) as error:
        raise NoLease("this system has none") from error


def _set() -> int:
    if _SET is None:
        raise NoLease("this system has none")
    return _SET


def _quarter() -> float:
    try:
        with open(_BREAK_TIME, encoding="ascii") as file:
            seconds = int(file.read())
    except (OSError, ValueError):
        raise NoLease("this system has none") from None
    if seconds <= 0:
        raise NoLease("this system ends each as soon as it is asked for")
    return seconds / 4


def _why(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "the file belongs to another user"
    return f"its file system gives none ({error.strerror})"
