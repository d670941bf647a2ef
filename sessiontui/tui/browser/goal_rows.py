"""Where in a session a goal is that a person typed: the row, or a sentence that says why there is none. Reads nothing."""

from __future__ import annotations

from typing import NamedTuple

from sessiontui import units
from sessiontui.errors import UsageError
from sessiontui.store.protocol import TranscriptRows
from sessiontui.tui.widgets.prompt import USAGE, GoalKind, goal


class GoalRow(NamedTuple):
    """A row of a session, from 0."""

    row: int
    note: str = ""
    """What it is, where it may not be what was asked for."""


def goal_row(text: str, rows: TranscriptRows, messages: int | None, raw: bool) -> GoalRow:
    """The row that ``text`` means. ``messages``: how many there are, where that is known; with ``raw`` a number is
    that of a line. Raises ``UsageError`` with a sentence for the person."""
    wanted = goal(text)
    if wanted is None:
        raise UsageError(USAGE)
    if not rows.complete:
        raise UsageError("the session is still being read: Enter asks again")
    if not len(rows):
        raise UsageError("there is nothing to go to")
    match wanted.kind:
        case GoalKind.START:
            return GoalRow(0)
        case GoalKind.END:
            return GoalRow(len(rows) - 1)
        case GoalKind.SHARE if wanted.number > 100:
            raise UsageError("100% is the end")
        case GoalKind.SHARE:
            return GoalRow(round((len(rows) - 1) * wanted.number / 100))
        case GoalKind.MESSAGE if not raw:
            return _message(int(wanted.number), rows, messages)
        case _:
            return GoalRow(_line(int(wanted.number), len(rows)))


def _line(number: int, count: int) -> int:
    if not number:
        raise UsageError("lines are counted from 1")
    if number > count:
        raise UsageError(f"the last line is {count:,}")
    return number - 1


def _message(number: int, rows: TranscriptRows, messages: int | None) -> GoalRow:
    if not number:
        raise UsageError("messages are counted from 1")
    row = rows.row_of(number)
    if row is not None:
        return GoalRow(row)
    if messages is not None and number > messages:
        raise UsageError(f"there {'is' if messages == 1 else 'are'} {units.counted(messages, 'message')}")
    return GoalRow(_line(number, len(rows)), f"messages are not counted yet: this is line {number:,}")
