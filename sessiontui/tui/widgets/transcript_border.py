"""What the lower border of a transcript says: what is new below, the hits, how lines are shown."""

from __future__ import annotations

from textual.widget import Widget

from sessiontui import units
from sessiontui.tui.theme import ink
from sessiontui.visible import visible


class TranscriptBorder:
    """Says it on the widget where it is another than before."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._hits = ""
        self._told = ink.EMPTY
        self.below = 0
        """Rows that were added behind the end and not seen yet."""

    def count_hits(self, count: int, at: int | None) -> None:
        """How many rows hold what was searched for, and at which of them (an index) the person is."""
        self._hits = "" if not count else units.counted(count, "hit") if at is None else f"{at + 1:,}/{count:,}"

    def tell(self, raw: bool, columns: int) -> None:
        """Say it in a frame of so many columns."""
        lines = "raw lines · r shows the conversation" if columns > 60 else "raw lines"
        new = f"{self.below:,} new below · G" if self.below else ""
        told = visible(" ─ ".join(part for part in (new, self._hits, lines if raw else "") if part))
        if told != self._told:
            self._told = told
            self._widget.border_subtitle = ink.content(told) if told else None
