"""A damaged line cut into what stands in it: whole records, other values, torn ones, text, and bytes that say nothing.

The pieces tile the line. A record is found where the line begins with it, where another piece ends, or where a torn
one was broken off by it, never nested in another value: a record inside the record of some other program is none.
The time is linear in the line. Refuses to mend anything.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json
from sessiontui.damage.layers import Layer
from sessiontui.damage.literals import BRACE, Literals
from sessiontui.damage.patterns import lazy
from sessiontui.dialects import source, strict

BEGIN: Final = lazy(rb'\{[ \t\r]*+"(?:role|content)"[ \t\r]*+:[ \t\r]*+"')
"""How a record begins: this can't stand in the text of a sound record, for quotes are escaped there."""

_NULS: Final = lazy(rb"\x00++")
_BOM: Final = b"\xef\xbb\xbf"
_HEAD: Final = lazy(rb'\{"role":(?:"[^"\\]*+","content":)?(?=(?:\x00|\xef\xbb\xbf){0,999}\{")')
"""A record that was broken off behind a colon, another object right behind it."""
_FILLERS: Final = lazy(rb"(?:[ \t\r\x00]|\xef\xbb\xbf){0,999}")
_REST: Final = lazy(rb"[ \t\r\x00]*+")
_QUOTES: Final = frozenset(b"'`")
_OPEN: Final = -1
_GOES_ON: Final = frozenset({b" ", b"\t", b"\r", b"\n", b",", b"}"})
_HEADING: Final = b'{"role":"","content":"'
_IN_ROLE: Final = len(b'{"role":"')
_BRACES: Final = lazy(rb"\{+(?=\{)")
"""Records that were torn behind their first byte, one after the other."""
_OPENING: Final = frozenset(b"{[")
_MOST: Final = 10_000
"""How many pieces a line is cut into, and ``_BETWEEN`` more for each record in it; then records alone are told from
text, so that a line of nothing but brackets is not held as millions of values."""
_BETWEEN: Final = 8
_BACK: Final = 64
"""How far in front of the byte that doesn't fit a record can begin: a brace, spaces, a quote."""


class PieceKind(Enum):
    """What a piece is."""

    RECORD = auto()
    VALUE = auto()
    """Whole, but not what ZeroClaw takes for a record."""
    TORN = auto()
    TEXT = auto()
    NULS = auto()
    BOM = auto()
    SPACE = auto()
    COMMA = auto()
    LITERAL = auto()
    """Records as another language writes them."""


_HELD: Final = (PieceKind.RECORD, PieceKind.LITERAL)


class Piece(NamedTuple):
    """Some bytes of a line."""

    kind: PieceKind
    start: int
    stop: int
    sure: bool = True
    """Whether what stands behind it begins there for certain."""
    inside: bool = False
    """It is torn inside a text, and the line ends there."""
    layer: Layer | None = None
    """Of a literal."""


def cut(line: bytes, literals: Literals | None = None) -> list[Piece]:
    """The pieces of a line, in order; without ``literals`` none of them is looked for."""
    found: list[Piece] = []
    at = 0
    most = _MOST
    while at < len(line):
        looks = len(found) < most or BEGIN.match(line, at)
        piece = (_filler(line, at) or _value(line, at)) if looks else None
        if literals and looks and (piece is None or not piece.sure):
            found += _literal(line, at, literals, piece)
        elif literals and found and line[at - 1] in _QUOTES and found[-1].kind is PieceKind.TORN:
            found += _behind_torn(found, at, literals) or [piece or _text(line, at)]
        else:
            found.append(piece or _text(line, at))
        at = found[-1].stop
        most += _BETWEEN * (found[-1].kind in _HELD)
    return found


def _behind_torn(found: list[Piece], at: int, literals: Literals) -> list[Piece]:
    """The literal around what begins at ``at``, whose quote the torn record before it was thought to hold."""
    layer = literals.around(at, found[-1].start + 1)
    if not layer:
        return []
    found[-1] = found[-1]._replace(stop=layer.start)
    return [Piece(PieceKind.LITERAL, layer.start, layer.stop, layer=layer)]


def _literal(line: bytes, at: int, literals: Literals, piece: Piece | None) -> list[Piece]:
    """The next literal and the text before it; where none is next, the piece that was found, or text."""
    if piece is None or not BEGIN.match(line, at):
        begun = literals.begun(BEGIN, at)
        for brace in BRACE.finditer(line, at, begun + len(_HEADING)):
            layer = literals.around(brace.start(), at) if brace.start() <= begun else None
            if layer and not literals.are_quoted(is_tail, at):
                literals.skipped(piece.stop - at if piece else 0)
                text = [Piece(PieceKind.TEXT, at, layer.start)] if layer.start > at else []
                return [*text, Piece(PieceKind.LITERAL, layer.start, layer.stop, layer=layer)]
    return [piece or _text(line, at)]


