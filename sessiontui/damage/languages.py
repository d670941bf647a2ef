"""How other languages write a text in quotes: where it is closed, and which bytes it stands for.

Bytes in, values out. Several may be meant; what each gives is for ``literals``. The time is linear.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.lenient_json import closing
from sessiontui.damage.patterns import lazy
from sessiontui.dialects import strict

_ESCAPE: Final = lazy(
    rb"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|u(?P<four>[0-9a-fA-F]{4})"
    rb"|u\{(?P<braced>[0-9a-fA-F]{1,6})\}|U(?P<eight>[0-9a-fA-F]{8})|x(?P<two>[0-9a-fA-F]{2})|(?P<octal>[0-7]{1,3})"
    rb"|(?P<sign>.)|\Z)",
    re.DOTALL,
)
_SIGNS: Final = dict(zip(b"\\'\"`/$#nrtbfvae", b"\\'\"`/$#\n\r\t\b\f\v\a\x1b", strict=True))
"""What a sign behind a backslash stands for."""
_SHELL: Final = lazy(rb"'\\''|'\"'\"'")
_IN_DOUBLE: Final = lazy(rb'\\(["\\$`])')
_NUMBERED: Final = lazy(rb"\\[xX0-7]")
_RUNS_SHELL: Final = lazy(
    rb"(?:^|[\s;|&(])(?:echo|printf|curl|wget|https?|websocat|jq|nc|-d|--data|--data-(?:raw|binary|ascii)|--json|<<<)\b"
    rb"[^'\"`]{0,80}\Z"
)
_RUNS_SQL: Final = lazy(rb"(?i)\b(?:insert\s+into|values\s*\(|select|where)\b[^'\"`]{0,80}'?\Z")


class Plain(NamedTuple):
    """What bytes stand for, and where each of it comes from."""

    data: bytes
    ends: Sequence[tuple[int, int]] = ((0, 0),)
    """Where each replacement ends, in ``data`` and in the bytes that it was made of; first where both begin."""

    def origin(self, at: int) -> int:
        """Which byte of the source a byte of ``data`` comes from."""
        inner, outer = self.ends[bisect_right(self.ends, at, key=itemgetter(0)) - 1]
        return outer + at - inner


class Language(NamedTuple):
    """A way to write a text in quotes."""

    what: str
    """How such a text is called, for people."""
    closing: Callable[[bytes, int, bytes], int]
    """Where the quote stands that closes the text whose inside begins here; -1 where there is none."""
    plain: Callable[[bytes], Plain | None]
    """What the inside stands for; None where it is no text of this language."""
    closes_anywhere: bool = True
    """Where a text is not closed, none that begins later is."""


def replaced(raw: bytes, sign: re.Pattern[bytes], by: Callable[[re.Match[bytes]], bytes | None]) -> Plain | None:
    """The bytes with each match replaced; None where one can't be."""
    made: list[bytes] = []
    ends = [(0, 0)]
    at = size = 0
    for match in sign.finditer(raw):
        new = by(match)
        if new is None:
            return None
        made += (raw[at : match.start()], new)
        size += match.start() - at + len(new)
        at = match.end()
        ends.append((size, at))
    return Plain(b"".join((*made, raw[at:])), ends)


# ---- where a text is closed


def _doubled(data: bytes, at: int, quote: bytes) -> int:
    while (at := data.find(quote, at)) >= 0 and data.startswith(quote, at + 1):
        at += 2
    return at


def _shell(data: bytes, at: int, quote: bytes) -> int:
    while (at := data.find(quote, at)) >= 0 and (again := _SHELL.match(data, at)):
        at = again.end()
    return at


def _first(data: bytes, at: int, quote: bytes) -> int:
    return data.find(quote, at)


def _behind_record(data: bytes, at: int, quote: bytes) -> int:
    end = strict.record_end(data, at)
    return end if isinstance(end, int) and data.startswith(quote, end) else -1


# ---- what its inside stands for


