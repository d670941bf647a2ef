"""A file changed beside writers that take no lock, so that nothing of theirs is lost, doubled or put out of order.

They open, append and close. A lease makes them wait in ``open``; who waited writes to the file that he opened, so the
bytes that come late are carried over behind it before anybody can write to the new one. Where no lease can be had,
``wait_policy`` decides. Knows no chat and keeps no record.

Raises ``Busy``, ``Unleased`` and ``Changed``, having changed nothing; ``Again`` where what was made ready no longer fits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.disk import lease, lines, names, stamps, wait_policy
from sessiontui.disk.copied import Copied
from sessiontui.disk.lease import Lease, NoLease, Taken
from sessiontui.disk.replace import keep_time, sync, sync_folder, write_all
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import StoreError
from sessiontui.model import Span

ATTEMPTS: Final = 3
"""So often a change is begun again because the file became another under it."""
READERS: Final = 0.2
"""Seconds in which a reader may be gone again, before it is taken to stay."""
_PAUSE: Final = 0.005


class Again(Exception):
    """What was made ready no longer fits the file, and nothing was changed: begin again."""


class OpenElsewhere(Exception):
    """Somebody has the file open for reading and keeps it: it can't be changed in place."""


class Alone(NamedTuple):
    """An open file that nobody else may write to."""

    path: Path
    fd: int
    held: Lease | None
    """What keeps others out; None where nothing does."""
    stamp: stamps.Stamp
    """Of the file as it is looked at."""

    def make_sure(self) -> None:
        """Right before the change: raise ``Again`` where somebody else may have got at the file, or at its name."""
        same = stamps.stamp(self.fd) == self.stamp and _stands(self.path, self.fd)
        if not same or not (self.held is None or self.held.holds):
            raise Again


# ---- in place


@contextmanager
def alone(path: Path, patience: WaitPolicy) -> Iterator[Alone]:
    """A file that nobody else has open, until the block ends. Raises ``OpenElsewhere`` where somebody stays who reads it."""
    fd, held = _claimed(path, patience)
    try:
        yield Alone(path, fd, held, stamps.stamp(fd))
    finally:
        os.close(fd)


def _claimed(path: Path, patience: WaitPolicy) -> tuple[int, Lease | None]:
    began = time.monotonic()
    while True:
        fd = _writable(path)
        if fd is not None:
            try:
                return fd, _sole(fd, path, patience)
            except BaseException as error:
                os.close(fd)
                if not isinstance(error, Taken):
                    raise
        waited = time.monotonic() - began
        if _is_shut(path):
            if waited >= patience.seconds:
                return _dared(path, patience), None
        elif waited >= READERS:
            raise OpenElsewhere
        time.sleep(_PAUSE)


def _sole(fd: int, path: Path, patience: WaitPolicy) -> Lease | None:
    """A write lease; None where none can be had and the person wants it all the same."""
    try:
        return lease.writing(fd)
    except NoLease as reason:
        patience.dare(fd, path, reason)
    return None


def _writable(path: Path) -> int | None:
    """The file open for reading and appending; None where somebody's lease keeps us out for a moment."""
    try:
        return lines.regular(os.open(path, os.O_RDWR | os.O_APPEND | lines.OPEN), path)
    except BlockingIOError:
        return None


def _is_shut(path: Path) -> bool:
    """Whether somebody has it open for writing, or has a lease that keeps even readers out."""
    try:
        with open(lines.open_file(path), "rb", 0) as file:
            return is_written(file.fileno())
    except BlockingIOError:
        return True


def is_written(fd: int) -> bool:
    """Whether somebody has the file, open for reading, open for writing, as far as a lease can tell."""
    try:
        lease.reading(fd, 0).give_back()
    except Taken:
        return True
    except NoLease:
        return False
    return False


def _dared(path: Path, patience: WaitPolicy) -> int:
    """The file that somebody else has open too, where the person wants that."""
    fd = _writable(path)
    if fd is None:
        raise wait_policy.busy(path, os.stat(path))
    try:
        patience.dare(fd, path, Taken())
    except BaseException:
        os.close(fd)
        raise
    return fd


