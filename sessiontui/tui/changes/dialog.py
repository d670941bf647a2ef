"""A dialog above the screen: one page at a time, and what its buttons and keys do, if there is a flow behind them."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widgets import Button, Input

from sessiontui.describe.page import Page
from sessiontui.tui.changes.flow import ChangeFlow
from sessiontui.tui.changes.page_box import PageBox, PageButton
from sessiontui.tui.key_bindings import bindings, command_key, cursor_key
from sessiontui.tui.overlay import Overlay


class PageDialog(Overlay[None]):
    """Shows one page, and another in its place. Without a flow every button closes it."""

    HELP = "Nothing is done before you choose. Enter presses the button with the focus, which changes nothing at first."
    AUTO_FOCUS = "#leave"
    BESIDE = False  # there is a button for it, and work may be under way
    BINDINGS = bindings(
        command_key("dialog.leave", "escape,q", "leave", "Leave everything as it is", "cancel"),
        cursor_key("dialog.other", "left,right", "other", "next button"),
        cursor_key("dialog.down", "down,j", "scroll(1)", "down"),
        cursor_key("dialog.up", "up,k", "scroll(-1)", "up"),
        cursor_key("dialog.page_down", "pagedown,ctrl+d", "scroll(10)", "page down"),
        cursor_key("dialog.page_up", "pageup,ctrl+u", "scroll(-10)", "page up"),
        cursor_key("dialog.end", "end,G", "scroll(1000000)", "to the end"),
        cursor_key("dialog.start", "home,g", "scroll(-1000000)", "to the start"),
        command_key("dialog.repair", "R", "offer('repair')", "Have messages back before lines go", "repair first"),
        command_key("dialog.undo", "u", "offer('undo')", "Undo what was done", "undo"),
        command_key("dialog.inspect", "x", "offer('inspect')", "Close, and inspect what stays damaged", "inspect"),
        command_key("dialog.backend", "b", "offer('backend')", "Close, and show the database", "backend"),
    )

    def __init__(self, page: Page, flow: ChangeFlow | None = None) -> None:
        super().__init__()
        self.box = PageBox(page, None if flow is None else flow.hours)
        self._flow = flow

    def compose(self) -> ComposeResult:
        yield self.box

    def on_mount(self) -> None:
        """Show the first page, and begin."""
        self.app.clear_notifications()  # they would lie above the buttons
        self.box.show(self.box.page)
        if self._flow is not None:
            self._flow.begin(self, self.box)

    def on_resize(self) -> None:
        """Keep the buttons in view."""
        self.box.fit()

    # ---- buttons and keys

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if self._flow is None or event.button.id == "leave":
            self.action_leave()
        elif event.button.id == "act":
            self._flow.act()
        else:
            self._flow.also()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.box.focus_leave()

    def action_leave(self) -> None:
        """Leave everything as it is."""
        if self._flow is None:
            self.dismiss()
        else:
            self._flow.leave()

    def action_other(self) -> None:
        self.focus_next(PageButton)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The flow says what it offers now."""
        return action != "offer" or (self._flow is not None and self._flow.offers(str(parameters[0])))

    def action_offer(self, key: str) -> None:
        """What the flow offers."""
        if self._flow is not None:
            self._flow.offer(key)

    def on_key(self, event: events.Key) -> None:
        """A digit is meant for the field, wherever the focus is."""
        hours, character = None if self._flow is None else self._flow.hours, event.character or ""
        if hours is not None and hours.takes(character) and self._type(character):
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """So is what is pasted."""
        if self._type(event.text.strip()):
            event.stop()

    def _type(self, text: str) -> bool:
        return self._flow is not None and self._flow.type(text)
