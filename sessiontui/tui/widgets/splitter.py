"""Two panes beside each other, and between them a line that a person can move.

Knows nothing of what is in the panes. Where there is no room for two, the style sheet shows them in turn and the line is
not there; the width that was chosen is kept until there is room again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual import events
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.theme import looks
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.styled_line import StyledLine

LEFT, RIGHT = 26, 44
"""Columns that each pane keeps, however the line is moved."""
GRIP: Final = 3
"""Lines of the mark that shows where the line can be taken hold of."""


class Splitter(Widget):
    """The line: it is dragged with the mouse, and a double click puts it back where it was at first."""

    held: Reactive[bool] = reactive(False)
    """Whether the mouse is over it or has it."""

    @dataclass
    class Dragged(Message):
        """The mouse took the line to this column of the screen; ``done``, and let go of it."""

        column: int
        done: bool

    class Reset(Message):
        """It shall be where it was at first."""

    def render_line(self, y: int) -> Strip:
        """A mark in the middle; more of it while the mouse is there."""
        middle = abs(y - self.size.height // 2) <= GRIP // 2
        sign = ("┃", "held") if self.held else ("┆" if middle else " ", "dim")
        return StyledLine([sign]).draw(self.size.width, looks.styles(self, looks.SPLITTER))

    def on_enter(self) -> None:
        self.held = True

    def on_leave(self) -> None:
        """The mouse went, and did not take the line with it."""
        self.held = self.app.mouse_captured is self

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            event.stop()
            self.post_message(self.Dragged(event.screen_x, done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self.app.mouse_captured is self:
            event.stop()
            self.release_mouse()
            self.held = False
            self.post_message(self.Dragged(event.screen_x, done=True))

    def on_click(self, event: events.Click) -> None:
        """Twice: back to where it was."""
        event.stop()
        if event.chain == 2:
            self.post_message(self.Reset())


class SplitPanes(Covered, Horizontal):
    """A pane, a ``Splitter`` and a pane."""

    KEYS: Final = [
        command_key("narrower", "less_than_sign", "widen(-4)", "A narrower list"),
        command_key("wider", "greater_than_sign", "widen(4)", "A wider list"),
    ]

    chosen: Reactive[int | None] = reactive(None)
    """Columns of the left pane that a person wants; None leaves it to the style sheet."""

    class Chosen(Message):
        """The person moved the line: ``chosen`` is another width."""

    def watch_chosen(self) -> None:
        """Give the left pane its width, where one was chosen and there is room; else what the style sheet says."""
        if self.children:
            styles = self.children[0].styles
            width = self._fitting(self.chosen) if self.chosen is not None and self.is_split else None
            styles.width = styles.min_width = styles.max_width = width

    def on_resize(self) -> None:
        """Another terminal: there may be more room, or less."""
        self.watch_chosen()

    def action_widen(self, columns: int) -> None:
        if self.is_split:
            self.chosen = self._fitting(self.children[0].outer_size.width + columns)
            self.post_message(self.Chosen())

    @property
    def is_split(self) -> bool:
        """Whether both panes are there."""
        return self.query_one(Splitter).display and self.size.width >= looks.WIDTHS[1][0]

    def on_splitter_dragged(self, event: Splitter.Dragged) -> None:
        if not event.done:
            self.chosen = self._fitting(event.column - self.region.x)
        elif self.chosen is not None:
            self.post_message(self.Chosen())

    def on_splitter_reset(self) -> None:
        self.chosen = None
        self.post_message(self.Chosen())

    def _fitting(self, columns: int) -> int:
        return max(LEFT, min(columns, self.size.width - RIGHT - 1))
