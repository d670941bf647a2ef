"""The neighbourhood of a hit in one line. Made from the message itself, never from an index; still hostile text."""

from __future__ import annotations

from typing import Final

from sessiontui.query.ast import Query
from sessiontui.query.match import first_span

WIDTH: Final = 120

_WORD: Final = 24
"""So far a word is looked for to begin with: what stands before a hit counts more, and not all scripts have spaces."""

_ELLIPSIS: Final = "…"


def snippet(query: Query, content: str, width: int = WIDTH) -> str:
    """About ``width`` characters around the first place of any term; white space runs become one space."""
    at, stop = first_span(query, content) or (0, 0)
    start = _begin(content, max(0, at - max(0, width - (stop - at)) // 3), at)
    shown = " ".join(content[start : start + 4 * width].split())
    before = _ELLIPSIS if content[:start][-4096:].strip() else ""
    more = len(shown) > width or bool(content[start + 4 * width :][:4096].strip())
    return f"{before}{shown[:width].rstrip()}{_ELLIPSIS if more else ''}"


def _begin(content: str, low: int, at: int) -> int:
    """The beginning of a word soon behind ``low``, or ``low`` where none begins before the hit."""
    if low == 0 or content[low - 1].isspace():
        return low
    for spot in range(low, min(at, low + _WORD)):
        if content[spot].isspace():
            return spot + 1
    return low
