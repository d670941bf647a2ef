"""What a dialog shows, as plain values that tests can read without a screen: a question, work, or how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from sessiontui.tui.looks import ink
from sessiontui.visible import Visible, visible

LINES: Final = 1000
"""Lines that a dialog shows; what has more says how many."""
KEY: Final = 30
"""Columns that a key may take in a table."""

CANCEL: Final = visible("Cancel")
STOP: Final = visible("Stop")

Cell = Visible | tuple[Visible, str]
"""Text, or text with the name of a Textual style."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a dialog says. ``act`` is the button that does something, ``also`` one that does something else; None where
    there is nothing of the kind to do."""

    title: Visible
    body: tuple[Content, ...] = ()
    undo: Visible = ink.EMPTY
    """Said below the body, always in view: how to take it back."""
    act: Visible | None = None
    leave: Visible = CANCEL
    also: Visible | None = None


def limited(rows: Iterable[Content], what: str = "lines") -> tuple[Content, ...]:
    """As many rows as a dialog shows, and how many more there are. Of rows that are made one by one no more are made
    than that, and it is only said that there are more."""
    made = iter(rows)
    shown = tuple(islice(made, LINES))
    if next(made, None) is None:
        return shown
    more = f"{len(rows) - LINES:,} more" if isinstance(rows, Sized) else "more"
    return (*shown, ink.content((visible(f"… and {more} {what}"), "dim")))


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], right: Sequence[int] = ()) -> list[Content]:
    """Rows with aligned columns under a head; ``right`` are the columns that end at their right edge.

    The last column is not filled up, so that a long sentence in it wraps without a gap behind.
    """
    heads: Sequence[Cell] = [(visible(name), "dim") for name in head]
    cells = [list(map(_pair, row)) for row in (heads, *rows)]
    widths = [max(cell_len(text) for text, _ in column) for column in zip(*cells, strict=True)]
    return [_row(row, widths, right) for row in cells]


def _pair(cell: Cell) -> tuple[Visible, str]:
    return cell if isinstance(cell, tuple) else (cell, "")


def _row(row: Sequence[tuple[Visible, str]], widths: Sequence[int], right: Sequence[int]) -> Content:
    parts: list[Cell] = []
    for at, ((text, style), width) in enumerate(zip(row, widths, strict=True)):
        pad = visible(" " * (width - cell_len(text)))
        last = at == len(row) - 1
        filled: list[Cell] = [pad, (text, style)] if at in right else [(text, style), *([] if last else [pad])]
        parts += [*([visible("  ")] if at else []), *filled]
    return ink.content(*parts)


def key(name: str) -> Visible:
    """A session's key as a cell of a table."""
    return ink.middled(name or "(no name)", KEY)
