"""What the dialog of cleanup asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from textual.content import Content

from sessiontui import units
from sessiontui.changes.verbs.cleanup import CleanupPlan
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.change_task import ChangeRequest
from sessiontui.tui.words.page import Page, key, limited, table
from sessiontui.visible import Visible, visible


def page(plan: CleanupPlan, wanted: ChangeRequest) -> Page:
    """Which sessions go, and which stay whatever is typed."""
    whose = "marked session" if wanted.keys is not None else "session"
    if plan.before is None:
        return _nothing(
            "0 hours or less removes nothing" if not wanted.hours > 0 else "no session can be idle that long"
        )
    stay = [*_staying(plan)]
    gone = [row for row in plan.rows if row.status == "removed"]
    if not gone:
        can = "that can be removed " if plan.rows else ""
        return _nothing(f"no {whose} {can}has been idle for longer than {span(wanted.hours)}", stay)
    count = units.counted(len(gone), whose)
    messages = [row.messages for row in gone]
    known = None if None in messages else sum(each or 0 for each in messages)
    head = f"{count} with {units.counted(known, 'message')}, idle for longer than {span(wanted.hours)}"
    rows = table(
        ("session", "messages", "idle"),
        ((key(row.key), visible(units.count(row.messages)), _idle(row.last_activity, wanted.now)) for row in gone),
        right=(1, 2),
    )
    return Page(
        visible(f"Remove {count}?"),
        (ink.content(visible(head)), ink.content(visible(" ")), *limited([*stay, *rows])),
        visible("Whole sessions go. The journal keeps every byte: afterwards u brings them all back."),
        visible("Remove"),
    )


def _staying(plan: CleanupPlan) -> Iterator[Content]:
    """First what stays whatever is typed, and why."""
    found = dict.fromkeys(plan.undated, "its last activity can't be read")
    found |= {row.key: row.problem.reason for row in plan.rows if row.status != "removed"}
    for each, why in found.items():
        yield ink.content((visible("! "), "$warning"), (key(each), "bold"), (visible(f"  stays: {why}"), "$warning"))
    for other in plan.others:
        yield ink.content((visible("! "), "$warning"), (visible(other), "$warning"))
    if found or plan.others:
        yield ink.content(visible(" "))


def _nothing(why: str, more: Sequence[Content] = ()) -> Page:
    return Page(
        visible("Remove idle sessions"),
        (ink.content(visible(f"Nothing goes: {why}.")), *limited(more)),
        visible("Type another number of hours, or leave."),
    )


def no_number(text: str) -> Page:
    """What is said of what is typed, where that is none."""
    why = visible(f"“{text}” is no number of hours.")
    return Page(visible("Remove idle sessions"), (ink.content((why, "$warning")),))


def _idle(then: datetime | None, now: datetime) -> Visible:
    return visible(units.age(then, now))


def span(hours: float) -> str:
    """Hours for people: ``36 hours``, ``30 days``."""
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:,.0f} days"
    return f"{hours:,g} hour{'' if hours == 1 else 's'}"
