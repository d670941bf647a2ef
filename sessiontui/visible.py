"""Store text made safe to show: the only way from a message, a key or a file name to a screen.

``visible`` maps every character that a terminal could obey, or that would reorder or hide text, to a symbol that
a person can see. It never drops a character and never lengthens the text, so columns still point where they did.
It knows nothing of markup: its result is data, and whoever draws it must draw it as plain text.
"""

from __future__ import annotations

import unicodedata
from typing import Final, Self


class Visible(str):
    """Text that is safe for a terminal. Made by ``visible`` alone; slices and joins of it are plain ``str``."""

    __slots__ = ()

    def __new__(cls, text: str, /) -> Self:
        raise TypeError("Visible text is made by visible(), never by hand")


BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN: Final = frozenset("\u2028\u2029\ufeff\u00ad\u180e\u2060\u2061\u2062\u2063\u2064\ufff9\ufffa\ufffb")
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def _symbol(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # ␀ … ␟
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    return REPLACEMENT


def _table() -> dict[int, str]:
    table = {code: _symbol(code) for code in (*range(0x20), *range(0x7F, 0xA0))}
    table |= {ord(char): REPLACEMENT for char in BIDI | UNSEEN}
    table |= dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT)
    table |= dict.fromkeys(range(0xE0000, 0xE0080), REPLACEMENT)  # tag characters: text that no one sees
    return table


_TABLE: Final = _table()
_TABLE_LINES: Final = {code: symbol for code, symbol in _TABLE.items() if code != 0x0A}


def visible(text: str, *, lines: bool = False) -> Visible:
    """Return ``text`` with every character that a terminal would obey shown as a symbol, one for one.

    ``lines`` keeps line feeds, for text that is drawn as several rows; a tab is never kept.
    """
    return str.__new__(Visible, text.translate(_TABLE_LINES if lines else _TABLE))


def is_safe(text: str) -> bool:
    """Whether ``text`` holds nothing that a terminal obeys: what ``visible`` promises of its results."""
    return all(
        char == "\n" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in BIDI | UNSEEN) for char in text
    )
