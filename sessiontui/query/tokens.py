"""Cut and fold text exactly as SQLite's unicode61 does, so that every home of sessions finds the same messages.

The tables come from unicode61 itself (``query.unicode61``); nothing here decides what a letter is. Folding maps each
code point to one code point or, for the marks that unicode61 leaves out, to none; so it takes case and most diacritics
off. Refuses to stem, to normalise and to guess at languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from sessiontui.query import unicode61

VERSION: Final = 1
"""Raise it when words are cut or folded differently: an index made with another version is made anew."""

LONGEST: Final = 32768
"""FTS5 keeps this many bytes of a word."""

_FEW: Final = 24
"""Up to this many different characters are replaced one by one: in a text of 24 MB each takes 20 ms, and to translate the
text takes 1.6 s."""

_ASCII_WORD: Final = re.compile("[0-9a-z]+")


class Token(NamedTuple):
    """A word: folded text, and where it stands in the unfolded one (characters, from 0)."""

    text: str
    start: int
    stop: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text with their places."""
    for found in _token().finditer(text):
        yield Token(_clipped(fold(found[0])), found.start(), found.end())


def fold(text: str) -> str:
    """Case and diacritics taken off, character by character; separators stay as they are."""
    if text.isascii():
        return text.lower()
    folded = text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    changing = _foldable() & set(folded)
    if len(changing) > _FEW:
        return folded.translate(_folds())
    for character in changing:
        folded = folded.replace(character, chr(to) if (to := _folds()[ord(character)]) is not None else "")
    return folded


def marks(text: str) -> list[int]:
    """The places of the characters that folding leaves out."""
    return [found.start() for found in _mark().finditer(text)]


def is_mark(character: str) -> bool:
    """Whether folding leaves this character out."""
    return _folds().get(ord(character), 0) is None


def folds_alone(character: str) -> bool:
    """Whether folding leaves this character as it is and gives it for no other."""
    return ord(character) not in _folds() and ord(character) not in _folds().values()


def whole(word: str) -> str:
    """A word less the half character that clipping may have left at its end."""
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "ignore")


def _clipped(word: str) -> str:
    if len(word) * 4 <= LONGEST:
        return word
    return word.encode("utf-8", "surrogatepass")[:LONGEST].decode("utf-8", "surrogateescape")


@cache
def _folds() -> dict[int, int | None]:
    """Code point to what it folds to (None: left out), for those that change."""
    table: dict[int, int | None] = {}
    for run in unicode61.FOLDS.split():
        points, _, to = run.partition(">")
        points, _, step = points.partition("/")
        low, high = _range(points)
        table.update((point, int(to, 16) + point - low) for point in range(low, high + 1, int(step or "1")))
    for marks in unicode61.MARKS.split():
        low, high = _range(marks)
        table.update(dict.fromkeys(range(low, high + 1)))
    return table


@cache
def _foldable() -> frozenset[str]:
    """Characters beyond ASCII that folding changes or leaves out; what it gives is none of them."""
    return frozenset(chr(point) for point in _folds() if point > 0x7F)


@cache
def _mark() -> re.Pattern[str]:
    return re.compile(f"[{''.join(chr(point) for point, to in _folds().items() if to is None)}]")


@cache
def runs(*, ascii: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A run of the characters of a word, and one of those between words, in folded text."""
    if ascii:
        return _ASCII_WORD, re.compile("[^0-9a-z]++")
    separators = _characters(unicode61.SEPARATORS)
    return re.compile(f"[^{separators}]++"), re.compile(f"[{separators}]++")


@cache
def _token() -> re.Pattern[str]:
    """A word in text as it was written: a mark may go on with it but not begin it."""
    separators, marks = _characters(unicode61.SEPARATORS), _characters(unicode61.MARKS)
    return re.compile(f"[^{separators}{marks}][^{separators}]*")


def _characters(ranges: str) -> str:
    """A class for ``re``; surrogates, which no valid text holds, are separators."""
    parts = [_range(part) for part in ranges.split()] + [(0xD800, 0xDFFF)]
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in parts)


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low, 16), int(high or low, 16)