def unescaped(raw: bytes) -> Plain | None:
    """A text with escapes as in C and its heirs; numbers are bytes where that gives UTF-8, else characters."""
    found = replaced(raw, _ESCAPE, _sign)
    if found and _NUMBERED.search(raw) and not is_utf8(found.data):
        return replaced(raw, _ESCAPE, lambda escape: _sign(escape, bytes_too=False))
    return found


def _sign(escape: re.Match[bytes], *, bytes_too: bool = True) -> bytes | None:
    """What an escape stands for; None where it is none."""
    kind, digits = escape.lastgroup, escape[escape.lastgroup or 0]
    if kind == "sign":
        sign = _SIGNS.get(digits[0])
        return None if sign is None else bytes((sign,))
    if kind == "low":
        return bytes.fromhex((escape["high"] + digits).decode()).decode("utf-16-be").encode()
    if kind is None:
        return None
    code = int(digits, 8 if kind == "octal" else 16)
    if kind in ("two", "octal") and bytes_too:
        return bytes((code,)) if code < 0x100 else None
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else None


def _undoubled(quote: bytes) -> Callable[[bytes], Plain | None]:
    twice = re.compile(re.escape(quote * 2))
    return lambda raw: replaced(raw, twice, lambda _: quote)


def of_double_quotes(raw: bytes) -> Plain | None:
    """The inside of ``"…"`` in a shell, where a backslash before most signs is one."""
    return replaced(raw, _IN_DOUBLE, lambda escape: escape[1])


# ---- which languages there are


_BYTES: Final = Language(
    "as Python prints bytes",  # where no escape names a character
    closing,
    lambda raw: replaced(raw, _ESCAPE, lambda escape: escape[0] if escape[0][1:2] in (b"u", b"U") else _sign(escape)),
)
_RAW: Final = Language("as Python writes a raw text", _first, Plain)
_PRINTED: Final = Language("as Python or JavaScript prints a text", closing, unescaped)
_STRING: Final = Language("as JSON, Go, Rust or C writes a text", closing, unescaped)
_OF_SHELL: Final = Language(
    "as a shell takes it, without escapes", _shell, lambda raw: replaced(raw, _SHELL, lambda _: b"'")
)
_OF_SQL: Final = Language("as SQL or YAML writes a text", _doubled, _undoubled(b"'"))
_LONG: Final = (Language("as Python writes a long text", closing, unescaped), Language("as it is", _first, Plain))
_TICKS: Final = (
    Language("as JavaScript writes a template", closing, unescaped),
    Language("as Go or Markdown writes a text", _first, Plain),
)
_DOUBLE: Final = Language("as a shell takes it in double quotes", closing, of_double_quotes)
_CSV: Final = Language("as CSV writes a field", _doubled, _undoubled(b'"'))
_PLAIN: Final = Language("in plain quotes", _behind_record, Plain, closes_anywhere=False)
_BY_PREFIX: Final = {b"$": Language("as a shell writes $'…'", closing, unescaped), b"r": _RAW}
_BY_QUOTE: Final = {b'"': ((_STRING,), (_DOUBLE,), (_CSV,)), b"`": (_TICKS,), b"'''": (_LONG,), b'"""': (_LONG,)}


def tiers(before: bytes, prefix: bytes, quote: bytes) -> Sequence[Sequence[Language]]:
    """The languages in which a text with this prefix and quote may be written, by what stands before it; of the later
    ones only where none before reads it."""
    if b"b" in prefix:
        return [[_RAW if b"r" in prefix else _BYTES]]
    if prefix:
        return [[_BY_PREFIX.get(prefix, _PRINTED if quote == b"'" else _STRING)]]
    if quote != b"'":
        return [*_BY_QUOTE.get(quote, ()), (_PLAIN,)]
    if _RUNS_SHELL.search(before):
        return [[_OF_SHELL], [_PRINTED], [_PLAIN]]
    if _RUNS_SQL.search(before):
        return [[_OF_SQL], [_PRINTED], [_PLAIN]]
    return [[_PRINTED, _OF_SHELL, _OF_SQL], [_PLAIN]]
