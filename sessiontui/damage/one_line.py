"""What is wrong with a line by itself, from the pieces that stand in it.

Refuses to look at the lines around it: what was torn over several is for ``joints``.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage import fragments, pieces
from sessiontui.damage.pieces import Kind, Piece
from sessiontui.damage.shapes import Shape, shape
from sessiontui.damage.verdict import Verdict
from sessiontui.dialects.source import Dropped
from sessiontui.model import Part, Salvage, Span

FILLERS: Final = frozenset({Kind.SPACE, Kind.NULS, Kind.BOM, Kind.COMMA})
_BREAKS_OFF: Final = "the record breaks off"
_BRACKETS: Final = frozenset({b"[", b"]", b"],"})
_MARKER: Final = re.compile(rb"(?:<{7}|>{7}|\|{7}|%{7}|\+{7})(?: [^{\x00]{0,200})?|={7}")


def verdict(line: bytes, wrong: Dropped | None = None) -> Verdict:
    """What is wrong with a damaged line, and what becomes of all of its bytes."""
    if pieces.breaks_off(line):
        return _broken_off(line)
    return (None if line[:1] == b"{" else _plain(line)) or _cut(line, wrong)


def _broken_off(line: bytes) -> Verdict:
    """The same as ``_cut`` says of what is damaged most often, by the shortest way."""
    part = _part(line, Piece(Kind.TORN, 0, len(line)), None, sure=True)
    return Verdict("torn", len(line), _BREAKS_OFF, (part,))


def _plain(line: bytes) -> Verdict | None:
    """What is wrong with a line that says all by how it is written, with no value of its own in it."""
    if _MARKER.fullmatch(line.rstrip(b"\r")):
        part = Part(Span(0, len(line)), Salvage.LOSSLESS)
        return Verdict("merge-marker", 0, "the line marks one side of a merge conflict", (part,))
    if line.strip(b" \t\r") in _BRACKETS:
        part = Part(Span(0, len(line)), Salvage.LOSSLESS)
        return Verdict("array", 0, "a bracket of a list stands on the line", (part,))
    if word := fragments.word(line):
        return _of_shape(word, line)
    return None


def _cut(line: bytes, wrong: Dropped | None) -> Verdict:
    if script := fragments.printed(line):
        return _of_shape(script, line)
    cut = pieces.cut(line)
    known = wrong if len(cut) == 1 else None
    shapes = [shape(line[each.start : each.stop], known) if each.kind is Kind.VALUE else None for each in cut]
    made = tuple(_part(line, piece, of, sure=sure) for piece, of, sure in zip(cut, shapes, _sure(cut), strict=True))
    id, at, what = _named(line, cut, shapes)
    return Verdict(id, at, what, made)


def _of_shape(found: Shape, line: bytes) -> Verdict:
    return Verdict(found.id, found.at, found.what, (Part(Span(0, len(line)), found.salvage, found.records),))


def parts(line: bytes, cut: list[Piece]) -> list[Part]:
    """What becomes of the first pieces of a line, each of which begins where it does for certain."""
    shapes = (shape(line[each.start : each.stop]) if each.kind is Kind.VALUE else None for each in cut)
    return [_part(line, piece, of, sure=True) for piece, of in zip(cut, shapes, strict=True)]


def _part(line: bytes, piece: Piece, of: Shape | None, *, sure: bool) -> Part:
    span = Span(piece.start, piece.stop - piece.start)
    if piece.kind is Kind.RECORD:
        return Part(span, Salvage.LOSSLESS if sure else Salvage.OFFERED, (line[piece.start : piece.stop],))
    if of:
        return Part(span, of.salvage, of.records) if sure else Part(span, Salvage.NONE)
    if piece.kind in FILLERS:
        return Part(span, Salvage.LOSSLESS)
    torn = fragments.readable(line[piece.start : piece.stop]) if piece.kind is Kind.TORN else None
    return Part(span, Salvage.PARTIAL, (torn,)) if torn else Part(span, Salvage.NONE)


def _sure(cut: list[Piece]) -> list[bool]:
    """Of each piece, whether it begins where it does for certain.

    Behind a torn one it may also be a part of its text, where text follows in turn.
    """
    sure: list[bool] = []
    before: Piece | None = None
    doubted = -1
    for index, piece in enumerate(cut):
        sure.append(before is None or before.sure)
        if piece.kind in FILLERS:
            continue
        if piece.kind is Kind.TEXT and doubted >= 0:
            sure[doubted] = False
        doubted = index if before and before.kind is Kind.TORN else -1
        before = piece
    return sure


def _named(line: bytes, cut: list[Piece], shapes: list[Shape | None]) -> tuple[str, int, str]:
    """The id of the line's fault, where it is, and what it is."""
    first = {piece.kind: piece for piece in reversed(cut)}
    records = sum(piece.kind is Kind.RECORD for piece in cut)
    torn, text = first.get(Kind.TORN), first.get(Kind.TEXT)
    if torn:
        return _torn(line, torn, records)
    if text and not (Kind.NULS in first and not records):
        return fragments.text(line[text.start : text.stop], text.start)
    for piece, found in zip(cut, shapes, strict=True):
        if found:
            return found.id, piece.start + found.at, found.what
    if nuls := first.get(Kind.NULS):
        size = sum(piece.stop - piece.start for piece in cut if piece.kind is Kind.NULS)
        return "nul-run", nuls.start, f"{size:,} NUL byte{'s' * (size > 1)} where nothing was written"
    if bom := first.get(Kind.BOM):
        return "bom", bom.start, f"a byte order mark stands {'before the record' if records else 'alone on the line'}"
    if comma := first.get(Kind.COMMA):
        if not records:
            return "malformed", comma.start, "nothing but commas stands on the line"
        what = "a comma stands behind the record, as in a list" if records == 1 else f"commas join {records} records"
        return "array", comma.start, what
    second = [piece for piece in cut if piece.kind is Kind.RECORD][1:2]
    return "glued", second[0].start if second else 0, f"{records} records stand on one line"


def _torn(line: bytes, torn: Piece, records: int) -> tuple[str, int, str]:
    if (nul := line.find(b"\0", torn.start, torn.stop)) >= 0 and not records:
        return "nul-run", nul, "a torn record has NULs in it"
    if records:
        at = torn.stop if torn.stop < len(line) else torn.start
        whole = "a whole record stands" if records == 1 else f"{records} whole records stand"
        return "fused", at, f"{whole} on the line of a torn one"
    if torn.sure:
        return "torn", torn.stop, _BREAKS_OFF
    return fragments.malformed(line, torn.start)
