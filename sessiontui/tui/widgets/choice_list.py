"""A list to choose one thing from while typing letters of its name elsewhere: name, what it is, and the key that does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.message import Message

from sessiontui.query.fuzzy import positions
from sessiontui.tui.theme import ink, looks
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine
from sessiontui.visible import visible

LOOKS: Final[looks.Looks] = {**looks.LIST, "blurred": looks.LIST["cursor"]}


class Choice(NamedTuple):
    """What can be chosen; its texts may be hostile."""

    name: str
    run: Callable[[], object]
    """Does it."""
    about: str
    keys: str = ""
    look: Callable[[], object] | None = None
    """Shows what it would be like, while it is under the cursor."""


class ChoiceList(LineList, can_focus=False):
    """Choices, best first. The input above it has the focus; the cursor shows what Enter there would do."""

    LOOKS = LOOKS
    items: Sequence[Choice] = ()
    _pattern = ""

    @dataclass
    class Walked(Message):
        """The cursor came to this choice."""

        choice: Choice

    @dataclass
    class Opened(Message):
        """The person chose this one."""

        choice: Choice

    def show(self, choices: Sequence[Choice], pattern: str, cursor: int) -> None:
        """Show choices that fit a pattern, the best of them under the cursor."""
        self.items, self._pattern = choices, pattern
        self.settle(cursor)
        self.chosen()

    def chosen(self) -> None:
        if self.items:
            self.tell(self.Walked(self.items[self.cursor]))

    def action_open(self) -> None:
        if self.items:
            self.tell(self.Opened(self.items[self.cursor]))

    def click(self, item: int, x: int, event: events.Click) -> None:
        """One click is enough."""
        self.move_to(item)
        self.action_open()

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        """Name and what it is at the left, the key at the right."""
        choice = self.items[item]
        keys = f" {choice.keys} "
        head, tail = ink.halves(choice.name, max(1, width - cell_len(visible(keys)) - 2))
        found = positions(self._pattern, choice.name) if self._pattern.strip() else ()
        cut = "…" if len(head) < len(choice.name) else ""
        chars = [(-1, " "), *enumerate(head), (-1, cut), *enumerate(tail, len(choice.name) - len(tail))]
        about = f"  {choice.about}" if choice.about else ""
        return StyledLine(
            [*((char, "match" if at in found else "key") for at, char in chars), (about, "dim")], [(keys, "number")]
        )