def breaks_off(line: bytes) -> bool:
    """Whether the line begins as ZeroClaw writes a record, and ends inside its content."""
    opening = strict.WRITTEN.match(line)
    return opening is not None and source.reach(source.EXACT, line, opening.end()) == len(line)


def is_blank(line: bytes) -> bool:
    """Whether only white space stands in the line, as ZeroClaw trims it."""
    return line[:1] != b"{" and source.reach(source.OUTER, line) == len(line)


def _filler(line: bytes, at: int) -> Piece | None:
    """Bytes that say nothing."""
    if nuls := _NULS.match(line, at):
        return Piece(PieceKind.NULS, at, nuls.end())
    if line.startswith(_BOM, at):
        return Piece(PieceKind.BOM, at, at + len(_BOM))
    if (stop := source.reach(source.OUTER, line, at)) > at:
        return Piece(PieceKind.SPACE, at, stop)
    return Piece(PieceKind.COMMA, at, at + 1) if line.startswith(b",", at) else None


def _value(line: bytes, at: int) -> Piece | None:
    """A record, or another value, whole or torn."""
    if line[at] == b'"'[0]:
        close = lenient_json.closing(line, at + 1)
        lonely = close >= 0 and _REST.fullmatch(line, close + 1) is not None
        return Piece(PieceKind.VALUE, at, close + 1) if lonely else None
    if line[at] not in _OPENING:
        return None
    end = _record_end(line, at)
    if end == _OPEN:
        return Piece(PieceKind.TORN, at, len(line), inside=True)
    if end is not None and is_utf8(line[at:end]):
        return Piece(PieceKind.RECORD, at, end)
    return _broken_off(line, at) or _reached(line, at)


def _record_end(line: bytes, at: int) -> int | None:
    """Where the record ends that begins here; ``_OPEN`` where the line ends inside its content, and is sound so far.

    Of records as ZeroClaw writes them two looks tell; the others are read byte by byte.
    """
    opening = strict.WRITTEN.match(line, at)
    if opening:
        stop = source.reach(source.EXACT, line, opening.end())
        if stop == len(line):
            return _OPEN
        if line.startswith(b'"}', stop):
            return stop + 2
        if (
            line[stop : stop + 1] != b'"'
            or line[stop + 1 : stop + 2] not in _GOES_ON
            or line.startswith(b",}", stop + 1)
        ):
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
    return Piece(PieceKind.TORN, begin, at) if follows in (b"", b"{") else None


def _behind_fillers(line: bytes, at: int) -> int:
    match = _FILLERS.match(line, at)
    return match.end() if match else at


def _reached(line: bytes, at: int) -> Piece:
    reached = lenient_json.reach(line, at)
    if reached.whole:
        return Piece(PieceKind.VALUE, at, reached.stop)
    if reached.stop == len(line):
        return Piece(PieceKind.TORN, at, reached.stop, inside=reached.inside)
    if line[reached.stop] == b"{"[0]:
        run = _BRACES.match(line, reached.stop)
        return Piece(PieceKind.TORN, at, run.end() if run else reached.stop)
    if line.startswith(b"{", _behind_fillers(line, reached.stop)):
        return Piece(PieceKind.TORN, at, reached.stop)
    brace = line.rfind(b"{", max(at + 1, reached.stop - _BACK), reached.stop + 1)
    begun = brace >= 0 and (line.startswith((b'{"r', b'{"c'), brace) or BEGIN.match(line, brace))
    if begun and not line[brace + 1 : reached.stop].strip(b' \t\r"'):
        return Piece(PieceKind.TORN, at, brace)
    later = BEGIN.search(line, max(at + 1, reached.stop))
    return Piece(PieceKind.TORN, at, later.start() if later else len(line), sure=False)


def _text(line: bytes, at: int) -> Piece:
    """What is no JSON: up to the next record, or to a run of NULs that goes on to the end."""
    begun = BEGIN.search(line, at + 1)
    stop = begun.start() if begun else at + max(1, len(line[at:].rstrip(b"\0")))
    text = line[at:stop]
    flat = b"{" not in text and b'"' not in text and not text.rstrip(b" \t").endswith(b"[")
    return Piece(PieceKind.TEXT, at, stop, sure=flat or is_tail(text))


def is_tail(text: bytes) -> bool:
    """Whether the bytes are the end of a record, without its beginning."""
    if not text.rstrip(b" \t\r").endswith((b'"}', b'"]')):
        return False
    if _closes(_HEADING, text):
        return True
    cuts = [size for size in range(1, len(_HEADING)) if _HEADING[size] == text[0]]
    return any(_closes(_HEADING[:size], text) for size in {*cuts, _IN_ROLE})


def _closes(head: bytes, text: bytes) -> bool:
    end = strict.record_end(head + text, 0)
    return isinstance(end, int) and not (head + text)[end:].strip(b" \t\r")


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
