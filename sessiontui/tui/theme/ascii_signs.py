"""Draws with the characters that a terminal has: where it knows no Unicode, our signs become ASCII ones of the same width.

What a terminal knows is what its locale says; a console that is sent UTF-8 may have a font of few signs. Characters that
are none of ours are drawn where they can be sent, and are ``?`` elsewhere, so that columns still stand where they did.
"""

from __future__ import annotations

import codecs
import locale
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ALIKE: Final = {
    "-": "─━╌╍╴╶–—‐‑·∙▔▁▀▄",
    "|": "│┃║┆╎╏▏▕▎▊▌▐",
    "+": "╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛╔╗╚╝╟╢",
    "#": "█▰▚▞■▮▛▜▙▟▉▋▇▆▅▃▂▓▒",
    ".": "…⋯▱░▯□▗▖▝▘",
    "x": "×✗✘",
    "*": "●★◆✓✔",
    "o": "○•",
    ":": "◦",
    "0": "∅",
    "/": "≠",
    "'": "‘’′",
    '"': "“”„",
    "^": "↑▲▴⌃",
    "v": "↓▼▾",
    ">": "→▶▸›⏵",
    "<": "←◀◂‹",
    "~": "⇄⟳↻",
    "\\": "↳",
    "=": "═≡≈",
}
SIGNS: Final = {sign: ascii for ascii, signs in _ALIKE.items() for sign in signs} | {
    chr(code): "^" for code in range(0x2400, 0x2422)
}
"""An ASCII sign for each of ours, all of one cell."""


def encoding() -> str:
    """What the locale's characters are encoded in, as Python names it; ``utf-8`` where that can't be told."""
    try:
        return codecs.lookup(locale.getencoding()).name
    except LookupError:
        return "utf-8"


class Signs(LineFilter):
    """Replaces in all that is drawn what a terminal of this encoding can't show."""

    def __init__(self, known: str) -> None:
        super().__init__()
        self._known = known

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same cells in other characters."""
        return [
            segment if segment.text.isascii() else segment._replace(text=self.plain(segment.text))
            for segment in segments
        ]

    def plain(self, text: str) -> str:
        """A text of the same width that can be shown."""
        return _plain(text, self._known)


@lru_cache(maxsize=4096)
def _plain(text: str, known: str) -> str:
    graphemes, _ = split_graphemes(text)
    return "".join(_shown(text[start:stop], width, known) for start, stop, width in graphemes)


def _shown(grapheme: str, width: int, known: str) -> str:
    sign = SIGNS.get(grapheme)
    if sign is not None:
        return sign
    try:
        grapheme.encode(known)
    except UnicodeEncodeError:
        return "?" * width
    return grapheme if cell_len(grapheme) == width else "?" * width


def tolerate_input(known: str) -> None:
    """Read what is typed in that encoding; bytes that are none of it are shown as such. To Textual they would be the end."""
    from textual.drivers import linux_driver

    def decoder(_: str) -> object:
        kind = codecs.getincrementaldecoder("utf-8" if known == "ascii" else known)
        return lambda: kind("replace")

    setattr(linux_driver, "getincrementaldecoder", decoder)  # noqa: B010  # it has no other door
