"""The sessions of a store, one line each: badge, key, messages, size, age. Twenty thousand of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from sessiontui.model import Session
from sessiontui.query.fuzzy import Match
from sessiontui.tui import figures, ink
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.visible import visible

WITH_SIZE: Final = 40
"""Columns from which there is room for the size."""


def utc_now() -> datetime:
    """The clock that ages are told by, unless another is given."""
    return datetime.now(UTC)


def badge(session: Session) -> str:
    """One letter for what a person should know before opening it: damaged, unreadable, empty."""
    if session.trouble is not None:
        return "×"
    if session.faults:
        return "!"
    return "~" if session.messages == 0 else " "


class SessionList(LineList):
    """What there is, newest first; the cursor is on a key, not on a line."""

    HELP = "The sessions of the store, newest first. ! holds damaged lines, ~ is empty, × can't be read."

    @dataclass
    class Chosen(Message):
        """The cursor came to this session."""

        key: str

    @dataclass
    class Opened(Message):
        """The person wants to read this session."""

        key: str

    def __init__(self, id: str | None = None, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._rows: list[Session] = []
        self._lines: dict[str, int] = {}
        self._matched: Mapping[str, Match] = {}

    @property
    def count(self) -> int:
        """How many sessions are shown."""
        return len(self._rows)

    @property
    def session(self) -> Session | None:
        """The session under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    def show(self, sessions: Iterable[Session], matched: Mapping[str, Match] | None = None) -> None:
        """Show these sessions in this order. ``matched``: by key, the letters that a filter found.

        The session under the cursor stays there; where it is gone, the one that took its place comes there.
        """
        before = self.session
        self._rows = list(sessions)
        self._lines = {session.key: line for line, session in enumerate(self._rows)}
        self._matched = matched or {}
        gone = self.cursor if before is not None and matched is None else 0
        self.settle(gone if before is None else self._lines.get(before.key, gone), keep_line=before is not None)
        after = self.session
        if after is not None and (before is None or before.key != after.key):
            self.call_after_refresh(self.chosen)

    def learn(self, sessions: Iterable[Session]) -> None:
        """Counts of sessions that are shown became known."""
        for session in sessions:
            line = self._lines.get(session.key)
            if line is not None:
                self._rows[line] = session
        self.refresh()

    def choose(self, key: str) -> None:
        """Put the cursor on a key, if it is shown, and tell nobody."""
        line = self._lines.get(key)
        if line is not None:
            self.settle(line, keep_line=False)

    def chosen(self) -> None:
        """The cursor came to another session."""
        if self.session is not None:
            self.tell(self.Chosen(self.session.key))

    def action_open(self) -> None:
        """Read the session under the cursor."""
        if self.session is not None:
            self.tell(self.Opened(self.session.key))

    def draw(self, item: int, line: int, width: int, ground: Style) -> Strip:
        """Badge and key at the left, figures at the right."""
        session = self._rows[item]
        dim, number = self.style("dim", ground), self.style("number", ground)
        mark = badge(session)
        count = figures.count(session.messages) if session.trouble is None else "–"
        figures_at_right = [
            (visible(f" {count:>6}"), number),
            *([(visible(f"{figures.size(session.bytes):>8}"), dim)] if width >= WITH_SIZE else []),
            (visible(f"{figures.age(session.last_activity, self._clock()):>5} "), dim),
        ]
        used = 3 + sum(len(text) for text, _ in figures_at_right)
        marked = self.style("fault" if mark in "!×" else "dim", ground)
        left = [(visible(f" {mark} "), marked), *self._key(session, max(1, width - used), ground)]
        return ink.spread(left, figures_at_right, width, ground)

    def _key(self, session: Session, width: int, ground: Style) -> list[ink.Part]:
        plain = self.style("key" if session.trouble is None else "dim", ground)
        shown = ink.clipped(session.key or "(no name)", width)
        match = self._matched.get(session.key)
        if match is None:
            return [(shown, plain)]
        matched = set(match.positions)
        found = self.style("match", ground)
        return [(visible(char), found if at in matched else plain) for at, char in enumerate(shown)]
