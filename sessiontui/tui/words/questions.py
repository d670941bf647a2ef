"""Plans put into words: what would go, what stays, and how to take it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from textual.content import Content

from sessiontui import units
from sessiontui.changes import recoverable
from sessiontui.changes.outcome import Problem
from sessiontui.changes.verbs.compact import CompactPlan, CompactRow
from sessiontui.changes.verbs.migrate import MigratePlan, MigrateRow
from sessiontui.changes.verbs.plans import only
from sessiontui.changes.verbs.pop import PopPlan
from sessiontui.changes.verbs.repair import RepairPlan
from sessiontui.changes.verbs.table import VERBS
from sessiontui.damage import catalogue
from sessiontui.model import Message
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.change_task import ChangeRequest, Plan, Planned
from sessiontui.tui.words import cleaning, holding, recovery_words, repairs
from sessiontui.tui.words.fault_words import location
from sessiontui.tui.words.page import STOP, Cell, Page, key, limited, table
from sessiontui.visible import visible

RENEWED = "! It changed after you were asked, so nothing was done. This is how it is now."
REPAIR_FIRST: Final = visible("Repair first")
SHOWN = 100_000
"""Characters of a message that goes."""


def question(wanted: ChangeRequest, planned: Planned, renewed: str = "") -> Page:
    """Put a plan into words. A page without ``act`` has nothing to ask; its title says why. ``renewed``: why it is asked
    once more, where another plan was asked about before, which no longer fits what is there."""
    if planned.interrupted is None:
        page = _question(wanted, planned)
    else:
        known = {row.key for row in getattr(planned.plan, "rows", ())} - planned.interrupted.keys
        page = recovery_words.first(
            _question(wanted, replace(planned, plan=only(planned.plan, known))), wanted, planned.interrupted
        )
    said = [renewed] * bool(renewed) + [f"! {planned.notice}"] * bool(planned.notice)
    if page.act is None or not said:
        return page
    first = [ink.content((visible(each), "$warning")) for each in said]
    return replace(page, body=(*first, ink.content(visible(" ")), *page.body))


def _question(wanted: ChangeRequest, planned: Planned) -> Page:
    plan: Plan = planned.plan
    if isinstance(plan, PopPlan):
        return _pop(plan, planned.warning, wanted.marked)
    if isinstance(plan, CompactPlan):
        return _compact(plan)
    if isinstance(plan, RepairPlan):
        return repairs.question(plan)
    if isinstance(plan, MigratePlan):
        return _migrate(plan, whole=wanted.keys is None)
    return cleaning.page(plan, wanted)


def looking(wanted: ChangeRequest) -> Page:
    """What is shown while a plan is made."""
    return Page(
        visible(f"Looking at {_meant(wanted)} …"), undo=visible("Only reads. Esc ends it; nothing was changed.")
    )


def making(wanted: ChangeRequest, request: Page) -> Page:
    """What is shown while a plan is carried out: still the plan."""
    if wanted.verb == "undo":
        title = visible("Redoing …" if wanted.redo else "Undoing …")
        stop = "Stop ends the waiting for others; what is begun is made whole."
        return Page(title, request.body, visible(stop), leave=STOP)
    doing = VERBS[wanted.verb].doing
    stop = (
        "Stop leaves the sessions that are not begun as they are; what was done by then can be taken back afterwards."
    )
    if wanted.verb == "pop":
        stop = "Stop ends the waiting for others; a message that is being removed is removed."
    title = visible(f"{doing} {_meant(wanted)} …" if wanted.verb != "cleanup" else "Removing idle sessions …")
    return Page(title, request.body, visible(stop), leave=STOP)


def _meant(wanted: ChangeRequest) -> str:
    if wanted.keys is None:
        return "all sessions"
    return wanted.keys[0] if len(wanted.keys) == 1 else units.counted(len(wanted.keys), "session")


# ---- pop


def _pop(plan: PopPlan, warning: str, marked: int) -> Page:
    if plan.removed is None:
        return Page(visible(f"{plan.key} has no message to remove"))
    notes = [ink.content((visible(f"! {warning}"), "$warning"))] if warning else []
    if marked:
        told = f"Pop takes from the open session only, not from {units.counted(marked, 'other marked session')}."
        notes.append(ink.content((visible(told), "$warning")))
    if plan.behind:
        notes.append(
            ink.content((visible(f"{units.size(plan.behind)} of damaged or blank lines behind it stay."), "dim"))
        )
    return Page(
        visible(f"Remove the last message of {plan.key}?"),
        (*notes, *([ink.content(visible(" "))] if notes else []), *_message(plan.removed)),
        visible("Every other byte stays. Afterwards u puts it back where it was."),
        visible("Remove anyway" if warning else "Remove"),
    )


def _message(message: Message) -> Iterator[Content]:
    size = units.counted(len(message.content), "character")
    yield ink.content((visible(message.role or "(no role)"), "bold"), (visible(f"  {size}"), "dim"))
    yield ink.content(visible(message.content[:SHOWN].expandtabs(4), lines=True))
    if len(message.content) > SHOWN:
        yield ink.content((visible(f"… {len(message.content) - SHOWN:,} more characters"), "dim"))


# ---- compact


def _compact(plan: CompactPlan) -> Page:
    goes = [row for row in plan.rows if row.status == "compacted"]
    if not goes:
        return Page(visible(_refusal(plan.rows) or "there is nothing to remove: every line is valid"))
    dropped = sum(row.dropped for row in goes)
    what = units.counted(dropped, "damaged line") if dropped else "blank lines"
    of = f" of {goes[0].key}" if len(goes) == 1 else f" of {units.counted(len(goes), 'session')}"
    kept = units.counted(sum(row.kept for row in goes), "valid message")
    after, before = sum(row.bytes_after for row in goes), sum(row.bytes_before for row in goes)
    head = f"{kept} stay unchanged · {units.size(before)} → {units.size(after)}"
    rows = (line for row in plan.rows for line in _compact_row(row))
    holds = holding.of(goes)
    return Page(
        visible(f"Remove {what}{of}?"),
        (
            *holding.told(holds, "The lines that go hold"),
            ink.content(visible(head)),
            ink.content(visible(" ")),
            *limited(rows),
        ),
        visible(
            f"{units.size(before - after)} go, blank lines too. The old file is kept: afterwards u brings every byte back."
        ),
        visible("Compact"),
        also=REPAIR_FIRST if holds.lossless else None,
    )


def _compact_row(row: CompactRow) -> Iterator[Content]:
    name = (visible(row.key), "bold")
    if row.status == "unchanged":
        yield ink.content(name, (visible("  every line is valid; stays as it is"), "dim"))
        return
    if row.status != "compacted":
        yield ink.content(name, (visible(f"  ! left alone: {row.problem.reason}"), "$warning"))
        if row.problem.hint:
            yield ink.content((visible(f"  {row.problem.hint}"), "dim"))
        return
    sizes = f"{units.size(row.bytes_before)} → {units.size(row.bytes_after)}"
    goes = units.counted(row.dropped, "damaged line")
    yield ink.content(name, visible(f"  {goes} of {units.size(row.bytes_before - row.bytes_after)} · {sizes}"))
    line, stayed = 1, 0
    for fault in row.gone:
        if fault.line is not None:
            if fault.line > line:
                yield ink.content(visible(f"  {_stay(line, fault.line - 1)}"))
                stayed += fault.line - line
            line = fault.line + fault.lines
        size = f"  {units.size(fault.span.length)}" if fault.span is not None else ""
        went = visible(f"! {location(fault)} {'goes' if fault.lines == 1 else 'go'}{size}")
        held = recoverable.NONE.with_fault(fault)
        holds = f" ({held})" if held.total else ""
        yield ink.content((went, "$error"), visible(f"  {catalogue.what(fault)}"), (visible(holds), "$warning"))
    more = row.dropped - sum(fault.lines for fault in row.gone)
    if more > 0:
        yield ink.content(
            (visible(f"… and {units.counted(more, 'more damaged line')} {'goes' if more == 1 else 'go'}"), "dim")
        )
    elif row.kept > stayed:
        yield ink.content(visible("  the lines behind it stay" if row.gone else "  every message stays"))


def _stay(first: int, last: int) -> str:
    return f"line {first:,} stays" if first == last else f"lines {first:,}–{last:,} stay"


# ---- migrate


def _migrate(plan: MigratePlan, whole: bool) -> Page:
    moved = [row for row in plan.rows if row.status == "migrated"]
    holds = holding.of(plan.rows)
    held = holding.told(holds, "Damaged lines are not moved; they hold")
    if not moved:
        reason = _reason(plan.rows)
        why = visible(f"nothing to move: {reason}" if reason else "there is nothing to move")
        return Page(why, (*held, *_stays(plan.rows)), also=REPAIR_FIRST) if holds.lossless else Page(why)
    messages = sum(row.imported for row in moved)
    left = len(plan.rows) - len(moved)
    head = f"{units.counted(messages, 'message')} of {units.counted(len(moved), 'session')} go into sessions.db"
    if plan.creates:
        head += ", which is created"
    if left:
        head += f"; {units.counted(left, 'session')} {'stays' if left == 1 else 'stay'} as files"
    rows = [
        *_stays(plan.rows),
        *table(("session", "messages", "left behind", ""), map(_migrate_row, moved), right=(1, 2)),
    ]
    many = f"{len(moved):,} of {units.counted(len(plan.rows), 'session')}"
    if not left:
        many = ("all " if len(moved) > 1 else "") * whole + units.counted(len(moved), "session")
    return Page(
        visible(f"Move {many} to SQLite?"),
        (*held, ink.content(visible(head)), ink.content(visible(" ")), *limited(rows)),
        visible(
            "Each file is renamed to .jsonl.migrated and keeps its damaged lines. Afterwards u moves everything back."
        ),
        visible("Migrate"),
        also=REPAIR_FIRST if holds.lossless else None,
    )


def _stays(rows: Sequence[MigrateRow]) -> Iterator[Content]:
    """First what a person has to look at: what keeps a session where it is."""
    refused = [row for row in rows if row.status != "migrated"]
    for row in refused:
        why = row.problem.reason or "there is nothing to import"
        yield ink.content((visible("! "), "$warning"), (key(row.key), "bold"), (visible(f"  stays: {why}"), "$warning"))
    if refused:
        yield ink.content(visible(" "))


def _migrate_row(row: MigrateRow) -> Sequence[Cell]:
    behind = units.counted(row.left_behind, "line") if row.left_behind else "–"
    there = "is in the database already; only its file is renamed" if row.held.covered else ""
    left: Cell = (visible(behind), "$error" if row.left_behind else "dim")
    return key(row.key), visible(units.count(row.imported)), left, (visible(there), "dim")


def _refusal(rows: Sequence[CompactRow]) -> str:
    """Why the first of these was left alone, and the next thing to do."""
    problems = (row.problem for row in rows)
    return next((" · ".join(filter(None, (each.reason, each.hint))) for each in problems if each.reason), "")


def _reason(rows: Sequence[CompactRow] | Sequence[MigrateRow]) -> str:
    """Why the first of these was left alone."""
    problems: Iterator[Problem] = (row.problem for row in rows)
    return next((problem.reason for problem in problems if problem.reason), "")
