"""The input that searches all messages. It finds nothing itself: it says what was typed and shows what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from sessiontui.tui import figures, ink
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.visible import visible


class SearchBar(SafeInput):
    """Search in all messages, live: ↑ ↓ move in the hits, Enter goes to one."""

    HELP = 'Search all messages while you type. Words, "phrases" and the beginning of the last word; any text is legal.'
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "hits(1)", "next", id="search.down"),
        Binding("up", "hits(-1)", "previous", id="search.up"),
        Binding("enter", "submit", "go to it", id="search.enter"),
        Binding("escape", "screen.back", "clear, then leave", id="search.leave"),
        Binding("pagedown", "hits(8)", "hits down", show=False, id="search.page_down"),
        Binding("pageup", "hits(-8)", "hits up", show=False, id="search.page_up"),
    ]

    @dataclass
    class Walked(Message):
        """Move the cursor in the hits."""

        hits: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, select_on_focus=False)
        self.border_title = ink.content(visible("/ search messages"))

    def action_hits(self, hits: int) -> None:
        """Walk through the hits while typing."""
        self.post_message(self.Walked(hits))

    def tell(self, total: int | None, shown: int, note: str = "") -> None:
        """Say how much was found; ``total`` None where that is not known."""
        count = f"{figures.count(shown)}+ hits" if total is None else figures.counted(total, "hit")
        text = " · ".join(part for part in (count, "newest" if shown else "", note) if part)
        self.border_subtitle = ink.content(visible(text))

    def tell_nothing(self) -> None:
        """Nothing is being searched for."""
        self.border_subtitle = None
