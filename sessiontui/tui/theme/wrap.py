"""Where the lines of a text break on a screen of some width: pure, and quick for a megabyte of plain text.

Breaks at spaces where there is one, else between characters, never inside a joined emoji. Text that is all ASCII is
cut without looking at its characters. Gives offsets, not text, so that highlights found in the text stay true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.cells import get_character_cell_size

JOINER, VARIATION = "\u200d", "\ufe0f"
CROWD = 16
"""Characters to a cell, on average, at which a row ends: a flood of marks on one letter must not be one row."""


def no_hang(text: str, start: int) -> int:
    """``hang`` of text whose lines all begin at the left."""
    return 0


def wrap(text: str, width: int, hang: Callable[[str, int], int] = no_hang) -> list[tuple[int, int]]:
    """Start and stop of each screen line. At least one; line feeds belong to no line. ``hang``: by how many cells of the
    width the further screen lines are shorter of the line of text that begins there."""
    width = max(1, width)
    rows: list[tuple[int, int]] = []
    start = 0
    while True:
        stop = text.find("\n", start)
        end = len(text) if stop < 0 else stop
        if end - start <= width and text[start:end].isascii():
            rows.append((start, end))
        else:
            rows.extend(_folded(text, start, end, width, max(1, width - hang(text, start))))
        if stop < 0:
            return rows
        start = stop + 1


def _folded(text: str, start: int, end: int, width: int, further: int) -> Iterator[tuple[int, int]]:
    plain = text[start:end].isascii()
    while True:
        stop = min(end, start + width) if plain else _fits_wide(text, start, end, width)
        if stop >= end:
            yield start, end
            return
        space = text.rfind(" ", start + 1, stop + 1)
        if space > start and text[start:space].strip(" "):
            yield start, space
            start = space + 1
        else:
            yield start, stop
            start = stop
        width = further


def _fits_wide(text: str, start: int, end: int, width: int) -> int:
    """The offset up to which the text fits; at least one character on, for a wide one in a narrow column."""
    cells, at, measured = 0, start, 0
    end = min(end, start + CROWD * width)
    while at < end:
        char = text[at]
        if char == JOINER:
            at = min(at + 2, end)
            continue
        size = max(0, 2 - measured) if char == VARIATION else get_character_cell_size(char)
        if cells + size > width:
            break
        cells += size
        measured = size or measured
        at += 1
    return max(at, start + 1)
