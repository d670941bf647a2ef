"""A list to choose one thing from while typing letters of its name elsewhere: name, what it is, and the key that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from sessiontui.query.fuzzy import positions
from sessiontui.tui.looks import ink
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.visible import visible


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen; its texts may be hostile."""

    name: str
    about: str = ""
    keys: str = ""


class ChoiceList(LineList, can_focus=False):
    """Choices, best first. The input above it has the focus; the cursor shows what Enter there would do."""

    @dataclass(eq=False, repr=False)
    class Walked(Message):
        """The cursor came to this choice."""

        choice: Choice

    @dataclass(eq=False, repr=False)
    class Opened(Message):
        """The person chose this one."""

        choice: Choice

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices: Sequence[Choice] = ()
        self._pattern = ""

    @property
    def count(self) -> int:
        """How many choices there are."""
        return len(self._choices)

    def show(self, choices: Sequence[Choice], pattern: str, cursor: int = 0) -> None:
        """Show choices that fit a pattern, the best of them under the cursor."""
        self._choices, self._pattern = choices, pattern
        self.settle(cursor)
        self.chosen()

    def chosen(self) -> None:
        """The cursor came to another choice."""
        if self.count:
            self.tell(self.Walked(self._choices[self.cursor]))

    def action_open(self) -> None:
        """Choose the one under the cursor."""
        if self.count:
            self.tell(self.Opened(self._choices[self.cursor]))

    def click(self, item: int, x: int, event: events.Click) -> None:
        """One click is enough."""
        self.move_to(item)
        self.action_open()

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """Name and what it is at the left, the key at the right."""
        choice = self._choices[item]
        plain, found, dim = (self.style(name, ground) for name in ("key", "match", "dim"))
        keys = visible(f" {choice.keys} ")
        head, tail = ink.halves(choice.name, max(1, width - cell_len(keys) - 2))
        matched = set(positions(self._pattern, choice.name)) if self._pattern.strip() else set()
        cut = visible("…" if len(head) < len(choice.name) else "")
        left = [
            (visible(" "), plain),
            *((visible(char), found if at in matched else plain) for at, char in enumerate(head)),
            (cut, plain),
            *(
                (visible(char), found if at in matched else plain)
                for at, char in enumerate(tail, len(choice.name) - len(tail))
            ),
        ]
        about = (visible(f"  {choice.about}" if choice.about else ""), dim)
        return ink.spread([*left, about], [(keys, self.style("number", ground))], width, ground)

    def _look(self, name: str) -> Style:
        return super()._look("cursor" if name == "blurred" else name)
