"""The bytes of a fault as rows of hexadecimal figures and text: any number of them, asked for when they are seen.

Signs tell what becomes of a byte: ``~`` before one that is kept apart, ``-`` before one that goes, brackets around the one
at which it goes wrong. Reads nothing itself: it posts ``BytesWanted`` and is given them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from sessiontui.tui.looks import ink
from sessiontui.tui.looks.damage import DAMAGE
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.visible import REPLACEMENT, Visible, visible

BLOCK: Final = 4096
"""Bytes that are asked for at once."""
BLOCKS: Final = 64
"""How many such blocks are remembered."""
SIGNS: Final = {"kept": " ", "apart": "~", "gone": "-"}
FATES: Final = {"kept": "key", "apart": "apart", "gone": "gone"}

LEADS: Final = ((0xF0, 4), (0xE0, 3), (0xC0, 2))
"""From which byte on a character has how many."""

Fates = Sequence[tuple[int, str]]
"""Where the bytes of a fate end, counted from the first, and the fate; in order."""


class HexView(LineList):
    """The bytes of one fault."""

    LOOKS = DAMAGE
    HELP_TITLE = "Bytes"
    HELP = (
        "The bytes as they stand in the file: where in the file, where in the line, the bytes, and the same as text. "
        "[ ] is the byte at which it goes wrong, ◂ where one is missing; ~ is kept apart, - goes without a loss, all others stay in a message."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wrong", "To where it goes wrong", show=False, id="bytes.wrong"),
    ]

    @dataclass(eq=False, repr=False)
    class BytesWanted(Message):
        """These bytes are in view and not in memory."""

        start: int
        stop_at: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._offset = self._length = self._wrong = 0
        self._fates: Fates = ()
        self._blocks: dict[int, bytes] = {}
        self._wanted: set[int] = set()
        self._told: object = None
        self._before = 8
        """Bytes in a row, as it was laid out last."""
        self._moved = False
        """Whether the person has gone elsewhere than to where it goes wrong."""

    # ---- told from above

    def show(self, of: object, offset: int, length: int, wrong: int, fates: Fates) -> None:
        """Show a fault of so many bytes at an offset of its file; ``of`` tells it from others."""
        self._fates = fates
        if of != self._told:
            self._told = of
            self._offset, self._length, self._wrong = offset, length, wrong
            self.clear()
            self.action_wrong()
        self.refresh()

    def clear(self) -> None:
        """Forget the bytes; those in view are asked for anew."""
        self._blocks.clear()
        self._wanted.clear()
        self.refresh()

    def say(self, note: Visible) -> None:
        """Show no bytes but a sentence."""
        self.picture, self._told, self._length = note, None, 0
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
        row = min(self._wrong, max(0, self._length - 1)) // self._across
        self.settle(row)
        self.scroll_to(y=max(0, row - self._room // 2), animate=False, force=True)

    def chosen(self) -> None:
        """The person goes elsewhere."""
        self._moved = True

    # ---- how it is drawn

    @property
    def count(self) -> int:
        """How many rows there are."""
        return -(-self._length // self._across)

    @property
    def _across(self) -> int:
        """Bytes in a row."""
        return 16 if self._columns >= self._taken(16) else 8

    def _taken(self, across: int) -> int:
        return self._gutter + 4 + 4 * across

    @property
    def _gutter(self) -> int:
        return len(f"{self._offset + self._length:,}") + len(f"{self._length:,}") + 3

    @property
    def head(self) -> int:
        """What the columns are, where a line can be spent on it."""
        return 1 if self._length and int(self.scrollable_content_region.height) >= 5 else 0

    def draw_head(self, width: int) -> Strip:
        """What the columns are."""
        far, near = len(f"{self._offset + self._length:,}"), len(f"{self._length:,}")
        numbers = "".join(f" {at:>2X}" for at in range(self._across))
        text = (
            f" {'file':>{far}} {'line':>{near}} {numbers}" if min(far, near) >= 4 else f" {'':{far + near}}  {numbers}"
        )
        shown = text if self._columns >= self._taken(self._across) else f" {'file':>{far}} {numbers}"
        return ink.strip([(visible(shown), self._look("dim"))], width, self._look("ground"))

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """One row: where, the bytes, the text."""
        start = item * self._across
        data = self._bytes(start, min(self._length, start + self._across))
        far, near = len(f"{self._offset + self._length:,}"), len(f"{self._length:,}")
        dim = self.style("dim", ground)
        where = f" {self._offset + start:>{far},}"
        if self._columns >= self._taken(self._across):
            where += f" {start:>{near},}"
        parts: list[ink.Part] = [(visible(where + " "), dim)]
        if data is None:
            return ink.strip([*parts, (visible(" ⋯"), dim)], width, ground)
        fates = [self._fate(start + at) for at in range(len(data))]
        for at, byte in enumerate(data):
            parts += self._cell(start + at, byte, fates[at], ground)
        parts += self._behind(start + len(data), ground)
        parts.append((visible("   " * (self._across - len(data))), dim))
        for at, letter in _letters(data):
            parts.append((letter, self._style("bad" if start + at == self._wrong else FATES[fates[at]], ground)))
        return ink.strip(parts, width, ground)

    def _cell(self, at: int, byte: int, fate: str, ground: Style) -> list[ink.Part]:
        """The sign before a byte, and the byte."""
        if at == self._wrong:
            return [(visible(f"[{byte:02X}"), self._style("bad", ground))]
        look = self._style(FATES[fate], ground)
        if at == self._wrong + 1 and at % self._across:
            return [(visible("]"), self._style("bad", ground)), (visible(f"{byte:02X}"), look)]
        return [(visible(f"{SIGNS[fate]}{byte:02X}"), look)]

    def _behind(self, stop: int, ground: Style) -> list[ink.Part]:
        """Behind the last byte of a row: it was that one, or there should have been one more."""
        sign = "]" if self._wrong == stop - 1 else "◂" if self._wrong >= stop == self._length else " "
        return [(visible(sign), self._style("dim" if sign == " " else "bad", ground)), (visible(" "), ground)]

    def _style(self, name: str, ground: Style) -> Style:
        return self._look(name) if name == "bad" else self.style(name, ground)

    def _fate(self, at: int) -> str:
        found = bisect_right(self._fates, at, key=lambda each: each[0])
        return self._fates[found][1] if found < len(self._fates) else "kept"

    def _bytes(self, start: int, stop: int) -> bytes | None:
        """Bytes of a row, which never lies in two blocks; None, and asked for, where they are not in memory."""
        block = start // BLOCK
        held = self._blocks.get(block)
        if held is not None:
            return held[start - block * BLOCK : stop - block * BLOCK]
        if block not in self._wanted:
            self._wanted.add(block)
            self.tell(self.BytesWanted(block * BLOCK, min(self._length, (block + 1) * BLOCK)))
        return None

    def on_resize(self, event: events.Resize) -> None:
        """Another width, another number of bytes in a row: what is under the cursor stays under it."""
        event.prevent_default()
        at, self._before = self.cursor * self._before, self._across
        self.cursor = at // self._across
        super().on_resize(event)
        if not self._moved:
            self.action_wrong()


def _letters(data: bytes) -> Iterator[tuple[int, Visible]]:
    """The bytes as text, in as many cells as there are bytes: a whole character stands where its first byte does."""
    at = 0
    while at < len(data):
        size = next((size for least, size in LEADS if data[at] >= least), 1)
        char = data[at : at + size].decode("utf-8", "replace")
        shown = visible(char)
        if len(char) != 1 or char == REPLACEMENT or not cell_len(shown):
            size, shown = 1, visible("·")
        yield at, visible(shown + " " * (size - cell_len(shown)))
        at += size
