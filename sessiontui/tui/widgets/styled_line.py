"""A line of the screen before it is drawn: texts and the names of their styles, at its left and at its right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from textual.strip import Strip

from sessiontui.tui.theme import ink
from sessiontui.tui.theme.looks import Styles
from sessiontui.visible import visible

Texts = Sequence[tuple[str, str]]
"""Pieces of text, each with the name of its style. A text may be hostile: it is made visible when it is drawn."""


class StyledLine(NamedTuple):
    """Texts from the left and from the right; the style ``ground`` is the ground behind them."""

    left: Texts
    right: Texts = ()

    def draw(self, width: int, styles: Styles) -> Strip:
        """Exactly ``width`` cells; what stands at the left is cut off where it would touch what stands at the right."""
        left, right = ([(visible(text), styles[name]) for text, name in texts] for texts in self)
        return ink.spread(left, right, width, styles["ground"])


class Mark(NamedTuple):
    """A span of characters, and the name of the style it is drawn in."""

    start: int
    stop: int
    style: str


def behind(marks: Sequence[Mark], at: int) -> Iterator[Mark]:
    """The marks that end behind a character, of some in order."""
    return islice(marks, bisect_right(marks, at, key=lambda mark: mark.stop), None)


def pieces(text: str, marks: Sequence[Mark], start: int, stop: int, body: str) -> Iterator[tuple[str, str]]:
    """A part of a text in pieces, those that are marked and those between, which have the style ``body``."""
    at = start
    for mark in behind(marks, start):
        if mark.start >= stop:
            break
        if mark.start > at:
            yield text[at : mark.start], body
        end = min(mark.stop, stop)
        yield text[max(at, mark.start) : end], mark.style
        at = end
    if at < stop:
        yield text[at:stop], body
