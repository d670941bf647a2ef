"""What is wrong with a line by itself, from the pieces that stand in it.

Refuses to look at the lines around it: what was torn over several is for ``multiline``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from sessiontui.damage import coloured, escapes, fragments, pieces, typographic, wrapped
from sessiontui.damage.layers import Examine
from sessiontui.damage.literals import Literals
from sessiontui.damage.pieces import Piece
from sessiontui.damage.shapes import shape
from sessiontui.damage.verdict import Effort, Verdict, of_readings
from sessiontui.dialects import strict
from sessiontui.dialects.source import Dropped
from sessiontui.model import Part, Reading, Salvage, Span

FILLERS: Final = ("space", "nuls", "bom", "comma")
_LAYERED: Final = ("text", "value", "literal")
"""Of these alone, and of what is not sure, something may be under a layer."""
_BREAKS_OFF: Final = "the record breaks off"
_DEEP: Final = 3
"""How many layers are taken off a line."""
_PATIENCE: Final = 8
"""How often the bytes of a line may be looked at for what is under layers."""


def verdict(line: bytes, wrong: Dropped | None = None, depth: int = 0, effort: Effort | None = None) -> Verdict:
    """What is wrong with a damaged line, and what becomes of all of its bytes; ``depth``: it was under so many layers."""
    if strict.written(line) == len(line):  # what is damaged most often, by the shortest way
        return Verdict("torn", len(line), _BREAKS_OFF, (fragments.torn(line),))
    plain = None if line[:1] == b"{" else fragments.plain(line)
    if plain:
        return plain.verdict(len(line))
    work = effort or Effort(_PATIENCE * len(line))
    script = fragments.printed(line)
    if script and script.records:
        return script.verdict(len(line))

    def examine(data: bytes) -> tuple[Part, ...]:
        work.left -= len(data)
        if depth == _DEEP or work.spent:
            return (Part(Span(0, len(data)), Salvage.NONE),)
        return verdict(data, None, depth + 1, work).parts

    if layer := coloured.layer(line, examine):
        return layer
    cut = pieces.cut(line, Literals(line, examine, work) if b"role" in line and b"content" in line else None)
    if not any([not piece.sure or piece.kind in _LAYERED for piece in cut]):  # noqa: C419 - half the time of a generator
        return _quoted(line, _of_pieces(line, cut))
    if layer := typographic.layer(line) or escapes.html(line, examine):
        return layer
    cut = [_uncovered(line, piece, examine) for piece in _shaped(line, cut, wrong if len(cut) == 1 else None)]
    if any(piece.layer for piece in cut) or work.spent:
        return _of_pieces(line, cut, sure=not work.spent)
    return script.verdict(len(line)) if script else _quoted(line, _of_pieces(line, cut))


def _of_pieces(line: bytes, cut: list[Piece], *, sure: bool = True) -> Verdict:
    """``sure`` False: records may be those of literals."""
    surely = _sure(cut) if sure else [False] * len(cut)
    made = [
        piece.layer.parts if piece.layer else (_part(line, piece, sure=each),)
        for piece, each in zip(cut, surely, strict=True)
    ]
    ways = max((piece.layer.readings for piece in cut if piece.layer), key=len, default=())

    def read(number: int) -> Iterator[Part]:
        """The parts in a reading of the line, from 0; of a piece with fewer readings those of its last."""
        for piece, its in zip(cut, made, strict=True):
            readings = piece.layer.readings if piece.layer else ()
            yield from readings[min(number, len(readings) - 1)].parts if readings else its

    readings = tuple(Reading(way.what, tuple(read(at))) for at, way in enumerate(ways))
    return Verdict(*_named(line, cut), tuple(chain.from_iterable(made)), readings=readings)


def _quoted(line: bytes, found: Verdict) -> Verdict:
    """The same, or the ways to read the line where all that is wrong may be quotes in its text that nobody escaped."""
    had = {part.salvage for part in found.parts if part.records}
    if found.id not in ("malformed", "fused", "torn") or Salvage.LOSSLESS in had:
        return found
    whole = Span(0, len(line))
    how = "one record, the quotes in its text escaped"
    read = [Reading(how, (Part(whole, Salvage.OFFERED, (record,)),)) for record in escapes.unquoted(line)]
    if read and Salvage.OFFERED in had:
        read.append(Reading("the records in it alone", found.parts))
    return of_readings("malformed", found.at, "quotes stand unescaped in a text", read) if read else found


def _uncovered(line: bytes, piece: Piece, examine: Examine) -> Piece:
    """A piece that is no record as a literal, where a layer lies over it."""
    layer: Verdict | None = None
    data = line[piece.start : piece.stop]
    if piece.shape and not piece.shape.records:
        layer = wrapped.layer(data, examine) or escapes.bare(data)
    elif piece.kind == "torn" and not piece.sure:
        layer = escapes.doubled(data)
    return piece._replace(kind="literal", layer=layer.moved(piece.start)) if layer else piece


def parts(line: bytes, cut: list[Piece]) -> list[Part]:
    """What becomes of the first pieces of a line, each of which begins where it does for certain."""
    return [_part(line, piece, sure=True) for piece in _shaped(line, cut)]


def _shaped(line: bytes, cut: list[Piece], wrong: Dropped | None = None) -> list[Piece]:
    """The pieces, each value with what is wrong with it."""
    return [
        piece._replace(shape=shape(line[piece.start : piece.stop], wrong)) if piece.kind == "value" else piece
        for piece in cut
    ]


def _part(line: bytes, piece: Piece, *, sure: bool) -> Part:
    span = Span(piece.start, piece.stop - piece.start)
    if piece.kind == "record":
        return Part(span, Salvage.LOSSLESS if sure else Salvage.OFFERED, (line[piece.start : piece.stop],))
    if piece.shape and sure:
        return piece.shape.part(span.length).moved(piece.start)
    if piece.kind == "torn":
        return fragments.torn(line[piece.start : piece.stop]).moved(piece.start)
    return Part(span, Salvage.LOSSLESS if piece.kind in FILLERS else Salvage.NONE)


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
        if piece.kind == "text" and doubted >= 0:
            sure[doubted] = False
        doubted = index if before and before.kind == "torn" else -1
        before = piece
    return sure


def _named(line: bytes, cut: list[Piece]) -> tuple[str, int, str]:
    """The id of the line's fault, where it is, and what it is."""
    first = {piece.kind: piece for piece in reversed(cut)}
    records = [piece for piece in cut if piece.kind == "record"]
    torn, text = first.get("torn"), first.get("text")
    if torn:
        if records:
            at = torn.stop if torn.stop < len(line) else torn.start
            whole = "a whole record stands" if len(records) == 1 else f"{len(records)} whole records stand"
            return "fused", at, f"{whole} on the line of a torn one"
        if (nul := line.find(b"\0", torn.start, torn.stop)) >= 0:
            return "nul-run", nul, "a torn record has NULs in it"
        if torn.sure:
            return "torn", torn.stop, _BREAKS_OFF
        wrong = strict.record_end(line, torn.start)
        at, reason = wrong if isinstance(wrong, Dropped) else (torn.start, "bytes of it are damaged")
        return "malformed", at, reason
    if (literal := first.get("literal")) and (layer := literal.layer):
        return layer.id, literal.start + layer.at, layer.what
    if text and not ("nuls" in first and not records):
        return fragments.text(line[text.start : text.stop], text.start)
    if (value := first.get("value")) and (of := value.shape):
        return of.id, value.start + of.at, of.what
    if nuls := first.get("nuls"):
        size = sum(piece.stop - piece.start for piece in cut if piece.kind == "nuls")
        return "nul-run", nuls.start, f"{size:,} NUL byte{'s' * (size > 1)} where nothing was written"
    if bom := first.get("bom"):
        return "bom", bom.start, f"a byte order mark stands {'before the record' if records else 'alone on the line'}"
    if comma := first.get("comma"):
        if not records:
            return "malformed", comma.start, "nothing but commas stands on the line"
        one = len(records) == 1
        what = "a comma stands behind the record, as in a list" if one else f"commas join {len(records)} records"
        return "array", comma.start, what
    return "glued", records[1].start if len(records) > 1 else 0, f"{len(records)} records stand on one line"
