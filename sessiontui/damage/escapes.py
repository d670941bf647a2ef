"""Records whose backslashes were escaped once too often, or once too seldom.

Only a whole record is looked at: the text of a content goes to the last quote before the brace that ends the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Final

from sessiontui.damage.corrections import is_record
from sessiontui.damage.languages import replaced
from sessiontui.damage.layers import Examine, Layer, outward, under
from sessiontui.damage.lenient_json import tokens
from sessiontui.damage.patterns import lazy
from sessiontui.model import Part, Reading, Salvage, Span

_RECORD: Final = lazy(
    rb'(?P<head>\{[ \t]*+"role"[ \t]*+:[ \t]*+"[^"\\]*+"[ \t]*+,[ \t]*+"content"[ \t]*+:[ \t]*+")(?P<text>.*)'
    rb'(?P<tail>"[ \t]*+\}[ \t\r]*+)\Z',
    re.DOTALL,
)
_SLASHES: Final = lazy(rb"\\+")
_ESCAPE: Final = lazy(rb'\\(?:["\\/]|(?P<maybe>[bfnrt]|u[0-9a-fA-F]{4})|(?P<bare>.?))', re.DOTALL)
"""``maybe``: an escape, or the beginning of a name behind a backslash."""
_WORD: Final = lazy(rb"[^ \t]+")
_DRIVE: Final = lazy(rb"(?<![A-Za-z0-9])[A-Za-z]:\\")
_ENTITY: Final = lazy(rb"&(?:quot|amp|lt|gt|apos|nbsp|#[0-9]{1,5}|#[xX][0-9a-fA-F]{1,4});")
_ITSELF: Final = "each backslash stands for itself"
_PATHS: Final = "in a path each backslash stands for itself, elsewhere it escapes"
_FEWEST: Final = "a backslash stands for itself only where it can't escape"
_APOSTROPHES: Final = "the backslashes before apostrophes go"
_BARE: Final = "backslashes stand unescaped in a text, as in a path on Windows"


def doubled(data: bytes) -> Layer | None:
    """A record in whose content each backslash stands twice as often as it should."""
    found = _RECORD.match(data)
    if not found or any(len(run[0]) % 2 for run in _SLASHES.finditer(found["text"])):
        return None
    text = _SLASHES.sub(lambda run: run[0][: len(run[0]) // 2], found["text"])
    record = found["head"] + text + found["tail"]
    if text == found["text"] or not is_record(record):
        return None
    what = "the content is escaped once too often: two backslashes stand where one should"
    return _layer("escaped", what, found.start("text") + found["text"].find(b"\\"), data, [("halved", record)])


def html(line: bytes, examine: Examine) -> Layer | None:
    """A line in which each quote is written as in HTML."""
    if b'"' in line or not (b"&quot;" in line or b"&#34;" in line):
        return None
    plain = replaced(line, _ENTITY, lambda entity: unescape(entity[0].decode()).encode())
    parts = under(plain.data, examine) if plain else ()
    if not plain or not parts:
        return None
    made = outward(parts, plain, 0, 0, len(line))
    return Layer(
        "escaped", "the record is escaped as in HTML", line.index(b"&"), 0, len(line), (Reading("HTML", made),)
    )


def bare(value: bytes) -> Layer | None:
    """A record in which backslashes stand for themselves: of a path on Windows, or of a pattern.

    Where some of them may be escapes, that is a guess, and says which.
    """
    bare = (at for at, escape in _escapes(value) if escape["bare"] is not None)
    if b"\\" not in value or (first := next(bare, None)) is None:
        return None
    fewest = _texts(value, _fewest)
    if not is_record(fewest):
        return None
    ways = [(_PATHS, _texts(value, _in_paths)), (_ITSELF, _texts(value, _all)), (_FEWEST, fewest)]
    if all(escape["bare"] in (None, b"'") for _, escape in _escapes(value)):
        ways = [(_APOSTROPHES, _texts(value, lambda text: text.replace(rb"\'", b"'"))), (_FEWEST, fewest)]
    different = {record: what for what, record in reversed(ways) if is_record(record)}
    found = [(what, record) for what, record in ways if different.get(record) == what]
    if len(found) == 1:
        return _layer("bare-backslash", _BARE, first, value, found)
    what = f"{_BARE}, and some may be escapes; this is read so: {found[0][0]}"
    return _layer("bare-backslash", what, first, value, found, Salvage.PARTIAL)


def _layer(
    id: str, what: str, at: int, data: bytes, ways: list[tuple[str, bytes]], salvage: Salvage = Salvage.OFFERED
) -> Layer:
    span = Span(0, len(data))
    readings = tuple(Reading(how, (Part(span, salvage, (record,)),)) for how, record in ways)
    return Layer(id, what, at, 0, len(data), readings)


def _texts(value: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The value with each of its texts changed."""
    runs = ((value[token.start : token.stop], token.text) for token in tokens(value))
    return b"".join(b'"%b"' % change(run[1:-1]) if text else run for run, text in runs)


def _escapes(value: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """What stands behind backslashes in the texts, and where."""
    for token in tokens(value):
        if token.text:
            for escape in _ESCAPE.finditer(value, token.start + 1, token.stop - 1):
                yield escape.start(), escape


def _fewest(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: escape[0] if escape["bare"] is None else b"\\" + escape[0], text)


def _all(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: b"\\" * (escape.lastgroup is not None) + escape[0], text)


def _in_paths(text: bytes) -> bytes:
    """A word that has a drive in it, or a backslash that can't escape, is taken for a path."""
    return _WORD.sub(lambda word: _all(word[0]) if _is_path(word[0]) else word[0], text)


def _is_path(word: bytes) -> bool:
    return bool(_DRIVE.search(word)) or any(escape["bare"] is not None for escape in _ESCAPE.finditer(word))
