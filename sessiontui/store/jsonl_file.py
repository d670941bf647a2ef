"""One session file, opened for one read: its lines as messages, faults and entries.

A descriptor lives as long as the ``with`` or the iteration that asked for it, never longer. What is appended while
a file is read is not seen: every read stops at the length the file had when it was opened. Writes nothing.
"""

from __future__ import annotations

import errno
import os
from array import array
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sessiontui.damage.diagnose import dropped
from sessiontui.dialects import stream, zeroclaw
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge, NotAFile
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Cancelled, Held, StoreError, UnknownKey
from sessiontui.model import Address, Entry, Fault, Message, Span
from sessiontui.store import odd_lines
from sessiontui.store.count import Count
from sessiontui.store.odd_lines import OddLines
from sessiontui.store.protocol import IsCancelled, Progress, never, silent

CLIP = 64 * 1024
"""How much of a huge line is shown: characters of a message, bytes of a damaged line."""


@contextmanager
def opened(path: Path, key: str) -> Iterator[tuple[int, Stamp]]:
    """A descriptor with what the file was at that moment. Raises ``UnknownKey`` where it is gone, ``StoreError``
    where it can't be read."""
    try:
        fd = lines.open_file(path)
    except FileNotFoundError:
        if path.is_symlink():
            raise StoreError(f"{path.name} is a link to nothing", "`sessiontui check` says where it leads") from None
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


# ---- one line


def message(fd: int, offset: int, line: bytes | Huge) -> Message | None:
    """What ZeroClaw loads from a line, whole at any size; None for a blank or damaged one."""
    if not isinstance(line, Huge):
        read = zeroclaw.read(line)
        return read if isinstance(read, Message) else None
    scanned = _scan(fd, Span(offset, line.length))
    if not isinstance(scanned, stream.Scanned):
        return None
    return Message(scanned.role, "".join(stream.text(lines.pieces(fd, scanned.content))))


def entry(fd: int, position: int, offset: int, line: bytes | Huge, number: int | None) -> Entry:
    """A line as a row; ``number`` is its line from 1 where that is known. A huge line is clipped."""
    if isinstance(line, Huge):
        return _huge_entry(fd, position, offset, line, number)
    span = Span(offset, len(line))
    read = zeroclaw.read(line)
    address = Address(line=number, span=span)
    if isinstance(read, Message):
        return Entry(position, address, read, raw=line)
    return Entry(position, address, fault=_fault(read, number, span), raw=line)


def _huge_entry(fd: int, position: int, offset: int, line: Huge, number: int | None) -> Entry:
    span = Span(offset, line.length)
    scanned = _scan(fd, span)
    raw = os.pread(fd, CLIP, span.offset)
    row = Entry(position, Address(line=number, span=span), raw=raw, clipped=True)
    if isinstance(scanned, stream.Scanned):
        return row._replace(message=Message(scanned.role, _beginning(fd, scanned.content)))
    return row._replace(fault=_fault(scanned, number, span))


def _fault(read: zeroclaw.Dropped | None, number: int | None, span: Span) -> Fault | None:
    return None if read is None else dropped(read, number, span)


def _scan(fd: int, span: Span) -> stream.Scanned | zeroclaw.Dropped | None:
    return stream.scan(lines.pieces(fd, span), span.offset)


def _beginning(fd: int, content: Span) -> str:
    """The first ``CLIP`` characters of a huge content; the rest is not read."""
    taken: list[str] = []
    size = 0
    for piece in stream.text(lines.pieces(fd, content, CLIP)):
        taken.append(piece)
        size += len(piece)
        if size >= CLIP:
            break
    return "".join(taken)[:CLIP]


# ---- all lines


def messages(fd: int, stop: int) -> Iterator[Message]:
    """The valid messages in file order."""
    for offset, line in lines.lines(fd, 0, stop):
        if (read := message(fd, offset, line)) is not None:
            yield read


def entries(fd: int, stop: int) -> Iterator[Entry]:
    """Every line in file order; messages are numbered."""
    ordinal = 0
    for position, (offset, line) in enumerate(lines.lines(fd, 0, stop)):
        row = entry(fd, position, offset, line, position + 1)
        if row.message is not None:
            ordinal += 1
            row = row._replace(ordinal=ordinal)
        yield row


def faults(
    fd: int, stop: int, cancelled: IsCancelled = never, progress: Progress = silent, start: int = 0
) -> Generator[Fault, None, Count]:
    """What is wrong, line by line; returns what the file holds. ``progress`` in bytes. Raises ``Cancelled``.

    Of a later ``start``, which is the beginning of a line, lines are counted from there.
    """
    valid = damaged = before = 0
    marks = array("Q")
    for offset, block in lines.blocks(fd, start, stop):
        if cancelled():
            raise Cancelled
        progress(offset, stop)
        judged = _judged(fd, offset, block)
        valid += judged.valid
        damaged += len(judged.dropped)
        if len(marks) <= odd_lines.MOST:
            marks.extend(odd_lines.marked(before, [at for at, _ in judged.dropped], judged.blank))
        at, begin = 0, offset
        for index, outcome in judged.dropped:
            begin += sum(map(len, block[at:index]))
            at = index
            yield dropped(outcome, before + index + 1, Span(begin, _bare_length(block[index])))
        before += len(block)
    progress(stop, stop)
    return Count(valid, damaged, OddLines(before, marks) if len(marks) <= odd_lines.MOST else None)


def count(
    fd: int,
    stop: int,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
    found: Callable[[Fault], object] = lambda _: None,
    start: int = 0,
) -> Count:
    """Count valid and damaged lines in one pass, in which ``found`` is told every fault."""
    survey = faults(fd, stop, cancelled, progress, start)
    while True:
        try:
            fault = next(survey)
        except StopIteration as end:
            return cast("Count", end.value)
        found(fault)


def _judged(fd: int, offset: int, block: list[bytes | Huge]) -> zeroclaw.Judged:
    huge = block[0]
    if not isinstance(huge, Huge):
        return zeroclaw.judge(cast("list[bytes]", block))
    read = _scan(fd, Span(offset, _bare_length(huge)))
    if isinstance(read, zeroclaw.Dropped):
        return zeroclaw.Judged(dropped=[(0, read)])
    return zeroclaw.Judged(valid=int(read is not None), blank=[0] if read is None else [])


def _bare_length(line: bytes | Huge) -> int:
    """The length of a line without the newline that ends it."""
    return len(line) - (line.ended if isinstance(line, Huge) else line.endswith(b"\n"))
