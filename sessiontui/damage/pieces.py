"""A damaged line cut into what stands in it: whole records, other values, torn ones, text, and bytes that say nothing.

The pieces tile the line. A record is found where the line begins with it, where another piece ends, or where a torn
one was broken off by it, never nested in another value: a record inside the record of some other program is none.
The time is linear in the line. Refuses to mend anything.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, cast

from sessiontui.damage import lenient_json
from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.literals import Literals
from sessiontui.damage.marks import BEGIN, is_tail
from sessiontui.damage.patterns import lazy
from sessiontui.damage.verdict import Shape, Verdict
from sessiontui.dialects import source, strict

_FILLER: Final = lazy(rb"(?P<nuls>\x00++)|(?P<bom>\xef\xbb\xbf)|(?P<comma>,)")
"""By what they are."""
_HEAD: Final = lazy(rb'\{"role":(?:"[^"\\]*+","content":)?(?=(?:\x00|\xef\xbb\xbf){0,999}\{")')
"""A record that was broken off behind a colon, another object right behind it."""
_FILLERS: Final = lazy(rb"(?:[ \t\r\x00]|\xef\xbb\xbf){0,999}")
_REST: Final = lazy(rb"[ \t\r\x00]*+")
_OPEN: Final = -1
_GOES_ON: Final = lazy(rb'"(?:[ \t\r\n}]|,(?!\}))')
"""The end of a content, and the record goes on as one may."""
_BRACES: Final = lazy(rb"\{+(?=\{)")
"""Records that were torn behind their first byte, one after the other."""
_MOST: Final = 10_000
"""How many pieces a line is cut into, and ``_BETWEEN`` more for each record in it; then records alone are told from
text, so that a line of nothing but brackets is not held as millions of values."""
_BETWEEN: Final = 8
_BACK: Final = 64
"""How far in front of the byte that doesn't fit a record can begin: a brace, spaces, a quote."""


PieceKind = Literal["record", "value", "torn", "text", "nuls", "bom", "space", "comma", "literal"]
"""What a piece is. A value is whole, but not what ZeroClaw takes for a record; a literal holds records as another language
writes them."""


class Piece(NamedTuple):
    """Some bytes of a line."""

    kind: PieceKind
    start: int
    stop: int
    sure: bool = True
    """Whether what stands behind it begins there for certain."""
    shape: Shape | None = None
    """Of a value, once it is looked at."""
    layer: Verdict | None = None
    """Of a literal."""


def cut(line: bytes, literals: Literals | None = None) -> list[Piece]:
    """The pieces of a line, in order; without ``literals`` none of them is looked for."""
    found: list[Piece] = []
    at = 0
    most = _MOST
    while at < len(line):
        looks = len(found) < most or BEGIN.match(line, at)
        piece = (_filler(line, at) or _value(line, at)) if looks else None
        layer: Verdict | None = None
        if literals and looks and (piece is None or not piece.sure):
            if piece is None or not BEGIN.match(line, at):
                layer = literals.next(at, piece.stop - at if piece else 0)
        elif literals and found and line[at - 1] in b"'`" and found[-1].kind == "torn":
            layer = literals.around(at, found[-1].start + 1)  # the torn record does not hold its quote
        if layer:
            start, length = layer.span
            if start > at:
                found.append(Piece("text", at, start))
            elif start < at:
                found[-1] = found[-1]._replace(stop=start)
            piece = Piece("literal", start, start + length, layer=layer)
        found.append(piece or _text(line, at))
        at = found[-1].stop
        most += _BETWEEN * (found[-1].kind in ("record", "literal"))
    return found


def is_blank(line: bytes) -> bool:
    """Whether only white space stands in the line, as ZeroClaw trims it."""
    return line[:1] != b"{" and source.reach(source.OUTER, line) == len(line)


def _filler(line: bytes, at: int) -> Piece | None:
    """Bytes that say nothing."""
    if (stop := source.reach(source.OUTER, line, at)) > at:
        return Piece("space", at, stop)
    found = _FILLER.match(line, at)
    return Piece(cast("PieceKind", found.lastgroup), at, found.end()) if found else None


def _value(line: bytes, at: int) -> Piece | None:
    """A record, or another value, whole or torn."""
    if line.startswith(b'"', at):
        close = lenient_json.closing(line, at + 1)
        lonely = close >= 0 and _REST.fullmatch(line, close + 1) is not None
        return Piece("value", at, close + 1) if lonely else None
    if line[at] not in b"{[":
        return None
    end = _record_end(line, at)
    if end == _OPEN:
        return Piece("torn", at, len(line))
    if end is not None and is_utf8(line[at:end]):
        return Piece("record", at, end)
    return _broken_off(line, at) or _reached(line, at)


def _record_end(line: bytes, at: int) -> int | None:
    """Where the record ends that begins here; ``_OPEN`` where the line ends inside its content, and is sound so far.

    Of records as ZeroClaw writes them two looks tell; the others are read byte by byte.
    """
    stop = strict.written(line, at)
    if stop >= 0:
        if stop == len(line):
            return _OPEN
        if line.startswith(b'"}', stop):
            return stop + 2
        if not _GOES_ON.match(line, stop):
            return None
    end = strict.record_end(line, at)
    return end if isinstance(end, int) else None


def _broken_off(line: bytes, at: int) -> Piece | None:
    """A record torn behind a colon, where a value would stand: only ours, and only before a record at the line's end."""
    begin = at
    while head := _HEAD.match(line, at):
        at = head.end()
    begun = _behind_fillers(line, at)
    if at == begin or not BEGIN.match(line, begun):
        return None
    end = _record_end(line, begun)
    if end is None or end == _OPEN:
        return None
    follows = line[(behind := _behind_fillers(line, end)) : behind + 1]
    return Piece("torn", begin, at) if follows in b"{" else None  # the end of the line is in it too


def _behind_fillers(line: bytes, at: int) -> int:
    match = _FILLERS.match(line, at)
    return match.end() if match else at


def _reached(line: bytes, at: int) -> Piece:
    stop, whole = lenient_json.reach(line, at)
    if whole:
        return Piece("value", at, stop)
    if run := _BRACES.match(line, stop):
        return Piece("torn", at, run.end())
    if stop == len(line) or line.startswith(b"{", _behind_fillers(line, stop)):
        return Piece("torn", at, stop)
    brace = line.rfind(b"{", max(at + 1, stop - _BACK), stop + 1)
    begun = brace >= 0 and (line.startswith((b'{"r', b'{"c'), brace) or BEGIN.match(line, brace))
    if begun and not line[brace + 1 : stop].strip(b' \t\r"'):
        return Piece("torn", at, brace)
    later = BEGIN.search(line, max(at + 1, stop))
    return Piece("torn", at, later.start() if later else len(line), sure=False)


def _text(line: bytes, at: int) -> Piece:
    """What is no JSON: up to the next record, or to a run of NULs that goes on to the end."""
    begun = BEGIN.search(line, at + 1)
    stop = begun.start() if begun else at + max(1, len(line[at:].rstrip(b"\0")))
    text = line[at:stop]
    flat = b"{" not in text and b'"' not in text and not text.rstrip(b" \t").endswith(b"[")
    return Piece("text", at, stop, sure=flat or is_tail(text))
