"""The bytes of a fault, any number of them, as rows of hexadecimal figures and text. Reads nothing itself: it posts
``BytesWanted`` and is given them.

Signs tell what becomes of a byte: ``~`` before one that is kept apart, ``-`` before one that goes, brackets around the one
at which it goes wrong.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from sessiontui.describe.signs import FATES
from sessiontui.tui.key_bindings import bindings, cursor_key
from sessiontui.tui.theme.damage import DAMAGE
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine
from sessiontui.visible import REPLACEMENT, visible

BLOCK: Final = 4096
"""Bytes that are asked for at once."""
BLOCKS: Final = 64
"""How many such blocks are remembered."""
LEADS: Final = ((0xF0, 4), (0xE0, 3), (0xC0, 2))
"""From which byte on a character has how many."""

Fates = Sequence[tuple[int, str]]
"""Where the bytes of a fate end, counted from the first, and the fate, which is the name of its look; in order."""


class HexRows(NamedTuple):
    """So many bytes at an offset of their file, and the one at which it goes wrong."""

    offset: int = 0
    length: int = 0
    wrong: int = 0
    fates: Fates = ()

    def across(self, width: int) -> int:
        """Bytes in a row."""
        return 16 if width >= self._taken(16) else 8

    def head(self, width: int) -> StyledLine:
        named = min(self._digits) >= 4 or width < self._taken(8)
        where = self._where("file", "line", width) if named else self._where("", "", width)
        return StyledLine([(where + "".join(f" {at:>2X}" for at in range(self.across(width))), "dim")])

    def row(self, start: int, data: bytes | None, width: int) -> StyledLine:
        """The bytes from ``start`` on: where they stand, their figures, their text; None where they are not known."""
        where = self._where(f"{self.offset + start:,}", f"{start:,}", width), "dim"
        if data is None:
            return StyledLine([where, (" ⋯", "dim")])
        across, stop = self.across(width), start + len(data)
        looks = [self._fate(at) for at in range(start, stop)]
        cells = [cell for at, byte in enumerate(data) for cell in self._cell(start + at, byte, looks[at], at)]
        pad = "   " * (across - len(data))
        letters = ((text, "bad" if start + at == self.wrong else looks[at]) for at, text in _letters(data))
        return StyledLine([where, *cells, self._behind(stop), (" ", "ground"), (pad, "dim"), *letters])

    def _where(self, file: str, line: str, width: int) -> str:
        """Where a row stands in the file, and in the line where there is room for that."""
        far, near = self._digits
        return f" {file:>{far}} " if width < self._taken(8) else f" {file:>{far}} {line:>{near}} "

    @property
    def _digits(self) -> tuple[int, int]:
        """Columns of an offset in the file, and of one in the line."""
        return len(f"{self.offset + self.length:,}"), len(f"{self.length:,}")

    def _taken(self, across: int) -> int:
        """Columns of a row of so many bytes, its offsets before them."""
        return sum(self._digits) + 7 + 4 * across

    def _fate(self, at: int) -> str:
        found = bisect_right(self.fates, at, key=lambda each: each[0])
        return self.fates[found][1] if found < len(self.fates) else "kept"

    def _cell(self, at: int, byte: int, fate: str, column: int) -> Iterator[tuple[str, str]]:
        """The sign before a byte, and the byte."""
        if at == self.wrong:
            yield f"[{byte:02X}", "bad"
        elif at == self.wrong + 1 and column:
            yield "]", "bad"
            yield f"{byte:02X}", fate
        else:
            yield f"{FATES[fate]}{byte:02X}", fate

    def _behind(self, stop: int) -> tuple[str, str]:
        """The sign behind the last byte of a row: it was that one, or there should have been one more."""
        sign = "]" if self.wrong == stop - 1 else "◂" if self.wrong >= stop == self.length else " "
        return sign, "dim" if sign == " " else "bad"


def _letters(data: bytes) -> Iterator[tuple[int, str]]:
    """The bytes as text, in as many cells as there are bytes: a whole character stands where its first byte does."""
    at = 0
    while at < len(data):
        size = next((size for least, size in LEADS if data[at] >= least), 1)
        char = data[at : at + size].decode("utf-8", "replace")
        shown = visible(char)
        if len(char) != 1 or char == REPLACEMENT or not cell_len(shown):
            size, shown = 1, visible("·")
        yield at, shown + " " * (size - cell_len(shown))
        at += size


class HexView(LineList):
    """The bytes of one fault."""

    HEAD = 5
    LOOKS = DAMAGE
    HELP_TITLE = "Bytes"
    HELP = (
        "The bytes as they stand in the file: where in the file, where in the line, the bytes, and the same as text. "
        "[ ] is the byte at which it goes wrong, ◂ where one is missing; ~ is kept apart, - goes without a loss, all others stay in a message."
    )
    BINDINGS = bindings(
        cursor_key("bytes.wrong", "w", "wrong", "To where it goes wrong"),
    )

    items = range(0)
    """The first byte of each row."""

    @dataclass
    class BytesWanted(Message):
        """These bytes are in view and not in memory."""

        start: int
        stop_at: int

    def __init__(self) -> None:
        super().__init__(id="bytes")
        self._bytes = HexRows()
        self._blocks: dict[int, bytes] = {}
        self._wanted: set[int] = set()
        self._told: object = None
        self._moved = False
        """Whether the person has gone elsewhere than to where it goes wrong."""

    # ---- told from above

    def show(self, of: object, rows: HexRows) -> None:
        """Show the bytes of a fault; ``of`` tells it from others."""
        self._bytes = rows
        self._arrange()
        if of != self._told:
            self._told = of
            self.clear()
            self.action_wrong()
        self.refresh()

    def clear(self) -> None:
        """Forget the bytes; those in view are asked for anew."""
        self._blocks.clear()
        self._wanted.clear()
        self.refresh()

    def say(self, note: str) -> None:
        """Show no bytes but a sentence."""
        self.picture, self._told, self._bytes = visible(note, lines=True), None, HexRows()
        self._arrange()
        self.clear()
        self.settle(0)

    def give(self, start: int, data: bytes) -> None:
        """Bytes that were asked for."""
        while len(self._blocks) >= BLOCKS:
            del self._blocks[oldest := next(iter(self._blocks))]
            self._wanted.discard(oldest)
        self._blocks[start // BLOCK] = data
        self.refresh()

    # ---- keys

    def action_wrong(self) -> None:
        """To the byte at which it goes wrong, with what stands before it."""
        self._moved = False
        self.settle(min(self._bytes.wrong, max(0, self._bytes.length - 1)) // self.items.step)
        self._cursor.scroll(max(0, self.cursor - self._room // 2))

    def chosen(self) -> None:
        """The person goes elsewhere."""
        self._moved = True

    # ---- rows

    def draw_head(self, width: int) -> StyledLine:
        return self._bytes.head(width)

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        start = self.items[item]
        return self._bytes.row(start, self._known(start), width)

    def _known(self, start: int) -> bytes | None:
        """The bytes of a row, which never lies in two blocks; None, and asked for, where they are not in memory."""
        block, at = divmod(start, BLOCK)
        if block in self._blocks:
            return self._blocks[block][at : at + self.items.step]
        if block not in self._wanted:
            self._wanted.add(block)
            self.tell(self.BytesWanted(block * BLOCK, min(self._bytes.length, (block + 1) * BLOCK)))
        return None

    def _arrange(self) -> None:
        self.items = range(0, self._bytes.length, self._bytes.across(self._columns))

    def on_resize(self, event: events.Resize) -> None:
        """Another width, another number of bytes in a row: what is under the cursor stays under it."""
        event.prevent_default()
        at = self.cursor * self.items.step
        self._arrange()
        self._cursor.item = at // self.items.step
        super().on_resize(event)
        if not self._moved:
            self.action_wrong()
