"""Lines of a file: the bytes between two ``0x0A``, with their offsets, forwards, in bulk and from the end.

Knows no chat. Reads by ``pread`` alone, so that a descriptor can be shared and its position does not matter, and
never by mmap: a writer that truncates the file would kill the process. It refuses whatever is no regular file, never
waits on a FIFO, and never holds a line above ``HUGE`` in memory. Bytes appended after the reading began are not seen;
where the file became shorter than what was to be read, ``errors.Changed`` is raised. Other errors are plain OSErrors.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from stat import S_ISREG
from typing import Final

from sessiontui.errors import Changed
from sessiontui.model import Span

HUGE: Final = 8 * 1024 * 1024
"""A line of more bytes than this is never held in memory: ``Huge`` stands for it."""

TAIL: Final = 4096
"""How many bytes before an offset ``tail_hash`` looks at."""

LEASED: Final = 0.5
"""Seconds for which a change may keep readers out: it holds its lease for some milliseconds."""

OPEN: Final = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
"""How a file is opened, for reading or writing: without waiting for whoever is at the other end of a FIFO."""

_CHUNK: Final = 64 * 1024  # larger ones leave the allocator's arena: measured at 2 to 3 times the cost
_BACK: Final = 64 * 1024

_NO_FILE: Final = frozenset({errno.ENXIO, errno.EOPNOTSUPP, errno.ENODEV})
"""What opening a socket gives, on Linux and on macOS, and a device that isn't there."""


class NotAFile(OSError):
    """What was to be opened is a folder, a FIFO, a device or a socket."""


class Shrunk(Changed):
    """A file became shorter than what was to be read of it."""


@dataclass(frozen=True, slots=True)
class Huge:
    """Stands for the bytes of a line above ``HUGE``; ``len`` of it is what ``len`` of the bytes would be."""

    length: int
    ended: bool
    """Whether a newline ends the line; counted in ``length`` by ``blocks`` alone."""

    def __len__(self) -> int:
        return self.length


def open_file(path: str | bytes | Path) -> int:
    """Open a regular file for reading and return its descriptor, which the caller closes.

    Links are followed. Raises ``NotAFile`` for everything that is no regular file, a FIFO too, without waiting. A file
    on which a change has a lease is tried again for half a second.
    """
    try:
        return regular(_opened(path), path)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise NotAFile(errno.EINVAL, "not a regular file", path) from error
        raise


def _opened(path: str | bytes | Path) -> int:
    until = time.monotonic() + LEASED
    while True:
        try:
            return os.open(path, OPEN)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
        time.sleep(0.005)


def regular(fd: int, path: str | bytes | Path) -> int:
    """The descriptor of a regular file. That of anything else is closed: ``NotAFile``; ``path`` is for the message."""
    with ExitStack() as held:
        held.callback(os.close, fd)
        if not S_ISREG(os.fstat(fd).st_mode):
            raise NotAFile(errno.EINVAL, "not a regular file", path)
        held.pop_all()
    return fd


def lines(fd: int, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, bytes | Huge]]:
    """Offset and bytes of each line from ``start``, which must be the beginning of a line; newlines are left out.

    The last line may be unterminated; nothing behind the last newline is no line.
    """
    for at, block in blocks(fd, start, stop):
        offset = at
        for line in block:
            yield offset, _bare(line)
            offset += len(line)


def blocks(fd: int, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, list[bytes | Huge]]]:
    """The same lines in bulk, for hot loops: the offset of the first, and consecutive lines with their newlines.

    The lengths of all that is given add up to the file. A ``Huge`` stands alone in its list.
    """
    stop = _end(fd, stop)
    held: list[bytes] = []
    begin = at = start
    while at < stop:
        chunk = _read(fd, min(_CHUNK, HUGE, stop - at), at)  # so that only the first line in it can be huge
        at += len(chunk)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            block: list[bytes | Huge] = [*io.BytesIO(b"".join((*held, chunk[:cut])))]
            first = block[0]
            if len(first) - 1 > HUGE:
                yield begin, [Huge(len(first), True)]
                del block[0]
                begin += len(first)
            if block:
                yield begin, block
            begin = at - len(chunk) + cut
            held = [chunk[cut:]]
        else:
            held.append(chunk)
        if at - begin > HUGE:
            held.clear()
            at = _newline(fd, at, stop)
            ended = at <= stop
            at = min(at, stop)
            yield begin, [Huge(at - begin, ended)]
            begin = at
    if begin < stop:
        yield begin, [b"".join(held)]


