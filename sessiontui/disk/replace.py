"""Files changed so that a crash, an error or a Ctrl-C at any point leaves the old file or the new one, never half.

One function fills a new file, one appends; ``create`` and ``rename`` never clobber. Knows no chat, keeps no record, asks
nothing. Errors are plain OSErrors. An error of the very last step, the sync of the folder, comes when the new file
already stands. Only a kill leaves something behind: a temporary file named ``.sessiontui-….tmp``, which ``sweep`` takes
away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sessiontui.disk import attributes
from sessiontui.disk.lines import OPEN, regular
from sessiontui.model import Span

TEMP_PREFIX: Final = ".sessiontui-"
TEMP_SUFFIX: Final = ".tmp"
_TEMP: Final = re.compile(r"\.sessiontui-[0-9a-f]{16}\.tmp")

_NEW: Final = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BUFFER: Final = 1 << 18
_EARLY: Final = 8 << 20
_BEHIND: Final = 2 * _EARLY

_FULL: Final[int | None] = getattr(fcntl, "F_FULLFSYNC", None)
"""On macOS fsync ends at the drive, which keeps what it was given in a cache of its own; this goes on to the platter."""


@contextlib.contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """A name for a new file in ``folder``; whatever stands there when the work fails, Ctrl-C included, goes."""
    temp = folder / f"{TEMP_PREFIX}{secrets.token_hex(8)}{TEMP_SUFFIX}"
    try:
        yield temp
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temp)
        raise


def fill(
    temp: Path, chunks: Iterable[bytes], mode: int, like: attributes.Like | None = None, *, owned: bool = True
) -> None:
    """Write a new file, give it its mode, the attributes of the file whose place it takes, and its owner where it is to be
    ``owned`` by that one; sync it."""
    fd = os.open(temp, os.O_RDWR | _NEW, 0o600)
    try:
        _put(fd, chunks)
        if like is not None:
            if owned and (owner := _owner(like.fd)) != _owner(fd):
                os.fchown(fd, *owner)
            attributes.carry(like, fd)
        os.fchmod(fd, mode)
        sync(fd)
    finally:
        os.close(fd)


def _put(fd: int, chunks: Iterable[bytes]) -> None:
    """Write a new file. The disk begins while there is more to come, so that the sync in the end, which nobody can
    cancel, has little left to wait for; what is on it makes room for the rest."""
    at = size = 0
    for block in _gathered(chunks):
        write_all(fd, block)
        size += len(block)
        if size - at >= _EARLY:
            _advise(fd, at, size)
            _advise(fd, at - 3 * _BEHIND, at - _BEHIND)
            at = size


def _advise(fd: int, start: int, stop: int) -> None:
    """Tell the system that nobody needs these bytes soon: Linux begins to bring them to the disk, or, where it has,
    uses their memory for others."""
    start = max(0, start)
    if stop > start and hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):  # no more than advice
            os.posix_fadvise(fd, start, stop - start, os.POSIX_FADV_DONTNEED)


def append(path: Path, data: bytes) -> Span:
    """Add ``data`` at the end of a file in one write, synced, and return where it landed; a new file is 0600.

    When the disk takes only a part, that part is cut off again, unless somebody else has written behind it.
    """
    fd, made = _open_to_append(path)
    regular(fd, path)
    try:
        offset = write_end(fd, data)
        sync(fd)
    finally:
        os.close(fd)
    if made:
        sync_folder(path.parent)
    return Span(offset, len(data))


def create(path: Path, chunks: Iterable[bytes], mode: int = 0o600, like: attributes.Like | None = None) -> None:
    """Make a new file, whole or not at all, with the attributes of ``like``. Raises ``FileExistsError`` where the name is taken, by a link too."""
    with temporary(path.parent) as temp:
        fill(temp, chunks, mode, like, owned=False)
        os.link(temp, path, follow_symlinks=False)
        os.unlink(temp)
    sync_folder(path.parent)


def link(path: Path, new: Path) -> None:
    """Give a file a second name, synced. Raises ``FileExistsError`` where that is taken; a link gets one itself."""
    os.link(path, new, follow_symlinks=False)
    sync_folder(new.parent)


def rename(path: Path, new: Path) -> None:
    """Give a file another name. Raises ``FileExistsError`` where the new name is taken; a link is renamed itself.

    Linked and synced before the old name goes: a kill in between leaves both names, never none.
    """
    try:
        link(path, new)
        os.unlink(path)
    except FileExistsError:
        raise
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.lstat(path), os.lstat(new)):
                os.unlink(new)
        raise
    sync_folder(path.parent)


def keep_time(fd: int, size: int, mtime_ns: int) -> None:
    """Set the modification time of an open file, unless it is not ``size`` bytes, before or after: then another program
    has written to it, and it has a time of its own."""
    status = os.fstat(fd)
    if status.st_size != size or status.st_mtime_ns == mtime_ns:
        return
    with contextlib.suppress(PermissionError):  # another owner's: only he may set a time
        os.utime(fd, ns=(status.st_atime_ns, mtime_ns))
        if os.fstat(fd).st_size != size:
            os.utime(fd, ns=(status.st_atime_ns, time.time_ns()))


def remove(path: Path) -> None:
    """Take a name away and sync its folder."""
    os.unlink(path)
    sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Take away the temporary files that a kill left behind. For who knows that nobody replaces a file there now."""
    for name in os.listdir(folder):
        if _TEMP.fullmatch(name):
            with contextlib.suppress(IsADirectoryError, PermissionError):  # none of ours: a folder of such a name
                os.unlink(folder / name)


def sync(fd: int) -> None:
    """Bring what was written to an open file or folder to the disk, as far as the file system knows how."""
    os.fsync(fd)
    if _FULL is not None:
        with contextlib.suppress(OSError):  # not every file system can
            fcntl.fcntl(fd, _FULL)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(fd)
    finally:
        os.close(fd)


def _owner(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_uid, status.st_gid


def _gathered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that are worth a system call each."""
    held = bytearray()
    for chunk in chunks:
        if not held and len(chunk) >= _BUFFER:
            yield chunk
            continue
        held += chunk
        if len(held) >= _BUFFER:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def write_all(fd: int, data: bytes) -> None:
    """Write all of it where the descriptor stands."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _open_to_append(path: Path) -> tuple[int, bool]:
    """A descriptor, and whether the file was made; a link to nothing is refused, never followed to make a file."""
    flags = os.O_RDWR | os.O_APPEND | OPEN
    try:
        return os.open(path, flags), False
    except FileNotFoundError:
        pass
    try:
        return os.open(path, flags | _NEW, 0o600), True
    except FileExistsError:  # made by somebody else meanwhile, or a link to nothing: then this says so
        return os.open(path, flags), False


def write_end(fd: int, data: bytes) -> int:
    """Write at the end of a file that is open for appending, and return the offset; take back what was written when not all of it can be."""
    written = 0
    try:
        while written < len(data):
            written += os.write(fd, data[written:])
    except BaseException:
        end = os.lseek(fd, 0, os.SEEK_CUR)
        if written and os.fstat(fd).st_size == end:
            os.ftruncate(fd, end - written)
        raise
    return os.lseek(fd, 0, os.SEEK_CUR) - written
