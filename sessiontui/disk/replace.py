"""Files changed so that a crash, an error or a Ctrl-C at any point leaves the old file or the new one, never half.

One function replaces, one appends, one truncates; ``create`` and ``rename`` never clobber. Knows no chat, keeps no
record, asks nothing. Errors are plain OSErrors; ``errors.Changed`` says that the file is no longer the one that was
read. An error of the very last step, the sync of the folder, comes when the new file already stands. Only a kill
leaves something behind: a temporary file named ``.sessiontui-….tmp``, which ``sweep`` takes away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat as modes
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sessiontui.disk.lines import require_regular
from sessiontui.disk.stamps import Stamp, stamp, stamp_of
from sessiontui.errors import Changed
from sessiontui.model import Span

TEMP_PREFIX: Final = ".sessiontui-"
TEMP_SUFFIX: Final = ".tmp"

OPEN: Final = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_NEW: Final = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BUFFER: Final = 1 << 18

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


def fill(temp: Path, chunks: Iterable[bytes], mode: int, owner: os.stat_result | None = None) -> None:
    """Write a new file, give it mode and owner, sync it."""
    fd = os.open(temp, os.O_WRONLY | _NEW, 0o600)
    try:
        for block in _gathered(chunks):
            write_all(fd, block)
        if owner is not None and (owner.st_uid, owner.st_gid) != _owner(fd):
            os.fchown(fd, owner.st_uid, owner.st_gid)
        os.fchmod(fd, mode)
        sync(fd)
    finally:
        os.close(fd)


def replace(path: str | Path, chunks: Iterable[bytes], expect: Stamp | None = None) -> None:
    """Put ``chunks`` in the place of a file's bytes, in one step; mode and owner stay.

    Where ``path`` is a link, the file that it names is replaced, not the link. A file that isn't there is made, 0600.
    Raises ``errors.Changed``, having changed nothing, when just before the step the file is not as ``expect`` says.
    """
    target = Path(os.path.realpath(path))
    old = _status(target)
    with temporary(target.parent) as temp:
        fill(temp, chunks, 0o600 if old is None else modes.S_IMODE(old.st_mode), old)
        if expect is not None:
            now = _status(target)
            if now is None or stamp_of(now) != expect:
                raise Changed(target.name)
        os.replace(temp, target)
    sync_folder(target.parent)


def append(path: str | Path, data: bytes) -> Span:
    """Add ``data`` at the end of a file in one write, synced, and return where it landed; a new file is 0600.

    When the disk takes only a part, that part is cut off again, unless somebody else has written behind it.
    """
    path = Path(path)
    fd, made = _open_to_append(path)
    try:
        require_regular(fd, path)
        offset = write_end(fd, data)
        sync(fd)
    finally:
        os.close(fd)
    if made:
        sync_folder(path.parent)
    return Span(offset, len(data))


def truncate(path: str | Path, at: int, expect: Stamp) -> None:
    """Cut off everything from offset ``at``. Raises ``errors.Changed`` when the file is not as ``expect`` says."""
    path = Path(path)
    fd = os.open(path, os.O_RDWR | OPEN)
    try:
        require_regular(fd, path)
        if stamp(fd) != expect:
            raise Changed(path.name)
        os.ftruncate(fd, at)
        sync(fd)
    finally:
        os.close(fd)


def create(path: str | Path, chunks: Iterable[bytes], mode: int = 0o600) -> None:
    """Make a new file, whole or not at all. Raises ``FileExistsError`` where the name is taken, by a link too."""
    path = Path(path)
    with temporary(path.parent) as temp:
        fill(temp, chunks, mode)
        os.link(temp, path, follow_symlinks=False)
        os.unlink(temp)
    sync_folder(path.parent)


def rename(path: str | Path, new: str | Path) -> None:
    """Give a file another name. Raises ``FileExistsError`` where the new name is taken; a link is renamed itself.

    Linked and synced before the old name goes: a kill in between leaves both names, never none.
    """
    path, new = Path(path), Path(new)
    try:
        os.link(path, new, follow_symlinks=False)
        sync_folder(new.parent)
        os.unlink(path)
    except FileExistsError:
        raise
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.lstat(path), os.lstat(new)):
                os.unlink(new)
        raise
    sync_folder(path.parent)


def remove(path: str | Path) -> None:
    """Take a name away and sync its folder."""
    path = Path(path)
    os.unlink(path)
    sync_folder(path.parent)


def sweep(folder: str | Path) -> None:
    """Take away the temporary files that a kill left behind. For who knows that nobody replaces a file there now."""
    for name in os.listdir(folder):
        if name.startswith(TEMP_PREFIX) and name.endswith(TEMP_SUFFIX):
            os.unlink(Path(folder) / name)


def sync(fd: int) -> None:
    """Bring what was written to an open file or folder to the disk, as far as the file system knows how."""
    os.fsync(fd)
    if _FULL is not None:
        with contextlib.suppress(OSError):  # not every file system can
            fcntl.fcntl(fd, _FULL)


def sync_folder(folder: str | Path | int) -> None:
    """Bring a folder's names to the disk; ``folder`` is a path or an open descriptor."""
    if isinstance(folder, int):
        sync(folder)
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(fd)
    finally:
        os.close(fd)


def _status(path: Path) -> os.stat_result | None:
    """What stands at ``path``: None where nothing does; ``NotAFile`` where it is no regular file."""
    try:
        fd = os.open(path, os.O_RDONLY | OPEN)
    except FileNotFoundError:
        return None
    try:
        require_regular(fd, path)
        return os.fstat(fd)
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
