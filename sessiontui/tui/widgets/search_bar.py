"""The input that searches all messages. It finds nothing itself: it says what was typed and shows what it is told.

It walks through searches of other days, which it is given, and completes what is typed from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from sessiontui import units
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.visible import Visible, visible

KEPT: Final = 50
"""Searches that are remembered."""


class SearchBar(SafeInput):
    """Search in all messages, live: ↑ ↓ move in the hits, Enter goes to one."""

    HELP_TITLE = "Search"
    HELP = (
        'Search all messages while you type. Words, "phrases" and the beginning of the last word; any text is legal. '
        "→ at the end takes the rest of an earlier search that is shown behind the cursor."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "hits(1)", "next", tooltip="The next hit", id="search.down"),
        Binding("up", "hits(-1)", "previous", tooltip="The previous hit", id="search.up"),
        Binding("enter", "submit", "go to it", tooltip="Go to the hit", id="search.enter"),
        Binding("escape", "screen.back", "leave", tooltip="Clear, then leave", id="search.leave"),
        Binding("pagedown", "page(1)", "hits down", show=False, tooltip="A page of hits down", id="search.page_down"),
        Binding("pageup", "page(-1)", "hits up", show=False, tooltip="A page of hits up", id="search.page_up"),
        Binding("ctrl+up", "recall(1)", "earlier", show=False, tooltip="An earlier search", id="search.earlier"),
        Binding("ctrl+down", "recall(-1)", "later", show=False, tooltip="A later search", id="search.later"),
    ]

    @dataclass
    class Walked(Message):
        """Move the cursor in the hits, by hits or by pages of them."""

        hits: int = 0
        pages: int = 0

    class Left(Message):
        """The focus went elsewhere."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, select_on_focus=False)
        self.border_title = ink.content(visible("/ search messages"))
        self._earlier: tuple[Visible, ...] = ()
        self._recalled = -1
        self._draft = ""

    # ---- earlier searches

    @property
    def earlier(self) -> tuple[str, ...]:
        """Searches of before, the newest first."""
        return self._earlier

    @earlier.setter
    def earlier(self, searches: Sequence[str]) -> None:
        self._earlier = tuple(dict.fromkeys(visible(text) for text in searches if text.strip()))[:KEPT]
        self._recalled = -1
        self.suggester = ink.suggester(self._earlier) if self._earlier else None

    def keep(self) -> bool:
        """Put the text in front of the earlier searches; False where that changes nothing."""
        text = self.value.strip()
        if not text or self._earlier[:1] == (text,):
            return False
        self.earlier = (text, *self._earlier)
        return True

    def action_recall(self, searches: int) -> None:
        """To an earlier search, or back to a later one and, last of all, to what was being typed."""
        at = self._recalled + searches
        if not -1 <= at < len(self._earlier):
            return
        if self._recalled == -1:
            self._draft = self.value
        self.value = self._earlier[at] if at >= 0 else self._draft
        self.cursor_position = len(self.value)
        self._recalled = at

    # ---- hits

    def action_hits(self, hits: int) -> None:
        """Walk through the hits while typing."""
        self.post_message(self.Walked(hits))

    def action_page(self, pages: int) -> None:
        """Walk through the hits by a screenful."""
        self.post_message(self.Walked(pages=pages))

    def on_blur(self, event: events.Blur) -> None:
        """What was typed stays; it may be worth remembering."""
        self._recalled = -1
        self.post_message(self.Left())

    # ---- told from above

    def tell(self, total: int | None, shown: int, order: str, note: str, within: str) -> None:
        """Say how much was found, in which order, and what else there is to say; ``total`` None where it is not known;
        ``within``: the filter whose sessions alone were searched."""
        if total is not None:
            count = units.counted(total, "hit")
        else:
            count = (
                "" if note else f"more than {units.counted(shown, 'hit')}"
            )  # the note says why, and how many at least
        only = f"only in sessions that fit “{within}”" if within else ""
        self.say(" · ".join(part for part in (count, order if shown else "", only, note) if part))

    def say(self, text: str) -> None:
        """Say something in place of what was found."""
        self.border_subtitle = ink.content(visible(text)) if text else None
