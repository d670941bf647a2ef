"""The faults of a session, or of several, one a line: any number of them, drawn when they are seen.

It shows what it is given and knows neither files nor plans.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from sessiontui.describe import signs
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.theme import ink
from sessiontui.tui.theme.damage import DAMAGE
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine
from sessiontui.visible import visible

BADGE: Final = 3
"""Columns at the left in which a click marks."""
KEYS: Final = (20, 12)
"""Columns that a session's key has at least, where there are several: where there is room for words behind it, and where
not. It has those too that nothing else needs."""
WORDS: Final = 14
"""Columns of what can be had back, in words."""
NAMELESS: Final = "(no name)"


class Item(NamedTuple):
    """A fault as the list has it."""

    key: str
    fault: Fault
    acts: bool
    """Whether something can be accepted."""


Marks = Container[tuple[str, int]]


class FaultColumns(NamedTuple):
    """How many cells each column takes of the faults that were shown so far."""

    several: bool = False
    """Whether they are of several sessions, and the key of each stands before it."""
    key: int = 0
    line: int = 4
    byte: int = 4
    id: int = 0
    sign: int = 0
    """Of the longest sign of what can be had back."""

    def grown(self, items: Sequence[Item]) -> FaultColumns:
        """With room for these faults too."""
        faults = [item.fault for item in items]
        last = max((fault.line or 0 for fault in faults), default=0)
        end = max((fault.span.stop for fault in faults if fault.span), default=0)
        return FaultColumns(
            self.several,
            max([self.key, *(cell_len(visible(key or NAMELESS)) for key in {item.key for item in items})]),
            max(self.line, len(f"{last:,}")),
            max(self.byte, len(f"{end:,}")),
            max([self.id, *(len(fault.id) for fault in faults)]),
            max([self.sign, *(2 + len(_back(item, words=False)) for item in items)]),
        )

    def spare(self, width: int) -> int:
        """Cells that are left where what can be had back is said in words and no byte is named; negative where too few."""
        return width - self._taken(KEYS[0]) - WORDS

    def cells(self, key: str, line: str, byte: str, width: int) -> Iterator[tuple[str, str]]:
        """What stands between a sign and an id, each with the name of its look; the byte where there is room for it."""
        if self.several:
            columns = self._key_columns(width)
            key = ink.middled(key, columns)
            yield f"{key}{' ' * (columns - cell_len(key))} ", "dim"
        yield f"{line:>{self.line}} ", "number"
        if self.spare(width) > self.byte:
            yield f"{byte:>{self.byte}} ", "dim"

    def _key_columns(self, width: int) -> int:
        """As many as the longest key takes, or as there are."""
        spare = self.spare(width)
        least = KEYS[spare < 0]
        left = spare - (1 + self.byte) * (spare > self.byte) if spare >= 0 else width - self._taken(least) - self.sign
        return max(least, min(self.key, least + left))

    def _taken(self, key: int) -> int:
        """Columns up to the end of an id, the byte left out."""
        return 3 + (key + 1) * self.several + self.line + 1 + self.id


class FaultList(LineList):
    """What is wrong."""

    HEAD = 6
    LOOKS = DAMAGE
    HELP_TITLE = "Faults"
    HELP = (
        "What is wrong, in the order of the file: line, byte of the file, kind, and what can be had back: + for certain, "
        "? if a person says so, ≈ by a guess. ! is damage, … may still be being written, ● is marked."
    )

    class Chosen(Message):
        """The cursor came to another fault."""

    @dataclass
    class Marked(Message):
        """The person marked a fault with the mouse, or took its mark away."""

        at: int

    items: Sequence[Item] = ()
    _marks: Marks = ()
    _grid = FaultColumns()

    def show(self, items: Sequence[Item], marks: Marks, cursor: int, *, several: bool, since: int = 0) -> None:
        """Show these faults, with the cursor on one of them; those before ``since`` were shown already."""
        stays = self._cursor.held if self.items and since else None
        self._grid = (self._grid if since else FaultColumns(several)).grown(items[since:])
        self.items, self._marks = items, marks
        self.settle(cursor, stays)

    def say(self, note: str) -> None:
        """What to say where there are no faults."""
        self.picture = visible(note, lines=True)
        self.refresh()

    def chosen(self) -> None:
        self.tell(self.Chosen())

    def click(self, item: int, x: int, event: events.Click) -> None:
        """On its sign, or with Shift or Ctrl, a click marks; else it chooses."""
        if event.ctrl or event.shift or x < BADGE:
            self.tell(self.Marked(item))
        else:
            self.move_to(item)

    # ---- how it is drawn

    def draw_head(self, width: int) -> StyledLine:
        cells = "".join(text for text, _ in self._grid.cells("session", "line", "byte", width))
        return StyledLine([(f"   {cells}what", "dim")], [("had back ", "dim")] if self._grid.spare(width) >= 0 else ())

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        shown = self.items[item]
        fault = shown.fault
        marked = (shown.key, fault.line or 0) in self._marks
        damage = fault.severity is Severity.DAMAGE
        number = f"{fault.line:,}" if fault.line else "–"
        at = f"{fault.span.offset + fault.at:,}" if fault.span else "–"
        back = _back(shown, words=self._grid.spare(width) >= 0)
        return StyledLine(
            [
                (signs.MARKED if marked else " ", "match"),
                (f"{signs.SEVERITIES[fault.severity]} ", "fault" if damage else "dim"),
                *self._grid.cells(shown.key or NAMELESS, number, at, width),
                (fault.id, "fault" if damage else "key"),
            ],
            [(f" {back} ", fault.salvage.value if shown.acts else "none")],
        )


def _back(item: Item, *, words: bool) -> str:
    """What can be had back, in a few letters."""
    fault = item.fault
    if fault.severity is not Severity.DAMAGE:
        return ""
    if fault.recovers:
        sign, word = f"{signs.SALVAGES[fault.salvage]}{fault.recovers:,}", fault.salvage.value
    elif not item.acts:
        sign, word = "", "none"
    elif fault.salvage is Salvage.NONE:
        sign, word = signs.APART, "apart"
    else:
        sign, word = signs.GONE, "goes"
    return f"{sign} {word}".strip() if words or not sign else sign
