"""The messages that a search found, two lines each: where it is, and what stands around it.

It holds as many of them as it was given, and says when somebody comes near their end while there are more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len
from textual.message import Message

from sessiontui import units
from sessiontui.model import Found, Hit
from sessiontui.tui.theme import ink, looks
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.session_list import utc_now
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.tui.widgets.styled_line import Mark, StyledLine, pieces
from sessiontui.visible import visible

NEAR: Final = 24
"""So many hits before the last one, more are wanted."""
OUTDATED: Final[looks.Looks] = {**looks.LIST, **dict.fromkeys(("key", "role", "number", "match"), looks.LIST["dim"])}
"""How hits look that are no longer the answer."""


class HitList(LineList):
    """What was found, newest first or by relevance."""

    HELP_TITLE = "Hits"
    HELP = "The messages that were found. Enter goes to one; n and N go to the next and the previous, v sorts them."
    STEP = 2
    items: Sequence[Hit] = ()

    @dataclass
    class Opened(Message):
        """The person wants to go to this hit."""

        hit: Hit

    class MoreWanted(Message):
        """The end of the hits that are here is near, and there are more."""

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id)
        self.picture = visible("Nothing found.")
        self._clock = clock
        self._spans: Spans = nothing
        self.has_more = self._asking = False

    @property
    def hit(self) -> Hit | None:
        """The hit under the cursor."""
        return self.items[self.cursor] if self.items else None

    def show(self, hits: Sequence[Hit], spans: Spans, again: bool = False) -> None:
        """Show hits, ``again`` those of the same search. What is found again of it stays under the cursor and on its line.

        So does what a person went to and another search finds too; else the first of the hits comes under the cursor.
        """
        before, held = self.hit if again or self.cursor else None, self.items[self._cursor.held] if self.items else None
        self.items, self._spans, self.LOOKS = hits, spans, looks.LIST
        self.has_more = self._asking = False
        same = next((at for at, hit in enumerate(hits) if before and hit.is_same(before)), None)
        kept = next((at for at, hit in enumerate(hits) if held and hit.is_same(held)), None)
        self.settle(same or 0, None if same is None else kept)

    def answer(self, found: Found, spans: Spans, again: bool, more: bool) -> None:
        """Show what a search found; ``more``: there is more than was asked for."""
        self.show(found.hits, spans, again)
        self.has_more = more
        title = f"Hits · first {self.count:,}" if more and found.hits else "Hits"  # the bar knows of how many
        self.border_title = ink.content(visible(title))
        self._ask()

    def outdate(self) -> None:
        """These are no longer the answer; they stay to be seen, dim, until it comes."""
        self.LOOKS = OUTDATED
        self.refresh()

    def chosen(self) -> None:
        """The cursor came to another hit."""
        self._ask()

    def action_open(self) -> None:
        """Go to the hit under the cursor."""
        if self.hit is not None:
            self.tell(self.Opened(self.hit))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel or the bar may bring the end near as well."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def _ask(self) -> None:
        seen = max(self.cursor, (self._cursor.top + self._room) // self.STEP)
        if self.has_more and not self._asking and seen >= self.count - NEAR:
            self._asking = True
            self.tell(self.MoreWanted())

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        """Key, role, number and age; below them the words around what was found."""
        hit = self.items[item]
        if line:
            return StyledLine(self._snippet(hit.snippet.replace("\n", " "), width - 4))
        where = f"#{hit.ordinal:,}" if hit.ordinal else f"line {hit.address.line:,}" if hit.address.line else ""
        when = None if hit.address.imported else hit.address.created_at
        right = [
            (ink.clipped(hit.role, 10), "role"),
            (f"  {where}", "number"),
            (f" {units.age(when, self._clock()):>4}" if when else "", "dim"),
            (" ", "ground"),
        ]
        room = max(4, width - sum(cell_len(text) for text, _ in right) - 2)
        return StyledLine([(" ", "ground"), (ink.middled(hit.key or "(no name)", room), "key")], right)

    def _snippet(self, text: str, width: int) -> list[tuple[str, str]]:
        """As much of the text as fits, with what was found in it."""
        spans = self._spans(text)
        begin = _begin(text, *spans[0], width) if spans else 0
        shown = ink.clipped(text[begin:], width)
        marks = [Mark(start - begin, stop - begin, "match") for start, stop in spans]
        return [("  …" if begin else "   ", "dim"), *pieces(shown, marks, 0, len(shown), "dim")]


def _begin(text: str, start: int, stop: int, width: int) -> int:
    """Where to begin to show a text so that what stands from ``start`` to ``stop`` is in view, and something before."""
    if cell_len(text[:stop]) < width:
        return 0
    room = width // 3
    while start and (room := room - cell_len(text[start - 1])) >= 0:
        start -= 1
    return start
