"""How one session is drawn in the list: mark, badge, key, name, figures; the columns in which they stand, and their names.

Values in, a line out. What is not known yet is ``…``, never 0. Widths follow from the width of the list alone, never from
what is in it, so that nothing moves while counts arrive.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple

from rich.cells import cell_len

from sessiontui import units
from sessiontui.describe import signs
from sessiontui.model import Backend, Session
from sessiontui.tui.arrangement import Sort, written
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.styled_line import StyledLine

NAME: Final = 6
"""Cells below which a name is left out."""
FIGURES: Final = {"size": "dim", "activity": "dim"}
"""The looks of figures that are no counts."""
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


# ---- one session


def head(sort: Sort | None, width: int) -> StyledLine:
    """The names of the columns, with an arrow where the list is sorted by one."""
    arrows = [(column, _arrow(column, sort)) for column in columns(width)]
    return StyledLine([(heading(column, arrow), "key" if arrow else "dim") for column, arrow in arrows])


def row(session: Session, marked: bool, pattern: str, width: int, now: datetime) -> StyledLine:
    """One session. ``pattern``: what a filter looks for in its key and name."""
    sign = signs.badge(session) or " "
    _, key, *figures = columns(width)
    return StyledLine(
        [
            (signs.MARKED if marked else " ", "match"),
            (f"{sign} ", "fault" if sign in (signs.UNREADABLE, signs.DAMAGED) else "dim"),
            *_key_and_name(session, pattern, key.width),
        ],
        [
            *((_figure(session, each, now).rjust(each.width), FIGURES.get(each.order, "number")) for each in figures),
            (" ", "ground"),
        ],
    )


def _arrow(column: Column, sort: Sort | None) -> str:
    """▼ where what the column shows grows smaller on the way down, ▲ where it grows."""
    if sort is None or column.order != sort.order.name:
        return ""
    falls = sort.order.falls != sort.turned
    return "▼" if falls != (column.order == "activity") else "▲"  # what is newest has the smallest age


def _figure(session: Session, column: Column, now: datetime) -> str:
    room = column.width - 1
    match column.order:
        case "messages":
            return "–" if session.problem is not None else _count(session.messages, room)
        case "faults":
            none = session.problem is not None or session.faults == 0 or session.backend is Backend.SQLITE
            return "" if none else _count(session.faults, room)
        case "size":
            return units.size(session.bytes)
        case _:
            return units.short_age(session.last_activity, now)


def _count(number: int | None, room: int) -> str:
    """A count in as many cells as there are."""
    text = units.count(number)
    return text if number is None or len(text) <= room else f"{number / 1e6:,.1f} M"


def _key_and_name(session: Session, pattern: str, width: int) -> list[tuple[str, str]]:
    """The key, beside it as much of the name as there is room for; in both the letters that a filter found."""
    locations: Collection[int] = ()
    if pattern:
        from sessiontui.query.fuzzy import positions

        locations = positions(pattern, written(session))
    look = "key" if session.problem is None else "dim"
    named = session.key or "(no name)"
    head, tail = ink.halves(named, width)
    parts = _lit(head, 0, locations, look)
    if len(head) < len(named):
        parts += [("…", look), *_lit(tail, len(named) - len(tail), locations, look)]
    room = width - sum(cell_len(text) for text, _ in parts) - 2
    if session.name and room >= NAME:
        parts += [("  ", "ground"), *_lit(ink.clipped(session.name, room), len(session.key) + 1, locations, "dim")]
    elif session.instead and room >= NAME:
        what = session.instead.removeprefix("the file is ")
        parts += [("  ", "ground"), (ink.clipped(what, room), "fault")]
    return parts


def _lit(shown: str, first: int, locations: Collection[int], look: str) -> list[tuple[str, str]]:
    """A text in pieces, those that were found and those between. ``first``: where its first character stands."""
    runs = groupby(enumerate(shown, first), key=lambda pair: pair[0] in locations)
    return [("".join(char for _, char in run), "match" if hit else look) for hit, run in runs]
