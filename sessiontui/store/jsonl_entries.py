"""The lines of a session file as rows of a transcript: messages, and damaged lines with the fault that each is a part of.

What is wrong with a line is also told by those around it; so they are looked at together, as many as are near. A huge
line is clipped. Writes nothing.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby, islice, takewhile
from typing import Final

from sessiontui.damage import diagnose, verdict
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.verdict import Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge
from sessiontui.disk.stamps import Stamp
from sessiontui.model import Address, Entry, Fault, Message, Span
from sessiontui.store import jsonl_huge, jsonl_stretch, jsonl_whole
from sessiontui.store.jsonl_stretch import Lined, Offsets, is_odd

CLIP: Final = 64 * 1024
"""How much of a huge line is shown: characters of a message, bytes of a damaged line."""
WHOLE: Final = frozenset({"not-jsonl", "utf16"})
"""What may be wrong with all of a file, so that its beginning tells of it."""
FEW: Final = 16
"""Huge lines that are not read again while their file stays as it is."""
UNKNOWN: Final = 1 << 40
"""The number of the first row, where it is not known."""

_SCANNED: Final[dict[tuple[Stamp, Span], stream.Scanned | Dropped | None]] = {}


def entries(fd: int, stamp: Stamp) -> Iterator[Entry]:
    """Every line in file order; messages are numbered."""
    ordinal = 0
    settled = stamps.is_still(stamp.mtime_ns)
    rows = _rows(fd, lines.lines(fd, 0, stamp.size), 0, 0, settled=settled)
    if whole := jsonl_whole.known(fd, stamp):
        rows = (_of_file(row, whole) for row in rows)
    for unread, run in groupby(rows, _is_unread):
        if unread:
            yield from _diagnosed(run, stamp.size, settled=settled)
            continue
        for row in run:
            ordinal += row.message is not None
            yield row if row.message is None else row._replace(ordinal=ordinal)


def _diagnosed(rows: Iterable[Entry], size: int, *, settled: bool) -> Iterator[Entry]:
    """Any number of damaged and blank lines that follow each other, with what is wrong with them."""
    waiting: deque[Entry] = deque()

    def pulled() -> Iterator[Line]:
        for row in rows:
            waiting.append(row)
            yield _line(row, size)

    fault: Fault | None = None
    for found in diagnose.of_damaged(pulled(), settled=settled):
        fault = _as_one(fault, found)
        while waiting and _offset(waiting[0]) <= _stop(fault):
            yield _of(waiting.popleft(), fault)
    yield from waiting


def page(fd: int, stamp: Stamp, view: Offsets, start: int, stop: int) -> list[Entry]:
    """The entries of rows start to stop.

    Of a fault that is about more lines than are looked at, a row tells what is known: ``line`` is None where it begins
    above them, ``lines`` is 0 where it also goes on below.
    """
    asked = list(lines.lines(fd, view.begin(start), view.begin(stop)))
    low, above, begun = jsonl_stretch.above(fd, view, start) if asked and is_odd(asked[0]) else (start, False, False)
    begun = begun or any(map(jsonl_stretch.begins, asked))
    high, below = jsonl_stretch.below(fd, view, stop, begun=begun) if asked and is_odd(asked[-1]) else (stop, False)
    before = None if view.before is None else view.before + low
    settled = stamps.is_still(stamp.mtime_ns)
    if whole := jsonl_whole.known(fd, stamp):
        before = None if view.before is None else view.before + start
        return [_of_file(row, whole) for row in _rows(fd, asked, start, before, settled=settled)]
    found = lines.lines(fd, view.begin(low), view.begin(high))
    rows: list[Entry] = []
    for unread, run in groupby(_rows(fd, found, low, before, settled=settled), _is_unread):
        if unread:
            whole = _begun(fd, view, low) if above and not rows else None
            rows += _looked_at(list(run), stamp.size, whole, settled=settled)
        else:
            rows += run
    edges = view.begin(low) if above and low < start else None, view.begin(high) if below else None
    return [_around(fd, _open(row, *edges)) for row in rows[start - low : start - low + len(asked)]]


def _begun(fd: int, view: Offsets, low: int) -> Fault | None:
    """What is wrong with the file as a whole from its beginning on, where no message is known to stand before a row."""
    if view.has_message(low):
        return None
    stop = min(view.begin(low), jsonl_stretch.WIDE)
    held: list[Line] = []
    for number, lined in enumerate(takewhile(is_odd, islice(lines.lines(fd, 0, stop), jsonl_stretch.NEAR)), 1):
        offset, line = lined
        if isinstance(line, bytes) and offset + len(line) < stop:
            held.append(Line(number, offset, line))
    found = diagnose.of_stretch(held, first=True) if held else []
    goes_on = bool(found) and found[-1].id in WHOLE and _stop(found[-1]) == held[-1].stop - 1
    return found[-1] if goes_on else None


def _looked_at(rows: list[Entry], size: int, begun: Fault | None, *, settled: bool) -> Iterator[Entry]:
    """Damaged and blank lines that follow each other; ``begun``: what is wrong with all lines before them."""
    held = [_line(row, size) for row in rows]
    if begun is not None:
        span = Span(0, held[0].offset - 1)
        begun = begun._replace(line=1, span=span, lines=held[0].number - 1, parts=())
    found = diagnose.of_stretch(held, begun, first=begun is not None or held[0].number == 1, settled=settled)
    if begun is not None and found:
        whole = _as_one(begun, found[0])
        found[0] = whole if whole is found[0] else whole._replace(lines=0)
    begins = [fault.span.offset for fault in found if fault.span is not None]
    for row in rows:
        index = bisect_right(begins, _offset(row)) - 1
        yield _of(row, found[index]) if index >= 0 else row


def _as_one(before: Fault | None, found: Fault) -> Fault:
    """What was found, as what goes on from before where it is the same matter."""
    if before is None or not verdict.continues(before, found):
        return found
    return verdict.together(before.bare, found)._replace(parts=found.parts)


def _of(row: Entry, fault: Fault) -> Entry:
    """The row with its fault, where it is one of its lines."""
    at = _offset(row)
    if not fault.span or not (fault.span.offset <= at <= fault.span.stop and (row.raw or at < fault.span.stop)):
        return row
    return row._replace(fault=fault if row.address.line is not None else fault._replace(line=None))


def _of_file(row: Entry, whole: Fault) -> Entry:
    """A row of a file that is no session: what the file is, where no message is in it."""
    return row if row.message is not None or is_blank(row.raw) else row._replace(fault=whole)


def _open(row: Entry, begin: int | None, end: int | None) -> Entry:
    """The row as one of a fault of which not all lines were looked at: all from ``begin`` on, and those before ``end``."""
    fault = row.fault
    if fault is None or (span := fault.span) is None:
        return row
    if span.offset == begin:
        fault = fault._replace(line=None)
    if end is not None and span.stop + 1 >= end:
        fault = fault._replace(lines=0)
    return row._replace(fault=fault)


def _offset(row: Entry) -> int:
    return row.address.span.offset if row.address.span else 0


def _stop(fault: Fault) -> int:
    return fault.span.stop if fault.span else 0


def _is_unread(row: Entry) -> bool:
    """Whether it is not known yet what is wrong with it, or whether it is blank."""
    return row.message is None and row.fault is None


def _rows(fd: int, found: Iterable[Lined], position: int, before: int | None, *, settled: bool) -> Iterator[Entry]:
    """Rows from ``position`` on; ``before`` lines stand before the first."""
    for at, (offset, line) in enumerate(found):
        number = None if before is None else before + at + 1
        yield _row(fd, position + at, offset, line, number, settled=settled)


def _line(row: Entry, size: int) -> Line:
    span = row.address.span or Span(0, 0)
    return Line(row.address.line or UNKNOWN + row.position, span.offset, row.raw, span.stop < size)


def _around(fd: int, row: Entry) -> Entry:
    """A huge damaged row with the bytes around the one at which it goes wrong."""
    span, fault = row.address.span, row.fault
    if not row.clipped or fault is None or span is None or fault.at < CLIP // 2:
        return row
    skipped = max(0, min(fault.at - CLIP // 2, span.length - CLIP))
    return row._replace(raw=os.pread(fd, CLIP, span.offset + skipped)[: span.length - skipped], skipped=skipped)


def _row(fd: int, position: int, offset: int, line: bytes | Huge, number: int | None, *, settled: bool) -> Entry:
    """A line as a row; what is wrong with a damaged one is not known yet, but for a huge one."""
    if isinstance(line, Huge):
        return _huge(fd, position, offset, line, number, settled=settled)
    address = Address(line=number, span=Span(offset, len(line)))
    read = zeroclaw.read(line)
    return Entry(position, address, read if isinstance(read, Message) else None, raw=line)


def _huge(fd: int, position: int, offset: int, line: Huge, number: int | None, *, settled: bool) -> Entry:
    span = Span(offset, line.length)
    scanned = _scan(fd, span)
    row = Entry(position, Address(line=number, span=span), raw=os.pread(fd, CLIP, span.offset), clipped=True)
    if isinstance(scanned, stream.Scanned):
        return row._replace(message=Message(scanned.role, _beginning(fd, scanned.content)))
    if scanned is None:
        return row
    found = jsonl_huge.fault(fd, scanned, number or 0, span, growing=not (settled or line.ended))
    return row._replace(fault=found._replace(line=number))


def _scan(fd: int, span: Span) -> stream.Scanned | Dropped | None:
    """What a huge line is; of the last few it is remembered, for a session is read twice until it is on the screen."""
    place = stamps.stamp(fd), span
    if place in _SCANNED:
        return _SCANNED[place]
    scanned = stream.scan(lines.pieces(fd, span), span.offset)
    if len(_SCANNED) >= FEW:
        _SCANNED.clear()
    return _SCANNED.setdefault(place, scanned)


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
