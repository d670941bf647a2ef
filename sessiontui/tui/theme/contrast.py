"""Keeps colours apart from what they lie on, whatever the theme: the contrast of WCAG, and what it takes to reach it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from textual.color import Color

TEXT: Final = 4.5
"""The least contrast of what is read."""
SIGN: Final = 3.0
"""The least contrast of what is secondary: ages, sizes, keys that do nothing now."""

_STEPS: Final = 12


def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1024)
def readable(colour: Color, ground: Color, least: float) -> Color:
    """The colour, mixed with as little black or white as gives it that contrast to its ground, or the most there is."""
    if contrast(colour, ground) >= least:
        return colour
    end = max(Color(0, 0, 0), Color(255, 255, 255), key=lambda far: contrast(far, ground))
    mixed = (colour.blend(end, step / _STEPS) for step in range(1, _STEPS))
    return next((each for each in mixed if contrast(each, ground) >= least), end)


def _luminance(colour: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in colour.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
