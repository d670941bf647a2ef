"""Records that stand on several damaged lines: cut by newlines, laid out by a tool, or woven into each other.

Looks only from the line where a record begins to where it ends, never over a line that ZeroClaw reads: those are not
among what it is given. Refuses a join that is no record.
"""

from __future__ import annotations

from itertools import takewhile
from typing import Final, NamedTuple

from sessiontui.damage import loose, pieces
from sessiontui.damage.mending import Mended, flat, is_record, joined
from sessiontui.damage.pieces import Kind, is_blank
from sessiontui.damage.shapes import shape
from sessiontui.damage.verdict import Verdict
from sessiontui.model import Part, Salvage, Span

_NEAR: Final = 8
"""How many lines behind a torn record its end is looked for."""


class Join(NamedTuple):
    """Lines that are one matter."""

    lines: int
    verdict: Verdict
    """Its parts begin at the first of these lines."""


def over(data: bytes, at: int, stop: int) -> tuple[Join | None, int]:
    """The value that begins on the line at ``at`` and ends on a later one, and how many bytes were looked at.

    ``stop`` is where that line ends. What the value is made of are the bytes of the file, newlines and all.
    """
    begin = at + len(data[at:stop]) - len(data[at:stop].lstrip(b" \t\r"))
    if data[begin : begin + 1] not in (b"{", b"["):
        return None, 0
    reached = loose.reach(data, begin)
    looked = reached.stop - begin
    if not reached.whole or reached.stop <= stop:
        return None, looked
    end = data.find(b"\n", reached.stop)
    end = end if end >= 0 else len(data)
    if data[reached.stop : end].strip(b" \t\r") not in (b"", b","):
        return None, looked
    value = data[begin : reached.stop]
    verdict = _list(value, begin - at, end - at) if value[:1] == b"[" else None
    if not verdict:
        verdict = _joined(joined(value), stop - at, end - at) or _other(value, begin - at, end - at)
    if verdict and verdict.id == "pretty-printed" and (begin > at or b"," in data[reached.stop : end]):
        verdict = verdict._replace(id="array", what="a record of a list is laid out over several lines")
    return (Join(data.count(b"\n", at, end) + 1, verdict) if verdict else None), looked


def _joined(outcome: tuple[bool, Mended | None], at: int, size: int) -> Verdict | None:
    split, mend = outcome
    if not mend:
        return None
    what = mend.what if split else "a record is laid out over several lines"
    return Verdict(mend.id, at, what, (Part(Span(0, size), mend.salvage, (mend.record,)),))


def _other(value: bytes, lead: int, size: int) -> Verdict | None:
    """A value over several lines that no record is in."""
    if pieces.BEGIN.search(value):
        return None
    of = shape(flat(value))
    return Verdict(of.id, lead, f"{of.what}, on several lines", (Part(Span(0, size), of.salvage, of.records),))


def _list(value: bytes, lead: int, size: int) -> Verdict | None:
    of = shape(value)
    if of.id != "array":
        return None
    records: list[bytes] = []
    for record in of.records:
        _, mend = (False, None) if is_record(record) else joined(record)
        records.append(mend.record if mend else record)
    return Verdict("array", lead, of.what, (Part(Span(0, size), of.salvage, tuple(records)),))


def woven(lines: list[bytes]) -> Join | None:
    """A torn record whose end stands on a later line, whole records between: both writers' records."""
    cut = [piece for piece in pieces.cut(lines[0]) if piece.kind is not Kind.SPACE]
    if len(cut) < 2 or cut[0].kind is not Kind.TORN or any(piece.kind is not Kind.RECORD for piece in cut[1:]):
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
    what = "two records are woven into each other: one stands in the middle of the other"
    what += "" if len(ends) == 1 else f", and {len(ends)} lines may be its end"
    return Join(ends[-1] + 1, Verdict("interleaved", cut[0].stop, what, tuple(parts)))
