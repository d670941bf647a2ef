"""The lines of a session file as rows of a transcript: messages, and damaged lines with the fault that each is a part of.

What is wrong with a line is also told by those around it; so they are looked at together, as many as are near. A huge
line is clipped. Writes nothing.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain, takewhile
from typing import Final, Protocol

from sessiontui.damage import diagnose, huge
from sessiontui.damage.verdict import Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge
from sessiontui.disk.stamps import Stamp
from sessiontui.model import Address, Entry, Fault, Message, Span

CLIP: Final = 64 * 1024
"""How much of a huge line is shown: characters of a message, bytes of a damaged line."""
NEAR: Final = 64
"""How many damaged lines before and behind those that are asked for are looked at too."""
WIDE: Final = 1024 * 1024
"""And no more bytes than this."""
MOST: Final = 2000
"""How many damaged lines are looked at together."""
UNKNOWN: Final = 1 << 40
"""The number of the first row, where it is not known."""

Lined = tuple[int, bytes | Huge]
"""Offset of a line, and the line."""


def entries(fd: int, stamp: Stamp) -> Iterator[Entry]:
    """Every line in file order; messages are numbered."""
    ordinal = 0
    size = stamp.size
    for row in _rows(fd, size, lines.lines(fd, 0, size), 0, 0, settled=stamps.is_still(stamp.mtime_ns)):
        if row.message is not None:
            ordinal += 1
            yield row._replace(ordinal=ordinal)
        else:
            yield row


class Offsets(Protocol):
    """Where the rows of a view stand."""

    @property
    def before(self) -> int | None:
        """How many lines stand before the first row, where that is known."""
        ...

    def __len__(self) -> int: ...

    def begin(self, row: int) -> int:
        """Where a row begins; of the row behind the last one, where that ends."""
        ...


def page(fd: int, stamp: Stamp, view: Offsets, start: int, stop: int) -> list[Entry]:
    """The entries of rows start to stop."""
    asked = list(lines.lines(fd, view.begin(start), view.begin(stop)))
    ahead = _odd_before(fd, view, start) if asked and _is_odd(asked[0]) else []
    behind = _odd_behind(fd, view, stop) if asked and _is_odd(asked[-1]) else []
    first = start - len(ahead)
    before = None if view.before is None else view.before + first
    settled = stamps.is_still(stamp.mtime_ns)
    rows = _rows(fd, stamp.size, chain(ahead, asked, behind), first, before, settled=settled)
    return list(rows)[len(ahead) : len(ahead) + len(asked)]


def _odd_before(fd: int, view: Offsets, start: int) -> list[Lined]:
    low = start
    while low > max(0, start - NEAR) and view.begin(start) - view.begin(low - 1) <= WIDE:
        low -= 1
    found = list(lines.lines(fd, view.begin(low), view.begin(start)))
    odd = list(takewhile(_is_odd, reversed(found)))
    odd.reverse()
    return odd


def _odd_behind(fd: int, view: Offsets, stop: int) -> list[Lined]:
    high = stop
    while high < min(len(view), stop + NEAR) and view.begin(high + 1) - view.begin(stop) <= WIDE:
        high += 1
    return list(takewhile(_is_odd, lines.lines(fd, view.begin(stop), view.begin(high))))


def _is_odd(lined: Lined) -> bool:
    return not isinstance(lined[1], Huge) and not zeroclaw.is_valid(lined[1])


def _rows(
    fd: int, size: int, found: Iterable[Lined], position: int, before: int | None, *, settled: bool
) -> Iterator[Entry]:
    """Rows from ``position`` on; ``before`` lines stand before the first."""
    odd: list[Entry] = []
    last: Fault | None = None
    first = before == 0
    for at, (offset, line) in enumerate(found):
        number = None if before is None else before + at + 1
        row = _row(fd, position + at, offset, line, number, settled=settled)
        if row.message is None and row.fault is None:
            odd.append(row)
            if len(odd) < MOST:
                continue
        if odd:
            rows, last, first = _diagnosed(odd, size, last, first=first, settled=settled)
            yield from rows
            odd = []
        if row.message is not None or row.fault is not None:
            last, first = None, False
            yield row
    if odd:
        yield from _diagnosed(odd, size, last, first=first, settled=settled)[0]


def _diagnosed(
    odd: list[Entry], size: int, before: Fault | None, *, first: bool, settled: bool
) -> tuple[list[Entry], Fault | None, bool]:
    """Damaged and blank lines that follow each other, with what is wrong with them."""
    held = [_line(row, size) for row in odd]
    found = diagnose.of_stretch(held, before, first=first, settled=settled)
    begins = [fault.span.offset for fault in found if fault.span]
    rows = []
    for row in odd:
        at = row.address.span.offset if row.address.span else 0
        fault = found[bisect_right(begins, at) - 1] if begins and begins[0] <= at else None
        inside = (
            fault is not None and fault.span is not None and at <= fault.span.stop and (row.raw or at < fault.span.stop)
        )
        known = fault if fault is None or row.address.line is not None else fault._replace(line=None)
        rows.append(row._replace(fault=known) if inside else row)
    return rows, found[-1] if found else before, first and not any(each.recovers for each in found)


def _line(row: Entry, size: int) -> Line:
    span = row.address.span or Span(0, 0)
    return Line(row.address.line or UNKNOWN + row.position, span.offset, row.raw, span.stop < size)


def _row(fd: int, position: int, offset: int, line: bytes | Huge, number: int | None, *, settled: bool) -> Entry:
    """A line as a row; what is wrong with a damaged one is not known yet, but for a huge one."""
    if isinstance(line, Huge):
        return _huge(fd, position, offset, line, number, settled=settled)
    address = Address(line=number, span=Span(offset, len(line)))
    read = zeroclaw.read(line)
    return Entry(position, address, read if isinstance(read, Message) else None, raw=line)


def _huge(fd: int, position: int, offset: int, line: Huge, number: int | None, *, settled: bool) -> Entry:
    span = Span(offset, line.length)
    scanned = stream.scan(lines.pieces(fd, span), span.offset)
    row = Entry(position, Address(line=number, span=span), raw=os.pread(fd, CLIP, span.offset), clipped=True)
    if isinstance(scanned, stream.Scanned):
        return row._replace(message=Message(scanned.role, _beginning(fd, scanned.content)))
    if scanned is None:
        return row
    wrong = os.pread(fd, min(8, max(0, span.length - scanned.at)), span.offset + scanned.at)
    found = huge.huge(scanned, wrong, number or 0, span)._replace(line=number)
    return row._replace(fault=found if settled or line.ended else huge.begun(found))


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
