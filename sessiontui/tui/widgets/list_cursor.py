"""The item that the cursor of a list is on, and what of the list is in view. It scrolls; it draws and posts nothing."""

from __future__ import annotations

from dataclasses import dataclass

from textual.scroll_view import ScrollView


@dataclass
class ListCursor:
    """The cursor of a list whose items take ``step`` lines each."""

    _list: ScrollView
    _step: int
    item: int = 0
    room: int = 0
    """Lines for items when the list was last laid out; 0 before."""

    @property
    def top(self) -> int:
        """The first line in view."""
        return round(self._list.scroll_y)

    @property
    def in_view(self) -> bool:
        """Whether the item could be seen when the list was last laid out."""
        return not self.room or 0 <= self.item * self._step - self.top <= self.room - self._step

    @property
    def held(self) -> int:
        """The item whose line on the screen stays: the cursor's, or the first in view where that was scrolled away."""
        return self.item if self.in_view else self.top // self._step

    def scroll(self, line: float) -> None:
        """Make this the first line in view, as far as there are lines below it."""
        self._list.scroll_to(y=line, animate=False, force=True)

    def reveal(self, room: int) -> None:
        """Scroll no more than is needed to see the item in so many lines."""
        line = self.item * self._step
        if line < self._list.scroll_y:
            self.scroll(line)
        elif room and line + self._step > self._list.scroll_y + room:
            self.scroll(line + self._step - room)
