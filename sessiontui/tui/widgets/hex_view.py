"""The bytes of a fault, any number of them, as rows over a screen. Reads nothing itself: it posts ``BytesWanted`` and is
given them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.message import Message

from sessiontui.tui.key_bindings import Bindings, cursor_key
from sessiontui.tui.theme.looks import DAMAGE
from sessiontui.tui.widgets.hex_rows import HexRows
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine
from sessiontui.visible import Visible

BLOCK: Final = 4096
"""Bytes that are asked for at once."""
BLOCKS: Final = 64
"""How many such blocks are remembered."""


class HexView(LineList):
    """The bytes of one fault."""

    HEAD = 5
    LOOKS = DAMAGE
    HELP_TITLE = "Bytes"
    HELP = (
        "The bytes as they stand in the file: where in the file, where in the line, the bytes, and the same as text. "
        "[ ] is the byte at which it goes wrong, ◂ where one is missing; ~ is kept apart, - goes without a loss, all others stay in a message."
    )
    BINDINGS: ClassVar[Bindings] = [
        cursor_key("bytes.wrong", "w", "wrong", "To where it goes wrong"),
    ]

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

    def say(self, note: Visible) -> None:
        """Show no bytes but a sentence."""
        self.picture, self._told, self._bytes = note, None, HexRows()
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
        """What the columns are."""
        return self._bytes.head(width)

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        """One row: where, the bytes, the text."""
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
