"""A line of the screen before it is drawn: texts and the names of their styles, at its left and at its right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.strip import Strip

from sessiontui.tui.looks import ink
from sessiontui.tui.looks.theme import Styles
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
