"""A screen above the browser. It leaves once, however many keys or reports ask for it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType

from sessiontui.tui.theme import looks


class Overlay(ModalScreen[ScreenResultType]):
    """The base of every dialog and list above the browser."""

    CSS_PATH = looks.OVERLAYS
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "help", tooltip="Help for what has the focus", id="layer.help"),
    ]

    BESIDE = True
    """Whether a click beside the box closes it: a mouse finds no button there."""

    def on_click(self, event: events.Click) -> None:
        """Close it after a click on nothing of it."""
        if self.BESIDE and self.get_widget_at(*event.screen_offset)[0] is self:
            self.dismiss(None)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, with all that lies above; Textual's own removes the topmost screen, the browser too."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        while not self.is_current:
            self.app.pop_screen()
        return super().dismiss(result)
