"""Colours for terminals that have 256: the nearest to the eye, so that greys stay grey.

What Rich takes by itself is nearest by hue: a panel that is hardly blue would be petrol.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Final

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_STEPS: Final = (0, 95, 135, 175, 215, 255)
_GREYS: Final = range(8, 239, 10)
_PALETTE: Final = {(grey, grey, grey): 232 + at for at, grey in enumerate(_GREYS)} | {
    colour: 16 + at for at, colour in enumerate(product(_STEPS, repeat=3))
}
"""The colours of which a terminal of 256 is sure; the first sixteen are as its owner likes them."""


class Cube(LineFilter):
    """Sends no colour that such a terminal does not have."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same in colours of the terminal's."""
        return [
            segment if segment.style is None else segment._replace(style=_style(segment.style)) for segment in segments
        ]


@lru_cache(maxsize=4096)
def _style(style: Style) -> Style:
    return style + Style(color=_nearest(style.color), bgcolor=_nearest(style.bgcolor))


@lru_cache(maxsize=4096)
def _nearest(colour: RichColor | None) -> RichColor | None:
    if colour is None or colour.triplet is None or colour.type is not ColorType.TRUECOLOR:
        return colour
    wanted = colour.triplet
    best = min(_near(wanted), key=lambda each: _distance(wanted, each))
    return RichColor.from_ansi(_PALETTE[best])


def _near(wanted: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
    """The corners of the cube around a colour, and the greys about as bright: the nearest is one of these."""
    red, green, blue = (sorted(_STEPS, key=lambda step: abs(step - part))[:2] for part in wanted)
    yield from product(red, green, blue)
    for grey in sorted(_GREYS, key=lambda grey: abs(grey - sum(wanted) / 3))[:6]:
        yield grey, grey, grey


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """How different two colours look: red counts the more, the redder they are."""
    mean = (one[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(one, other, strict=True))
    return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue
