"""How wide the lines of a folded record are, in each unit that programs fold by, and which fold explains them.

Pure; a width that can't be known, for a character is cut, is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple

from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.patterns import lazy

_BLANKS: Final = lazy(rb" +")
_FEW: Final = 2
"""So many lines of a text that is not folded are full by chance."""


class Measured(NamedTuple):
    """Lines in one unit."""

    widths: list[int]
    words: list[int]
    """How wide the first word of each is."""
    first: list[int]
    """How wide its first character is."""
    several: list[bool]
    """Whether it holds more than one word."""
    blank: int
    """How many blanks stand between two words, at most; at least 1."""


def measured(lines: list[bytes]) -> list[Measured]:
    """The lines in bytes and, where no character is cut, in characters, in UTF-16 and in columns."""
    several = [b" " in line.strip() for line in lines]
    blank = max((len(run) for line in lines for run in _BLANKS.findall(line.strip())), default=1)

    def of(unit: Callable[[str], int], texts: list[str]) -> Measured:
        words = [unit(text.split(" ", 1)[0]) for text in texts]
        first = [unit(text[:1]) if unit is columns else 1 for text in texts]
        return Measured([unit(text) for text in texts], words, first, several, blank)

    found = [of(len, [line.decode("latin-1") for line in lines])]
    if not all(map(is_utf8, lines)) or all(map(bytes.isascii, lines)):
        return found
    texts = [line.decode() for line in lines]
    return [*found, *(of(unit, texts) for unit in (len, _units, columns))]


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def columns(text: str) -> int:
    """How many columns a terminal takes for a text."""
    return len(text) if text.isascii() else sum(map(_column, text))


def _column(char: str) -> int:
    if unicodedata.category(char) in "Mn Me Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def is_hard(lines: Measured) -> bool:
    """Whether all of the lines but the last are full, and that is no wider."""
    return min(lines.widths) > 0 and all(full(lines))


def full(lines: Measured) -> list[bool]:
    """Of each line but the last, whether it is as wide as the widest, or nothing more than a wide character is missing."""
    most = max(lines.widths)
    behind = zip(lines.widths, lines.first[1:], strict=False)
    return [width > most - first for width, first in behind]


def is_wrapped(lines: Measured) -> bool:
    """Whether behind each of the lines but the last the next word would not have had room.

    A word that is wider than the others' room may stand on a line alone, as a record's beginning does.
    """
    room = max((width for width, several in zip(lines.widths, lines.several, strict=True) if several), default=0)
    taken = (width + lines.blank + word for width, word in zip(lines.widths, lines.words[1:], strict=False))
    return min(lines.widths) > 0 and min(taken) > room


def wrapped(lines: Measured) -> list[bool]:
    """Of each line but the last, whether the next word would not have had room behind it."""
    room = max(lines.widths)
    behind = zip(lines.widths, lines.words[1:], strict=False)
    return [width > 0 and word > 0 and width + lines.blank + word > room for width, word in behind]


def mixed(lines: Measured) -> list[list[bool]]:
    """Of each line but the last, whether a fold broke it: in each way in which folds may stand beside newlines of the text.

    Several lines are full, then; or for several in a row, or three, the next word has no room. Of the widest line alone
    that is always so.
    """
    hard, words = full(lines), wrapped(lines)
    filled = [several and no_room for several, no_room in zip(lines.several, words, strict=False)]
    in_a_row = any(one and other for one, other in pairwise(filled))
    return [hard] * (sum(hard) > 1) + [words] * (in_a_row or sum(filled) > _FEW)
