"""Records in the literals of another language: what Python, a shell, Go, SQL or CSV put in quotes, or escaped.

A quote before a record makes it a literal only where its closing quote follows the record; then it stands for what
that language says. Where languages disagree, what stands before the quote decides, or a person. The time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from sessiontui.damage import languages, lenient_json
from sessiontui.damage.languages import Language
from sessiontui.damage.layers import Examine, Layer, different, is_exact, outward, under
from sessiontui.damage.patterns import lazy
from sessiontui.model import Part, Reading, Salvage, Span

BRACE: Final = lazy(rb'\{(?=[ \t]*(?:\\[rn][ \t]*)*\\{0,15}"{1,2}[A-Za-z_@])')
"""Where an object may begin, however its quotes are written."""
_QUOTE: Final = rb"(?<!\\)(?P<quote>'''|\"\"\"|['\"`]|\xe2\x80[\x98\x9c]|\xc2\xab)"
_PREFIX: Final = rb"(?<![\w\\])(?P<prefix>[bBuUrRfF]{1,2}|\$)"
_BESIDE: Final = lazy(rb"(?:" + _PREFIX + rb")?" + _QUOTE + rb"(?P<lead>(?:[ \t\[]|\\[rn]){0,20})\Z")
_BEFORE: Final = lazy(rb"(?:" + _PREFIX + rb"|(?<![\w\\]))" + _QUOTE + rb"(?P<lead>[^'\"`{\xe2\xc2]{1,100})\Z")
_LONG: Final = frozenset({b"'''", b'"""'})
_ANY: Final = lazy(rb"['\"`\xe2\xc2]")
_OPENED: Final = lazy(rb'\{[ \t]*\\+"')
_BACK: Final = 128
"""How far before a record the quote is looked for."""
_CLOSING: Final = {b"\xe2\x80\x98": b"\xe2\x80\x99", b"\xe2\x80\x9c": b"\xe2\x80\x9d", b"\xc2\xab": b"\xc2\xbb"}
_SHELL: Final = lazy(
    rb"(?:^|[\s;|&(])(?:echo|printf|curl|wget|https?|websocat|jq|nc|-d|--data|--data-(?:raw|binary|ascii)|--json|<<<)\b"
    rb"[^'\"`]{0,80}\Z"
)
_SQL: Final = lazy(rb"(?i)\b(?:insert\s+into|values\s*\(|select|where)\b[^'\"`]{0,80}'?\Z")
_PATIENCE: Final = 8
"""How often the bytes of a line may be looked at for literals."""
_NAMED: Final = lazy(rb"\\N\{[A-Z]")
_BY_NAME: Final = "the record stands in quotes of Python, and names a character by a word"
_ONCE: Final = "all of the record is escaped once too often"


class Effort:
    """How many bytes may still be looked at for what is under the layers of one line."""

    def __init__(self, line: bytes) -> None:
        self.left = _PATIENCE * len(line)

    @property
    def spent(self) -> bool:
        """Whether literals may have been missed."""
        return self.left <= 0


