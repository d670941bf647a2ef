"""Records that stand on several damaged lines: cut by newlines, laid out by a tool, or woven into each other.

Looks only from the line where a record begins to where it ends, never over a line that ZeroClaw reads: those are not
among what it is given. Refuses a join that is no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from sessiontui.damage import folds, lenient_json, one_line, pieces
from sessiontui.damage.corrections import flat, is_record, joined
from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import PieceKind, is_blank
from sessiontui.damage.shapes import shape
from sessiontui.damage.verdict import Verdict
from sessiontui.model import Part, Reading, Salvage, Span

_BEFORE_BREAK: Final = lazy(rb"\\\r?\n")
_NEAR: Final = 8
"""How many lines behind a torn record its end is looked for."""


class Join(NamedTuple):
    """Lines that are one matter."""

    lines: int
    verdict: Verdict
    """Its parts begin at the first of these lines."""


def over(data: bytes, at: int, stop: int) -> tuple[Join | None, int]:
    """The value that begins on the line at ``at`` and ends on a later one, and how many bytes were looked at.

    ``stop`` is where that line ends. What the value is made of are the bytes of the file, newlines and all. Records may
    stand before it, and behind it on the line where it ends, and the last one may go on over more lines in turn.
    """
    parts: list[Part] = []
    kinds: list[PieceKind] = []
    choices: dict[int, tuple[Reading, ...]] = {}
    named: Verdict | None = None
    ended: tuple[int, list[Part], int] = 0, [], stop
    begin, looked, waits = at, 0, False
    while True:
        cut = pieces.cut(data[begin:stop])
        if not all(piece.sure and (piece.kind is not PieceKind.TEXT or begin == at) for piece in cut):
            break  # without the last value, if there are several
        beside = [part.moved(begin - at) for part in one_line.parts(data[begin:stop], cut)]
        ended = (len(parts), beside, stop) if named else ended
        kinds += (piece.kind for piece in cut)
        value = _value(data, begin + cut[-1].start, stop) if cut and cut[-1].kind is PieceKind.TORN else None
        looked += value.looked if value else 0
        if not value or not value.verdict:
            break
        start = begin + cut[-1].start - at
        named = named or value.verdict._replace(at=start + value.verdict.at)
        parts += [*beside[:-1], value.verdict.parts[0].moved(start)]
        if value.verdict.readings:
            choices[len(parts) - 1] = value.verdict.readings
        waits = waits or (value.verdict.id == "folded" and parts[-1].salvage is Salvage.OFFERED)
        kinds.pop()
        begin = value.stop
        end = data.find(b"\n", begin)
        stop = end if end >= 0 else len(data)
    size, beside, stop = ended
    if not named or not size:
        return None, looked
    made = [*parts[:size], *beside]
    called = _called(named, list(map(_offered, made)) if waits else made, kinds)
    called = called._replace(readings=tuple(_readings(called.parts, {k: v for k, v in choices.items() if k < size})))
    return Join(data.count(b"\n", at, stop) + 1, called), looked


def _offered(part: Part) -> Part:
    """The same, for it would part from what is only offered on its lines."""
    return part._replace(salvage=Salvage.OFFERED) if part.records and part.salvage is Salvage.LOSSLESS else part


def _readings(parts: tuple[Part, ...], choices: dict[int, tuple[Reading, ...]]) -> Iterator[Reading]:
    """The ways to read all of the parts where some of them can be read in several: those of the same number together."""
    for number in range(max(map(len, choices.values()), default=0)):
        read = list(parts)
        what = ""
        for index, readings in choices.items():
            chosen = readings[min(number, len(readings) - 1)]
            read[index] = read[index]._replace(records=chosen.parts[0].records)
            what = what or chosen.what * (number < len(readings))
        yield Reading(what, tuple(read))


class _Value(NamedTuple):
    stop: int
    looked: int
    verdict: Verdict | None
    """None where it is not whole, or nothing to keep as one."""


def _value(data: bytes, at: int, stop: int) -> _Value:
    """The value at ``at``, whose line ends at ``stop`` before it does."""
    unfolded, looked = folds.unfolded(data, at)
    if unfolded and (folded := folds.verdict(unfolded)):
        return _Value(unfolded.stop, looked, folded)
    if not unfolded and not _BEFORE_BREAK.search(data, at, stop + 2 * looked):
        return _Value(at, looked, None)  # joined with nothing or not, the same ends it
    reached = lenient_json.reach(data, at)
    looked = reached.stop - at
    if not reached.whole or reached.stop <= stop:
        return _Value(at, looked, None)
    value = data[at : reached.stop]
    found = _list(value) if value[:1] == b"[" else None
    return _Value(reached.stop, looked, found or _joined(value, stop - at) or _other(value))


def _called(named: Verdict, parts: list[Part], kinds: list[PieceKind]) -> Verdict:
    """The first value's verdict, with all that stands on the lines."""
    id, what = named.id, named.what
    if PieceKind.TORN in kinds:
        id, what = "fused", "a whole record, over several lines, stands on the line of a torn one"
    elif id == "pretty-printed" and (PieceKind.COMMA in kinds or kinds[:1] == [PieceKind.SPACE]):
        id, what = "array", "a record of a list is laid out over several lines"
    return named._replace(id=id, what=what, parts=tuple(parts))


