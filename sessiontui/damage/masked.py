"""Damaged bytes without what people wrote: the same length, the same damage, no word of it.

Letters become ``x`` and ``X``, digits ``9``, other signs ``*``, what is not ASCII one sign for its class and length.
What stays is what a diagnosis goes by: quotes, brackets, escapes, control bytes, and words that belong to the format.
Few bytes that are no text and stand alone stay too; of others, their classes. Where it can't be told what
is structure, more is masked, never less.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from sessiontui.damage import diagnose, encodings, fragments, loose, mending, pieces
from sessiontui.damage.loose import Token
from sessiontui.damage.pieces import Kind
from sessiontui.dialects import strict, zeroclaw
from sessiontui.model import Message

KEYS: Final = (b"role", b"content", b"text")
"""The keys that tell what a record is; ``text`` is that of a list of parts."""
ROLES: Final = (b"system", b"user", b"assistant", b"tool")
_WORDS: Final = (b"null", b"true", b"false", b"NaN", b"Infinity", b"undefined", b"None", b"True", b"False")

_HEAD: Final = zeroclaw.write(Message("", ""))[:-3]
"""A record up to its text, as ZeroClaw writes it."""
_KEPT: Final = b' "\\{}[]:,\x00\x07\x08\t\n\x0b\x0c\r\x1a\x1b\x7f'
_STRUCTURE: Final = _KEPT + b"'+-._"
_ESCAPED: Final = re.compile(rb'\\(["\\])')
_ESCAPES: Final = b"\"\\/'bfnrtuxU"
_TO_ESCAPE: Final = re.compile(rb'["\\]')
_TOKEN: Final = re.compile(
    rb"\\(?:u[0-9a-fA-F]{0,4}|x[0-9a-fA-F]{0,2}|U[0-9a-fA-F]{0,8}|[\x00-\x7f])?|[^\\\x80-\xff]+|[\x80-\xff]+"
)
_HIGH: Final = re.compile(
    rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]"
    rb"|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]"
)
"""A pair of halves in six bytes, a character, or a byte of neither."""
_BETWEEN: Final = re.compile(rb"(?P<word>[-+.0-9A-Za-z_]+)|[^-+.0-9A-Za-z_\x80-\xff]+|[\x80-\xff]+")
_NUMBER: Final = re.compile(rb"(-?0?)([0-9.eE+-]*)")
_PYTHON: Final = re.compile(rb"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_MARKER: Final = re.compile(rb"([<>|%+=])\1{6}(?= [^{\x00]*+\Z|\r?\Z)")
_LONELY: Final = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_FEW: Final = 4
"""Bytes beyond ASCII that stand alone: more of them are a text in some other encoding."""
_OBJECT: Final = b"[object Object]"


def _class(byte: int) -> int:
    """The first byte that decoders, of UTF-8 and of cp1252, take as they take this one."""
    if byte < 0x90:
        return 0x81 if byte in (0x81, 0x8D, 0x8F) else 0x80
    if byte < 0xA0:
        return 0x90 if byte in (0x90, 0x9D) else 0x91
    starts = (0xA0, 0xB0, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xEE, 0xF0, 0xF1, 0xF4, 0xF5, 0xFE, 0xFF)
    return max(start for start in starts if start <= byte)


def _sign(byte: int, kept: bytes) -> int:
    """What a byte becomes."""
    if byte in kept:
        return byte
    if byte >= 0x80:
        return _class(byte)
    if byte < 0x20:
        return 0x01
    sign = chr(byte)
    return ord("9" if sign.isdigit() else "*" if not sign.isalpha() else "X" if sign.isupper() else "x")


_PLAIN: Final = bytes(_sign(byte, _KEPT) for byte in range(0x100))
_FORMAL: Final = bytes(_sign(byte, _STRUCTURE) for byte in range(0x100))


def masked(data: bytes, codec: str = "") -> bytes:
    """The bytes of a line, or of all the lines of a fault, masked; ``codec``: the wide encoding that the fault names."""
    if codec:
        return _wide(data, codec)
    data = _blurred(data)
    if b"\n" not in data and (line := _one_line(data)) is not None:
        return line
    return b"".join(_piece(data[piece.start : piece.stop], piece.kind) for piece in pieces.cut(data))


def whole(data: bytes) -> bytes:
    """All lines of a file, healthy ones too, those of one fault together."""
    made: list[bytes] = []
    at = 0
    for found in diagnose.faults(diagnose.lines_of(data)):
        if found.span:
            made += (
                _lines(data[at : found.span.offset]),
                masked(data[found.span.offset : found.span.stop], found.codec),
            )
            at = found.span.stop
    return b"".join((*made, _lines(data[at:])))


def _lines(data: bytes) -> bytes:
    return b"\n".join(map(masked, data.split(b"\n")))


def text(data: bytes) -> bytes:
    """Bytes of which nothing is known but that they are part of something; escapes keep their kind."""
    tokens = _TOKEN.finditer(_blurred(data))
    return b"".join(_escape(token[0]) if token[0][:1] == b"\\" else _run(token[0]) for token in tokens)


def _blurred(data: bytes) -> bytes:
    """The same, but for bytes that stand alone too often."""
    alone = len(_LONELY.findall(data))
    return _LONELY.sub(lambda byte: byte[0].translate(_PLAIN), data) if alone > _FEW else data


def _run(run: bytes) -> bytes:
    if run[0] < 0x80:
        return run.translate(_PLAIN)
    return run if len(run) == 1 else _HIGH.sub(lambda found: _character(found[0]), run)


def _character(found: bytes) -> bytes:
    """One match of ``_HIGH``."""
    if len(found) == 6:
        return b"\xed\xa0\xbd\xed\xb9\x82"
    return found.translate(_PLAIN) if len(found) == 1 else _alike(found.decode()).encode()


def _alike(sign: str) -> str:
    """The character that stands for all of its class that take as many bytes."""
    if sign.isspace() or sign == "\ufeff":
        return sign
    size = len(sign.encode())
    if sign < "\xa0":
        return "\x80"
    return {2: "é§", 3: "語†", 4: "𐐀🙂"}[size][not sign.isalnum()]


def _escape(escape: bytes) -> bytes:
    """An escape of the same kind."""
    kind, digits = escape[1:2], escape[2:]
    if kind in (b"u", b"x", b"U") and digits:
        full = len(digits) == {b"u": 4, b"x": 2, b"U": 8}[kind]
        return escape[:2] + (b"%0*x" % (len(digits), _code(int(digits, 16))) if full else b"0" * len(digits))
    if kind.isalpha() and kind not in _ESCAPES:
        return b"\\q"
    return escape if kind in _ESCAPES else b"\\" + kind.translate(_PLAIN)


def _code(code: int) -> int:
    """The character that an escape may name in place of this one."""
    if code < 0x80:
        return _PLAIN[code] if code >= 0x20 else code
    if 0xD800 <= code < 0xE000:
        return 0xD83D if code < 0xDC00 else 0xDE42
    return ord(_alike(chr(code))) if code <= 0x10FFFF else 0xFFFFFFFF


def _wide(data: bytes, codec: str) -> bytes:
    """Lines in a wide encoding, masked as what they say."""
    run = encodings.wide(data, 0) or encodings.wide(data, 0, codec)
    if not run:
        return text(data)
    narrow = whole(encodings.decoded(data, run))
    made = narrow.decode("utf-8", "surrogatepass").encode(run.codec, "surrogatepass")
    return text(data[: run.begin]) + made + text(data[run.begin + len(made) :])


def _one_line(line: bytes) -> bytes | None:
    """Lines that are one matter from end to end."""
    if line.strip() == _OBJECT:
        return line
    if fragments.word(line):
        return _between(line)
    if fragments.printed(line):
        return _structured(line, _python(line))
    marker = _MARKER.match(line)
    return marker[0] + text(line[marker.end() :]) if marker else None


def _python(line: bytes) -> list[Token]:
    """The tokens of a record that Python printed."""
    found: list[Token] = []
    at = 0
    for match in _PYTHON.finditer(line):
        found += (Token(at, match.start(), text=False), Token(match.start(), match.end(), text=True))
        at = match.end()
    return [*found, Token(at, len(line), text=False)]


def _piece(piece: bytes, kind: Kind) -> bytes:
    if kind in (Kind.RECORD, Kind.VALUE):
        return _twice(piece) or _structured(piece)
    if kind is Kind.TORN:
        stop = loose.reach(piece).stop
        return _structured(piece[:stop]) + text(piece[stop:])
    return _tail(piece) if kind is Kind.TEXT and pieces.is_tail(piece) else text(piece)


def _twice(value: bytes) -> bytes:
    """A record that was encoded twice; nothing of any other value."""
    inner = _ESCAPED.sub(rb"\1", value[1:-1])
    if value[:1] != b'"' or _escaped(inner) != value[1:-1] or not mending.is_record(inner):
        return b""
    return b'"%b"' % _escaped(masked(inner))


def _escaped(inner: bytes) -> bytes:
    return _TO_ESCAPE.sub(rb"\\\g<0>", inner)


def _tail(tail: bytes) -> bytes:
    """The end of a record, with the beginning that it has lost."""
    cuts = (size for size in range(1, len(_HEAD)) if _HEAD[size] == tail[0])
    for size in (len(_HEAD), *cuts, *range(len(_HEAD))):
        if isinstance(strict.record_end(_HEAD[:size] + tail, 0), int):
            return _structured(_HEAD[:size] + tail)[size:]
    return text(tail)


def _structured(value: bytes, tokens: Sequence[Token] = ()) -> bytes:
    """JSON, or nearly: keys and roles that are known stay."""
    tokens = tokens or list(loose.tokens(value))
    runs = [value[token.start : token.stop] for token in tokens]
    made: list[bytes] = []
    key, numbered = b"", 0
    for token, run, *near in zip(tokens, runs, [b"", *runs[:-1]], [*runs[1:], b""], strict=True):
        before, behind = (each.strip() for each in near)
        if not token.text:
            made.append(_between(run))
        elif behind[:1] == b":":
            key = _name(run)
            is_next = key == b"%d" % numbered
            numbered += is_next
            made.append(run if is_next or key in KEYS else _quoted(run))
        elif before[-1:] in (b"{", b",") and _is_begun(run):
            made.append(run)
        else:
            kept = key == b"role" and before == b":" and run[1:-1] in ROLES
            made.append(run if kept else _quoted(run))
    return b"".join(made)


def _name(run: bytes) -> bytes:
    """What a key in quotes says."""
    try:
        return json.loads(run).encode() if b"\\" in run else run[1:-1]
    except ValueError:
        return b""


def _is_begun(run: bytes) -> bool:
    """Whether the text breaks off inside a key that is known."""
    return run[-1:] != b'"' and any(key.startswith(run[1:]) for key in KEYS[:2])


def _quoted(run: bytes) -> bytes:
    closed = len(run) > 1 and run[-1] == run[0]
    return run[:1] + text(run[1 : len(run) - closed]) + run[:1] * closed


def _between(run: bytes) -> bytes:
    """What stands between two texts: words of the format and the form of numbers stay."""
    return _BETWEEN.sub(lambda found: _word(found[0]) if found["word"] else _signs(found[0]), run)


def _signs(run: bytes) -> bytes:
    return run.translate(_FORMAL) if run[0] < 0x80 else _run(run)


def _word(word: bytes) -> bytes:
    if number := _NUMBER.fullmatch(word):
        return number[1] + re.sub(rb"[0-9]", b"9", number[2])
    sign = len(word) - len(word.lstrip(b"-"))
    kept = sign + max(_common(word[sign:], each) for each in _WORDS)
    return word[:kept] + word[kept:].translate(_FORMAL)


def _common(word: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    return next(
        (at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), min(len(word), len(other))
    )
