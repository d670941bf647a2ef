"""The messages that a search found, two lines each: where it is, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from sessiontui.model import Hit
from sessiontui.tui import ink
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.message_view import Spans, nothing
from sessiontui.visible import visible


class HitList(LineList):
    """What was found, newest first."""

    HELP = "The messages that were found, newest first. Enter goes to one; n and N go to the next and the previous."
    STEP: ClassVar[int] = 2

    @dataclass
    class Opened(Message):
        """The person wants to go to this hit."""

        hit: Hit

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hits: Sequence[Hit] = ()
        self._spans: Spans = nothing

    @property
    def count(self) -> int:
        """How many hits there are to walk through."""
        return len(self._hits)

    @property
    def hit(self) -> Hit | None:
        """The hit under the cursor."""
        return self._hits[self.cursor] if self._hits else None

    def show(self, hits: Sequence[Hit], spans: Spans, again: bool = False) -> None:
        """Show hits, ``again`` those of the same search. What is found again of it stays under the cursor and on its line.

        So does what a person went to and another search finds too; else the first of the hits comes under the cursor.
        """
        before = self.hit if again or self.cursor else None
        self._hits, self._spans = hits, spans
        same = next((at for at, hit in enumerate(hits) if before and _same(hit, before)), None)
        self.settle(same or 0, keep_line=same is not None)

    def say(self, note: str) -> None:
        """Show a sentence in place of hits."""
        self.picture = visible(note, lines=True)
        self.show((), nothing)

    def action_open(self) -> None:
        """Go to the hit under the cursor."""
        if self.hit is not None:
            self.tell(self.Opened(self.hit))

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """Key, number and role; below them the words around what was found."""
        hit = self._hits[item]
        if line == 0:
            where = f"#{hit.ordinal:,} " if hit.ordinal else f"line {hit.address.line:,} " if hit.address.line else ""
            role, number = ink.clipped(hit.role, 10), visible(f"  {where}")
            right = [(role, self.style("role", ground)), (number, self.style("number", ground))]
            room = max(4, width - len(role) - len(number) - 2)
            key = ink.clipped(hit.key or "(no name)", room)
            return ink.spread([(visible(" "), ground), (key, self.style("key", ground))], right, width, ground)
        return ink.strip(self._snippet(hit.snippet.replace("\n", " "), width - 4, ground), width, ground)

    def _snippet(self, text: str, width: int, ground: Style) -> list[ink.Part]:
        """As much of the text as fits, with what was found in it."""
        plain, found = self.style("dim", ground), self.style("match", ground)
        spans = self._spans(text)
        begin = max(0, spans[0][0] - width // 3) if spans and spans[0][1] > width - 1 else 0
        shown = ink.clipped(text[begin:], width)
        parts: list[ink.Part] = [(visible("  …" if begin else "   "), plain)]
        at = 0
        for start, stop in ((start - begin, stop - begin) for start, stop in spans):
            if start >= len(shown):
                break
            parts += [(visible(shown[at:start]), plain), (visible(shown[start:stop]), found)]
            at = stop
        return [*parts, (visible(shown[at:]), plain)]


def _same(one: Hit, other: Hit) -> bool:
    return (one.key, one.address, one.ordinal) == (other.key, other.address, other.ordinal)
