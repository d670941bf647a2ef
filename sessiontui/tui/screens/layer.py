"""A screen above the browser, for as long as it takes. It leaves once, however many keys or reports say so at once."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType

from sessiontui.tui.looks import theme


class Overlay(ModalScreen[ScreenResultType]):
    """What every dialog and list above the browser is."""

    CSS = theme.LAYERS
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "help", tooltip="Help for what has the focus", id="layer.help"),
    ]

    BESIDE: ClassVar[bool] = True
    """Whether a click beside the box closes it, for who has a mouse and no button to press."""

    def on_click(self, event: events.Click) -> None:
        """Close it, where the click was on nothing of it."""
        if self.BESIDE and self.get_widget_at(*event.screen_offset)[0] is self:
            self.dismiss(None)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave, and take along what lies above; Textual's own would take away whatever is on top, the browser too."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        while not self.is_current:
            self.app.pop_screen()
        return super().dismiss(result)
