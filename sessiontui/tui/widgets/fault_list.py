"""The faults of a session, or of several, one a line: any number of them, drawn when they are seen.

It shows what it is given and knows neither files nor plans.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.looks import ink
from sessiontui.tui.looks.damage import DAMAGE
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.visible import visible

BADGE: Final = 3
"""Columns at the left in which a click marks."""
KEYS: Final = (20, 12)
"""Columns that a session's key has at least, where there are several: where there is room for words behind it, and where
not. It has those too that nothing else needs."""
ID: Final = 4
"""Columns of an id at least: of its name."""
WORDS: Final = 14
"""Columns of what can be had back, in words."""
NAMELESS: Final = "(no name)"
SIGNS: Final = {Severity.DAMAGE: "!", Severity.INCOMPLETE: "…", Severity.INFO: "·"}
BACK: Final = {Salvage.LOSSLESS: "+", Salvage.OFFERED: "?", Salvage.PARTIAL: "≈", Salvage.NONE: " "}


class Item(NamedTuple):
    """A fault as the list has it."""

    key: str
    fault: Fault
    acts: bool
    """Whether something can be accepted."""


Marks = Container[tuple[str, int]]


class FaultList(LineList):
    """What is wrong."""

    LOOKS = DAMAGE
    HELP_TITLE = "Faults"
    HELP = (
        "What is wrong, in the order of the file: line, byte of the file, kind, and what can be had back: + for certain, "
        "? if a person says so, ≈ by a guess. ! is damage, … may still be being written, ● is marked."
    )

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """The cursor came to another fault."""

        at: int

    @dataclass(eq=False, repr=False)
    class Marked(Message):
        """The person marked a fault with the mouse, or took its mark away."""

        at: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: Sequence[Item] = ()
        self._marks: Marks = ()
        self._several = False
        self._wide = 4, 4
        """Columns of lines and of bytes."""
        self._id_columns, self._sign_columns = ID, 0
        """Columns of the longest id, and of the longest word of what can be had back where there is room for signs alone."""
        self._longest = 0
        """Columns of the longest key."""

    @property
    def count(self) -> int:
        """How many faults there are."""
        return len(self._items)

    def show(self, items: Sequence[Item], marks: Marks, cursor: int, *, several: bool, since: int = 0) -> None:
        """Show these faults, with the cursor on one of them; those before ``since`` were shown already."""
        stays = self.held if self._items and since else None
        line, end = self._wide if since else (4, 4)
        faults = [item.fault for item in items[since:]]
        line = max(line, len(f"{max((each.line or 0 for each in faults), default=0):,}"))
        end = max(end, len(f"{max((each.span.stop for each in faults if each.span), default=0):,}"))
        longest = max((cell_len(visible(key or NAMELESS)) for key in {item.key for item in items[since:]}), default=0)
        self._longest = max(longest, self._longest if since else 0)
        ids = max((len(fault.id) for fault in faults), default=0)
        signs = max((2 + len(_back(item, words=False)) for item in items[since:]), default=0)
        self._id_columns, self._sign_columns = (
            max(ids, self._id_columns if since else 0),
            max(signs, self._sign_columns if since else 0),
        )
        self._items, self._marks, self._several, self._wide = items, marks, several, (line, end)
        self.settle(cursor, stays)

    def chosen(self) -> None:
        """The person moved the cursor to another fault."""
        self.tell(self.Chosen(self.cursor))

    def click(self, item: int, x: int, event: events.Click) -> None:
        """On its sign, or with Shift or Ctrl, a click marks; else it chooses."""
        if event.ctrl or event.shift or x < BADGE:
            self.tell(self.Marked(item))
        else:
            self.move_to(item)

    # ---- how it is drawn

    @property
    def head(self) -> int:
        """The names of the columns, where a line can be spent on them."""
        return 1 if int(self.scrollable_content_region.height) >= 6 else 0

    def draw_head(self, width: int) -> Strip:
        """The names of the columns."""
        line, byte = self._wide
        dim = self._look("dim")
        key = f"{'session':<{self._key_columns(width)}} " if self._several else ""
        left = f"   {key}{'line':>{line}} {self._byte('byte', width, byte)}what"
        right = [(visible("had back "), dim)] if self._is_wordy(width) else []
        return ink.spread([(visible(left), dim)], right, width, self._look("ground"))

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """One fault."""
        shown = self._items[item]
        fault = shown.fault
        marked = (shown.key, fault.line or 0) in self._marks
        lines, bytes_ = self._wide
        parts = [("●" if marked else " ", "match"), (f"{SIGNS[fault.severity]} ", _badge(fault))]
        if self._several:
            columns = self._key_columns(width)
            key = ink.middled(shown.key or NAMELESS, columns)
            parts.append((f"{key}{' ' * (columns - cell_len(key))} ", "dim"))
        number = f"{fault.line:,}" if fault.line else "–"
        at = f"{fault.span.offset + fault.at:,}" if fault.span else "–"
        parts += [(f"{number:>{lines}} ", "number"), (self._byte(at, width, bytes_), "dim")]
        parts.append((fault.id, _badge(fault) if fault.severity is Severity.DAMAGE else "key"))
        left = [(visible(text), self.style(look, ground)) for text, look in parts if text]
        back = self.style(fault.salvage.value if shown.acts else "none", ground)
        return ink.spread(left, [(visible(f" {_back(shown, words=self._is_wordy(width))} "), back)], width, ground)

    def _byte(self, text: str, width: int, size: int) -> str:
        """The column of bytes, where there is room for it."""
        return f"{text:>{size}} " if self._has_bytes(width) else ""

    def _has_bytes(self, width: int) -> bool:
        return self._taken(KEYS[0]) + WORDS + self._wide[1] + 1 <= width

    def _key_columns(self, width: int) -> int:
        """As many as the longest key takes, or as there are."""
        wordy = self._is_wordy(width)
        least = KEYS[0] if wordy else KEYS[1]
        taken = (
            self._taken(least) + (WORDS if wordy else self._sign_columns) + (1 + self._wide[1]) * self._has_bytes(width)
        )
        return max(least, min(self._longest, least + width - taken))

    def _is_wordy(self, width: int) -> bool:
        return self._taken(KEYS[0]) + WORDS <= width

    def _taken(self, key: int) -> int:
        """Columns up to the end of an id, the byte left out."""
        return 3 + (key + 1) * self._several + self._wide[0] + 1 + self._id_columns


def _badge(fault: Fault) -> str:
    return "fault" if fault.severity is Severity.DAMAGE else "dim"


def _back(item: Item, *, words: bool) -> str:
    """What can be had back, in a few letters."""
    fault = item.fault
    if fault.severity is not Severity.DAMAGE:
        return ""
    if fault.recovers:
        sign, word = f"{BACK[fault.salvage]}{fault.recovers:,}", fault.salvage.value
    else:
        kind = "none" if not item.acts else "apart" if fault.salvage is Salvage.NONE else "goes"
        sign, word = {"none": ("", kind), "apart": ("~", kind), "goes": ("-", kind)}[kind]
    return f"{sign} {word}".strip() if words or not sign else sign
