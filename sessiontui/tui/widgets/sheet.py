"""Lines that were laid out for a width, some of which can be chosen: a list, or a page of facts with a list in it.

The cursor walks over what can be chosen and scrolls through the rest. When other lines are shown, what was under it
stays under it, on its line of the screen; nothing else scrolls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from sessiontui.tui.looks import ink
from sessiontui.tui.looks.theme import LIST, Looks
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.visible import Visible


class SheetRow(NamedTuple):
    """One line: texts with the names of their looks, from the left and from the right."""

    left: Sequence[tuple[Visible, str]] = ()
    right: Sequence[tuple[Visible, str]] = ()
    target: object = None
    """What the line stands for; None where it can't be chosen."""


Layout = Callable[[int], Sequence[SheetRow]]
"""Lays out the lines for a width."""


class Sheet(LineList):
    """Shows rows of which some have a target."""

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """The cursor came to another target."""

        target: object

    @dataclass(eq=False, repr=False)
    class Opened(Message):
        """The person wants what this target stands for."""

        target: object

    def __init__(
        self, id: str, *, title: str = "", help: str = "", clicks: int = 2, looks: Looks = LIST, can_focus: bool = True
    ) -> None:
        super().__init__(id=id)
        self.HELP_TITLE = title
        self.HELP = help  # type: ignore[misc]  # each sheet has its own
        self.can_focus = can_focus
        self.LOOKS = looks
        self._clicks = clicks
        """Clicks that open: 2 where a first click only chooses."""
        self._laid_out_by: Layout = lambda _: ()
        self._rows: Sequence[SheetRow] = ()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._rows)

    @property
    def target(self) -> object:
        """What is under the cursor; None where nothing can be chosen."""
        return self._target(self.cursor)

    def show(self, layout: Layout) -> None:
        """Show these lines from now on."""
        self._laid_out_by = layout
        self._lay_out()

    def choose(self, target: object) -> None:
        """Put the cursor on a target, where it is shown."""
        at = next((at for at, row in enumerate(self._rows) if row.target == target), None)
        if at is not None:
            self.move_to(at)

    def _lay_out(self) -> None:
        before, line = self.target, self.cursor - round(self.scroll_y)
        self._rows = self._laid_out_by(self._columns) if self._columns > 0 else ()
        targets = [at for at, row in enumerate(self._rows) if row.target is not None]
        same = next((at for at in targets if before is not None and self._target(at) == before), None)
        gone = next((at for at in targets if at >= self.cursor), targets[-1] if targets else 0)
        first = targets[0] if targets else 0
        self.cursor = same if same is not None else gone if before is not None else first
        self.virtual_size = Size(self._columns, len(self._rows))
        if before is not None and 0 <= line < self._room:
            self.scroll_to(y=self.cursor - line, animate=False, force=True)
        self.refresh()
        if self.target != before and self._rows:
            self.call_after_refresh(self.chosen)

    def chosen(self) -> None:
        """The cursor came to another line."""
        self.tell(self.Chosen(self.target))

    def action_open(self) -> None:
        """Do what the line under the cursor stands for."""
        if self.target is not None and self._sees(self.cursor):
            self.tell(self.Opened(self.target))

    # ---- keys

    def action_move(self, items: int) -> None:
        """To the next line that can be chosen, as soon as it is in view; else a line on."""
        step = 1 if items > 0 else -1
        top, bottom = round(self.scroll_y), round(self.scroll_y) + self._room
        start = self.cursor if self._sees(self.cursor) else (top - 1 if step > 0 else bottom)
        near = range(start + step, min(bottom + 1, self.count) if step > 0 else max(top - 2, -1), step)
        found = next((at for at in near if self._target(at) is not None), None)
        if found is not None and found != self.cursor:
            self.move_to(found)
        else:
            self.scroll_to(y=self.scroll_y + step, animate=False, force=True)
            self.refresh()

    def action_page(self, pages: int) -> None:
        """A screen down, or up, with what can be chosen there."""
        self.scroll_to(y=self.scroll_y + pages * max(1, self._room - 1), animate=False, force=True)
        self._follow(pages)

    def action_first(self) -> None:
        """To the beginning."""
        self.scroll_to(y=0, animate=False, force=True)
        self._follow(-1)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_to(y=self.count, animate=False, force=True)
        self._follow(1)

    def _follow(self, direction: int) -> None:
        """Choose what can be chosen in view, the last of it on the way down, the first on the way up."""
        seen = [at for at in range(self.count) if self._target(at) is not None and self._sees(at)]
        if seen:
            self.move_to(seen[-1] if direction > 0 else seen[0])
        self.refresh()

    def _target(self, at: int) -> object:
        return self._rows[at].target if 0 <= at < len(self._rows) else None

    def _sees(self, at: int) -> bool:
        return 0 <= at - round(self.scroll_y) < self._room

    # ---- Textual

    def on_resize(self, event: events.Resize) -> None:
        """Another width, other lines."""
        event.prevent_default()
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked; open it after so many clicks."""
        event.prevent_default()
        at = event.get_content_offset(self)
        line = self.count if at is None else at.y + round(self.scroll_y)
        if self._target(line) is not None:
            self.move_to(line)
            if event.chain >= self._clicks:
                self.action_open()

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """The texts in their looks; what can't be chosen has no cursor."""
        row = self._rows[item]
        ground = self._look("ground") if row.target is None else ground
        left, right = ([(text, self.style(name, ground)) for text, name in parts] for parts in (row.left, row.right))
        return ink.spread(left, right, width, ground)
