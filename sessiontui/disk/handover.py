"""A file changed beside writers that take no lock, so that nothing of theirs is lost, doubled or put out of order.

They open, append and close. A lease makes them wait in ``open``; who waited writes to the file that he opened, so the
bytes that come late are carried over behind it before anybody can write to the new one. Where no lease can be had it is
refused, unless a person said otherwise: then the file must have been still. Knows no chat and keeps no record.

Raises ``Busy``, ``Unleased`` and ``Changed``, having changed nothing; ``Again`` where what was made ready no longer fits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.disk import holders, lease, lines, names, stamps
from sessiontui.disk.lease import Lease, NoLease, Taken
from sessiontui.disk.patience import Patience
from sessiontui.disk.replace import OPEN, sync, sync_folder, write_all
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Busy, Changed, Unleased
from sessiontui.model import Span

STILL: Final = 2.0
"""Seconds without a change after which nobody is taken to be writing, where no lease can tell."""
READERS: Final = 0.2
"""Seconds in which a reader may be gone again, before it is taken to stay."""
_PAUSE: Final = 0.005


class Again(Exception):
    """What was made ready no longer fits the file, and nothing was changed: begin again."""


class Watched(Exception):
    """Somebody has the file open for reading and keeps it: it can't be changed in place."""


class Copied(NamedTuple):
    """What of an old file stands in the one that takes its place: all of it, as it was at that moment."""

    stamp: Stamp
    guard: str
    """``lines.tail_hash`` at the end."""

    @classmethod
    def of(cls, fd: int) -> Copied:
        """The open file as it is now, before it is copied."""
        now = stamps.stamp(fd)
        return cls(now, lines.tail_hash(fd, now.size))


class Alone:
    """A file that is open for reading and appending, and that nobody else has open."""

    def __init__(self, fd: int, held: Lease | None) -> None:
        self.fd = fd
        self._held = held
        self._stamp = stamps.stamp(fd)

    def make_sure(self) -> None:
        """Right before the change: raise ``Again`` where somebody else may have got at the file."""
        if stamps.stamp(self.fd) != self._stamp or not (self._held is None or self._held.holds):
            raise Again


# ---- in place


@contextmanager
def alone(path: Path, patience: Patience) -> Iterator[Alone]:
    """A file that nobody else has open, until the block ends. Raises ``Watched`` where somebody stays who reads it."""
    fd, held = _claimed(path, patience)
    try:
        yield Alone(fd, held)
    finally:
        os.close(fd)


def _claimed(path: Path, patience: Patience) -> tuple[int, Lease | None]:
    began = time.monotonic()
    while True:
        fd = _writable(path)
        if fd is not None:
            try:
                return fd, _sole(fd, path, patience)
            except Taken:
                os.close(fd)
            except BaseException:
                os.close(fd)
                raise
        waited = time.monotonic() - began
        if _is_written(path):
            if waited >= patience.seconds:
                return _dared(path, patience), None
        elif waited >= READERS:
            raise Watched
        time.sleep(_PAUSE)


def _sole(fd: int, path: Path, patience: Patience) -> Lease | None:
    """A write lease; None where none can be had and the person wants it all the same."""
    try:
        return lease.writing(fd)
    except NoLease as none:
        _dare(fd, path, patience, none)
    return None