class Literals:
    """The literals of a line that holds the names of a record."""

    _begun = -1
    _any = False

    def __init__(self, line: bytes, examine: Examine, effort: Effort) -> None:
        self._line = line
        self._examine = examine
        self._effort = effort
        self._unclosed: set[tuple[object, bytes]] = set()

    def begun(self, sign: re.Pattern[bytes], at: int) -> int:
        """Where the next record begins as ZeroClaw writes it, by ``sign``; the end of the line where none does."""
        if self._begun < at:
            match = sign.search(self._line, at)
            self._begun = match.start() if match else len(self._line)
        return self._begun

    def skipped(self, size: int) -> None:
        """So many bytes were read as a value in vain."""
        self._effort.left -= size

    def are_quoted(self, is_tail: Callable[[bytes], bool], at: int) -> bool:
        """Whether the first literal of the line stands in the text of a record whose end begins at ``at``."""
        first, self._any = not self._any, True
        return first and is_tail(self._line[at:])

    def around(self, brace: int, floor: int) -> Layer | None:
        """The literal around the object that begins at ``brace``; it begins at ``floor`` or later."""
        if self._effort.spent:
            return None
        begin = max(floor, brace - _BACK)
        quoted = _ANY.search(self._line, begin, brace)
        beside = quoted and _BESIDE.search(self._line, begin, brace)
        opening = beside or (quoted and _BEFORE.search(self._line, begin, brace))
        if opening:
            return self._quoted(opening, beside=beside is not None)
        return self._escaped(brace) if b'"' not in self._line[floor:brace] else None

    def _quoted(self, opening: re.Match[bytes], *, beside: bool) -> Layer | None:
        if b"\\N{" in self._line and beside and (named := self._named(opening)):
            return named
        seen: set[tuple[int, bytes]] = set()
        for tier in _tiers(self._line, opening):
            found = [reading for each in tier if (reading := self._read(each, opening, seen, beside=beside))]
            found = [each for each in found if each[1]] or found
            found = [each for each in found if each[2] == found[0][2]]
            if readings := different([each[:2] for each in found]):
                stop = found[0][2]
                what = f"the record stands in quotes, {readings[0].what}"
                if len(readings) > 1:
                    what = f"the record stands in quotes, and what it says depends on the language: {readings[0].what}"
                return Layer("literal", what, opening.start(), opening.start(), stop, readings)
        return None

    def _read(
        self, language: Language, opening: re.Match[bytes], seen: set[tuple[int, bytes]], *, beside: bool
    ) -> tuple[Reading, bool, int] | None:
        """How the language reads it, whether nothing had to be mended, and where it ends; None for what was seen."""
        quote = _CLOSING.get(opening["quote"], opening["quote"])
        begin = opening.end("quote")
        close = -1 if (language.closing, quote) in self._unclosed else language.closing(self._line, begin, quote)
        self._effort.left -= (close if close >= 0 else len(self._line)) - begin
        if close < 0:
            self._unclosed |= {(language.closing, quote)} if language.closes_anywhere else set()
            return None
        inside = self._line[begin:close]
        plain = language.plain(inside)
        if not plain or not (beside or opening["prefix"] or plain.data != inside) or (close, plain.data) in seen:
            return None
        seen.add((close, plain.data))
        parts = under(plain.data, self._examine)
        if not parts:
            return None
        stop = close + len(quote)
        made = outward(parts, plain, begin, opening.start(), stop)
        return Reading(language.what, made), is_exact(parts, plain.data), stop

    def _named(self, opening: re.Match[bytes]) -> Layer | None:
        """A literal in which Python names characters by words, which are not looked up."""
        close = lenient_json.closing(self._line, opening.end("quote"), opening["quote"])
        self._effort.left -= max(0, close - opening.start())
        if close < 0 or not _NAMED.search(self._line, opening.end(), close):
            return None
        start, stop = opening.start(), close + len(opening["quote"])
        part = Part(Span(start, stop - start), Salvage.NONE)
        return Layer("literal", _BY_NAME, start, start, stop, (Reading("unread", (part,)),))

    def _escaped(self, brace: int) -> Layer | None:
        """An object whose quotes are escaped, and no other quote behind it."""
        if not _OPENED.match(self._line, brace):
            return None
        self._effort.left -= len(self._line) - brace
        if lenient_json.closing(self._line, brace) >= 0:
            return None
        rest = self._line[brace:]
        for plain in (languages.unescaped(rest), languages.of_double_quotes(rest)):
            if plain and (parts := under(plain.data, self._examine)):
                made = outward(parts, plain, brace, brace, len(self._line))
                return Layer("escaped", _ONCE, brace, brace, len(self._line), (Reading("unescaped once", made),))
        return None


def _tiers(line: bytes, opening: re.Match[bytes]) -> Sequence[Sequence[Language]]:
    """The languages in which such a text may be written; of the later ones only where none before reads it."""
    prefix, quote = (opening["prefix"] or b"").lower(), opening["quote"]
    if b"b" in prefix:
        return [[languages.RAW if b"r" in prefix else languages.BYTES]]
    if prefix:
        known = {b"$": languages.DOLLAR, b"r": languages.RAW}
        return [[known.get(prefix, languages.PRINTED if quote == b"'" else languages.STRING)]]
    if quote == b'"':
        return [[languages.STRING], [languages.DOUBLE], [languages.CSV], [languages.PLAIN]]
    if quote == b"`":
        return [[languages.TEMPLATE, languages.TICKS], [languages.PLAIN]]
    if quote in _LONG:
        return [[languages.LONG, languages.AS_IS], [languages.PLAIN]]
    if quote != b"'":
        return [[languages.PLAIN]]
    before = line[max(0, opening.start() - _BACK) : opening.start()]
    if _SHELL.search(before):
        return [[languages.SHELL], [languages.PRINTED], [languages.PLAIN]]
    if _SQL.search(before):
        return [[languages.SQL], [languages.PRINTED], [languages.PLAIN]]
    return [[languages.PRINTED, languages.SHELL, languages.SQL], [languages.PLAIN]]
