"""The bytes of a damaged line as pieces: what each of them would become, and as what text it is shown.

Gives only what stands around a byte, whatever the size of the line. Long runs of NULs are shown as their number; what is
no UTF-8 is a surrogate a byte, which ``visible`` makes a symbol. Pure; draws nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from sessiontui.describe import signs
from sessiontui.model import Entry, Fault, Part, Salvage, Severity, Span

RUN: Final = 16
"""From so many on, NULs are shown as their number."""
_NULS: Final = re.compile(rb"\0{%d}" % RUN)
_RUN: Final = re.compile(rb"\0+")


class PieceLook(NamedTuple):
    """What would become of a piece of a damaged line: a sign, a word for it, the name of a style."""

    sign: str
    word: str
    style: str


WHOLE: Final = PieceLook(signs.LOSSLESS, "can be had back", "whole")
OFFERED: Final = PieceLook(signs.OFFERED, "offered", "offered")
TORN: Final = PieceLook(signs.GUESS, "a guess", "torn")
FRAGMENT: Final = PieceLook(signs.APART, "a fragment", "fragment")
IDLE: Final = PieceLook(signs.GONE, "nothing is lost without it", "dim")
UNKNOWN: Final = PieceLook(" ", "", "damaged")
OPEN: Final = PieceLook(" ", "", "readable")
PIECES: Final = {Salvage.OFFERED: OFFERED, Salvage.PARTIAL: TORN, Salvage.NONE: FRAGMENT}


class DrawnPiece(NamedTuple):
    """Bytes of a line, from 0, that are shown in one way."""

    start: int
    stop: int
    kind: PieceLook
    begins: bool
    """It stands on a screen line of its own."""
    text: str
    cost: int
    """How many cells it takes, the whole screen line where it begins one."""


class DamagedLine(NamedTuple):
    """The bytes of a damaged line that are in memory, by where they stand in it."""

    entry: Entry
    span: Span
    fault: Fault
    width: int

    @property
    def stop(self) -> int:
        return self.entry.skipped + len(self.entry.raw)

    def character(self, at: int) -> int:
        """The character in memory that is nearest to a byte."""
        held = min(max(0, at - self.entry.skipped), len(self.entry.raw))
        return self.entry.skipped + _whole(self.entry.raw, held)

    def begin(self, at: int) -> int:
        """Where to begin so that no character and no run of NULs is cut."""
        raw, at = self.entry.raw, max(0, at - self.entry.skipped)
        if raw[at : at + 1] == b"\0":
            at = len(raw[:at].rstrip(b"\0"))
        return self.entry.skipped + _whole(raw, at)

    def pieces(self, at: int, middle: int, most: int) -> Iterator[DrawnPiece]:
        """What stands there from ``at`` on; none goes on over ``middle``, but for a run of NULs."""
        raw, skipped, first = self.entry.raw, self.entry.skipped, at
        while at < self.stop:
            start, end, kind = self._kind(at)
            begins = at in (start, first)
            stop = min(end, middle if at < middle else end, skipped + _whole(raw, at - skipped + most))
            run = _NULS.search(raw, at - skipped, stop - skipped)
            if (
                run is not None
                and run.start() == at - skipped
                and (nuls := _RUN.match(raw, run.start(), end - skipped))
            ):
                stop, text = skipped + nuls.end(), f"\0×{nuls.end() - nuls.start():,}"
            else:
                stop = stop if run is None else skipped + run.start()
                text = raw[at - skipped : stop - skipped].decode("utf-8", "surrogateescape")
            yield DrawnPiece(at, stop, kind, begins, text, max(len(text), self.width if begins else 0))
            at = stop

    def _kind(self, at: int) -> tuple[int, int, PieceLook]:
        """From where to where something stands at a byte, and what."""
        parts, base = self.fault.parts, self.span.offset
        index = bisect_right(parts, base + at, key=lambda part: part.span.stop)
        if index == len(parts) or parts[index].span.offset > base + at:
            return 0, self.stop, UNKNOWN
        part = parts[index]
        return max(0, part.span.offset - base), min(self.stop, part.span.stop - base), kind_of(self.fault, part)


def kind_of(fault: Fault, part: Part) -> PieceLook:
    """What would become of a part of a fault."""
    if fault.severity is Severity.INCOMPLETE:
        return OPEN
    if part.salvage is Salvage.LOSSLESS:
        return WHOLE if part.records else IDLE
    return PIECES[part.salvage]


def around(line: DamagedLine, at: int, room: int) -> list[DrawnPiece]:
    """As much of a line around a byte as there is room for."""
    before: list[DrawnPiece] = []
    behind: list[DrawnPiece] = []
    at = line.character(at)
    for piece in line.pieces(line.begin(at - room), at, room):
        if piece.start < at:
            before.append(piece)
            continue
        if not behind:
            before = _ending(before, room)
            room -= sum(each.cost for each in before)
        behind.append(piece if piece.cost <= room or _is_run(piece) else _first(piece, room))
        room -= behind[-1].cost
        if room <= 0:
            break
    return [*(before if behind else _ending(before, room)), *behind]


def _ending(pieces: list[DrawnPiece], room: int) -> list[DrawnPiece]:
    """All of these where they leave some of the room, else the last."""
    costs = sum(piece.cost for piece in pieces)
    if costs <= room * 3 // 4:
        return pieces
    while len(pieces) > 1 and costs - pieces[0].cost >= room // 2:
        costs -= pieces.pop(0).cost
    if costs > room // 2 and not _is_run(pieces[0]):
        pieces[0] = _last(pieces[0], max(1, room // 2 - costs + pieces[0].cost))
    return pieces


def _first(piece: DrawnPiece, room: int) -> DrawnPiece:
    text = piece.text[: max(1, room)]
    return piece._replace(stop=piece.start + _size(text), text=text, cost=room)


def _last(piece: DrawnPiece, room: int) -> DrawnPiece:
    text = piece.text[-room:]
    return piece._replace(start=piece.stop - _size(text), text=text, cost=room)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _is_run(piece: DrawnPiece) -> bool:
    return piece.text.startswith("\0×") and piece.stop - piece.start >= RUN


def chars(piece: DrawnPiece, at: int) -> int:
    """How many characters of a piece stand before a byte of the line."""
    if at >= piece.stop:
        return len(piece.text)
    if _is_run(piece):
        return 0
    raw = piece.text.encode("utf-8", "surrogateescape")
    return len(raw[: _whole(raw, at - piece.start)].decode("utf-8", "surrogateescape"))


def _whole(raw: bytes, at: int) -> int:
    """Where the character begins that a byte is in; the byte itself where that is none."""
    spans = (
        (begin, stop) for begin in range(max(0, at - 3), at) for stop in range(at + 1, min(begin + 4, len(raw)) + 1)
    )
    return next((begin for begin, stop in spans if _is_character(raw[begin:stop])), at)


def _is_character(raw: bytes) -> bool:
    try:
        return len(raw.decode()) == 1
    except UnicodeDecodeError:
        return False
