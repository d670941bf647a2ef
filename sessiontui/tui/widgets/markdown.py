"""What in a message looks like Markdown: spans to be drawn otherwise, and nothing removed or added.

A message stays the text that it is, its asterisks and fences too. Headings, fenced code, quotes, the marks of lists, lines
that are only drawn, inline code, strong text and addresses are found by one pass of a regular expression; an address is
shown and never opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sessiontui.tui.widgets.styled_line import Mark

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n(?! {0,3}\1)[^\n]*)*(?:\n {0,3}\1[^\n]*)?", re.MULTILINE)
_LINE: Final = re.compile(
    r"^(?P<heading>#{1,6} [^\n]{1,200})$"
    r"|^ {0,3}(?P<quote>>[^\n]*)"
    r"|^ {0,12}(?P<marker>[-*+]|\d{1,3}[.)])(?= )"
    r"|^ {0,3}(?P<dim>[-=_*:|+][-=_*:|+ ]{2,200})$"
    r"|(?P<code>`[^`\n]{1,200}`)"
    r"|(?P<strong>\*\*[^*\n]{1,200}\*\*)"
    r"|(?P<link>\bhttps?://[^\s<>()\[\]\"'`]{1,500})",
    re.MULTILINE,
)


_HANG: Final = re.compile(r" {0,12}(?:[-*+]|\d{1,3}[.)]) {1,3}| {0,3}>(?: ?>){0,3} ?")


def hang(text: str, start: int) -> int:
    """By how many cells the further screen lines of the line that begins at ``start`` are set in: those of its mark."""
    found = _HANG.match(text, start)
    return 0 if found is None else found.end() - start


def marks(text: str) -> Iterator[Mark]:
    """The spans of ``text`` that are drawn otherwise, in order, none overlapping another."""
    at = 0
    for fence in _FENCE.finditer(text):
        yield from _inline(text, at, fence.start())
        yield Mark(fence.start(), fence.end(), "code")
        at = fence.end()
    yield from _inline(text, at, len(text))


def _inline(text: str, start: int, stop: int) -> Iterator[Mark]:
    for found in _LINE.finditer(text, start, stop):
        style = found.lastgroup or "strong"
        yield Mark(*found.span(style), style)
