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
from typing import NamedTuple, cast

from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.dialects.zeroclaw import Validated
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge, NotAFile
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Held, StoreError, UnknownKey
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import huge_line, interrupted_imports
from sessiontui.store.protocol import IsCancelled, stop_if


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
    read = huge_line.read(fd, Span(offset, line.length), most) if isinstance(line, Huge) else zeroclaw.read(line)
    return read if isinstance(read, Message) else None


def messages(fd: int, stop: int) -> Iterator[Message]:
    """The valid messages in file order."""
    for offset, line in lines.lines(fd, 0, stop):
        if (read := message(fd, offset, line)) is not None:
            yield read


def validated(
    fd: int, start: int, stop: int, cancelled: IsCancelled
) -> Iterator[tuple[int, list[bytes] | Span, Validated]]:
    """The lines between two offsets in bulk, behind where they begin, with what they are. Of a huge line, which stands
    alone, its span is given, without the newline."""
    for offset, block in lines.blocks(fd, start, stop):
        stop_if(cancelled)
        first = block[0]
        if isinstance(first, Huge):
            span = Span(offset, first.length - first.ended)
            read = huge_line.scan(fd, span)
            dropped = [(0, read)] if isinstance(read, Dropped) else []
            yield offset, span, Validated(int(isinstance(read, stream.Scanned)), [0] * (read is None), dropped)
        else:
            held = cast("list[bytes]", block)
            yield offset, held, zeroclaw.validate(held)
