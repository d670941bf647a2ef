"""Lines that were laid out for a width, some of which can be chosen: a list, or a page of facts with a list in it; and facts,
headings and sentences as such lines.

The cursor walks over what can be chosen and scrolls through the rest. When other lines are shown, what was under it
stays under it, on its line of the screen; nothing else scrolls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from textual import events
from textual.message import Message

from sessiontui.describe.page import Fact
from sessiontui.tui.theme.looks import LIST, Looks
from sessiontui.tui.theme.wrap import wrap
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine, Texts
from sessiontui.visible import visible


class SheetRow(NamedTuple):
    """One line: texts with the names of their looks, from the left and from the right."""

    left: Texts = ()
    right: Texts = ()
    target: object = None
    """What the line stands for; None where it can't be chosen."""


Layout = Callable[[int], Sequence[SheetRow]]
"""Lays out the lines for a width."""
LABEL: Final = 14
"""Columns of the label of a fact."""


class Sheet(LineList):
    """Shows rows of which some have a target; the cursor is on one of these, on -1 where there is none."""

    items: Sequence[SheetRow] = ()

    class Chosen(Message):
        """The cursor came to another target."""

    @dataclass
    class Opened(Message):
        """The person wants what this target stands for."""

        target: object

    def __init__(
        self, id: str, *, title: str = "", help: str = "", clicks: int = 2, looks: Looks = LIST, can_focus: bool = True
    ) -> None:
        super().__init__(id=id)
        self.HELP_TITLE = title
        self.HELP = help  # type: ignore[misc]  # Textual's is of a class; a sheet has its own
        self.can_focus = can_focus
        self.LOOKS = looks
        self._clicks = clicks
        """Clicks that open: 2 where a first click only chooses."""
        self._laid_out_by: Layout = lambda _: ()

    @property
    def target(self) -> object:
        """What is under the cursor; None where nothing can be chosen."""
        return self._target(self.cursor)

    def show(self, layout: Layout) -> None:
        """Show these lines from now on."""
        self._laid_out_by = layout
        self._lay_out()

    def _lay_out(self) -> None:
        before, line = self.target, self.cursor - self._cursor.top
        self.items = self._laid_out_by(self._columns) if self._columns > 0 else ()
        targets = [at for at, row in enumerate(self.items) if row.target is not None]
        same = [at for at in targets if self._target(at) == before]
        below = [at for at in targets if before is None or at >= self.cursor]
        self._cursor.item = (same or below or targets[-1:] or [-1])[0]
        self._measure()
        if before is not None and 0 <= line < self._room:
            self._cursor.scroll(self.cursor - line)
        self.refresh()
        if self.target != before and self.items:
            self.call_after_refresh(self.chosen)

    def chosen(self) -> None:
        self.tell(self.Chosen())

    def click(self, item: int, x: int, event: events.Click) -> None:
        """Choose what was clicked; open it after so many clicks."""
        if self._target(item) is not None:
            self.move_to(item)
            if event.chain >= self._clicks:
                self.action_open()

    def action_open(self) -> None:
        """Do what the line under the cursor stands for."""
        if self.target is not None and self._sees(self.cursor):
            self.tell(self.Opened(self.target))

    # ---- keys

    def action_move(self, items: int) -> None:
        """To the next line that can be chosen, as soon as it is in view; else a line on."""
        step = 1 if items > 0 else -1
        top, bottom = self._cursor.top, self._cursor.top + self._room
        start = self.cursor if self._sees(self.cursor) else (top - 1 if step > 0 else bottom)
        near = range(start + step, min(bottom + 1, self.count) if step > 0 else max(top - 2, -1), step)
        found = next((at for at in near if self._target(at) is not None), None)
        if found is not None:
            self.move_to(found)
        else:
            self._cursor.scroll(self.scroll_y + step)

    def action_page(self, pages: int) -> None:
        """A screen down, or up, with what can be chosen there."""
        self._scroll(self.scroll_y + pages * max(1, self._room - 1), pages)

    def action_end(self, direction: int) -> None:
        """To the end, or to the beginning."""
        self._scroll(self.count if direction > 0 else 0, direction)

    def _scroll(self, line: float, direction: int) -> None:
        """Choose what can be chosen in view from there, the last of it on the way down, the first on the way up."""
        self._cursor.scroll(line)
        seen = [at for at in range(self.count) if self._target(at) is not None and self._sees(at)]
        if seen:
            self.move_to(seen[-1] if direction > 0 else seen[0])

    def _target(self, at: int) -> object:
        return self.items[at].target if 0 <= at < self.count else None

    def _sees(self, at: int) -> bool:
        return 0 <= at - self._cursor.top < self._room

    # ---- Textual

    def on_resize(self, event: events.Resize) -> None:
        """Another width, other lines."""
        event.prevent_default()
        self._lay_out()

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        return StyledLine(*self.items[item][:2])


# ---- facts, headings and sentences


def facts(known: Iterable[Fact], width: int) -> list[SheetRow]:
    """Each fact behind its label."""
    return [row for each in known for row in fact(each.label, each.text, width, each.look)]


def heading(text: str, more: str, width: int) -> Iterator[SheetRow]:
    """A blank line, then what follows is about."""
    yield SheetRow()
    beside = [(f"  {more}", "dim")] * (len(text) + len(more) + 3 <= width)
    yield SheetRow([(f" {text}", "match"), *beside])
    if not beside:
        yield from wrapped(more, "dim", width)


def fact(label: str, text: str, width: int, look: str = "key") -> Iterator[SheetRow]:
    """One fact behind its label."""
    if not label and not text:
        yield SheetRow()
        return
    shown = f" {label:<{LABEL}}"
    for row in _pieces(text, width - LABEL - 2):
        yield SheetRow([(shown, "dim"), (row, look)])
        shown = " " * (LABEL + 1)


def wrapped(text: str, look: str, width: int) -> Iterator[SheetRow]:
    """Sentences."""
    for row in _pieces(text, width - 2):
        yield SheetRow([(" ", look), (row, look)])


def _pieces(text: str, width: int) -> Iterator[str]:
    shown = visible(text, lines=True)
    return (shown[start:stop] for start, stop in wrap(shown, max(8, width)))
