"""The line in which a person says for how many hours a session must have been idle. It knows no session and no plan."""

from __future__ import annotations

import math
from collections.abc import Callable

from textual.containers import Horizontal
from textual.widgets import Input, Static

from sessiontui import units
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.safe_input import TextInput


class HoursField(Horizontal):
    """Words, a field, and what its hours are in days.

    ``changed`` takes the text and its hours, None where it is no number, in the message loop of the screen.
    """

    def __init__(self, hours: float, changed: Callable[[str, float | None], object]) -> None:
        word = Static(ink.content("Idle for more hours than "), classes="word")
        self.input = TextInput(f"{hours:g}", id="hours", select_on_focus=False, compact=True)
        self._days = Static(classes="word")
        super().__init__(word, self.input, self._days, id="ask")
        self._changed = changed
        self.typed = False
        """Whether a number was begun from outside."""

    def takes(self, character: str) -> bool:
        """Whether a key that is pressed elsewhere is of the number: a digit, or the point of one that was begun."""
        return character.isdecimal() or (character == "." and self.typed)

    def begin(self, text: str, more: bool) -> None:
        """Take this, typed elsewhere, for the beginning of a number; with ``more`` for the rest of one that was so begun."""
        self.input.value = (self.input.value if self.typed and more else "") + text
        self.input.cursor_position = len(self.input.value)
        self.typed = True
        self.screen.set_focus(self.input)

    def say_days(self, hours: float) -> None:
        """Say it in days, where it is whole days."""
        days = f" = {units.counted(round(hours / 24), 'day')}" if hours >= 24 and hours % 24 == 0 else ""
        self._days.update(ink.content((days, "dim")))

    def ask(self, asks: bool) -> None:
        """Be there, or not, and take nothing then."""
        self.display = asks
        self.input.disabled = not asks

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.screen.call_later(self._changed, event.value.strip(), _hours(event.value))


def _hours(text: str) -> float | None:
    """What was typed as a number; None where it is none."""
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if math.isfinite(hours) else None
