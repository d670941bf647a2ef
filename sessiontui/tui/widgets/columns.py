"""The columns of the list of sessions: where each stands at a width, and its name. It knows no session.

Widths follow from the width of the list alone, never from what is in it, so that nothing moves while counts arrive.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

WITH_SIZE: Final = 46
"""Columns from which there is room for the size, and still for a key of twenty letters."""
WITH_WORDS: Final = 60
"""Columns from which names of columns are written out."""
WITH_FAULTS: Final = 72
"""Columns from which there is room for the number of damaged lines."""
BADGE: Final = 3
"""Columns of the mark, the badge and the space behind them."""


class Column(NamedTuple):
    """One column. ``order`` names what a click on its name sorts by."""

    order: str
    label: str
    start: int
    stop: int

    @property
    def width(self) -> int:
        """How many cells it has."""
        return self.stop - self.start


@cache
def columns(width: int) -> tuple[Column, ...]:
    """The columns of a list of this width, from the left: badge, key, then the units."""
    figures = [
        *[("faults", "damaged", 9)] * (width >= WITH_FAULTS),
        ("messages", "messages", 10) if width >= WITH_WORDS else ("messages", "msgs", 8),
        *[("size", "size", 9)] * (width >= WITH_SIZE),
        ("activity", "age", 5),
    ]
    at = max(BADGE + 1, width - 1 - sum(cells for _, _, cells in figures))
    found = [Column("faults", "!", 0, BADGE), Column("key", "key", BADGE, at)]
    for order, label, cells in figures:
        found.append(Column(order, label, at, at + cells))
        at += cells
    return tuple(found)


def under(x: int, width: int) -> Column | None:
    """The column at a cell of the list."""
    return next((column for column in columns(width) if column.start <= x < column.stop), None)


def heading(column: Column, arrow: str) -> str:
    """The name of a column in as many cells as it has, with the arrow where the list is sorted by it."""
    if column.start == 0:
        return f" {column.label}{arrow or ' '}"[:BADGE]
    label = f"{column.label}{arrow}"
    return label.ljust(column.width) if column.start == BADGE else label.rjust(column.width)
