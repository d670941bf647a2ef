"""Session files as a change sees them: found inside their folder only, compared with what is kept, given their time back;
and patched, with nothing recorded: whoever calls knows that it is safe to do again after a crash."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from stat import S_IMODE
from typing import Final

from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.changes.journal.record import ChangeRecord, Edit
from sessiontui.disk import lines, live_replace, replace
from sessiontui.disk.attributes import Like
from sessiontui.disk.copied import Copied
from sessiontui.errors import Changed, Refused, SessiontuiError, StoreError
from sessiontui.model import Span


@dataclass(frozen=True, slots=True)
class Traits:
    """What a file has beside its bytes."""

    mode: int
    uid: int
    gid: int
    mtime_ns: int


def name_in(path: Path, sessions: Path | None = None) -> str:
    """The name, relative to the sessions folder, of the file that ``path`` means: where it is a link, its target. The
    folder is that of ``path`` where none is given.

    Raises ``Refused`` where that is outside of the folder.
    """
    real = Path(os.path.realpath(path))
    folder = Path(os.path.realpath(sessions or path.parent))
    if not real.is_relative_to(folder) or real == folder:
        raise Refused(
            f"{path.name} is a link to {real}, which is outside of the store",
            "change it in the store that it belongs to",
            unchanged=True,
        )
    return str(real.relative_to(folder))


def require_inside(folder: Folder, edit: Edit) -> None:
    """Raise ``Refused`` where, by now, a link stands in the place of what was changed and leads out of the store."""
    for name in edit.names:
        name_in(folder.sessions / name, folder.sessions)


@contextmanager
def as_store_error(name: str) -> Iterator[None]:
    """Turn what the system says about a file into a sentence: every ``OSError`` becomes a ``StoreError``."""
    try:
        yield
    except lines.NotAFile as error:
        raise StoreError(f"{name} is not a file", unchanged=True) from error
    except OSError as error:
        raise as_plain(error, name) from error


_NOTHING: Final = Span(0, 0)

_NEXT: Final = {
    errno.EACCES: "look at the rights of the file and of its folder",
    errno.EPERM: "look at the rights of the file and of its folder",
    errno.EROFS: "it can be changed once its file system is mounted writable",
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.EBUSY: "something is mounted there, as a container's bind mount is: change it where it is mounted from",
    errno.EXDEV: "it is mounted from another file system: change it where it is mounted from",
    errno.ENAMETOOLONG: "give the session a shorter name first",
}
"""What to do about an error of the system's, where there is something."""


def as_plain(error: OSError | SessiontuiError, name: str) -> SessiontuiError:
    """The same as an error for a row."""
    if isinstance(error, SessiontuiError):
        return error
    return StoreError(f"{name} can't be changed: {error.strerror or error}", _NEXT.get(error.errno or 0, ""))


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor for reading a session file."""
    fd = lines.open_file(path)
    try:
        yield fd
    finally:
        os.close(fd)


def traits(fd: int) -> Traits:
    """What an open file has beside its bytes."""
    status = os.fstat(fd)
    return Traits(S_IMODE(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns)


def give_time(path: Path, size: int, mtime_ns: int) -> None:
    """``replace.keep_time`` for a file by its name."""
    with opened(path) as fd:
        replace.keep_time(fd, size, mtime_ns)


def give_traits(path: Path, was: Traits, size: int) -> None:
    """Give a file that was just made its owner, mode and time back."""
    status = os.stat(path)
    if (status.st_uid, status.st_gid) != (was.uid, was.gid):
        with contextlib.suppress(PermissionError):
            os.chown(path, was.uid, was.gid)
            os.chmod(path, was.mode)
    if was.mtime_ns:
        give_time(path, size, was.mtime_ns)


def digest(fd: int, length: int) -> str | None:
    """SHA-256 of the first ``length`` bytes; None where the file is shorter."""
    if os.fstat(fd).st_size < length:
        return None
    found = hashlib.sha256()
    for piece in lines.pieces(fd, Span(0, length)):
        found.update(piece)
    return found.hexdigest()


def checksum(fd: int, length: int) -> int | None:
    """CRC-32 of the first ``length`` bytes; None where the file is shorter."""
    if os.fstat(fd).st_size < length:
        return None
    found = 0
    for piece in lines.pieces(fd, Span(0, length)):
        found = zlib.crc32(piece, found)
    return found


def common(fd: int, at: int, other: int, span: Span) -> int:
    """How many bytes at ``at`` of ``fd`` are those of ``span`` in ``other``, from its start."""
    size = os.fstat(fd).st_size
    same = 0
    for piece in lines.pieces(other, span, 64 * 1024):
        here = os.pread(fd, max(0, min(len(piece), size - at - same)), at + same)
        if here != piece:
            return same + next((n for n, (a, b) in enumerate(zip(here, piece, strict=False)) if a != b), len(here))
        same += len(piece)
    return same


def link_or_copy(folder: Folder, path: Path, fd: int, name: str, length: int) -> KeptFile | None:
    """Keep a file's inode, or a copy where the file system has no hard links; the hash is of ``length`` bytes.

    None: it was linked, and the hash is still to be made.
    """
    if folder.link(path, name, fd):
        return None
    return folder.keep(name, lines.pieces(fd, Span(0, length)), Like(fd, path.name))


# ---- bytes that belong to no change: a writer's that came late, a line half written


def patch(record: ChangeRecord, path: Path, cut: Span, other: int = -1, rest: Span = _NOTHING) -> int:
    """Put bytes of another file, open as ``other``, into the place of some of a file, unrecorded: nobody is to take back
    what others wrote. The file keeps its time. Returns its length then. Raises ``Changed`` where it never holds still."""
    for _ in range(live_replace.ATTEMPTS):
        with opened(path) as fd, replace.temporary(path.parent) as temp:
            copied = Copied.of(fd)
            replace.fill(
                temp,
                patched(partial(lines.pieces, fd), copied.stamp.size, cut, lines.pieces(other, rest)),
                traits(fd).mode,
                Like(fd, path.name),
            )
            length = os.stat(temp).st_size
            try:
                carried = live_replace.swap(path, temp, fd, copied, record.patience, lambda _: None)
            except live_replace.Again:
                os.unlink(temp)
                continue
            return length + carried - copied.stamp.size
    raise Changed(path.name)


def patched(read: Callable[[Span], Iterator[bytes]], size: int, cut: Span, more: Iterator[bytes]) -> Iterator[bytes]:
    """The first ``size`` bytes of a file that ``read`` reads, all of them and in order, others in the place of some; a line
    that these leave open is ended: a record that stands behind must not be glued to it."""
    last = b"\n"
    yield from read(Span(0, cut.offset))
    for _ in read(cut):
        pass
    for piece in more:
        last = piece[-1:] or last
        yield piece
    if size > cut.stop and last != b"\n":
        yield b"\n"
    yield from read(Span(cut.stop, size - cut.stop))
