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

    def show(self, hits: Sequence[Hit], spans: Spans) -> None:
        """Show hits; the first of them comes under the cursor, or the one that was there where it is found again."""
        before = self.hit
        self._hits, self._spans = hits, spans
        same = next((at for at, hit in enumerate(hits) if before and _same(hit, before)), 0)
        self.settle(same, keep_line=False)

    def say(self, note: str) -> None:
        """Show a sentence in place of hits."""
        self.picture = visible(note, lines=True)
        self.show((), nothing)

    def action_open(self) -> None:
        """Go to the hit under the cursor."""
        if self.hit is not None:
            self.post_message(self.Opened(self.hit))

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """Key, number and role; below them the words around what was found."""
        hit = self._hits[item]
        if line == 0:
            where = f"#{hit.ordinal:,} " if hit.ordinal else f"line {hit.address.line:,} " if hit.address.line else ""
            right = [(ink.clipped(hit.role, 10), self.style("role", ground)), (visible(f"  {where}"), ground)]
            left = [(ink.clipped(" " + (hit.key or "(no name)"), max(4, width - 22)), self.style("key", ground))]
            return ink.spread(left, right, width, ground)
        snippet = ink.clipped(hit.snippet.replace("\n", " "), max(1, width - 4))
        return ink.strip(self._marked(snippet, hit.snippet.replace("\n", " "), ground), width, ground)

    def _marked(self, shown: str, snippet: str, ground: Style) -> list[ink.Part]:
        plain, found = self.style("dim", ground), self.style("match", ground)
        parts: list[ink.Part] = [(visible("   "), plain)]
        at = 0
        for start, stop in self._spans(snippet):
            if start >= len(shown):
                break
            parts += [(visible(shown[at:start]), plain), (visible(shown[start:stop]), found)]
            at = stop
        return [*parts, (visible(shown[at:]), plain)]


def _same(one: Hit, other: Hit) -> bool:
    return (one.key, one.address, one.ordinal) == (other.key, other.address, other.ordinal)
