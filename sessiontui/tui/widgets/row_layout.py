"""The rows of a session as lines: entries that are in memory, laid out for a width when they are looked at.

Holds how rows are drawn: raw or not, what is highlighted, how much of a long message is shown. What was laid out last is
kept, the least used forgotten first. Reads nothing: it says which pages are wanted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sessiontui.model import Entry
from sessiontui.tui.widgets.heights import RowAt
from sessiontui.tui.widgets.page_cache import PAGE, PageCache
from sessiontui.tui.widgets.spans import Spans, nothing

if TYPE_CHECKING:  # no row is laid out before the first paint
    from sessiontui.tui.widgets.rendered_row import RenderedRow
    from sessiontui.tui.widgets.styled_line import Mark

KEPT: Final = 128
"""Rows that stay laid out."""


class RowLayout:
    """Rows as lines."""

    def __init__(self) -> None:
        self.width = 0
        self.raw = False
        """Lines as they stand in the file, not the conversation."""
        self.spans: Spans = nothing
        """What is highlighted."""
        self.pages = PageCache()
        self._drawn: OrderedDict[int, RenderedRow] = OrderedDict()
        self._doubled: dict[int, int] = {}
        """Rows of which more is shown, each with how often the person asked for twice as much."""

    # ---- entries

    def replace(self, start: int, entries: Sequence[Entry], shift: int | None = None) -> None:
        """These entries and no others are in memory. ``shift``: the rows so far are that much further down now; None:
        they are those of another session."""
        self._doubled = {} if shift is None else {row + shift: times for row, times in self._doubled.items()}
        self.pages.clear()
        self.pages.put(start, entries)
        self.clear()

    def give(self, start: int, entries: Sequence[Entry]) -> None:
        """Entries that were wanted; what was laid out of older ones is forgotten."""
        self.pages.put(start, entries)
        for row in range(start, start + len(entries)):
            self._drawn.pop(row, None)

    def wanted(self, first: int, last: int, count: int) -> list[tuple[int, int]]:
        """The pages that rows ``first`` to ``last`` of ``count`` need, then those that half a page around them does."""
        near = (max(0, first - PAGE // 2), min(count, last + PAGE // 2))
        starts = [*self.pages.wanted(first, last), *self.pages.wanted(*near)]
        return [(start, min(count, start + PAGE)) for start in starts]

    # ---- lines

    def clear(self) -> None:
        """Lay everything out anew: the width, the entries or the way of drawing changed."""
        self._drawn.clear()

    def resize(self, width: int, anchor: RowAt) -> RowAt:
        """Lay everything out for another width; where the text of a line is then."""
        before = self.draw(anchor.row)
        offset = before.offset(anchor.line) if before is not None else 0
        self.width = width
        self.clear()
        after = self.draw(anchor.row) if offset else None
        return anchor if after is None else RowAt(anchor.row, after.line_at(offset))

    def draw(self, row: int) -> RenderedRow | None:
        """The row laid out; None where it never was and its entry is not in memory."""
        drawn = self._drawn.get(row)
        if drawn is not None:
            self._drawn.move_to_end(row)
            return drawn
        entry = self.pages.get(row)
        if entry is None:
            return None
        from sessiontui.tui.widgets.message_view import lay_out
        from sessiontui.tui.widgets.rendered_row import LIMIT

        limit = LIMIT << self._doubled.get(row, 0)
        drawn = self._drawn[row] = lay_out(entry, self.width, raw=self.raw, limit=limit, spans=self.spans)
        while len(self._drawn) > KEPT:
            self._drawn.popitem(last=False)
        return drawn

    def marks(self, rows: Iterable[int]) -> list[list[Mark]]:
        """What is marked in the text of each of some rows, where that can be known."""
        return [drawn.marks for row in rows if (drawn := self.draw(row))]

    def measure(self, row: int) -> int | None:
        """How many lines a row takes, where that can be known."""
        drawn = self.draw(row)
        return None if drawn is None else drawn.height

    def sought(self, row: int) -> int | None:
        """Which line of a row is to be seen: what was searched for, else its first."""
        drawn = self.draw(row)
        return None if drawn is None else drawn.sought or 0

    def show_more(self, row: int) -> bool:
        """Show twice as much of a row from now on; False where nothing of it was left out."""
        drawn = self._drawn.get(row)
        if drawn is None or not drawn.more:
            return False
        self._doubled[row] = self._doubled.get(row, 0) + 1
        del self._drawn[row]
        return True
