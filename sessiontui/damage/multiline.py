"""Records that stand on several damaged lines: cut by newlines, laid out by a tool, or woven into each other.

Looks only from the line where a record begins to where it ends, never over a line that ZeroClaw reads: those are not
among what it is given. Refuses a join that is no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from sessiontui.damage import folds, lenient_json, one_line, pieces
from sessiontui.damage.marks import BEGIN
from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import PieceKind, is_blank
from sessiontui.damage.shapes import flat, is_record, joined, shape
from sessiontui.damage.verdict import Effort, Verdict, offered
from sessiontui.model import Part, Reading, Salvage, Span

_BEFORE_BREAK: Final = lazy(rb"\\\r?\n")
_NEAR: Final = 8
"""How many lines behind a torn record its end is looked for."""


def over(data: bytes, at: int, stop: int, effort: Effort) -> Verdict | None:
    """What is wrong with the value that begins on the line at ``at`` and ends on a later one, and all else on its lines.

    ``stop`` is where that line ends. What the value is made of are the bytes of the file, newlines and all. Records may
    stand before it, and behind it on the line where it ends, and the last one may go on over more lines in turn.
    """
    parts: list[Part] = []
    kinds: list[PieceKind] = []
    choices: dict[int, tuple[Reading, ...]] = {}
    named: Verdict | None = None
    beside: list[Part] = []
    size, begin, waits = 0, at, False
    while True:
        cut = pieces.cut(data[begin:stop])
        if not all(piece.sure and (piece.kind != "text" or begin == at) for piece in cut):
            break  # without the last value, if there are several
        around = [part.moved(begin - at) for part in one_line.parts(data[begin:stop], cut)]
        if named:
            size, beside = len(parts), around
        kinds += (piece.kind for piece in cut)
        goes_on = cut and cut[-1].kind == "torn"
        value = _value(data, begin + cut[-1].start, stop, effort) if goes_on else None
        if not value:
            break
        start = begin + cut[-1].start - at
        named = named or value._replace(at=start + value.at)
        parts += [*around[:-1], value.parts[0].moved(start)]
        if value.readings:
            choices[len(parts) - 1] = value.readings
        waits |= value.id == "folded" and parts[-1].salvage is Salvage.OFFERED
        kinds.pop()
        begin = at + parts[-1].span.stop
        end = data.find(b"\n", begin)
        stop = end if end >= 0 else len(data)
    if not named or not size:
        return None
    made = (*parts[:size], *beside)
    made = tuple(map(offered, made)) if waits else made
    readings = tuple(_readings(made, {k: v for k, v in choices.items() if k < size}))
    return _called(named, kinds)._replace(parts=made, readings=readings)


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


def _value(data: bytes, at: int, stop: int, effort: Effort) -> Verdict | None:
    """What is wrong with the value at ``at``, whose line ends at ``stop`` before it does; None where it is not whole, or
    nothing to keep as one."""
    unfolded, looked = folds.unfolded(data, at)
    folded = folds.verdict(unfolded) if unfolded else None
    if folded or not (unfolded or _BEFORE_BREAK.search(data, at, stop + 2 * looked)):
        effort.left -= looked  # joined with nothing or not, the same ends it
        return folded
    reached = lenient_json.reach(data, at)
    effort.left -= reached.stop - at
    if not reached.whole or reached.stop <= stop:
        return None
    value = data[at : reached.stop]
    if value[:1] == b"[" and (listed := shape(value)).id == "array":
        of = listed
    elif mend := joined(value):
        of = mend._replace(at=stop - at)
    elif BEGIN.search(value):
        return None
    else:
        of = shape(flat(value))  # no record is in it
        left = (Span(0, len(value)),) if of.left else ()
        of = of._replace(at=0, what=f"{of.what}, on several lines", left=left)
    return of.verdict(len(value))


def _called(named: Verdict, kinds: list[PieceKind]) -> Verdict:
    """The first value's verdict, named for all that stands on the lines."""
    id, what = named.id, named.what
    if "torn" in kinds:
        id, what = "fused", "a whole record, over several lines, stands on the line of a torn one"
    elif id == "pretty-printed" and ("comma" in kinds or kinds[:1] == ["space"]):
        id, what = "array", "a record of a list is laid out over several lines"
    return named._replace(id=id, what=what)


def woven(lines: list[bytes]) -> Verdict | None:
    """A torn record whose end stands on a later line, whole records between: both writers' records."""
    cut = [piece for piece in pieces.cut(lines[0]) if piece.kind not in one_line.FILLERS]
    kinds = [piece.kind for piece in cut]
    if kinds[:1] != ["torn"] or set(kinds[1:]) != {"record"}:
        return None
    torn = lines[0][cut[0].start : cut[0].stop]
    near = enumerate(takewhile(lambda line: line[:1] != b"{", lines[1 : _NEAR + 1]), 1)
    ends = [at for at, line in near if line and is_record(torn + line.rstrip(b" \t\r"))]
    if not ends or not all(map(is_blank, lines[1 : ends[0]])):
        return None
    salvage = Salvage.LOSSLESS if len(ends) == 1 else Salvage.OFFERED
    last = lines[ends[0]]
    begin = len(b"\n".join(lines[: ends[0]])) + 1
    stops = [
        (cut[0].stop, salvage, (torn + last.rstrip(b" \t\r"),)),
        *((piece.stop, salvage, (lines[0][piece.start : piece.stop],)) for piece in cut[1:]),
        (begin, Salvage.LOSSLESS, ()),
        (begin + len(last), salvage, ()),
        (len(b"\n".join(lines[: ends[-1] + 1])), Salvage.NONE, ()),
    ]
    parts: list[Part] = []
    at = 0
    for stop, sure, records in stops:
        if stop > at:
            parts.append(Part(Span(at, stop - at), sure, records))
        at = stop
    what = "two records are woven into each other, one in the middle of the other"
    what += "" if len(ends) == 1 else f", and {len(ends)} lines may be its end"
    return Verdict("interleaved", cut[0].stop, what, tuple(parts))
