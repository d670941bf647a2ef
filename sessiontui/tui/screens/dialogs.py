"""A page in a box above the screen: a title, lines that scroll, what is always in view below them, and up to three buttons.

The button that leaves has the focus, so that Enter never does anything by accident. What the buttons mean is for who
makes a dialog of it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from sessiontui.tui.looks import ink, theme
from sessiontui.tui.looks.wrap import wrap
from sessiontui.tui.screens.layer import Overlay
from sessiontui.tui.words.page import LINES, Page
from sessiontui.visible import visible

WIDTH: Final = 84
"""Columns of a dialog where there are so many."""
FRAME: Final = 6
"""Columns that border and padding take."""
PIECE: Final = 64
"""Lines that are drawn at once where one of them is in view: a thousand would stop the screen."""


class PageButton(Button):
    """A button whose meaning changes with the page: the second click of a double click was meant for the one before."""

    def on_click(self, event: events.Click) -> None:
        """Let only the first click press it."""
        if event.chain > 1:
            event.prevent_default()
            event.stop()


class PageDialog(Overlay[str | None]):
    """Shows one page, and another in its place."""

    HELP = "Nothing is done before you choose. Enter presses the button with the focus, which changes nothing at first."
    AUTO_FOCUS = "#leave"
    BESIDE = False  # there is a button for it, and work may be under way
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "cancel", tooltip="Leave everything as it is", id="dialog.leave"),
        Binding("left,right", "other", "next button", show=False, id="dialog.other"),
        Binding("down,j", "scroll(1)", "down", show=False, id="dialog.down"),
        Binding("up,k", "scroll(-1)", "up", show=False, id="dialog.up"),
        Binding("pagedown,ctrl+d", "scroll(10)", "page down", show=False, id="dialog.page_down"),
        Binding("pageup,ctrl+u", "scroll(-10)", "page up", show=False, id="dialog.page_up"),
        Binding("end,G", "scroll(1000000)", "to the end", show=False, id="dialog.end"),
        Binding("home,g", "scroll(-1000000)", "to the start", show=False, id="dialog.start"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        """Title, lines, what is always in view, buttons."""
        with Vertical(id="box", classes="dialog") as self._box:
            yield from self.compose_above()
            with VerticalScroll(id="body", can_focus=False) as self._body:
                yield from (Static() for _ in range(0, LINES, PIECE))
            yield Static(id="work")
            yield Static(id="undo")
            with Horizontal(id="buttons"):
                yield PageButton(ink.content(ink.EMPTY), id="leave")
                yield PageButton(ink.content(ink.EMPTY), id="act")
                yield PageButton(ink.content(ink.EMPTY), id="also")

    def compose_above(self) -> ComposeResult:
        """What stands above the lines and does not scroll: nothing."""
        yield from ()

    def on_mount(self) -> None:
        """Show the first page, and say where one is in it."""
        self.app.clear_notifications()  # they would lie above the buttons
        self.query_one("#work").display = False
        self.show(self.page)
        for what in ("scroll_y", "virtual_size", "size"):
            self.watch(self._body, what, self._say_position, init=False)

    def show(self, page: Page, *, reset: bool = True) -> None:
        """Show a page; unless ``reset``, focus and place stay as they are."""
        self.page = page
        self._box.border_title = ink.content(page.title)
        pieces = [*self._body.query_children(Static)]
        for at, piece in enumerate(pieces):
            lines = page.body[at * PIECE : None if piece is pieces[-1] else (at + 1) * PIECE]
            piece.display = bool(lines)
            piece.update(ink.lines(lines))
        self.query_one("#undo", Static).update(ink.content(page.undo))
        leave = self.query_one("#leave", Button)
        for name, label in (("leave", page.leave), ("act", page.act), ("also", page.also)):
            button = self.query_one(f"#{name}", Button)
            button.label = ink.content(label or ink.EMPTY)
            button.display, button.disabled = label is not None, False
            button.refresh(layout=True)  # another label, another width
        if reset:
            self._body.scroll_home(animate=False)
            self.set_focus(leave)
        self.on_resize()

    def on_resize(self, event: events.Resize | None = None) -> None:
        """A long page scrolls; the buttons are always in view."""
        width, height = min(WIDTH, self.size.width * 96 // 100), self.size.height * 92 // 100
        tall = not self.has_class("-short")
        undo = self.query_one("#undo")
        undo.display = bool(self.page.undo)
        taken = 3 + 2 * tall + self.above()  # border and buttons; the margins of the lines
        if undo.display:
            taken += len(wrap(self.page.undo, width - FRAME)) + tall
        taken += (1 + tall) * self.query_one("#work").display
        self._body.styles.max_height = max(1, height - taken) if self.page.body else 0
        self.call_after_refresh(self._say_position)

    def above(self) -> int:
        """Rows of what stands above the lines, and of its margin."""
        return 0

    def _say_position(self) -> None:
        """Which lines are in view, where not all of them are."""
        body = self._body
        rows, seen, first = body.virtual_size.height, body.size.height, round(body.scroll_y)
        more = rows > seen > 0
        location = f"lines {first + 1:,}–{min(rows, first + seen):,} of {rows:,} · ↑ ↓" if more else ""
        self._box.border_subtitle = ink.content(visible(location))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Only the button that names it does something."""
        event.stop()
        if event.button.id == "act":
            self.act()
        elif event.button.id == "also":
            self.also()
        else:
            self.action_leave()

    def act(self) -> None:
        """The button that does something was pressed."""
        self.dismiss(None)

    def also(self) -> None:
        """The button that does something else was pressed."""

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def action_other(self) -> None:
        """The next button."""
        buttons: list[Widget] = [each for each in self.query("#buttons Button") if each.focusable]
        if buttons:
            at = buttons.index(self.focused) if self.focused in buttons else -1
            self.set_focus(buttons[(at + 1) % len(buttons)])

    def action_scroll(self, lines: int) -> None:
        """Look at the rest."""
        self._body.scroll_to(y=self._body.scroll_y + lines, animate=False)
