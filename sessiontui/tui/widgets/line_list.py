"""A list of any length that draws only what is visible, a fixed number of lines to an item.

The subclass knows an item by more than its index, so that what a person looks at can stay on its line of the screen when
the list is filled, sorted, filtered or refreshed. The wheel scrolls and leaves the cursor where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from sessiontui.tui.theme import ink, looks
from sessiontui.tui.widgets.list_cursor import ListCursor
from sessiontui.tui.widgets.styled_line import StyledLine


class LineList(ScrollView, can_focus=True):
    """Items that a cursor walks over; the subclass says how they look and what choosing one means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("g,home", "end(-1)", "First", show=False, id="list.first"),
        Binding("G,end", "end(1)", "Last", show=False, id="list.last"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]
    ALLOW_SELECT = False
    STEP: ClassVar[int] = 1
    """Lines to an item."""
    HEAD: ClassVar[float] = inf
    """Lines of the list from which on its first one names columns, and stays while the others scroll."""
    LOOKS: looks.Looks = looks.LIST
    """Names of styles that it draws with."""
    virtual_size = Reactive(Size(0, 0), layout=False)
    """Textual's own, but for the layout of the whole screen that each other number of items would set off: the scroll
    bar is always there, so nothing else stands elsewhere then."""

    items: Sequence[object] = ()

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture = ink.EMPTY
        """What an empty list says: a headline, then the next thing to do."""
        self._cursor = ListCursor(self, self.STEP)

    # ---- for the subclass

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        """One line of an item."""
        raise NotImplementedError

    def draw_head(self, width: int) -> StyledLine:
        """The line that names columns."""
        raise NotImplementedError

    def chosen(self) -> None:
        """The person moved the cursor to another item."""

    def click_head(self, x: int) -> None:
        """The line at the top was clicked."""

    def click(self, item: int, x: int, event: events.Click) -> None:
        """An item was clicked: the cursor goes there; a second click at once opens it."""
        opens = event.chain == 2 and item == self.cursor
        self.move_to(item)
        if opens:
            self.action_open()

    def action_open(self) -> None:
        """Enter, or a double click."""

    def tell(self, message: Message) -> None:
        """Post as the list's own: what a parent set off would else end its way up at that parent."""
        self.post_message(message.set_sender(self))

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.items)

    @property
    def cursor(self) -> int:
        """The item under the cursor."""
        return self._cursor.item

    def settle(self, cursor: int, held: int | None = None) -> None:
        """The items changed: the one under the cursor is ``cursor`` now, and the ``held`` one of before is ``held``.

        That one keeps its line. With None nothing does, and the cursor is brought into view.
        """
        in_view, line = self._cursor.in_view, self._cursor.held * self.STEP - self._cursor.top
        self._cursor.item = max(0, min(cursor, self.count - 1))
        self._measure()
        if held is not None:
            self._cursor.scroll(held * self.STEP - line)
        if held is None or in_view:
            self._cursor.reveal(self._room)
        self.refresh()

    # ---- keys

    def move_to(self, item: int) -> None:
        """Move the cursor to an item, if there are any."""
        item = max(0, min(item, self.count - 1))
        before, self._cursor.item = self.cursor, item
        self._cursor.reveal(self._room)
        if self.count and item != before:
            for line in (before, item):  # a scroll draws all of them, a move these two
                self.refresh_lines(self.head + line * self.STEP, self.STEP)
            self.chosen()

    def action_move(self, items: int) -> None:
        """Down by some items, or up."""
        self.move_to(self.cursor + items)

    def action_page(self, pages: int) -> None:
        """Down by a screen, or up."""
        self.move_to(self.cursor + pages * max(1, self._room // self.STEP - 1))

    def action_end(self, direction: int) -> None:
        """To the last item, or to the first."""
        self.move_to(self.count if direction > 0 else 0)

    # ---- Textual

    def watch_virtual_size(self, size: Size) -> None:
        """Tell the scroll bar."""
        if self.is_attached:
            self.vertical_scrollbar.window_virtual_size = size.height

    @property
    def head(self) -> int:
        """How many lines at the top stay while the others scroll."""
        return int(self.scrollable_content_region.height >= self.HEAD)

    @property
    def _room(self) -> int:
        return max(0, self.scrollable_content_region.height - self.head)

    @property
    def _columns(self) -> int:
        return self.scrollable_content_region.width

    def _measure(self) -> None:
        self.virtual_size = Size(self._columns, self.count * self.STEP + self.head)

    def on_resize(self, event: events.Resize) -> None:
        """Another height: a cursor that was in view stays in view."""
        in_view = self._cursor.in_view
        self._cursor.room = self._room
        self._measure()
        if in_view:
            self._cursor.reveal(self._room)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Find out what was clicked."""
        at = event.get_content_offset(self)
        if at is None:
            return
        item = (at.y - self.head + self._cursor.top) // self.STEP
        if at.y < self.head:
            self.click_head(at.x)
        elif item < self.count:
            self.click(item, at.x, event)

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width, styles = self._columns, looks.styles(self, self.LOOKS)
        if not self.count:
            return ink.centred(self.picture, y, width, self._room + self.head, styles["dim"], styles["ground"])
        if y < self.head:
            return self.draw_head(width).draw(width, styles)
        item, line = divmod(y - self.head + self._cursor.top, self.STEP)
        if item >= self.count:
            return StyledLine(()).draw(width, styles)
        if item == self.cursor:
            styles = looks.styles(self, self.LOOKS, "cursor" if self.has_focus else "blurred")
        return self.draw(item, line, width).draw(width, styles)
