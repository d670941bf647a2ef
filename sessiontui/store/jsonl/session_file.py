"""One session file, opened for one read, and its lines as messages.

A descriptor lives as long as the ``with`` or the iteration that asked for it, never longer. What is appended while
a file is read is not seen: every read stops at the length the file had when it was opened. Writes nothing.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge, NotAFile
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Held, StoreError, UnknownKey
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import interrupted_imports


class OpenFile(NamedTuple):
    """A descriptor, and what the file was when it was opened. Whatever the descriptor, it is equal to another of that
    stamp: what was found in a file is remembered by it."""

    fd: int
    stamp: Stamp

    @property
    def settled(self) -> bool:
        """Whether nobody is in the middle of a line."""
        return stamps.is_idle(self.stamp.mtime_ns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpenFile) and self.stamp == other.stamp

    def __hash__(self) -> int:
        return hash(self.stamp)


@contextmanager
def opened(path: Path, key: str) -> Iterator[OpenFile]:
    """The file, open. Raises ``UnknownKey`` where it is gone, ``StoreError`` where it can't be read."""
    try:
        fd = lines.open_file(path)
    except FileNotFoundError:
        if path.is_symlink():
            raise StoreError(f"{path.name} is a link to nothing", "`sessiontui check` says where it leads") from None
        if interrupted_imports.is_orphan(path):
            where = interrupted_imports.staged(path).name
            raise StoreError(
                f"the import of {path.name} was interrupted: it is in {where}", interrupted_imports.HINT
            ) from None
        raise UnknownKey(key) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        yield OpenFile(fd, stamps.stamp(fd))
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(fd)


def _unreadable(path: Path, error: OSError) -> StoreError:
    name = path.name
    if isinstance(error, NotAFile):
        return StoreError(f"{name} is not a file, so it holds no messages", "`sessiontui check` says what it is")
    if error.errno == errno.EAGAIN:
        return Held(name)
    return StoreError(f"{name} can't be read: {error.strerror or error}")


def message(fd: int, offset: int, line: bytes | Huge, most: int = sys.maxsize) -> Message | None:
    """What ZeroClaw loads from a line, of a huge one the first ``most`` characters; None for a blank or damaged one."""
    read = huge(fd, Span(offset, line.length), most) if isinstance(line, Huge) else zeroclaw.read(line)
    return read if isinstance(read, Message) else None


def huge(fd: int, span: Span, most: int) -> Message | Dropped | None:
    """As ``zeroclaw.read`` for a huge line, with the first ``most`` characters of its text."""
    scanned = stream.scan(lines.pieces(fd, span), span.offset)
    return (
        Message(scanned.role, beginning(fd, scanned.content, most)) if isinstance(scanned, stream.Scanned) else scanned
    )


def beginning(fd: int, content: Span, most: int) -> str:
    """The first ``most`` characters of a huge content; little more is read."""
    taken: list[str] = []
    for piece in stream.text(lines.pieces(fd, content, min(most, 1 << 20))):
        taken.append(piece[:most])
        most -= len(piece)
        if most <= 0:
            break
    return "".join(taken)


def messages(fd: int, stop: int) -> Iterator[Message]:
    """The valid messages in file order."""
    for offset, line in lines.lines(fd, 0, stop):
        if (read := message(fd, offset, line)) is not None:
            yield read
