"""Store text made safe to show: the only way from a message, a key or a file name to a screen.

``visible`` maps every character that a terminal could obey, or that would reorder or hide text, to a symbol that
a person can see. It never drops a character and never lengthens the text, so columns still point where they did.
What languages and emoji need, joiners and variation selectors, stays where it has something to work on.
It knows nothing of markup: its result is data, and whoever draws it must draw it as plain text.
"""

from __future__ import annotations

import re
from typing import Final, Self


class Visible(str):
    """Text that is safe for a terminal. Made by ``visible`` alone; slices and joins of it are plain ``str``."""

    __slots__ = ()

    def __new__(cls, text: str, /) -> Self:
        raise TypeError("Visible text is made by visible(), never by hand")


_JOINERS: Final = "\u034f\u200c\u200d"
_VARIATIONS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_IDLE: Final = re.compile(f"(?<=[{_JOINERS}])[{_JOINERS}{_VARIATIONS}]|(?<=[{_VARIATIONS}])[{_VARIATIONS}]")
"""A joiner or a variation selector that has no character before it to work on: whole texts can be hidden in these."""

_UNSEEN: Final = (
    (0xAD, 0xAD),  # soft hyphen
    (0x61C, 0x61C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers, here and below: letters without a look, wide or not as a terminal likes
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero width space
    (0x200E, 0x200F),  # left-to-right and right-to-left mark
    (0x2028, 0x202E),  # line and paragraph separator; bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates, deprecated controls
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # halves of surrogate pairs
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),  # interlinear annotation, and what is kept free before it
    (0x13430, 0x1343F),  # Egyptian hieroglyph controls
    (0x1BCA0, 0x1BCA3),  # shorthand controls
    (0x1D173, 0x1D17A),  # musical controls
    (0xE0000, 0xE00FF),  # tags, and what is kept free behind them
    (0xE01F0, 0xE0FFF),  # free, and ignored by whoever draws
)
"""First and last of what a terminal hides, or reorders its neighbours for."""

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class _Symbols(dict[int, str]):
    """What stands for each character, by its code; worked out when the character is first met."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _symbol(code)
        return shown


def _symbol(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # ␀ … ␟
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    unseen = 0x80 <= code < 0xA0 or any(first <= code <= last for first, last in _UNSEEN)
    return REPLACEMENT if unseen else chr(code)


_TABLE: Final = _Symbols()
_TABLE_LINES: Final = _Symbols({0x0A: "\n"})


def visible(text: str, *, lines: bool = False) -> Visible:
    """Return ``text`` with every character that a terminal would obey or hide shown as a symbol, one for one.

    ``lines`` keeps line feeds, for text that is drawn as several rows; a tab is never kept.
    """
    shown = text.translate(_TABLE_LINES if lines else _TABLE)
    return str.__new__(Visible, shown if text.isascii() else _IDLE.sub(REPLACEMENT, shown))
