"""The palette: type letters of what shall be done, or of a session, and press Enter.

Knows no command: it is given them, finds the best for what is typed, and gives back the one that was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from sessiontui.query.fuzzy import Names
from sessiontui.tui.key_bindings import Bindings, command_key, cursor_key
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.choice_list import Choice, ChoiceList
from sessiontui.tui.widgets.safe_input import TextInput
from sessiontui.visible import visible

SHOWN: Final = 100
"""Things found that are shown: who wants a later one types another letter."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done. ``look`` shows what it would be like while it is under the cursor."""

    choice: Choice
    run: Callable[[], object]
    look: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a palette offers: ``commands``, which are all shown at first, and things found by their names."""

    title: str
    commands: Sequence[Command]
    names: Sequence[str] = ()
    named: Callable[[str], Command] | None = None
    """What to do with a thing of that name."""
    hint: str = ""
    cursor: int = 0
    """Which command is under the cursor at first."""


class PaletteScreen(Overlay[Command | None]):
    """An input, and below it what fits."""

    HELP = "Type letters of a command or of a session, in their order; Enter does what is under the cursor."
    AUTO_FOCUS = "SafeInput"
    BINDINGS: ClassVar[Bindings] = [
        command_key("palette.close", "escape,ctrl+p", "dismiss", "Close, and do nothing", "close"),
        cursor_key("palette.down", "down,ctrl+j", "move(1)", "down"),
        cursor_key("palette.up", "up,ctrl+k", "move(-1)", "up"),
        cursor_key("palette.page_down", "pagedown", "page(1)", "page down"),
        cursor_key("palette.page_up", "pageup", "page(-1)", "page up"),
    ]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer
        self.set_class(any(command.look for command in offer.commands), "-looks")
        self._found: list[Command] = []

    def compose(self) -> ComposeResult:
        """A box with both."""
        with Vertical(id="palette") as box:
            box.border_title = ink.content(self._offer.title)
            yield TextInput(id="wanted")
            yield ChoiceList(id="choices")

    def on_mount(self) -> None:
        """All commands, before anything is typed."""
        self._list.picture = visible("Nothing fits.\nFewer letters find more", lines=True)
        self._show("", self._offer.cursor)

    @on(Input.Changed)
    def find(self, event: Input.Changed) -> None:
        """Another letter."""
        event.stop()
        self._show(event.value, 0)

    @on(Input.Submitted)
    def choose(self, event: Input.Submitted) -> None:
        """Enter: what is under the cursor now, whatever is typed next."""
        event.stop()
        if self._found:
            self.dismiss(self._found[self._list.cursor])

    @on(ChoiceList.Walked)
    def look(self, event: ChoiceList.Walked) -> None:
        """Show what the command under the cursor would be like."""
        command = self._of(event.choice)
        if command is not None and command.look is not None:
            command.look()

    @on(ChoiceList.Opened)
    def give(self, event: ChoiceList.Opened) -> None:
        """This one it is."""
        command = self._of(event.choice)
        if command is not None:
            self.dismiss(command)

    def action_move(self, items: int) -> None:
        """The next choice, or the previous."""
        self._list.action_move(items)

    def action_page(self, pages: int) -> None:
        """A screen of them."""
        self._list.action_page(pages)

    @property
    def _list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    def _of(self, choice: Choice) -> Command | None:
        """The command of a choice; None when other letters came before the list's message did."""
        return next((command for command in self._found if command.choice is choice), None)

    def _show(self, pattern: str, cursor: int) -> None:
        self._found = self._fitting(pattern) if pattern.strip() else list(self._offer.commands)
        self._list.show([command.choice for command in self._found], pattern, cursor)
        box, more = self.query_one("#palette"), len(self._offer.names)
        hint = self._offer.hint if self._offer.hint and more and not pattern.strip() else "Enter does it"
        box.border_subtitle = ink.content(f"{hint} · Esc closes")

    def _fitting(self, pattern: str) -> list[Command]:
        """What fits: where the letters stand together first, and commands before names that fit as well."""
        commands, names = self._words.tiers(pattern), self._names.tiers(pattern)
        found = [(kind, at) for tier in (0, 1) for kind, each in enumerate((commands, names)) for at in each[tier]]
        return [self._at(kind, at) for kind, at in found[:SHOWN]]

    def _at(self, kind: int, at: int) -> Command:
        named = self._offer.named
        return self._offer.commands[at] if kind == 0 or named is None else named(self._offer.names[at])

    @cached_property
    def _words(self) -> Names:
        return Names(command.choice.name for command in self._offer.commands)

    @cached_property
    def _names(self) -> Names:
        return Names(self._offer.names)
