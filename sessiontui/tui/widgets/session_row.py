"""How one session is drawn in the list: mark, badge, key, name, figures; and how the names of the columns are.

Values and styles in, a strip out. What is not known yet is ``…``, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from sessiontui import units
from sessiontui.dialects.keys import is_misnamed
from sessiontui.model import Backend, Session
from sessiontui.tui.arrangement import Sort, written
from sessiontui.tui.looks import ink
from sessiontui.tui.widgets.columns import Column, columns, heading
from sessiontui.visible import visible

NAME: Final = 6
"""Cells below which a name is left out."""

Pens = Callable[[str], Style]
"""The style of a look, on the ground that the row has; of no look, the ground."""


def badge(session: Session) -> str:
    """One letter for what a person should know before opening it: damaged, unreadable, empty."""
    if session.problem is not None:
        return "×"
    if session.faults or is_misnamed(session):
        return "!"
    return "~" if session.messages == 0 else " "


def head(sort: Sort | None, width: int, pens: Pens) -> Strip:
    """The names of the columns, with an arrow where the list is sorted by one."""
    names = []
    for column in columns(width):
        arrow = _arrow(column, sort)
        names.append((visible(heading(column, arrow)), pens("key" if arrow else "dim")))
    return ink.strip(names, width, pens(""))


def row(session: Session, marked: bool, pattern: str, width: int, now: datetime, pens: Pens) -> Strip:
    """One session. ``pattern``: what a filter looks for in its key and name."""
    sign = badge(session)
    _, key, *right = columns(width)
    left = [
        (visible("●" if marked else " "), pens("match")),
        (visible(f"{sign} "), pens("fault" if sign in "!×" else "dim")),
        *_key_and_name(session, pattern, key.width, pens),
    ]
    figured = [
        (
            visible(_figure(session, column, now).rjust(column.width)),
            pens("dim" if column.order in ("size", "activity") else "number"),
        )
        for column in right
    ]
    return ink.spread(left, [*figured, (visible(" "), pens(""))], width, pens(""))


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


def _key_and_name(session: Session, pattern: str, width: int, pens: Pens) -> list[ink.Part]:
    """The key, beside it as much of the name as there is room for; in both the letters that a filter found."""
    locations = _locations(pattern, written(session)) if pattern else set()
    look = pens("key" if session.problem is None else "dim")
    named = session.key or "(no name)"
    head, tail = ink.halves(named, width)
    parts = _lit(head, 0, locations, look, pens("match"))
    if len(head) < len(named):
        parts += [(visible("…"), look), *_lit(tail, len(named) - len(tail), locations, look, pens("match"))]
    room = width - sum(cell_len(text) for text, _ in parts) - 2
    if session.name and room >= NAME:
        name = ink.clipped(session.name, room)
        parts += [(visible("  "), pens("")), *_lit(name, len(session.key) + 1, locations, pens("dim"), pens("match"))]
    elif session.instead and room >= NAME:
        what = session.instead.removeprefix("the file is ")
        parts += [(visible("  "), pens("")), (ink.clipped(what, room), pens("fault"))]
    return parts


def _locations(pattern: str, name: str) -> set[int]:
    """Where in a name the letters are that a filter found."""
    from sessiontui.query.fuzzy import positions

    return set(positions(pattern, name))


def _lit(shown: str, first: int, locations: set[int], plain: Style, found: Style) -> list[ink.Part]:
    """A text in pieces, those that were found and those between. ``first``: the place of its first character."""
    runs = groupby(enumerate(shown, first), key=lambda pair: pair[0] in locations)
    return [(visible("".join(char for _, char in run)), found if hit else plain) for hit, run in runs]