def backwards(fd: int, stop: int | None = None) -> Iterator[tuple[int, bytes | Huge]]:
    """The lines from the last to the first, as ``lines`` gives them; reads only what is asked for."""
    low = _end(fd, stop)
    if not low:
        return
    ended = not ends_open(fd, low)
    low -= ended
    end = low
    held: list[bytes] = []
    while low:
        size = min(_BACK, low)
        low -= size
        chunk = _read(fd, size, low, whole=True)
        cut = size
        while (newline := chunk.rfind(b"\n", 0, cut)) >= 0:
            held.append(chunk[newline + 1 : cut])
            cut = newline
            yield low + newline + 1, _joined(held, end - (low + newline + 1), ended)
            held = []
            end = low + newline
            ended = True
        held.append(chunk[:cut])
        if end - low > HUGE:
            held.clear()
    yield 0, _joined(held, end, ended)


def line_ends(
    fd: int, start: int = 0, stop: int | None = None, check: Callable[[], object] | None = None
) -> array[int]:
    """The offset just behind each newline (and ``stop``, for an unterminated last line), as ``array('Q')``. ``check`` is
    called every few lines, and may raise."""
    ends: array[int] = array("Q")
    for offset, block in blocks(fd, start, stop):
        if check is not None:
            check()
        ends.extend(islice(accumulate(map(len, block), initial=offset), 1, None))
    return ends


def pieces(fd: int, span: Span, size: int = 1 << 20) -> Iterator[bytes]:
    """The bytes of a span, piece by piece of at most ``size``."""
    at = span.offset
    while at < span.stop:
        piece = _read(fd, min(size, span.stop - at), at)
        at += len(piece)
        yield piece


def tail_hash(fd: int, at: int) -> str:
    """SHA-256, lower-case hex, of the up to 4096 bytes before offset ``at``."""
    size = min(TAIL, at)
    return hashlib.sha256(_read(fd, size, at - size, whole=True)).hexdigest()


def ends_open(fd: int, stop: int | None = None) -> bool:
    """Whether the last line is unfinished: there are bytes, and the last is not a newline."""
    stop = _end(fd, stop)
    return stop > 0 and _read(fd, 1, stop - 1) != b"\n"


def _end(fd: int, stop: int | None) -> int:
    return os.fstat(fd).st_size if stop is None else stop


def _read(fd: int, size: int, at: int, *, whole: bool = False) -> bytes:
    """Some bytes at ``at``, all of ``size`` where ``whole``; never none where some were asked for."""
    data = os.pread(fd, size, at)
    while whole and 0 < len(data) < size:
        more = os.pread(fd, size - len(data), at + len(data))
        data = data + more if more else b""
    if size and not data:
        raise Shrunk("the file")
    return data


def _newline(fd: int, at: int, stop: int) -> int:
    """The offset behind the next newline; one behind ``stop`` where there is none."""
    while at < stop:
        chunk = _read(fd, min(_CHUNK, stop - at), at)
        found = chunk.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(chunk)
    return stop + 1


def _bare(line: bytes | Huge) -> bytes | Huge:
    if isinstance(line, Huge):
        return Huge(line.length - line.ended, line.ended)
    return line[:-1] if line.endswith(b"\n") else line


def _joined(held: list[bytes], length: int, ended: bool) -> bytes | Huge:
    return Huge(length, ended) if length > HUGE else b"".join(reversed(held))
