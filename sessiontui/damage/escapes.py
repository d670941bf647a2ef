"""Records on one line whose backslashes or quotes were escaped once too often, once too seldom, or not at all.

Only a whole record is looked at: the text of a content goes to the last quote before the brace that ends the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from sessiontui.damage.languages import replaced
from sessiontui.damage.layers import Examine, beneath
from sessiontui.damage.lenient_json import rebuilt, tokens
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import is_record
from sessiontui.damage.verdict import Shape, Verdict, of_readings
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
_MOST: Final = 8
"""So many ends of a content with quotes are tried, the last ones of the line."""
_BEGUN: Final = lazy(rb'[ \t]*+\{[ \t]*+(?:"role"[ \t]*+:[ \t]*+"[^"\\]*+"[ \t]*+,[ \t]*+)?"content"[ \t]*+:[ \t]*+"')
_END: Final = lazy(rb'"(?=[ \t]*+(?:\}[ \t\r]*+\Z|,[ \t]*+"))')
_QUOTE: Final = lazy(rb'\\.|"', re.DOTALL)


def doubled(data: bytes) -> Verdict | None:
    """A record in whose content each backslash stands twice as often as it should."""
    found = _RECORD.match(data)
    if not found or any(len(run[0]) % 2 for run in _SLASHES.finditer(found["text"])):
        return None
    text = _SLASHES.sub(lambda run: run[0][: len(run[0]) // 2], found["text"])
    record = found["head"] + text + found["tail"]
    if text == found["text"] or not is_record(record):
        return None
    what = "the content is escaped once too often: two backslashes stand where one should"
    at = found.start("text") + found["text"].find(b"\\")
    return Shape("escaped", at, what, Salvage.OFFERED, (record,)).verdict(len(data))


def html(line: bytes, examine: Examine) -> Verdict | None:
    """A line in which each quote is written as in HTML."""
    if b'"' in line or not (b"&quot;" in line or b"&#34;" in line):
        return None
    plain = replaced(line, _ENTITY, lambda entity: unescape(entity[0].decode()).encode())
    parts = beneath(plain, examine, 0, 0, len(line))
    return Verdict("escaped", line.index(b"&"), "the record is escaped as in HTML", parts) if parts else None


def bare(value: bytes) -> Verdict | None:
    """A record in which backslashes stand for themselves: of a path on Windows, or of a pattern.

    Where some of them may be escapes, that is a guess, and says which.
    """
    texts = [token for token in tokens(value) if token.text] if b"\\" in value else []
    escapes = (each for text in texts for each in _ESCAPE.finditer(value, text.start + 1, text.stop - 1))
    wrong = [escape for escape in escapes if escape["bare"] is not None]
    if not wrong or not is_record(fewest := rebuilt(value, _fewest)):
        return None
    ways = [
        ("in a path each backslash stands for itself, elsewhere it escapes", rebuilt(value, _in_paths)),
        ("each backslash stands for itself", rebuilt(value, _all)),
        ("a backslash stands for itself only where it can't escape", fewest),
    ]
    if all(escape["bare"] == b"'" for escape in wrong):
        plain = rebuilt(value, lambda text: text.replace(rb"\'", b"'"))
        ways[:2] = [("the backslashes before apostrophes go", plain)]
    found: dict[bytes, str] = {}
    for how, record in ways:
        if is_record(record):
            found.setdefault(record, how)
    span, salvage = Span(0, len(value)), Salvage.OFFERED if len(found) == 1 else Salvage.PARTIAL
    readings = [Reading(how, (Part(span, salvage, (record,)),)) for record, how in found.items()]
    what = "backslashes stand unescaped in a text, as in a path on Windows"
    if len(readings) > 1:
        what += f", and some may be escapes; this is read so: {readings[0].what}"
    return of_readings("bare-backslash", wrong[0].start(), what, readings)


def _fewest(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: b"\\" * (escape.lastgroup == "bare") + escape[0], text)


def _all(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: b"\\" * (escape.lastgroup is not None) + escape[0], text)


def _in_paths(text: bytes) -> bytes:
    """A word that has a drive in it, or a backslash that can't escape, is taken for a path."""
    return _WORD.sub(lambda word: _all(word[0]) if _is_path(word[0]) else word[0], text)


def _is_path(word: bytes) -> bool:
    return bool(_DRIVE.search(word)) or any(escape["bare"] is not None for escape in _ESCAPE.finditer(word))


def unquoted(line: bytes) -> Iterator[bytes]:
    """The records that a line may be whose content has quotes that nobody escaped, the longest content first.

    The content may end at each quote behind which the line goes on as a record does. None for a line that does not
    begin as a record.
    """
    begun = _BEGUN.match(line)
    if not begun:
        return
    begin = begun.end()
    for end in [match.start() for match in _END.finditer(line, begin)][: -_MOST - 1 : -1]:
        inside = _QUOTE.sub(lambda sign: b'\\"' if sign[0] == b'"' else sign[0], line[begin:end])
        record = (line[:begin] + inside + line[end:]).strip(b" \t\r")
        if is_record(record):
            yield record
