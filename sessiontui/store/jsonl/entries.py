"""The lines of a session file as rows of a transcript: messages, and damaged lines with the fault that each is a part of.

What is wrong with a line is also told by those around it; so they are looked at together, as many as are near. A huge
line is clipped. Writes nothing.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import Final, Protocol, cast

from sessiontui.damage import catalogue, diagnose, verdict
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.verdict import Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge
from sessiontui.model import Address, Entry, Fault, Message, Span
from sessiontui.store.jsonl import huge_line, no_session, stretch
from sessiontui.store.jsonl.session_file import OpenFile
from sessiontui.store.jsonl.stretch import Stretch, is_odd

CLIP: Final = 64 * 1024
"""How much of a huge line is shown: characters of a message, bytes of a damaged line."""
FEW: Final = 16
"""Huge lines that are not read again while their file stays as it is."""
STRETCHES: Final = 4
"""And runs of damaged lines."""
UNKNOWN: Final = 1 << 40
"""The number of the first row, where it is not known."""


def entries(file: OpenFile) -> Iterator[Entry]:
    """Every line in file order; messages are numbered."""
    ordinal = 0
    for unread, run in groupby(_rows(file, 0, file.stamp.size, 0, 0), _is_unread):
        if unread:
            yield from _diagnosed(file, run)
            continue
        for row in run:
            ordinal += row.message is not None
            yield row if row.message is None else row._replace(ordinal=ordinal)


def _diagnosed(file: OpenFile, rows: Iterable[Entry]) -> Iterator[Entry]:
    """Any number of damaged and blank lines that follow each other, with what is wrong with them."""
    waiting: deque[Entry] = deque()

    def pulled() -> Iterator[Line]:
        for row in rows:
            waiting.append(row)
            span = row.address.span or Span(0, 0)
            yield Line(row.position + 1, span.offset, row.raw, span.stop < file.stamp.size)

    fault: Fault | None = None
    for found in diagnose.of_damaged(pulled(), settled=file.settled):
        fault = _as_one(fault, found)
        while waiting and _offset(waiting[0]) <= _stop(fault):
            yield _of(waiting.popleft(), fault)
    yield from waiting


class View(Protocol):
    """Where the rows of a view stand."""

    @property
    def before(self) -> int | None:
        """How many lines stand before the first row, where that is known."""
        ...

    def __len__(self) -> int: ...

    def begin(self, row: int) -> int:
        """Where a row begins; of the row behind the last one, where that ends."""
        ...

    def has_message(self, row: int) -> bool:
        """Whether a message is known to stand somewhere before a row."""
        ...


def page(file: OpenFile, view: View, start: int, stop: int) -> list[Entry]:
    """The entries of rows start to stop.

    Of a fault that is about more lines than are looked at, a row tells what is known: ``line`` is None where it begins
    above them, ``lines`` is 0 where it also goes on below.
    """
    before = None if view.before is None else view.before + start
    rows = list(_rows(file, view.begin(start), view.begin(stop), start, before))
    if no_session.known(file):
        return rows
    shown: list[Entry] = []
    for unread, group in groupby(rows, _is_unread):
        run = list(group)
        shown += _looked_at(file, view, run) if unread else run
    return [_around(file.fd, row) for row in shown]


def _looked_at(file: OpenFile, view: View, run: list[Entry]) -> Iterator[Entry]:
    """Damaged and blank lines of a page that follow each other, with what is wrong with them."""
    last, end = run[-1].address.span or Span(0, 0), view.begin(len(view))
    near = stretch.around(file.fd, _offset(run[0]), min(last.stop + 1, end), len(run), end)
    first = run[0].position - near.above
    number = UNKNOWN + first if view.before is None else view.before + first + 1
    begun = None if not near.more_above or view.has_message(max(0, first)) else _begun(file.fd, near.begin)
    found = _of_lines(file, near, number, begun, file.settled)
    for row in run:
        index = bisect_right(found, _offset(row), key=itemgetter(0)) - 1
        yield _open(_of(row, found[index][1]), near) if index >= 0 else row


def _begun(fd: int, stop: int) -> Fault | None:
    """What is wrong with the file as a whole from its beginning up to an offset."""
    stop = min(stop, stretch.WIDE)
    held: list[Line] = []
    for number, lined in enumerate(takewhile(is_odd, islice(lines.lines(fd, 0, stop), stretch.NEAR)), 1):
        offset, line = lined
        if isinstance(line, bytes) and offset + len(line) < stop:
            held.append(Line(number, offset, line))
    found = diagnose.of_stretch(held, first=True) if held else []
    goes_on = bool(found) and catalogue.kind(found[-1].id).of_file and _stop(found[-1]) == held[-1].stop - 1
    return found[-1] if goes_on else None


@lru_cache(STRETCHES)
def _of_lines(
    file: OpenFile, near: Stretch, number: int, begun: Fault | None, settled: bool
) -> list[tuple[int, Fault]]:
    """What is wrong with these lines, the first of which is line ``number``, and from which offset on; ``begun``: with
    all lines before them. Of the last few runs it is remembered."""
    found = cast("Iterator[tuple[int, bytes]]", lines.lines(file.fd, near.begin, near.stop))
    held = [Line(n, at, line, at + len(line) < file.stamp.size) for n, (at, line) in enumerate(found, number)]
    if begun is None:
        return _merged(list(diagnose.of_damaged(held, settled=settled)))
    begun = begun._replace(line=1, span=Span(0, held[0].offset - 1), lines=number - 1, parts=())
    faults = diagnose.of_stretch(held, begun, first=True, settled=settled)
    if faults:
        whole = _as_one(begun, faults[0])
        faults[0] = whole if whole is faults[0] else whole._replace(lines=0)
    return [(_begin(fault), fault) for fault in faults]


def _merged(found: list[Fault]) -> list[tuple[int, Fault]]:
    """The faults, each by where it begins; those that are one matter say so, each with its own parts."""
    wholes = {_begin(whole): whole for whole in diagnose.whole(found)}
    begin, merged = -1, []
    for fault in found:
        begin = _begin(fault) if _begin(fault) in wholes else begin
        merged.append((_begin(fault), wholes[begin]._replace(parts=fault.parts)))
    return merged


def _begin(fault: Fault) -> int:
    return fault.span.offset if fault.span else 0


def _as_one(before: Fault | None, found: Fault) -> Fault:
    """What was found, as what goes on from before where it is the same matter."""
    if before is None or not verdict.continues(before, found):
        return found
    return verdict.together(before, found)._replace(parts=found.parts)


def _of(row: Entry, fault: Fault) -> Entry:
    """The row with its fault, where it is one of its lines."""
    at = _offset(row)
    if not fault.span or not (fault.span.offset <= at <= fault.span.stop and (row.raw or at < fault.span.stop)):
        return row
    return row._replace(fault=fault if row.address.line is not None else fault._replace(line=None))


def _open(row: Entry, near: Stretch) -> Entry:
    """The row as one of a fault of which not all lines were looked at."""
    fault = row.fault
    if fault is None or (span := fault.span) is None:
        return row
    if near.more_above and near.above and span.offset == near.begin:
        fault = fault._replace(line=None)
    if near.more_below and span.stop + 1 >= near.stop:
        fault = fault._replace(lines=0)
    return row._replace(fault=fault)


def _offset(row: Entry) -> int:
    return row.address.span.offset if row.address.span else 0


def _stop(fault: Fault) -> int:
    return fault.span.stop if fault.span else 0


def _is_unread(row: Entry) -> bool:
    """Whether it is not known yet what is wrong with it, or whether it is blank."""
    return row.message is None and row.fault is None


def _rows(file: OpenFile, begin: int, stop: int, position: int, before: int | None) -> Iterator[Entry]:
    """The lines between two offsets as rows from ``position`` on; ``before`` lines stand before the first. In a file that
    is no session a line that is no message says what the file is."""
    whole = no_session.known(file)
    for at, (offset, line) in enumerate(lines.lines(file.fd, begin, stop)):
        row = _row(file, position + at, offset, line, None if before is None else before + at + 1)
        yield row if whole is None or row.message is not None or is_blank(row.raw) else row._replace(fault=whole)


def _around(fd: int, row: Entry) -> Entry:
    """A huge damaged row with the bytes around the one at which it goes wrong."""
    span, fault = row.address.span, row.fault
    if not row.clipped or fault is None or span is None or fault.at < CLIP // 2:
        return row
    skipped = max(0, min(fault.at - CLIP // 2, span.length - CLIP))
    return row._replace(raw=os.pread(fd, CLIP, span.offset + skipped)[: span.length - skipped], skipped=skipped)


def _row(file: OpenFile, position: int, offset: int, line: bytes | Huge, number: int | None) -> Entry:
    """A line as a row; what is wrong with a damaged one is not known yet, but for a huge one."""
    span = Span(offset, len(line))
    address = Address(line=number, span=span)
    if not isinstance(line, Huge):
        read = zeroclaw.read(line)
        return Entry(position, address, read if isinstance(read, Message) else None, raw=line)
    scanned = _scan(file, span)
    row = Entry(position, address, raw=os.pread(file.fd, CLIP, offset), clipped=True)
    if isinstance(scanned, stream.Scanned):
        return row._replace(message=Message(scanned.role, huge_line.beginning(file.fd, scanned.content, CLIP)))
    if scanned is None:
        return row
    found = huge_line.fault(file.fd, scanned, number or 0, span, growing=not (file.settled or line.ended))
    return row._replace(fault=found._replace(line=number))


@lru_cache(FEW)
def _scan(file: OpenFile, span: Span) -> stream.Scanned | Dropped | None:
    """What a huge line is; of the last few it is remembered, for a session is read twice until it is on the screen."""
    return huge_line.scan(file.fd, span)