def _joined(value: bytes, at: int) -> Verdict | None:
    split, mend = joined(value)
    if not mend:
        return None
    what = mend.what if split else "a record is laid out over several lines"
    return Verdict(mend.id, at, what, (Part(Span(0, len(value)), mend.salvage, (mend.record,), mend.left),))


def _other(value: bytes) -> Verdict | None:
    """A value over several lines that no record is in."""
    if pieces.BEGIN.search(value):
        return None
    of = shape(flat(value))
    whole = Span(0, len(value))
    part = Part(whole, of.salvage, of.records, (whole,) if of.left else ())
    return Verdict(of.id, 0, f"{of.what}, on several lines", (part,))


def _list(value: bytes) -> Verdict | None:
    of = shape(value)
    if of.id != "array":
        return None
    return Verdict("array", 0, of.what, (Part(Span(0, len(value)), of.salvage, of.records),))


def woven(lines: list[bytes]) -> Join | None:
    """A torn record whose end stands on a later line, whole records between: both writers' records."""
    cut = [piece for piece in pieces.cut(lines[0]) if piece.kind not in one_line.FILLERS]
    if (
        len(cut) < 2
        or cut[0].kind is not PieceKind.TORN
        or any(piece.kind is not PieceKind.RECORD for piece in cut[1:])
    ):
        return None
    torn = lines[0][cut[0].start : cut[0].stop]
    near = enumerate(takewhile(lambda line: line[:1] != b"{", lines[1 : _NEAR + 1]), 1)
    ends = [at for at, line in near if line and is_record(torn + line.rstrip(b" \t\r"))]
    between = lines[1 : ends[0]] if ends else []
    if not ends or not all(map(is_blank, between)):
        return None
    salvage = Salvage.LOSSLESS if len(ends) == 1 else Salvage.OFFERED
    last = lines[ends[0]]
    parts = [Part(Span(0, cut[0].stop), salvage, (torn + last.rstrip(b" \t\r"),))]
    for piece in cut[1:]:
        span = Span(parts[-1].span.stop, piece.stop - parts[-1].span.stop)
        parts.append(Part(span, salvage, (lines[0][piece.start : piece.stop],)))
    begin = len(lines[0]) + sum(1 + len(line) for line in between) + 1
    parts.append(Part(Span(parts[-1].span.stop, begin - parts[-1].span.stop), Salvage.LOSSLESS))
    parts.append(Part(Span(begin, len(last)), salvage))
    rest = sum(1 + len(line) for line in lines[ends[0] + 1 : ends[-1] + 1])
    if rest:
        parts.append(Part(Span(begin + len(last), rest), Salvage.NONE))
    what = "two records are woven into each other, one in the middle of the other"
    what += "" if len(ends) == 1 else f", and {len(ends)} lines may be its end"
    return Join(ends[-1] + 1, Verdict("interleaved", cut[0].stop, what, tuple(parts)))
