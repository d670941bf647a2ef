"""The input that filters the list of sessions. It knows no session: it says what was typed and where to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.visible import visible


class FilterBar(SafeInput):
    """Filter the list of sessions by letters of their keys and names, live: ↑ ↓ move in the list below."""

    HELP_TITLE = "Filter"
    HELP = (
        "Type letters of a key or a name, in their order; the list shows what fits, best first. "
        "Enter keeps the filter and goes to the list, Esc clears it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "walk(1)", "next", tooltip="The next session that fits", id="filter.down"),
        Binding("up", "walk(-1)", "previous", tooltip="The session before", id="filter.up"),
        Binding("enter", "submit", "keep it", tooltip="Keep the filter and go to the list", id="filter.enter"),
        Binding("escape", "screen.back", "leave", tooltip="Clear, then leave", id="filter.leave"),
        Binding("pagedown", "walk(8)", "down", show=False, tooltip="Eight sessions down", id="filter.page_down"),
        Binding("pageup", "walk(-8)", "up", show=False, tooltip="Eight sessions up", id="filter.page_up"),
    ]

    @dataclass
    class Walked(Message):
        """Move the cursor in the list."""

        sessions: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, select_on_focus=False)
        self.border_title = ink.content(visible("filter sessions"))

    def action_walk(self, sessions: int) -> None:
        """Walk through what fits while typing."""
        self.post_message(self.Walked(sessions))
