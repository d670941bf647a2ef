"""A whole value that is no record for small reasons, written so that it is one: only what is wrong is changed.

Every step works on the tokens, never on a parsed value, so that numbers, escapes and the order of keys stay as they
are. A step is kept only when ZeroClaw reads the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json
from sessiontui.damage.patterns import lazy
from sessiontui.dialects import zeroclaw
from sessiontui.model import Salvage, Span

_CESU: Final = lazy(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CONTROL: Final = lazy(rb"[\x01-\x1f]")
_SHORT: Final = {8: rb"\b", 9: rb"\t", 10: rb"\n", 12: rb"\f", 13: rb"\r"}
_BEFORE_END: Final = lazy(rb",([ \t\r\n]*+[}\]])")
_FINITE: Final = lazy(rb"-?\b(?:NaN|Infinity)\b")
_SURROGATE: Final = lazy(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2}))|.)",
    re.DOTALL,
)


class Correction(NamedTuple):
    """A record made of a value, by which step and how surely."""

    id: str
    what: str
    salvage: Salvage
    record: bytes
    left: tuple[Span, ...] = ()
    """What of the value is not in it: other characters stand there."""


class _Step(NamedTuple):
    id: str
    what: str
    salvage: Salvage
    sign: re.Pattern[bytes]
    """Without it there is nothing to change."""
    change: Callable[[bytes], bytes]


def mended(value: bytes) -> Correction | None:
    """The record that a whole value becomes; None where no step, nor several, make it one."""
    taken: list[_Step] = []
    before = value
    for step in _STEPS:
        changed = step.change(value) if step.sign.search(value) else value
        if changed != value:
            taken.append(step)
            value = changed
            if is_record(value):
                unsure = [each.salvage for each in taken if each.salvage is not Salvage.LOSSLESS]
                salvage = unsure[0] if unsure else Salvage.LOSSLESS
                return Correction(taken[0].id, taken[0].what, salvage, value, tuple(replaced(before)) if unsure else ())
    return None


def replaced(value: bytes) -> Iterator[Span]:
    """The bytes that no step keeps: half a character in a text, and a number that is none."""
    for token in lenient_json.tokens(value):
        for match in (_SURROGATE if token.text else _FINITE).finditer(value, token.start, token.stop):
            if not token.text or match["half"]:
                yield Span(match.start(), match.end() - match.start())


def is_record(value: bytes) -> bool:
    """Whether ZeroClaw reads these bytes on a line of their own."""
    return b"\n" not in value and zeroclaw.is_valid(value)


def joined(value: bytes) -> tuple[bool, Correction | None]:
    """A whole value over several lines as a record on one, and whether one of its texts had newlines in it."""
    changed = _texts(escaped)(value)
    single = flat(changed)
    split = changed != value
    id, what = (
        ("split-record", "newlines stand unescaped in a text")
        if split
        else ("pretty-printed", "a record stands on several lines")
    )
    if is_record(single):
        return split, Correction(id, what, Salvage.LOSSLESS, single)
    mend = mended(single)
    return split, mend and mend._replace(id=id, what=what, left=tuple(replaced(value)) if mend.left else ())


def _texts(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the texts of a value, nothing between them."""
    return lambda value: _rebuilt(value, change, text=True)


def _between(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change what stands between the texts of a value."""
    return lambda value: _rebuilt(value, change, text=False)


def _rebuilt(value: bytes, change: Callable[[bytes], bytes], *, text: bool) -> bytes:
    def rebuilt() -> Iterable[bytes]:
        for token in lenient_json.tokens(value):
            run = value[token.start : token.stop]
            yield change(run) if token.text is text else run

    return b"".join(rebuilt())


def from_cesu(text: bytes) -> bytes:
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
        text.decode()
    except UnicodeDecodeError:
        try:
            return text.decode("cp1252").encode() if not _RUN.search(text) else text
        except UnicodeDecodeError:
            return text
    return text


_HIGH: Final = lazy(rb"[\x80-\xff]")
_RUN: Final = lazy(rb"[\x80-\xff]{2}")


def escaped(text: bytes) -> bytes:
    """Raw control characters as escapes."""
    return _CONTROL.sub(lambda match: _SHORT.get(match[0][0], b"\\u%04x" % match[0][0]), text)


def _without_halves(text: bytes) -> bytes:
    return _SURROGATE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], text)


def flat(value: bytes) -> bytes:
    """A value on one line: the same tokens without the white space between them."""
    return _rebuilt(value, lambda run: run.translate(None, b" \t\r\n"), text=False)


_STEPS: Final = (
    _Step("invalid-utf8", "a character stands as two halves (CESU-8)", Salvage.LOSSLESS, _CESU, _texts(from_cesu)),
    _Step("raw-control", "a control character stands unescaped in a text", Salvage.LOSSLESS, _CONTROL, _texts(escaped)),
    _Step(
        "trailing-comma",
        "a comma stands behind the last value",
        Salvage.LOSSLESS,
        _BEFORE_END,
        _between(lambda run: _BEFORE_END.sub(rb"\1", run)),
    ),
    _Step(
        "invalid-utf8",
        "bytes are not UTF-8; they would be letters in cp1252",
        Salvage.PARTIAL,
        _HIGH,
        _texts(_from_cp1252),
    ),
    _Step(
        "non-finite",
        "a number is NaN or Infinity",
        Salvage.PARTIAL,
        _FINITE,
        _between(lambda run: _FINITE.sub(b"null", run)),
    ),
    _Step(
        "lone-surrogate",
        "half a character (a lone surrogate) stands in a text",
        Salvage.PARTIAL,
        _SURROGATE,
        _texts(_without_halves),
    ),
)
