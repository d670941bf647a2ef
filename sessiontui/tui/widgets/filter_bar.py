"""The input that filters the list of sessions. It knows no session: it says what was typed and where to go."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from sessiontui.tui.key_bindings import bindings, command_key
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.safe_input import SafeInput


class FilterBar(SafeInput):
    """Filter the list of sessions by letters of their keys and names, live: ↑ ↓ move in the list below."""

    HELP_TITLE = "Filter"
    HELP = (
        "Type letters of a key or a name, in their order; the list shows what fits, best first. "
        "Enter keeps the filter and goes to the list, Esc clears it."
    )
    BINDINGS = bindings(
        command_key("filter.down", "down", "walk(1)", "The next session that fits", "next"),
        command_key("filter.up", "up", "walk(-1)", "The session before", "previous"),
        command_key("filter.enter", "enter", "submit", "Keep the filter and go to the list", "keep it"),
        command_key("filter.leave", "escape", "screen.back", "Clear, then leave", "leave"),
        command_key("filter.page_down", "pagedown", "walk(8)", "Eight sessions down"),
        command_key("filter.page_up", "pageup", "walk(-8)", "Eight sessions up"),
    )

    @dataclass
    class Walked(Message):
        """Move the cursor in the list."""

        sessions: int

    def __init__(self) -> None:
        super().__init__(select_on_focus=False)
        self.border_title = ink.content("filter sessions")

    def action_walk(self, sessions: int) -> None:
        self.post_message(self.Walked(sessions))
