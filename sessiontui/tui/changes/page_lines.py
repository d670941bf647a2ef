"""The lines of a page as content: text made visible, looks as styles, the columns of tables aligned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from textual.content import Content

from sessiontui.describe.page import Piece, TextLine
from sessiontui.tui.theme import ink
from sessiontui.visible import visible

KEY: Final = 30
"""Columns that a key may take."""
STYLES: Final = {"strong": "bold", "strong key": "bold", "key": "", "text": ""}
"""The styles of looks that have another name."""


def contents(lines: Iterable[TextLine]) -> list[Content]:
    """One content a line."""
    shown: list[Content] = []
    for right, run in groupby(lines, key=lambda line: line.right):
        rows = [list(map(_styled, line.pieces)) for line in run]
        shown += (ink.content(*row) for row in (rows if right is None else _aligned(rows, right)))
    return shown


def _styled(piece: Piece) -> Piece:
    text, look = piece
    style = STYLES.get(look, look if look in ("", "dim") else f"${look}")
    if look.endswith("key"):
        return ink.middled(text, KEY), style
    return visible(text.expandtabs(4) if look == "text" else text, lines=look == "text"), style


def _aligned(rows: Sequence[list[Piece]], right: Sequence[int]) -> Iterable[list[Piece]]:
    """The rows of a table. The last column is not filled up, so that a long sentence in it wraps without a gap behind."""
    widths = [max(cell_len(text) for text, _ in column) for column in zip(*rows, strict=True)]
    if len(widths) - 1 not in right:
        widths[-1] = 0
    for row in rows:
        parts: list[Piece] = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - cell_len(cell[0])), ""
            parts += [("  ", "")] * bool(at) + ([pad, cell] if at in right else [cell, pad])
        yield parts
