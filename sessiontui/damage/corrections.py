"""A whole value that is no record for small reasons, written so that it is one: only what is wrong is changed.

Every step works on the tokens, never on a parsed value, so that numbers, escapes and the order of keys stay as they
are. A step is kept only when ZeroClaw reads the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json
from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.lenient_json import rebuilt
from sessiontui.damage.patterns import lazy
from sessiontui.damage.verdict import Shape
from sessiontui.dialects import zeroclaw
from sessiontui.model import Salvage, Span

_CESU: Final = lazy(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CONTROL: Final = lazy(rb"[\x01-\x1f]")
_SHORT: Final = {8: rb"\b", 9: rb"\t", 10: rb"\n", 12: rb"\f", 13: rb"\r"}
_BEFORE_END: Final = lazy(rb",([ \t\r\n]*+[}\]])")
_HIGH: Final = lazy(rb"[\x80-\xff]")
_RUN: Final = lazy(rb"[\x80-\xff]{2}")
_FINITE: Final = lazy(rb"-?\b(?:NaN|Infinity)\b")
_SURROGATE: Final = lazy(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2}))|.)",
    re.DOTALL,
)


class _Step(NamedTuple):
    id: str
    what: str
    sign: re.Pattern[bytes]
    """Without it there is nothing to change."""
    change: Callable[[bytes], bytes]
    text: bool = True
    """It changes the texts of a value; else what stands between them."""
    sure: bool = True
    """It gives what was written, not a guess at it."""


def mended(value: bytes) -> Shape | None:
    """A whole value with the record that it becomes; None where no step, nor several, make it one."""
    taken: list[_Step] = []
    before = value
    for step in _STEPS:
        changed = rebuilt(value, step.change, text=step.text) if step.sign.search(value) else value
        if changed != value:
            taken.append(step)
            value = changed
            if is_record(value):
                first = taken[0]
                sure = all(each.sure for each in taken)
                left = () if sure else tuple(_replaced(before))
                return Shape(first.id, 0, first.what, Salvage.LOSSLESS if sure else Salvage.PARTIAL, (value,), left)
    return None


def _replaced(value: bytes) -> Iterator[Span]:
    """The bytes that no step keeps: half a character in a text, and a number that is none."""
    for token in lenient_json.tokens(value):
        for match in (_SURROGATE if token.text else _FINITE).finditer(value, token.start, token.stop):
            if not token.text or match["half"]:
                yield Span(match.start(), match.end() - match.start())


def is_record(value: bytes) -> bool:
    """Whether ZeroClaw reads these bytes on a line of their own."""
    return b"\n" not in value and zeroclaw.is_valid(value)


def joined(value: bytes) -> Shape | None:
    """A whole value over several lines with the record that it is on one: ``split-record`` where one of its texts had
    newlines in it, else ``pretty-printed``."""
    changed = rebuilt(value, _escaped)
    single = flat(changed)
    id, what = "split-record", "newlines stand unescaped in a text"
    if changed == value:
        id, what = "pretty-printed", "a record is laid out over several lines"
    if is_record(single):
        return Shape(id, 0, what, Salvage.LOSSLESS, (single,))
    mend = mended(single)
    return mend and mend._replace(id=id, what=what, left=tuple(_replaced(value)) if mend.left else ())


def flat(value: bytes) -> bytes:
    """A value on one line: the same tokens without the white space between them."""
    return rebuilt(value, lambda run: run.translate(None, b" \t\r\n"), text=False)


def _from_cesu(text: bytes) -> bytes:
    """Pairs of halves, each written as if it were a character, as the one character that they are."""
    return _CESU.sub(
        lambda pair: (
            pair[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()
        ),
        text,
    )


def _from_cp1252(text: bytes) -> bytes:
    """Each byte that stands alone between ASCII as the character it is on Windows; all or nothing."""
    try:
        return text if is_utf8(text) or _RUN.search(text) else text.decode("cp1252").encode()
    except UnicodeDecodeError:
        return text


def _escaped(text: bytes) -> bytes:
    """Raw control characters as escapes."""
    return _CONTROL.sub(lambda match: _SHORT.get(match[0][0], b"\\u%04x" % match[0][0]), text)


def _without_halves(text: bytes) -> bytes:
    return _SURROGATE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], text)


# fmt: off
_STEPS: Final = (
    _Step("invalid-utf8", "a character stands as two halves (CESU-8)", _CESU, _from_cesu),
    _Step("raw-control", "a control character stands unescaped in a text", _CONTROL, _escaped),
    _Step("trailing-comma", "a comma stands behind the last value", _BEFORE_END,
        lambda run: _BEFORE_END.sub(rb"\1", run), text=False),
    _Step("invalid-utf8", "bytes are not UTF-8; they would be letters in cp1252", _HIGH, _from_cp1252, sure=False),
    _Step("non-finite", "a number is NaN or Infinity", _FINITE,
        lambda run: _FINITE.sub(b"null", run), text=False, sure=False),
    _Step("lone-surrogate", "half a character (a lone surrogate) stands in a text", _SURROGATE,
        _without_halves, sure=False),
)
# fmt: on
