"""What pop would remove, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui import units
from sessiontui.changes.verbs.pop import Popped, PopPlan
from sessiontui.describe.page import BLANK, Page, TextLine, dim, line, warning
from sessiontui.model import Message

SHOWN: Final = 100_000
"""Characters of a message that goes."""


def question(plan: PopPlan, marked: int) -> Page:
    """Ask. ``marked``: how many other sessions are marked."""
    if plan.removed is None:
        return Page(nothing(plan.key))
    notes = [warning(f"! {plan.refusal}")] if plan.refusal else []
    if marked:
        notes.append(
            warning(f"Pop takes from the open session only, not from {units.counted(marked, 'other marked session')}.")
        )
    if plan.behind:
        notes.append(dim(f"{units.size(plan.behind)} of damaged or blank lines behind it stay."))
    return Page(
        f"Remove the last message of {plan.key}?",
        (*notes, *[BLANK] * bool(notes), *_message(plan.removed)),
        "Every other byte stays. Afterwards u puts it back where it was.",
        "Remove anyway" if plan.refusal else "Remove",
    )


def _message(message: Message) -> Iterator[TextLine]:
    characters = f"  {units.counted(len(message.content), 'character')}"
    yield line((message.role or "(no role)", "strong"), (characters, "dim"))
    yield line((message.content[:SHOWN], "text"))
    if len(message.content) > SHOWN:
        yield dim(f"… {len(message.content) - SHOWN:,} more characters")


def nothing(key: str) -> str:
    """A session without a message."""
    return f"{key} has no message to remove"


def said(done: Popped) -> str:
    """What was done."""
    return f"removed the last message of {done.key}"
