"""What cleanup and delete would remove, and removed: whole sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from sessiontui import units
from sessiontui.changes.verbs.cleanup import CleanupPlan, CleanupRow
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.describe import recovery
from sessiontui.describe.page import BLANK, Page, TextLine, key, limited, line, stays, table, warning, which

TITLE: Final = "Remove idle sessions"
UNDATED: Final = "its last activity can't be read"
UNDO: Final = "Whole sessions go. The journal keeps every byte: afterwards u brings them all back."


def cleanup_question(plan: CleanupPlan, request: ChangeRequest) -> Page:
    """Ask which sessions go; say which stay however many hours are typed."""
    session = "marked session" if request.keys is not None else "session"
    if plan.before is None:
        return _nothing("no session can be idle that long" if request.hours > 0 else "0 hours or less removes nothing")
    stay = [*_staying(plan)]
    if not plan.goes:
        can = "that can be removed " if plan.rows else ""
        return _nothing(f"no {session} {can}has been idle for longer than {span(request.hours)}", stay)
    count = units.counted(len(plan.goes), session)
    head = f"{_messages(count, plan.goes)}, idle for longer than {span(request.hours)}"
    return Page(f"Remove {count}?", (line(head), BLANK, *limited([*stay, *_table(plan.goes, request)])), UNDO, "Remove")


def delete_question(plan: CleanupPlan, request: ChangeRequest) -> Page:
    """Ask whether the sessions that were named shall go."""
    stay = [stays(row.key, row.problem.reason) for row in plan.rows if row.status != "removed"]
    if not plan.goes:
        return Page(next((row.problem.reason for row in plan.rows), "there is nothing to delete"))
    count = units.counted(len(plan.goes), "session")
    body = (line(_messages(count, plan.goes)), BLANK, *limited([*stay, *_table(plan.goes, request)]))
    return Page(f"Delete {which([row.key for row in plan.goes])}?", body, UNDO, "Delete")


def _messages(count: str, rows: Sequence[CleanupRow]) -> str:
    messages = [row.messages for row in rows]
    known = None if None in messages else sum(each or 0 for each in messages)
    return f"{count} with {units.counted(known, 'message')}"


def _table(rows: Iterable[CleanupRow], request: ChangeRequest) -> list[TextLine]:
    cells = ((key(row.key), units.count(row.messages), units.age(row.last_activity, request.now)) for row in rows)
    return table(("session", "messages", "idle"), cells, right=(1, 2))


def _staying(plan: CleanupPlan) -> Iterator[TextLine]:
    """First what stays whatever is typed, and why."""
    found = dict.fromkeys(plan.undated, UNDATED)
    found |= {row.key: row.problem.reason for row in plan.rows if row.status != "removed"}
    for each, why in found.items():
        yield stays(each, why)
    for other in plan.others:
        yield line(("! ", "warning"), (other, "warning"))
    if found or plan.others:
        yield BLANK


def _nothing(why: str, more: Sequence[TextLine] = ()) -> Page:
    return Page(TITLE, (line(f"Nothing goes: {why}."), *limited(more)), "Type another number of hours, or leave.")


def no_number(text: str) -> Page:
    """What is typed is no number of hours."""
    return Page(TITLE, (warning(f"“{text}” is no number of hours."),))


def span(hours: float) -> str:
    """Hours for people: ``36 hours``, ``30 days``."""
    if hours >= 48 and hours % 24 == 0:
        return f"{hours / 24:,.0f} days"
    return f"{hours:,g} hour{'' if hours == 1 else 's'}"


def said(done: RowsOutcome[CleanupRow]) -> str:
    """What was done."""
    return f"removed {units.counted(len(done.changed), 'session')}"


def rows(done: RowsOutcome[CleanupRow]) -> list[TextLine]:
    """What became of each session."""
    cells = ((key(row.key), units.count(row.messages)) for row in done.changed)
    return table(("session", "messages"), cells, right=(1,))


def listed(rows: Iterable[CleanupRow], was: str, now: datetime) -> Iterator[tuple[str, ...]]:
    """The same on the command line; ``was``: ``was`` or ``would be``."""
    for row in rows:
        if row.problem.is_after_recovery:
            yield recovery.after(row.key)
        elif row.status == "removed":
            age = "-" if row.last_activity is None else units.age(row.last_activity, now)
            yield row.key, f" {was} removed: {units.counted(row.messages, 'message')}, idle for {age}"
