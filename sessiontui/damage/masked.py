"""Damaged bytes without what people wrote: the same length, the same damage, no word of it.

Letters become ``x`` and ``X``, digits ``9``, other signs ``*``, what is not ASCII one sign for its class and length.
What stays is what a diagnosis goes by: quotes, brackets, escapes, control bytes, and words that belong to the format.
Under a layer of another program, what tells the layer stays, and the kind of its escapes. Few bytes that are no text
and stand alone stay too; of others, their classes. Where it can't be told what is structure, more is masked, never less.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from sessiontui.damage import (
    diagnose,
    encodings,
    fragments,
    lenient_json,
    masking_signs,
    multiline,
    one_line,
    pieces,
)
from sessiontui.damage.marks import HEADING, is_tail
from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import PieceKind
from sessiontui.damage.shapes import is_record
from sessiontui.dialects import strict
from sessiontui.model import Salvage

_KEYS: Final = (b"role", b"content", b"text")
"""The keys that tell what a record is; ``text`` is that of a list of parts."""
_ROLES: Final = (b"system", b"user", b"assistant", b"tool")
_WORDS: Final = frozenset(
    word[:size]
    for word in (b"null", b"true", b"false", b"NaN", b"Infinity", b"undefined", b"None", b"True", b"False")
    for size in range(1, len(word) + 1)
)
"""Words of the format, and how they begin."""

_LAYERS: Final = ("literal", "escaped", "wrapped", "bare-backslash", "typographic")
_ESCAPED: Final = lazy(rb'\\(["\\])')
_TO_ESCAPE: Final = lazy(rb'["\\]')
_BETWEEN: Final = lazy(rb"(?P<word>[-+.0-9A-Za-z_]+)|[^-+.0-9A-Za-z_\x80-\xff]+|[\x80-\xff]+")
_NUMBER: Final = lazy(rb"(-?0?)([0-9.eE+-]*)")
_PYTHON: Final = lazy(rb"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_MARKER: Final = lazy(rb"([<>|%+=])\1{6}(?= [^{\x00]*+\Z|\r?\Z)")

_SIGNS: Final = (
    rb"\xc2[\xa0\xab\xbb]|\xe2\x80[\x80-\x8f\x98-\x9f\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xef\xbb\xbf"
    rb"|\xef\xbc[\x82\x87\x8c\x9a]|\xef\xb9[\x90\x95]|\xef\xbd[\x9b\x9d]"
)
"""What ``typographic`` takes for a sign of JSON."""
_CODE: Final = lazy(rb"((?:\x1b|\\x1[bB]|\\u001[bB]|\\u\{1[bB]\}|\\0?33|\\e|\^\[|\xe2\x90\x9b)?\[[0-9;:]*[mK])")
_KEPT: Final = lazy(
    rb"(?P<escape>\\+(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[bfnrt\"'/`$])?)"
    rb"|(?P<word>(?:(?<=[\"'])|(?<=\xe2\x80[\x98-\x9f])|(?<=\xef\xbc[\x82\x87]))(?:"
    rb"role|content|system|user|assistant|tool|log|message|msg|line|data|record|entry|event|payload|body|text|value"
    rb"|raw|_raw|streams|entries|records|logEvents|MESSAGE|stream|time|timestamp|ts|level"
    rb")(?=\\*[\"'`]|\xe2\x80[\x98-\x9f]|\xef\xbc[\x82\x87]))"
    rb"|(?P<before>(?<![\w\\])(?:[bBuUrRfF]{1,2}|\$)(?=['\"])|\b(?:echo|printf|curl|wget|--?d(?:ata)?|--json|jq)\b)"
    rb"|(?P<before_too>(?i:\binsert\s+into\b|\bvalues\s*\(|\bselect\b|\bwhere\b))"
    rb"|(?P<quote>['`])|(?P<sign>" + _SIGNS + rb")"
)
"""What stays of a line whose records are under a layer. A word of the format stays where quotes are around it."""
_HEXADECIMAL: Final = lazy(rb"(\\+[uUx])([0-9a-fA-F]+)")


def masked(data: bytes, codec: str = "") -> bytes:
    """The bytes of a line, or of all the lines of a fault, masked; ``codec``: the wide encoding that the fault names."""
    if codec:
        return _wide(data, codec)
    data = masking_signs.blurred(data)
    if b"\n" in data:
        whole = _woven(data)
    else:
        id = one_line.verdict(data).id
        whole = _coloured(data) if id == "coloured" else _layered(data) if id in _LAYERS else _one_line(data)
    if whole is not None:
        return whole
    return b"".join(_piece(data[piece.start : piece.stop], piece.kind) for piece in pieces.cut(data))


def whole(data: bytes) -> bytes:
    """All lines of a file, healthy ones too, those of one fault together."""
    made: list[bytes] = []
    at = 0
    for found in diagnose.faults(diagnose.lines_of(data)):
        if found.span:
            start, stop = found.span.offset, found.span.stop
            made += (_lines(data[at:start]), masked(data[start:stop], found.codec))
            at = stop
    return b"".join((*made, _lines(data[at:])))


def _lines(data: bytes) -> bytes:
    return b"\n".join(map(masked, data.split(b"\n")))


def _wide(data: bytes, codec: str) -> bytes:
    """Lines in a wide encoding, masked as what they say."""
    run = encodings.wide(data, 0) or encodings.wide(data, 0, codec)
    if not run:
        return masking_signs.text(data)
    made = encodings.encoded(whole(encodings.decoded(data, run)), run)
    return masking_signs.text(data[: run.begin]) + made + masking_signs.text(data[run.begin + len(made) :])


def _coloured(line: bytes) -> bytes:
    """The line masked as what it says without its colour codes, and these where they were."""
    runs = _CODE.split(line)
    inner = BytesIO(masked(b"".join(runs[::2])))
    runs[::2] = [inner.read(len(run)) for run in runs[::2]]
    return b"".join(runs)


def _layered(line: bytes) -> bytes:
    """The line with each text masked, for what is kept of a layer."""
    made: list[bytes] = []
    at = 0
    for kept in _KEPT.finditer(line):
        made += (masking_signs.text(line[at : kept.start()]), _of_its_kind(kept[0]) if kept["escape"] else kept[0])
        at = kept.end()
    return b"".join((*made, masking_signs.text(line[at:])))


def _of_its_kind(escape: bytes) -> bytes:
    """An escape of the same kind, whose number is one for its class."""
    numbered = _HEXADECIMAL.fullmatch(escape)
    if not numbered:
        return escape
    code = (masking_signs.byte if len(numbered[2]) == len("ff") else masking_signs.code)(int(numbered[2], 16))
    return numbered[1] + b"%0*x" % (len(numbered[2]), code)


def _one_line(line: bytes) -> bytes | None:
    """Lines that are one matter from end to end."""
    if line.strip() == b"[object Object]":
        return line
    if fragments.word(line):
        return _between(line)
    if fragments.printed(line):
        return b"".join(_of_runs([(run, at % 2 == 1) for at, run in enumerate(_PYTHON.split(line))]))
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
    cut = len(data[:stop].lstrip(b" \t\r"))
    mask = _structured(record)
    middle = (masked(data[part.span.offset : part.span.stop]) for part in between)
    rest = masked(data[begin + len(record) - cut :])
    return b"".join((data[: stop - cut], mask[:cut], *middle, mask[cut:], rest))


def _piece(piece: bytes, kind: PieceKind) -> bytes:
    if kind in ("record", "value"):
        return _twice(piece) or _structured(piece)
    if kind == "torn":
        stop = lenient_json.reach(piece).stop
        return _structured(piece[:stop]) + masking_signs.text(piece[stop:])
    return _tail(piece) if is_tail(piece) else masking_signs.text(piece)


def _twice(value: bytes) -> bytes:
    """A record that was encoded twice; nothing of any other value."""
    inner = _ESCAPED.sub(rb"\1", value[1:-1])
    if value[:1] != b'"' or _escaped(inner) != value[1:-1] or not is_record(inner):
        return b""
    return b'"%b"' % _escaped(masked(inner))


def _escaped(inner: bytes) -> bytes:
    return _TO_ESCAPE.sub(rb"\\\g<0>", inner)


def _tail(tail: bytes) -> bytes:
    """The end of a record, with the beginning that it has lost."""
    cuts = (size for size in range(1, len(HEADING)) if HEADING[size] == tail[0])
    sizes = (len(HEADING), *cuts, *range(len(HEADING)))
    size = next(each for each in sizes if isinstance(strict.record_end(HEADING[:each] + tail, 0), int))
    return _structured(HEADING[:size] + tail)[size:]


def _structured(value: bytes) -> bytes:
    """JSON, or nearly."""
    runs = [(value[token.start : token.stop], token.text) for token in lenient_json.tokens(value)]
    return b"".join(_of_runs(runs))


def _of_runs(runs: list[tuple[bytes, bool]]) -> Iterator[bytes]:
    """Texts and what stands between them, each with whether it is a text: keys and roles that are known stay."""
    bare = [b"", *(run.strip() for run, _ in runs), b""]
    key, numbered = b"", 0
    for (run, is_text), before, behind in zip(runs, bare, bare[2:], strict=False):
        if not is_text:
            yield _between(run)
            continue
        if behind[:1] == b":":
            key = _name(run)
            is_next = key == b"%d" % numbered
            numbered += is_next
            kept = is_next or key in _KEYS
        elif not behind and before[-1:] in (b"{", b","):
            kept = any((key + b'"').startswith(run[1:].rstrip(b"\r")) for key in _KEYS[:2])  # it breaks off there
        else:
            kept = key == b"role" and before == b":" and run[1:-1] in _ROLES
        yield run if kept else _quoted(run)


def _name(run: bytes) -> bytes:
    """What a key in quotes says."""
    try:
        return json.loads(run).encode() if b"\\" in run else run[1:-1]
    except ValueError:
        return b""


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
    kept = sign = len(word) - len(word.lstrip(b"-"))
    while kept < len(word) and word[sign : kept + 1] in _WORDS:
        kept += 1
    return word[:kept] + word[kept:].translate(masking_signs.FORMAL)
