"""One session file, opened for one read, and its lines as messages.

A descriptor lives as long as the ``with`` or the iteration that asked for it, never longer. What is appended while
a file is read is not seen: every read stops at the length the file had when it was opened. Writes nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sessiontui.dialects import stream, zeroclaw
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge, NotAFile
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Held, StoreError, UnknownKey
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import interrupted_imports


@contextmanager
def opened(path: Path, key: str) -> Iterator[tuple[int, Stamp]]:
    """A descriptor with what the file was at that moment. Raises ``UnknownKey`` where it is gone, ``StoreError``
    where it can't be read."""
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
        yield fd, stamps.stamp(fd)
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


def message(fd: int, offset: int, line: bytes | Huge) -> Message | None:
    """What ZeroClaw loads from a line, whole at any size; None for a blank or damaged one."""
    if not isinstance(line, Huge):
        read = zeroclaw.read(line)
        return read if isinstance(read, Message) else None
    scanned = stream.scan(lines.pieces(fd, Span(offset, line.length)), offset)
    if not isinstance(scanned, stream.Scanned):
        return None
    return Message(scanned.role, "".join(stream.text(lines.pieces(fd, scanned.content))))


def messages(fd: int, stop: int) -> Iterator[Message]:
    """The valid messages in file order."""
    for offset, line in lines.lines(fd, 0, stop):
        if (read := message(fd, offset, line)) is not None:
            yield read
