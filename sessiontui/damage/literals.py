"""Records in the literals of another language: what Python, a shell, Go, SQL or CSV put in quotes, or escaped.

A quote before a record makes it a literal only where its closing quote follows the record; then it stands for what
that language says. Where languages disagree, what stands before the quote decides, or a person. The time is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sessiontui.damage import languages, lenient_json
from sessiontui.damage.languages import Language
from sessiontui.damage.layers import Examine, beneath, is_exact, outward, under
from sessiontui.damage.marks import BEGIN, HEADING, is_tail
from sessiontui.damage.patterns import lazy
from sessiontui.damage.verdict import Effort, Verdict, distinct, of_readings
from sessiontui.model import Part, Reading, Salvage, Span

_BRACE: Final = lazy(rb'\{(?=[ \t]*(?:\\[rn][ \t]*)*\\{0,15}"{1,2}[A-Za-z_@])')
"""Where an object may begin, however its quotes are written."""
_QUOTE: Final = rb"(?<!\\)(?P<quote>'''|\"\"\"|['\"`]|\xe2\x80[\x98\x9c]|\xc2\xab)"
_PREFIX: Final = rb"(?<![\w\\])(?P<prefix>[bBuUrRfF]{1,2}|\$)"
_BESIDE: Final = lazy(rb"(?:" + _PREFIX + rb")?" + _QUOTE + rb"(?P<lead>(?:[ \t\[]|\\[rn]){0,20})\Z")
_BEFORE: Final = lazy(rb"(?:" + _PREFIX + rb"|(?<![\w\\]))" + _QUOTE + rb"(?P<lead>[^'\"`{\xe2\xc2]{1,100})\Z")
_ANY: Final = lazy(rb"['\"`\xe2\xc2]")
_OPENED: Final = lazy(rb'\{[ \t]*\\+"')
_BACK: Final = 128
"""How far before a record the quote is looked for."""
_CLOSING: Final = {b"\xe2\x80\x98": b"\xe2\x80\x99", b"\xe2\x80\x9c": b"\xe2\x80\x9d", b"\xc2\xab": b"\xc2\xbb"}
_NAMED: Final = lazy(rb"\\N\{[A-Z]")


@dataclass(slots=True)
class Literals:
    """The literals of a line that holds the names of a record. The parts of each stand where the line has them."""

    line: bytes
    examine: Examine
    effort: Effort
    _begun: int = -1
    _any: bool = False
    _unclosed: set[tuple[object, bytes]] = field(default_factory=set)

    def next(self, at: int, read: int) -> Verdict | None:
        """The next literal from ``at`` on, no further than where a record begins as ZeroClaw writes it; ``read``: so many
        bytes are read as a value in vain where there is one."""
        if self._begun < at:
            match = BEGIN.search(self.line, at)
            self._begun = match.start() if match else len(self.line)
        for brace in _BRACE.finditer(self.line, at, self._begun + len(HEADING)):
            layer = self.around(brace.start(), at) if brace.start() <= self._begun else None
            if layer and not self._are_quoted(at):
                self.effort.left -= read
                return layer
        return None

    def _are_quoted(self, at: int) -> bool:
        """Whether the first literal of the line stands in the text of a record whose end begins at ``at``."""
        first, self._any = not self._any, True
        return first and is_tail(self.line[at:])

    def around(self, brace: int, floor: int) -> Verdict | None:
        """The literal around the object that begins at ``brace``; it begins at ``floor`` or later."""
        if self.effort.spent:
            return None
        begin = max(floor, brace - _BACK)
        quoted = _ANY.search(self.line, begin, brace)
        beside = quoted and _BESIDE.search(self.line, begin, brace)
        opening = beside or (quoted and _BEFORE.search(self.line, begin, brace))
        if opening:
            return self._quoted(opening, beside=beside is not None)
        return self._escaped(brace) if b'"' not in self.line[floor:brace] else None

    def _quoted(self, opening: re.Match[bytes], *, beside: bool) -> Verdict | None:
        if b"\\N{" in self.line and beside and (named := self._named(opening)):
            return named
        quote = _CLOSING.get(opening["quote"], opening["quote"])
        begin = opening.end("quote")
        seen: set[tuple[int, bytes]] = set()

        def read(language: Language) -> tuple[Reading, bool] | None:
            """How the language reads it, and whether nothing had to be mended; None for what was seen."""
            way = language.closing, quote
            close = -1 if way in self._unclosed else language.closing(self.line, begin, quote)
            self.effort.left -= (close if close >= 0 else len(self.line)) - begin
            if close < 0:
                if language.closes_anywhere:
                    self._unclosed.add(way)
                return None
            inside = self.line[begin:close]
            plain = language.plain(inside)
            if not plain or not (beside or opening["prefix"] or plain.data != inside) or (close, plain.data) in seen:
                return None
            seen.add((close, plain.data))
            parts = under(plain.data, self.examine)
            made = outward(parts, plain, begin, opening.start(), close + len(quote))
            return (Reading(language.what, made), is_exact(parts, plain.data)) if parts else None

        before = self.line[max(0, opening.start() - _BACK) : opening.start()]
        for tier in languages.tiers(before, (opening["prefix"] or b"").lower(), opening["quote"]):
            each = list(filter(None, map(read, tier)))
            found = [reading for reading, exact in each if exact] or [reading for reading, _ in each]
            stop = found[0].parts[-1].span.stop if found else 0
            readings = distinct(reading for reading in found if reading.parts[-1].span.stop == stop)
            if readings:
                depends = ", and what it says depends on the language: " if len(readings) > 1 else ", "
                return of_readings("literal", 0, f"the record stands in quotes{depends}{readings[0].what}", readings)
        return None

    def _named(self, opening: re.Match[bytes]) -> Verdict | None:
        """A literal in which Python names characters by words, which are not looked up."""
        close = lenient_json.closing(self.line, opening.end("quote"), opening["quote"])
        self.effort.left -= max(0, close - opening.start())
        if close < 0 or not _NAMED.search(self.line, opening.end(), close):
            return None
        span = Span(opening.start(), close + len(opening["quote"]) - opening.start())
        what = "the record stands in quotes of Python, and names a character by a word"
        return Verdict("literal", 0, what, (Part(span, Salvage.NONE),))

    def _escaped(self, brace: int) -> Verdict | None:
        """An object whose quotes are escaped, and no other quote behind it."""
        if not _OPENED.match(self.line, brace):
            return None
        self.effort.left -= len(self.line) - brace
        if lenient_json.closing(self.line, brace) >= 0:
            return None
        rest = self.line[brace:]
        for unescaped in (languages.unescaped, languages.of_double_quotes):
            if parts := beneath(unescaped(rest), self.examine, brace, brace, len(self.line)):
                return Verdict("escaped", 0, "all of the record is escaped once too often", parts)
        return None
