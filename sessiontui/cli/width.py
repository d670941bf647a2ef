"""How many cells of a terminal a text takes, and text fitted into cells. Knows no colours and no control characters."""

from __future__ import annotations

import unicodedata


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0  # the latter: vowel and end of a Hangul syllable in pieces, as macOS names files
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Cells that ``text`` takes on one row of a terminal."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """``text`` filled with spaces up to ``cells``; a longer one stays as it is."""
    space = " " * (cells - width(text))
    return space + text if right else text + space


def expand(line: str) -> str:
    """``line`` with each tab made into the spaces that lead to the next multiple of eight cells."""
    first, *rest = line.split("\t")
    parts, column = [first], width(first)
    for part in rest:
        gap = 8 - column % 8
        parts += (" " * gap, part)
        column += gap + width(part)
    return "".join(parts)