def _writable(path: Path) -> int | None:
    """The file open for reading and appending; None where somebody's lease keeps us out for a moment."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_APPEND | OPEN)
    except BlockingIOError:
        return None
    try:
        lines.require_regular(fd, path)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _is_written(path: Path) -> bool:
    """Whether somebody has it open for writing, or has a lease that keeps even readers out."""
    try:
        with suppress(NoLease), open(lines.open_file(path), "rb", 0) as file:
            lease.reading(file.fileno(), 0)
    except (BlockingIOError, Taken):
        return True
    return False


def _dared(path: Path, patience: Patience) -> int:
    """The file that somebody else has open too, where the person wants that."""
    fd = _writable(path)
    if fd is None:
        status = os.stat(path)
        raise Busy(path.name, holders.writers(status.st_dev, status.st_ino))
    try:
        _busy(fd, path, patience)
    except BaseException:
        os.close(fd)
        raise
    return fd


# ---- by another file


@contextmanager
def quiet(fd: int, path: Path, patience: Patience) -> Iterator[None]:
    """Nobody writes to the file, open for reading as ``fd``, while the block runs. When it is left, those who waited
    have written what they wanted to, to the same file, whatever its name is by then."""
    held = _read_lease(fd, path, patience)
    try:
        yield
    finally:
        if held is not None:
            held.give_back()
            _await(fd, STILL)


def swap(path: Path, temp: Path, fd: int, copied: Copied, patience: Patience, note: Callable[[int], None]) -> int:
    """Give ``path`` the file ``temp``, which was made of what ``copied`` says of the old one, open for reading as ``fd``.

    Returns how many bytes of the old file were carried over in all. ``note`` is told that before the step, and again
    when more came in the course of it. Raises ``Again`` with nothing changed, but for a writer that waited and then
    wrote its file anew: then its bytes stand.
    """
    new = os.open(temp, os.O_RDWR | OPEN)
    try:
        held = _read_lease(fd, path, patience)
        length = _carry(fd, _still_good(fd, path, copied), copied.stamp.size, new)
        guard = lines.tail_hash(fd, length)
        ours = _write_lease(new) if held is not None else None
        note(length)
        if os.fstat(fd).st_size != length or not (held is None or held.holds) or not _stands(path, fd):
            raise Again
        os.replace(temp, path)
        sync_folder(path.parent)
        if held is not None and ours is not None:
            held.give_back()
            _await(fd, min(STILL, ours.left))
        carried = _caught_up(fd, length, guard, new, note)
    finally:
        os.close(new)
    names.announce(path)
    return carried


def require_grown(fd: int, seen: Copied, name: str) -> None:
    """Raise ``Changed`` where an open file is neither what was seen of it, nor that with something behind."""
    if not _has_grown(fd, seen):
        raise Changed(name)


def _has_grown(fd: int, seen: Copied) -> bool:
    now, then = stamps.stamp(fd), seen.stamp
    if now == then:
        return True
    same = (now.device, now.inode) == (then.device, then.inode) and now.size > then.size
    return same and lines.tail_hash(fd, then.size) == seen.guard


def _read_lease(fd: int, path: Path, patience: Patience) -> Lease | None:
    """A read lease; None where none can be had and the person wants it all the same."""
    try:
        return lease.reading(fd, patience.seconds)
    except Taken:
        _busy(fd, path, patience)
    except NoLease as none:
        _dare(fd, path, patience, none)
    return None


def _write_lease(new: int) -> Lease:
    try:
        return lease.writing(new, READERS)
    except (Taken, NoLease):  # somebody looks into the new file, of all files
        raise Again from None


def _still_good(fd: int, path: Path, copied: Copied) -> int:
    """The length now. Raises ``Again`` where the file has not merely grown since it was copied."""
    if not _stands(path, fd) or not _has_grown(fd, copied):
        raise Again
    return os.fstat(fd).st_size


def _stands(path: Path, fd: int) -> bool:
    """Whether the open file still is the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(fd))
    except FileNotFoundError:
        return False


def _carry(fd: int, stop: int, start: int, new: int) -> int:
    """Append bytes ``start`` to ``stop`` of the old file to the new one, synced; returns ``stop``."""
    if stop > start:
        os.lseek(new, 0, os.SEEK_END)
        for piece in lines.pieces(fd, Span(start, stop - start)):
            write_all(new, piece)
        sync(new)
    return stop


def _caught_up(fd: int, length: int, guard: str, new: int, note: Callable[[int], None]) -> int:
    """Carry over what those wrote who waited. Raises ``Again`` where one of them wrote the whole file anew."""
    grown = os.fstat(fd).st_size
    if grown < length or lines.tail_hash(fd, length) != guard:
        os.ftruncate(new, 0)
        _carry(fd, grown, 0, new)
        sync(new)
        raise Again
    if grown > length:
        _carry(fd, grown, length, new)
        note(grown)
    return grown


def _await(fd: int, seconds: float) -> None:
    """Wait until everybody who had to wait is done: an ``open`` that waits counts as a writer already."""
    with suppress(Taken, NoLease):
        lease.reading(fd, max(0.0, seconds)).give_back()


# ---- without a lease


def _busy(fd: int, path: Path, patience: Patience) -> None:
    """Raise ``Busy``, unless the person wants it all the same and the file is still."""
    status = os.fstat(fd)
    if not patience.no_lease:
        raise Busy(path.name, holders.writers(status.st_dev, status.st_ino))
    _require_still(fd, path)


def _dare(fd: int, path: Path, patience: Patience, none: NoLease) -> None:
    """Raise ``Unleased``, unless the person wants it all the same and the file is still."""
    if not patience.no_lease:
        raise Unleased(path.name, str(none))
    _require_still(fd, path)


def _require_still(fd: int, path: Path) -> None:
    """Raise ``Changed`` unless the file has been still; seen by looking, where its time says nothing."""
    then, status = stamps.stamp(fd), os.fstat(fd)
    if time.time() - max(status.st_mtime, status.st_ctime) >= STILL:
        return
    until = time.monotonic() + STILL
    while time.monotonic() < until:
        time.sleep(_PAUSE * 10)
        if stamps.stamp(fd) != then:
            raise Changed(path.name)
