"""A box that shows a page: a title, lines that scroll, work and undo below them, and up to three buttons.

The button that leaves has the focus at first: Enter alone changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from sessiontui import units
from sessiontui.describe.page import LINES, Page, Piece, TextLine
from sessiontui.tui.theme import ink
from sessiontui.tui.theme.wrap import wrap
from sessiontui.visible import visible

WIDTH: Final = 84
"""Columns of a dialog where there are so many."""
FRAME: Final = 6
"""Columns that border and padding take."""
BAR: Final = 24
"""Columns of the progress bar."""
PIECE: Final = 64
"""Lines that are drawn at once where one of them is in view: a thousand would stop the screen."""
KEY: Final = 30
"""Columns that a key may take."""
STYLES: Final = {"strong": "bold", "strong key": "bold", "key": "", "text": ""}
"""The styles of looks that have another name."""


class PageButton(Button):
    """A button whose meaning changes with the page: the second click of a double click was meant for the one before."""

    def on_click(self, event: events.Click) -> None:
        """Let only the first click press it."""
        if event.chain > 1:
            event.prevent_default()
            event.stop()


class PageBox(Vertical):
    """Shows one page, and another in its place. ``above``: a widget of one row that does not scroll."""

    def __init__(self, page: Page, above: Widget | None) -> None:
        self.page = page
        self._above = above
        self._body = VerticalScroll(*(Static() for _ in range(0, LINES, PIECE)), id="body", can_focus=False)
        self._work, self._undo = Static(id="work"), Static(id="undo")
        self._buttons = [PageButton(ink.content(""), id=name) for name in ("leave", "act", "also")]
        below = self._body, self._work, self._undo, Horizontal(*self._buttons, id="buttons")
        super().__init__(*([above] if above is not None else []), *below, id="box")

    def on_mount(self) -> None:
        """Follow the position in the lines."""
        self._work.display = False
        for what in ("scroll_y", "virtual_size", "size"):
            self.watch(self._body, what, self._say_position, init=False)

    def show(self, page: Page, *, reset: bool = True, works: bool = False) -> None:
        """Show a page; unless ``reset``, focus and position stay as they are. ``works``: work that is shown stays."""
        self.page = page
        self._work.display &= works
        self.border_title = ink.content(page.title)
        pieces, body = [*self._body.query_children(Static)], contents(page.body)
        for at, piece in enumerate(pieces):
            lines = body[at * PIECE : None if piece is pieces[-1] else (at + 1) * PIECE]
            piece.display = bool(lines)
            piece.update(ink.lines(lines))
        self._undo.update(ink.content(page.undo))
        for button, label in zip(self._buttons, (page.leave, page.act, page.also), strict=True):
            button.label = ink.content(label or "")
            button.display, button.disabled = label is not None, False
            button.refresh(layout=True)  # another label, another width
        if reset:
            self._body.scroll_home(animate=False)
            self.screen.set_focus(self._buttons[0])
        self.fit()

    def fit(self) -> None:
        """Let a long page scroll, so that the buttons are in view."""
        area = self.screen.size
        width, height = min(WIDTH, area.width * 96 // 100), area.height * 92 // 100
        tall = not self.screen.has_class("-short")
        self._undo.display = bool(self.page.undo)
        taken = 3 + 2 * tall  # border and buttons; the margins of the lines
        if self._above is not None and self._above.display:
            taken += 1 + tall
        if self._undo.display:
            taken += len(wrap(visible(self.page.undo), width - FRAME)) + tall
        taken += (1 + tall) * self._work.display
        self._body.styles.max_height = max(1, height - taken) if self.page.body else 0
        self.call_after_refresh(self._say_position)

    def _say_position(self) -> None:
        """Which lines are in view, where not all of them are."""
        rows, seen, first = self._body.virtual_size.height, self._body.size.height, round(self._body.scroll_y)
        more = rows > seen > 0
        location = f"lines {first + 1:,}–{min(rows, first + seen):,} of {rows:,} · ↑ ↓" if more else ""
        self.border_subtitle = ink.content(location)

    # ---- work

    @property
    def working(self) -> bool:
        """Whether work is shown."""
        return self._work.display

    def show_work(self, line: Content) -> None:
        """Show how far the work is."""
        self._work.update(line)
        if not self._work.display:
            self._work.display = True
            self.fit()

    def show_progress(self, done: int, total: int, *, sessions: bool = True) -> None:
        """Show how much of a total is done, in sessions or in bytes; a ``total`` of 0 is not known yet."""
        share, figure = done / max(1, total), ""
        if total and sessions:
            figure = f" · {done:,} of {units.counted(total, 'session')}"
        elif total:
            figure = f" · {units.size(done)} of {units.size(total)}"
        self.show_work(ink.content((units.bar(share, BAR), "$accent"), f" {share:.0%}{figure}"))

    # ---- buttons

    def disable_act(self) -> None:
        """Disable the button that changes something, until the next page."""
        self._buttons[1].disabled = True

    def focus_leave(self) -> None:
        """Give the focus to the button that leaves."""
        self.screen.set_focus(self._buttons[0])


# ---- the lines of a page


def contents(lines: Iterable[TextLine]) -> list[Content]:
    """One content a line."""
    shown: list[Content] = []
    for right, run in groupby(lines, key=lambda line: line.right):
        rows = [list(map(_styled, line.pieces)) for line in run]
        shown += (ink.content(*row) for row in (rows if right is None else _aligned(rows, right)))
    return shown


def _styled(piece: Piece) -> Piece:
    text, look = piece
    style = STYLES.get(look, look if look in ("", "dim") else f"${look}")
    if look.endswith("key"):
        return ink.middled(text, KEY), style
    return visible(text.expandtabs(4) if look == "text" else text, lines=look == "text"), style


def _aligned(rows: Sequence[list[Piece]], right: Sequence[int]) -> Iterable[list[Piece]]:
    """The rows of a table. The last column is not filled up, so that a long sentence in it wraps without a gap behind."""
    widths = [max(cell_len(text) for text, _ in column) for column in zip(*rows, strict=True)]
    if len(widths) - 1 not in right:
        widths[-1] = 0
    for row in rows:
        parts: list[Piece] = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - cell_len(cell[0])), ""
            parts += [("  ", "")] * bool(at) + ([pad, cell] if at in right else [cell, pad])
        yield parts
