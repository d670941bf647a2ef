"""A list of any length that draws only what is visible, a fixed number of lines to an item.

The item under the cursor is known to the subclass by more than its index, so that it can stay under the cursor, on the
same line of the screen, when the list is filled, sorted or refreshed.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sessiontui.tui import ink, theme
from sessiontui.visible import visible


class LineList(ScrollView, can_focus=True):
    """Items that a cursor walks over; the subclass draws them and says what choosing one means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("g,home", "first", "First", show=False, id="list.first"),
        Binding("G,end", "last", "Last", show=False, id="list.last"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]
    ALLOW_SELECT = False
    STEP: ClassVar[int] = 1
    """Lines to an item."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.picture = visible("")
        """What an empty list says."""

    # ---- for the subclass

    @property
    def count(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """One line of an item, on a ground that shows whether it is under the cursor."""
        raise NotImplementedError

    def chosen(self) -> None:
        """The cursor came to another item."""

    def action_open(self) -> None:
        """Enter, or a second click."""

    def style(self, name: str, ground: Style) -> Style:
        """A style of the subclass, on that ground."""
        look = self._look(name)
        return Style(color=look.color, bgcolor=ground.bgcolor, bold=look.bold)

    def tell(self, message: Message) -> None:
        """Post as the list's own: what a parent set off would else end its way up at that parent."""
        self.post_message(message.set_sender(self))

    def settle(self, cursor: int, keep_line: bool = True) -> None:
        """The items changed; the cursor's item is now at ``cursor``, and stays on its line of the screen."""
        before = self.cursor * self.STEP - round(self.scroll_y)
        self.cursor = max(0, min(cursor, self.count - 1))
        self.virtual_size = Size(self._columns, self.count * self.STEP)
        if keep_line:
            self.scroll_to(y=self.cursor * self.STEP - before, animate=False, force=True)
        self._reveal()

    # ---- keys

    def move_to(self, item: int) -> None:
        """Move the cursor to an item, if there are any."""
        item = max(0, min(item, self.count - 1))
        if self.count and item != self.cursor:
            self.cursor = item
            self._reveal()
            self.chosen()

    def action_move(self, items: int) -> None:
        """Down by some items, or up."""
        self.move_to(self.cursor + items)

    def action_page(self, pages: int) -> None:
        """Down by a screen, or up."""
        self.move_to(self.cursor + pages * max(1, self._room // self.STEP - 1))

    def action_first(self) -> None:
        """To the first item."""
        self.move_to(0)

    def action_last(self) -> None:
        """To the last item."""
        self.move_to(self.count - 1)

    # ---- Textual

    @property
    def _room(self) -> int:
        return int(self.scrollable_content_region.height)

    @property
    def _columns(self) -> int:
        return int(self.scrollable_content_region.width)

    def _reveal(self) -> None:
        top = self.cursor * self.STEP
        if top < self.scroll_y:
            self.scroll_to(y=top, animate=False, force=True)
        elif self._room and top + self.STEP > self.scroll_y + self._room:
            self.scroll_to(y=top + self.STEP - self._room, animate=False, force=True)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Another height: the cursor stays in view."""
        self.virtual_size = Size(self._columns, self.count * self.STEP)
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked; open it when it was chosen already."""
        at = event.get_content_offset(self)
        item = self.count if at is None else (at.y + round(self.scroll_y)) // self.STEP
        if item < self.count:
            opens = item == self.cursor
            self.move_to(item)
            if opens:
                self.action_open()

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width = self._columns
        item, line = divmod(y + round(self.scroll_y), self.STEP)
        if not self.count:
            return ink.centred(self.picture, y, width, self._room, self._look("dim"))
        if item >= self.count:
            return ink.strip([], width, self._look("ground"))
        ground = "ground"
        if item == self.cursor:
            ground = "cursor" if self.has_focus else "blurred"
        return self.draw(item, line, width, self._look(ground))

    def _look(self, name: str) -> Style:
        return theme.styles(self, theme.LIST)[name]
