"""What is wrong with a line by itself, from the pieces that stand in it.

Refuses to look at the lines around it: what was torn over several is for ``multiline``.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from sessiontui.damage import coloured, escapes, fragments, pieces, quotes, typographic, wrapped
from sessiontui.damage.layers import Examine, Layer
from sessiontui.damage.literals import Effort, Literals
from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import Piece, PieceKind
from sessiontui.damage.shapes import Shape, shape
from sessiontui.damage.verdict import Verdict
from sessiontui.dialects.source import Dropped
from sessiontui.model import Part, Reading, Salvage, Span

FILLERS: Final = frozenset({PieceKind.SPACE, PieceKind.NULS, PieceKind.BOM, PieceKind.COMMA})
_LAYERED: Final = (PieceKind.TEXT, PieceKind.VALUE, PieceKind.LITERAL)
"""Of these alone, and of what is not sure, something may be under a layer."""
_BREAKS_OFF: Final = "the record breaks off"
_CUT: Final = frozenset({"malformed", "fused", "torn"})
_WHOLE: Final = "one record, the quotes in its text escaped"
_INNER: Final = "the records in it alone"
_BRACKETS: Final = frozenset({b"[", b"]", b"],"})
_DEEP: Final = 3
"""How many layers are taken off a line."""
_MARKER: Final = lazy(rb"(?:<{7}|>{7}|\|{7}|%{7}|\+{7})(?: [^{\x00]{0,200})?|={7}")


def verdict(line: bytes, wrong: Dropped | None = None, depth: int = 0, effort: Effort | None = None) -> Verdict:
    """What is wrong with a damaged line, and what becomes of all of its bytes; ``depth``: it was under so many layers."""
    if pieces.breaks_off(line):
        return _broken_off(line)
    return (None if line[:1] == b"{" else _plain(line)) or _cut(line, wrong, depth, effort or Effort(line))


def _broken_off(line: bytes) -> Verdict:
    """The same as ``_cut`` says of what is damaged most often, by the shortest way."""
    return Verdict("torn", len(line), _BREAKS_OFF, (_torn_part(line, Span(0, len(line))),))


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


def _cut(line: bytes, wrong: Dropped | None, depth: int, effort: Effort) -> Verdict:
    script = fragments.printed(line)
    if script and script.records:
        return _of_shape(script, line)
    examine = _under(depth + 1, effort)
    if coloured.is_likely(line) and (layer := coloured.layer(line, examine)):
        return _of_layers(line, [Piece(PieceKind.LITERAL, 0, len(line), layer=layer)], [None])
    cut = pieces.cut(line, Literals(line, examine, effort) if b"role" in line and b"content" in line else None)
    if not any([not piece.sure or piece.kind in _LAYERED for piece in cut]):  # noqa: C419 - half the time of a generator
        return _of_pieces(line, cut, [None] * len(cut))
    if layer := typographic.layer(line) or escapes.html(line, examine):
        return _of_layers(line, [Piece(PieceKind.LITERAL, 0, len(line), layer=layer)], [None])
    known = wrong if len(cut) == 1 else None
    shapes = [shape(line[each.start : each.stop], known) if each.kind is PieceKind.VALUE else None for each in cut]
    cut = [_uncovered(line, *each, examine) for each in zip(cut, shapes, strict=True)]
    if any(piece.layer for piece in cut) or effort.spent:
        return _of_layers(line, cut, shapes, sure=not effort.spent)
    return _of_shape(script, line) if script else _of_pieces(line, cut, shapes)


def _of_pieces(line: bytes, cut: list[Piece], shapes: list[Shape | None]) -> Verdict:
    made = tuple([_part(line, piece, of, sure=sure) for piece, of, sure in zip(cut, shapes, _sure(cut), strict=True)])
    id, at, what = _named(line, cut, shapes)
    return _quoted(line, Verdict(id, at, what, made))


def _quoted(line: bytes, found: Verdict) -> Verdict:
    """The same, or the ways to read the line where all that is wrong may be quotes in its text that nobody escaped."""
    if found.id not in _CUT or any(part.salvage is Salvage.LOSSLESS and part.records for part in found.parts):
        return found
    records = quotes.readings(line)
    if not records:
        return found
    whole = Span(0, len(line))
    read = [Reading(_WHOLE, (Part(whole, Salvage.OFFERED, (record,)),)) for record in records]
    if any(part.salvage is Salvage.OFFERED and part.records for part in found.parts):
        read.append(Reading(_INNER, found.parts))
    what = Verdict("malformed", found.at, quotes.WHAT, read[0].parts)
    return what._replace(readings=tuple(read)) if len(read) > 1 else what


def _uncovered(line: bytes, piece: Piece, of: Shape | None, examine: Examine) -> Piece:
    """A piece that is no record as a literal, where a layer lies over it."""
    layer: Layer | None = None
    if piece.kind is PieceKind.VALUE and of and not of.records:
        value = line[piece.start : piece.stop]
        layer = wrapped.layer(value, examine) or escapes.bare(value)
    elif piece.kind is PieceKind.TORN and not piece.sure:
        layer = escapes.doubled(line[piece.start : piece.stop])
    return piece._replace(kind=PieceKind.LITERAL, layer=layer.moved(piece.start)) if layer else piece


def _of_layers(line: bytes, cut: list[Piece], shapes: list[Shape | None], *, sure: bool = True) -> Verdict:
    """``sure`` False: records may be those of literals."""
    surely = _sure(cut) if sure else [False] * len(cut)
    made = [
        piece.layer.readings[0].parts if piece.layer else (_part(line, piece, of, sure=each),)
        for piece, of, each in zip(cut, shapes, surely, strict=True)
    ]
    id, at, what = _named(line, cut, shapes)
    return Verdict(id, at, what, tuple(chain.from_iterable(made)), readings=_readings(cut, made))


def _readings(cut: list[Piece], made: list[tuple[Part, ...]]) -> tuple[Reading, ...]:
    """The ways to read the line, where there are several."""
    ways = max((piece.layer.readings for piece in cut if piece.layer), key=len, default=())
    if len(ways) < 2:
        return ()
    return tuple(
        Reading(way.what, tuple(chain.from_iterable(_read_as(*each, at) for each in zip(cut, made, strict=True))))
        for at, way in enumerate(ways)
    )


def _read_as(piece: Piece, made: tuple[Part, ...], number: int) -> tuple[Part, ...]:
    """The parts of a piece in a reading of the line, from 0; of a piece with fewer readings the last."""
    return piece.layer.readings[min(number, len(piece.layer.readings) - 1)].parts if piece.layer else made


def _under(depth: int, effort: Effort) -> Examine:
    """The same for what is under layers."""

    def parts(data: bytes) -> tuple[Part, ...]:
        effort.left -= len(data)
        if depth > _DEEP or effort.spent:
            return (Part(Span(0, len(data)), Salvage.NONE),)
        return verdict(data, None, depth, effort).parts

    return parts


def _of_shape(found: Shape, line: bytes) -> Verdict:
    return Verdict(
        found.id, found.at, found.what, (Part(Span(0, len(line)), found.salvage, found.records, found.left),)
    )


def parts(line: bytes, cut: list[Piece]) -> list[Part]:
    """What becomes of the first pieces of a line, each of which begins where it does for certain."""
    shapes = (shape(line[each.start : each.stop]) if each.kind is PieceKind.VALUE else None for each in cut)
    return [_part(line, piece, of, sure=True) for piece, of in zip(cut, shapes, strict=True)]


def _part(line: bytes, piece: Piece, of: Shape | None, *, sure: bool) -> Part:
    span = Span(piece.start, piece.stop - piece.start)
    if piece.kind is PieceKind.RECORD:
        return Part(span, Salvage.LOSSLESS if sure else Salvage.OFFERED, (line[piece.start : piece.stop],))
    if of:
        return Part(span, of.salvage, of.records, _moved(of.left, piece.start)) if sure else Part(span, Salvage.NONE)
    if piece.kind in FILLERS:
        return Part(span, Salvage.LOSSLESS)
    return _torn_part(line, span) if piece.kind is PieceKind.TORN else Part(span, Salvage.NONE)


def _torn_part(line: bytes, span: Span) -> Part:
    torn = fragments.readable(line[span.offset : span.stop])
    if not torn:
        return Part(span, Salvage.NONE)
    rest = Span(span.offset + torn.size, span.length - torn.size)
    return Part(span, Salvage.PARTIAL, (torn.record,), (rest,) if rest.length else ())


def _moved(left: tuple[Span, ...], by: int) -> tuple[Span, ...]:
    return tuple(each.moved(by) for each in left)


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
        if piece.kind is PieceKind.TEXT and doubted >= 0:
            sure[doubted] = False
        doubted = index if before and before.kind is PieceKind.TORN else -1
        before = piece
    return sure


def _named(line: bytes, cut: list[Piece], shapes: list[Shape | None]) -> tuple[str, int, str]:
    """The id of the line's fault, where it is, and what it is."""
    first = {piece.kind: piece for piece in reversed(cut)}
    records = sum(piece.kind is PieceKind.RECORD for piece in cut)
    torn, text = first.get(PieceKind.TORN), first.get(PieceKind.TEXT)
    if (literal := first.get(PieceKind.LITERAL)) and literal.layer and not torn:
        return literal.layer.id, literal.layer.at, literal.layer.what
    if torn:
        return _torn(line, torn, records)
    if text and not (PieceKind.NULS in first and not records):
        return fragments.text(line[text.start : text.stop], text.start)
    for piece, found in zip(cut, shapes, strict=True):
        if found:
            return found.id, piece.start + found.at, found.what
    if nuls := first.get(PieceKind.NULS):
        size = sum(piece.stop - piece.start for piece in cut if piece.kind is PieceKind.NULS)
        return "nul-run", nuls.start, f"{size:,} NUL byte{'s' * (size > 1)} where nothing was written"
    if bom := first.get(PieceKind.BOM):
        return "bom", bom.start, f"a byte order mark stands {'before the record' if records else 'alone on the line'}"
    if comma := first.get(PieceKind.COMMA):
        if not records:
            return "malformed", comma.start, "nothing but commas stands on the line"
        what = "a comma stands behind the record, as in a list" if records == 1 else f"commas join {records} records"
        return "array", comma.start, what
    second = [piece for piece in cut if piece.kind is PieceKind.RECORD][1:2]
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
