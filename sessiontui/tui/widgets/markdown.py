"""What in a message looks like Markdown: spans to be drawn otherwise, and nothing removed or added.

A message stays the text that it is, its asterisks and fences too. Headings, fenced code, inline code and strong text
are found by one pass of a regular expression; links are left as they stand and never open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n(?! {0,3}\1)[^\n]*)*(?:\n {0,3}\1[^\n]*)?", re.MULTILINE)
_LINE: Final = re.compile(
    r"^(?P<heading>#{1,6} [^\n]{1,200})$|(?P<code>`[^`\n]{1,200}`)|(?P<strong>\*\*[^*\n]{1,200}\*\*)", re.MULTILINE
)


class Mark(NamedTuple):
    """A span of characters, and the name of the style it is drawn in."""

    start: int
    stop: int
    style: str


def marks(text: str) -> list[Mark]:
    """The spans of ``text`` that are drawn otherwise, in order, none overlapping another."""
    return list(_marks(text))


def _marks(text: str) -> Iterator[Mark]:
    at = 0
    for fence in _FENCE.finditer(text):
        yield from _inline(text, at, fence.start())
        yield Mark(fence.start(), fence.end(), "code")
        at = fence.end()
    yield from _inline(text, at, len(text))


def _inline(text: str, start: int, stop: int) -> Iterator[Mark]:
    for found in _LINE.finditer(text, start, stop):
        yield Mark(found.start(), found.end(), found.lastgroup or "strong")
