"""What is said about the changes in the journal, as lines laid out for a width: pure, from values alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len

from sessiontui import units
from sessiontui.changes.outcome import Change
from sessiontui.describe.about import moment
from sessiontui.tui.tasks.journal_reader import UndoPreview
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.sheet import SheetRow, fact, heading, wrapped
from sessiontui.visible import visible

KEYS: Final = 20
"""Sessions of a change that are named; of more it is said how many."""
WITH_SIZE: Final = 52
"""Columns from which the list has room for the size."""
STATUS: Final = {"done": "", "undone": "undone", "undo": "", "interrupted": "! broken off"}


def listed(changes: Sequence[Change], now: datetime, width: int) -> list[SheetRow]:
    """One line a change, the newest first."""
    return [_line(change, now, width) for change in changes]


def _line(change: Change, now: datetime, width: int) -> SheetRow:
    status = STATUS[change.status]
    right = [
        (f" {status}", "fault" if change.status == "interrupted" else "dim"),
        *[(f"{units.size(change.bytes):>8}", "dim")] * (width >= WITH_SIZE),
        (f"{units.short_age(change.at, now):>5} ", "dim"),
    ]
    dim = change.status in ("undone", "undo")
    left = [
        (f" {units.change_number(change.id):>4}  ", "number"),
        (f"{visible(change.verb):<8} ", "dim" if dim else "role"),
    ]
    room = width - sum(cell_len(text) for text, _ in (*left, *right))
    what = change.keys[0] if len(change.keys) == 1 else units.counted(len(change.keys), "session")
    return SheetRow([*left, (ink.middled(what, room), "dim" if dim else "key")], right, change.id)


def detail(
    change: Change, changes: Sequence[Change], foreseen: UndoPreview | None, now: datetime, width: int
) -> list[SheetRow]:
    """All about one change, and what taking it back would do: None while that is not known."""
    named = [key or "(no name)" for key in change.keys[:KEYS]]
    more = len(change.keys) - len(named)
    labels = ["session" if len(change.keys) == 1 else "sessions"]
    return [
        *fact(
            "change",
            f"{units.change_number(change.id)} · {change.verb} · {_state(change, changes)}",
            width,
            "fault" if change.status == "interrupted" else "match",
        ),
        *fact("made", moment(change.at, now), width),
        *_foreseen(change, foreseen, width),
        SheetRow(),
        *(row for label, key in zip_longest(labels, named, fillvalue="") for row in fact(label, key, width)),
        *(fact("", f"… and {more:,} more", width, "dim") if more > 0 else ()),
        *fact("kept to undo", units.size(change.bytes), width),
    ]


def _state(change: Change, changes: Sequence[Change]) -> str:
    undone = (each.id for each in changes if each.undoes == change.id and each.status != "interrupted")
    by = next((f"undone by change {units.change_number(id)}" for id in undone), "")
    if change.status == "interrupted":
        return "! broken off on the way"
    if change.status == "undone":
        return by or "undone"
    if change.status == "undo":
        return "; ".join(filter(None, (f"undid change {units.change_number(change.undoes)}", by)))
    return f"done; {by} and redone" if by else "done"


def _foreseen(change: Change, foreseen: UndoPreview | None, width: int) -> Iterator[SheetRow]:
    if change.status == "interrupted":
        yield from heading("u would", "settle it first, then undo what stands of it", width)
    elif foreseen is None:
        yield from heading("…", "looking at what undoing it would do", width)
    elif foreseen.plan is None:
        yield from heading("It can't be undone", "", width)
        for text in (foreseen.refusal, foreseen.hint):
            if text:
                yield from wrapped(text, "key", width)
    else:
        redo = foreseen.plan.redo
        key = "Ctrl+R" if change.status == "undone" else "u or Ctrl+R" if redo else "u"
        yield from heading(
            f"{key} would", f"{'redo' if redo else 'undo'} change {units.change_number(foreseen.plan.change)}", width
        )
        for step in foreseen.plan.steps:
            yield from wrapped(step, "key", width)