# ---- by another file


@contextmanager
def quiet(fd: int, path: Path, patience: WaitPolicy) -> Iterator[None]:
    """Nobody writes to the file, open for reading as ``fd``, while the block runs. When it is left, those who waited
    have written what they wanted to, to the same file, whatever its name is by then."""
    held = _read_lease(fd, path, patience)
    try:
        yield
    finally:
        if held is not None:
            held.give_back()
            _await(fd, wait_policy.IDLE)


def swap(path: Path, temp: Path, fd: int, copied: Copied, patience: WaitPolicy, note: Callable[[int], None]) -> int:
    """Give ``path`` the file ``temp``, which was made of what ``copied`` says of the old one, open for reading as ``fd``.

    Returns how many bytes of the old file were carried over in all. ``note`` is told that before the step, and again
    when more came in the course of it. The new file gets the old one's time. Raises ``Again`` with nothing changed, but for
    a writer that waited and then wrote its file anew: its bytes stand, and ``note`` was told 0 before they took the place.
    """
    new = os.open(temp, os.O_RDWR | lines.OPEN)
    try:
        held = _read_lease(fd, path, patience)
        looked = _unchanged(fd, path, copied, new)
        _carry(fd, looked.size, copied.stamp.size, new)
        guard = lines.tail_hash(fd, looked.size)
        ours = _write_lease(new) if held is not None else None
        note(looked.size)
        Alone(path, fd, held, looked).make_sure()
        os.replace(temp, path)
        sync_folder(path.parent)
        if held is not None and ours is not None:
            held.give_back()
            _await(fd, min(wait_policy.IDLE, ours.left))
        try:
            carried = _caught_up(fd, looked, guard, new, note)
        except lines.Shrunk as error:  # which would say that nothing was changed
            raise StoreError(f"{path.name} was changed, and emptied in that moment by another program") from error
    finally:
        os.close(new)
    names.announce(path)
    return carried


def _read_lease(fd: int, path: Path, patience: WaitPolicy) -> Lease | None:
    """A read lease; None where none can be had and the person wants it all the same."""
    try:
        return lease.reading(fd, patience.seconds)
    except (Taken, NoLease) as reason:
        patience.dare(fd, path, reason)
    return None


def _write_lease(new: int) -> Lease:
    try:
        return lease.writing(new, READERS)
    except (Taken, NoLease):  # somebody looks into the new file, of all files
        raise Again from None


def _unchanged(fd: int, path: Path, copied: Copied, new: int) -> stamps.Stamp:
    """The file now. Raises ``Again`` where it has not merely grown, or an unfinished line grew that is not in the new one."""
    now, size = stamps.stamp(fd), copied.stamp.size
    unfinished = now.size > size and lines.ends_open(fd, size) and not lines.ends_open(new)
    if unfinished or not _stands(path, fd) or not copied.stands(fd):
        raise Again
    return now


def _stands(path: Path, fd: int) -> bool:
    """Whether the open file still is the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(fd))
    except FileNotFoundError:
        return False


def _carry(fd: int, stop: int, start: int, new: int) -> None:
    """Append bytes ``start`` to ``stop`` of the old file to the new one, synced; all of them, or none. Give it its time."""
    end = os.lseek(new, 0, os.SEEK_END)
    try:
        for piece in lines.pieces(fd, Span(start, stop - start)):
            write_all(new, piece)
        if stop > start:
            sync(new)
    except BaseException:
        os.ftruncate(new, end)  # half a record would spoil the next
        raise
    keep_time(new, end + stop - start, os.fstat(fd).st_mtime_ns)


def _caught_up(fd: int, looked: stamps.Stamp, guard: str, new: int, note: Callable[[int], None]) -> int:
    """Carry over what those wrote who waited. Raises ``Again`` where one of them changed what stood there."""
    now, length = stamps.stamp(fd), looked.size
    grown, edited = now.size, now.size == length and now.mtime_ns != looked.mtime_ns
    if grown < length or edited or lines.tail_hash(fd, length) != guard:
        note(0)
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
