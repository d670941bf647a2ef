"""An input for hostile text: what is typed or pasted into it is made visible before it is kept or drawn."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from sessiontui.visible import visible

BREAKS: Final = str.maketrans("\r\n\t", "   ")


class SafeInput(Input):
    """An input whose text never holds what a terminal would obey, however it came there."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    """Textual's own, but for the layout of the whole screen that each letter set off: no input here grows with its text."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """What is text here and so no command; Textual knows no character of the key that it calls slash."""
        return key == "slash" or super().check_consume_key(key, character)

    def _on_paste(self, event: events.Paste) -> None:
        event.text = visible(event.text.translate(BREAKS))  # Textual calls the handler of Input after this one

    def validate_value(self, value: str) -> str:
        """The value that is kept and drawn."""
        return visible(value)


class TextInput(SafeInput):
    """One that has no keys of its own."""
