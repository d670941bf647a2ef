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

from sessiontui.damage import (
    corrections,
    diagnose,
    encodings,
    fragments,
    layered,
    lenient_json,
    masking_signs,
    multiline,
    one_line,
    pieces,
)
from sessiontui.damage.lenient_json import JsonToken
from sessiontui.damage.marks import is_tail
from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import PieceKind
from sessiontui.dialects import strict, zeroclaw
from sessiontui.model import Message, Salvage

KEYS: Final = (b"role", b"content", b"text")
"""The keys that tell what a record is; ``text`` is that of a list of parts."""
ROLES: Final = (b"system", b"user", b"assistant", b"tool")
_WORDS: Final = (b"null", b"true", b"false", b"NaN", b"Infinity", b"undefined", b"None", b"True", b"False")

_LAYERS: Final = frozenset({"literal", "escaped", "wrapped", "coloured", "bare-backslash", "typographic"})
_HEAD: Final = zeroclaw.write(Message("", ""))[:-3]
"""A record up to its text, as ZeroClaw writes it."""
_ESCAPED: Final = lazy(rb'\\(["\\])')
_TO_ESCAPE: Final = lazy(rb'["\\]')
_BETWEEN: Final = lazy(rb"(?P<word>[-+.0-9A-Za-z_]+)|[^-+.0-9A-Za-z_\x80-\xff]+|[\x80-\xff]+")
_NUMBER: Final = lazy(rb"(-?0?)([0-9.eE+-]*)")
_PYTHON: Final = lazy(rb"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_MARKER: Final = lazy(rb"([<>|%+=])\1{6}(?= [^{\x00]*+\Z|\r?\Z)")
_OBJECT: Final = b"[object Object]"


def masked(data: bytes, codec: str = "") -> bytes:
    """The bytes of a line, or of all the lines of a fault, masked; ``codec``: the wide encoding that the fault names."""
    if codec:
        return _wide(data, codec)
    data = masking_signs.blurred(data)
    layer = one_line.verdict(data).id if b"\n" not in data else ""
    if layer in _LAYERS:
        return layered.without_colours(data, masked) if layer == "coloured" else layered.masked(data)
    whole = _woven(data) if b"\n" in data else _one_line(data)
    if whole is not None:
        return whole
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


def _wide(data: bytes, codec: str) -> bytes:
    """Lines in a wide encoding, masked as what they say."""
    run = encodings.wide(data, 0) or encodings.wide(data, 0, codec)
    if not run:
        return masking_signs.text(data)
    narrow = whole(encodings.decoded(data, run))
    made = narrow.decode("utf-8", "surrogatepass").encode(run.codec, "surrogatepass")
    return masking_signs.text(data[: run.begin]) + made + masking_signs.text(data[run.begin + len(made) :])


def _one_line(line: bytes) -> bytes | None:
    """Lines that are one matter from end to end."""
    if line.strip() == _OBJECT:
        return line
    if fragments.word(line):
        return _between(line)
    if fragments.printed(line):
        return _structured(line, _python(line))
    marker = _MARKER.match(line)
    return marker[0] + masking_signs.text(line[marker.end() :]) if marker else None


def _woven(data: bytes) -> bytes | None:
    """Two records of which one stands in the middle of the other: the other masked as the one that it is."""
    woven = multiline.woven(data.split(b"\n"))
    if not woven:
        return None
    torn, *between, tail = (part for part in woven.parts if part.salvage is not Salvage.NONE)
    record = torn.records[0]
    stop, begin = torn.span.stop, tail.span.offset
    size = len(record) - len(data[:stop].lstrip(b" \t\r"))
    mask = _structured(record)
    middle = (masked(data[part.span.offset : part.span.stop]) for part in between)
    ends = mask[len(mask) - size :], masked(data[begin + size :])
    return b"".join((data[: stop - len(mask) + size], mask[: len(mask) - size], *middle, *ends))


def _python(line: bytes) -> list[JsonToken]:
    """The tokens of a record that Python printed."""
    found: list[JsonToken] = []
    at = 0
    for match in _PYTHON.finditer(line):
        found += (JsonToken(at, match.start(), text=False), JsonToken(match.start(), match.end(), text=True))
        at = match.end()
    return [*found, JsonToken(at, len(line), text=False)]


def _piece(piece: bytes, kind: PieceKind) -> bytes:
    if kind in (PieceKind.RECORD, PieceKind.VALUE):
        return _twice(piece) or _structured(piece)
    if kind is PieceKind.TORN:
        stop = lenient_json.reach(piece).stop
        return _structured(piece[:stop]) + masking_signs.text(piece[stop:])
    return _tail(piece) if kind is PieceKind.TEXT and is_tail(piece) else masking_signs.text(piece)


def _twice(value: bytes) -> bytes:
    """A record that was encoded twice; nothing of any other value."""
    inner = _ESCAPED.sub(rb"\1", value[1:-1])
    if value[:1] != b'"' or _escaped(inner) != value[1:-1] or not corrections.is_record(inner):
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
    return masking_signs.text(tail)


def _structured(value: bytes, tokens: Sequence[JsonToken] = ()) -> bytes:
    """JSON, or nearly: keys and roles that are known stay."""
    tokens = tokens or list(lenient_json.tokens(value))
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
        elif not behind and before[-1:] in (b"{", b",") and _is_begun(run):
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
    """Whether the bytes break off in a key that is known, or behind it."""
    return any((key + b'"').startswith(run[1:].rstrip(b"\r")) for key in KEYS[:2])


def _quoted(run: bytes) -> bytes:
    closed = len(run) > 1 and run[-1] == run[0]
    return run[:1] + masking_signs.text(run[1 : len(run) - closed]) + run[:1] * closed


def _between(run: bytes) -> bytes:
    """What stands between two texts: words of the format and the form of numbers stay."""
    return _BETWEEN.sub(lambda found: _word(found[0]) if found["word"] else _signs(found[0]), run)


def _signs(run: bytes) -> bytes:
    return run.translate(masking_signs.FORMAL) if run[0] < 0x80 else masking_signs.run(run)


def _word(word: bytes) -> bytes:
    if number := _NUMBER.fullmatch(word):
        return number[1] + re.sub(rb"[0-9]", b"9", number[2])
    sign = len(word) - len(word.lstrip(b"-"))
    kept = sign + max(_common(word[sign:], each) for each in _WORDS)
    return word[:kept] + word[kept:].translate(masking_signs.FORMAL)


def _common(word: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    return next(
        (at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), min(len(word), len(other))
    )
