"""Numbers as columns of a small plot: pure, text alone. A number that is not zero is never drawn as nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
BEYOND: Final = "▲"
"""At the top of a column that goes on above it."""
OUTLIER: Final = 8
"""A number so many times as great as nearly all others would leave nothing of them to see."""
WIDEST: Final = 4
"""Cells that a column may take where there are few of them."""


def plot(values: Sequence[int], width: int, height: int, top: int) -> list[str]:
    """The rows of the plot from the highest; ``values`` are at most ``width``, ``top`` is what fills the height."""
    wide = max(1, min(WIDEST, width // max(1, len(values))))
    gap = " " if wide == WIDEST else ""
    columns = [_column(value, height, top) for value in values]
    return ["".join(column[row] * (wide - len(gap)) + gap for column in columns) for row in range(height)]


def top_of(values: Sequence[int]) -> int:
    """What shall fill the height: the greatest number, or where that is an outlier, what leaves the others visible."""
    greatest = max(values, default=0)
    usual = sorted(values)[len(values) * 95 // 100 - 1] if len(values) > 1 else greatest
    return 2 * usual if 0 < usual * OUTLIER < greatest else max(1, greatest)


def _column(value: int, height: int, top: int) -> str:
    """One column from its top, a character a row."""
    full = len(EIGHTHS) - 1
    eighths = max(1, min(height * full, round(value * height * full / top))) if value else 0
    rows = "".join(EIGHTHS[max(0, min(full, eighths - at * full))] for at in range(height - 1, -1, -1))
    return BEYOND + rows[1:] if value > top else rows
