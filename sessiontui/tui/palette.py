"""The palette: type letters of what shall be done, or of a session, and press Enter.

Knows no command: it is given them as choices, finds the best for what is typed, and gives back the one that was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from sessiontui.query.fuzzy import Names
from sessiontui.tui.key_bindings import bindings, command_key, cursor_key
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.choice_list import Choice, ChoiceList
from sessiontui.tui.widgets.safe_input import TextInput
from sessiontui.visible import visible

SHOWN: Final = 100
"""Things found that are shown: who wants a later one types another letter."""


class PaletteScreen(Overlay[Choice | None]):
    """An input, and below it what fits."""

    HELP = "Type letters of a command or of a session, in their order; Enter does what is under the cursor."
    AUTO_FOCUS = "SafeInput"
    BINDINGS = bindings(
        command_key("palette.close", "escape,ctrl+p", "dismiss", "Close, and do nothing", "close"),
        cursor_key("palette.down", "down,ctrl+j", "move(1)", "down"),
        cursor_key("palette.up", "up,ctrl+k", "move(-1)", "up"),
        cursor_key("palette.page_down", "pagedown", "page(1)", "page down"),
        cursor_key("palette.page_up", "pageup", "page(-1)", "page up"),
    )

    def __init__(
        self,
        title: str,
        commands: Sequence[Choice],
        names: Sequence[str] = (),
        named: Callable[[str], Choice] | None = None,
        hint: str = "",
        cursor: int = 0,
    ) -> None:
        """``commands`` are all shown at first, with the cursor on one of them; things that have ``names`` are found by them,
        and ``named`` gives what to do with one. ``hint`` says what else can be found."""
        super().__init__()
        self._title, self._commands, self._hint, self._first = title, commands, hint, cursor
        self._found_by_name, self._named = names, named
        self.set_class(any(command.look for command in commands), "-looks")

    def compose(self) -> ComposeResult:
        with Vertical(id="palette") as box:
            box.border_title = ink.content(self._title)
            yield TextInput()
            yield ChoiceList()

    def on_mount(self) -> None:
        """All commands, before anything is typed."""
        self._list.picture = visible("Nothing fits.\nFewer letters find more", lines=True)
        self._show("", self._first)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value, 0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what is under the cursor now, whatever is typed next."""
        event.stop()
        if self._list.items:
            self.dismiss(self._list.items[self._list.cursor])

    def on_choice_list_walked(self, event: ChoiceList.Walked) -> None:
        """Show what the choice under the cursor would be like, unless other letters came before the list's message did."""
        if event.choice.look is not None and event.choice in self._list.items:
            event.choice.look()

    def on_choice_list_opened(self, event: ChoiceList.Opened) -> None:
        """This one it is, if it is there."""
        if event.choice in self._list.items:
            self.dismiss(event.choice)

    def action_move(self, items: int) -> None:
        self._list.action_move(items)

    def action_page(self, pages: int) -> None:
        self._list.action_page(pages)

    @property
    def _list(self) -> ChoiceList:
        return self.query_one(ChoiceList)

    def _show(self, pattern: str, cursor: int) -> None:
        typed = bool(pattern.strip())
        self._list.show(self._fitting(pattern) if typed else self._commands, pattern, cursor)
        hint = self._hint if self._found_by_name and not typed else "Enter does it"
        self.query_one("#palette").border_subtitle = ink.content(f"{hint} · Esc closes")

    def _fitting(self, pattern: str) -> list[Choice]:
        """What fits: where the letters stand together first, and commands before names that fit as well."""
        commands, names = self._words.tiers(pattern), self._names.tiers(pattern)
        found = [(kind, at) for tier in (0, 1) for kind, each in enumerate((commands, names)) for at in each[tier]]
        return [
            self._commands[at] if kind == 0 or self._named is None else self._named(self._found_by_name[at])
            for kind, at in found[:SHOWN]
        ]

    @cached_property
    def _words(self) -> Names:
        return Names(command.name for command in self._commands)

    @cached_property
    def _names(self) -> Names:
        return Names(self._found_by_name)
