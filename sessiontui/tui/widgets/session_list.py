"""The sessions of a store, one line each. Twenty thousand of them at once.

It shows them in the order that it is given; which order that is, and which sessions fit a filter, others decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from textual import events
from textual.message import Message

from sessiontui.model import Session
from sessiontui.tui.arrangement import Sort
from sessiontui.tui.widgets import session_row
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.styled_line import StyledLine

TICK: Final = 20.0
"""Seconds after which ages are told anew."""


def utc_now() -> datetime:
    """The clock that ages are told by, unless another is given."""
    return datetime.now(UTC)


class SessionList(LineList):
    """What there is; the cursor is on a key, not on a line."""

    HELP_TITLE = "Sessions"
    HELP = (
        "The sessions of the store. ! holds damaged lines, ∅ is empty, × can't be read, ≠ is not loaded by this name, ● is marked. "
        "A click on the name of a column sorts by it, a click on a badge marks, a double click opens."
    )
    HEAD = 13
    items: Sequence[str] = ()

    @dataclass
    class Chosen(Message):
        """The cursor came to this session."""

        key: str

    @dataclass
    class Opened(Message):
        """The person wants to read this session."""

        key: str

    @dataclass
    class Marked(Message):
        """The person marked a session with the mouse, or took its mark away."""

        key: str

    @dataclass
    class SortRequested(Message):
        """The person clicked on the name of a column."""

        order: str

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._clock = clock
        self._known: Mapping[str, Session] = {}
        self._key: str | None = None
        """What the cursor is on, or was when there was something."""
        self._led = True
        """Nobody has put the cursor where it is."""
        self._pattern = ""
        self.marks: set[str] = set()
        """Keys that are drawn as marked."""
        self.sort: Sort | None = Sort()
        """What the arrow stands for; None where the rows are sorted by something else."""

    def on_mount(self) -> None:
        """Ages grow while one looks at them."""
        self.set_interval(TICK, self.refresh)

    @property
    def keys(self) -> Sequence[str]:
        """The keys of what is shown, from the top."""
        return self.items

    @property
    def session(self) -> Session | None:
        """The session under the cursor."""
        return self._known[self.items[self.cursor]] if self.items else None

    # ---- what is shown

    def show(self, keys: Sequence[str], known: Mapping[str, Session], pattern: str = "", best: bool = False) -> None:
        """Show the sessions of these keys in this order, and in them the letters of ``pattern``.

        The session under the cursor stays there and on its line; where it is gone, its neighbour takes both. ``best``:
        the first one fits best what was typed, and takes the cursor unless the person has put it somewhere. What is
        learned of a session later is put into ``known``, and shown with the next ``refresh``.
        """
        old, at, held = self.items, self.cursor, self._cursor.held
        self.items, self._known, self._pattern = keys, known, pattern
        if not old:
            self.settle(self._neighbour([self._key or ""], 0))
        elif best and (self._led or old[at] not in keys):
            self._led = True
            self.settle(0)
        else:
            self.settle(self._neighbour(old, at), self._neighbour(old, held))
        after = self.session
        if after is not None and (not old or after.key != self._key):
            self._key = after.key
            self.call_after_refresh(self._tell_chosen)

    def choose(self, key: str) -> None:
        """Put the cursor on a key, if it is shown, and tell nobody."""
        if key in self.items:
            self._key = key
            self.keep()
            self.settle(self.items.index(key))

    def keep(self) -> None:
        """The person wants the session that the cursor is on, however it came there."""
        self._led = False

    def _neighbour(self, old: Sequence[str], at: int) -> int:
        """The line of what stood at ``at``, or of what stood nearest to it: below it, else above."""
        at = min(at, len(old) - 1)
        if old[at] not in self.items:
            there = set(self.items)
            near = (line for line in (*range(at, len(old)), *range(at - 1, -1, -1)) if old[line] in there)
            at = next(near, at)
        return self.items.index(old[at]) if old[at] in self.items else 0

    # ---- what the person does

    def chosen(self) -> None:
        self.keep()
        self._tell_chosen()

    def _tell_chosen(self) -> None:
        if self.session is not None:
            self._key = self.session.key
            self.tell(self.Chosen(self._key))

    def action_open(self) -> None:
        if self.session is not None:
            self.keep()
            self.tell(self.Opened(self.session.key))

    def click(self, item: int, x: int, event: events.Click) -> None:
        """With Shift or Ctrl, or on its badge, a click marks; else it chooses and opens."""
        if event.ctrl or event.shift or x < session_row.BADGE:
            self.tell(self.Marked(self.items[item]))
        else:
            super().click(item, x, event)

    def click_head(self, x: int) -> None:
        """Sort by the column whose name was clicked."""
        column = session_row.under(x, self._columns)
        if column is not None:
            self.tell(self.SortRequested(column.order))

    # ---- how it is drawn

    def draw_head(self, width: int) -> StyledLine:
        return session_row.head(self.sort, width)

    def draw(self, item: int, line: int, width: int) -> StyledLine:
        session = self._known[self.items[item]]
        return session_row.row(session, session.key in self.marks, self._pattern, width, self._clock())
