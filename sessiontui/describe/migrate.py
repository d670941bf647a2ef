"""What migrate would move into the database, and moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sessiontui import units
from sessiontui.changes import recoverable
from sessiontui.changes.verbs.migrate import MigratePlan, MigrateRow
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.describe import recovery
from sessiontui.describe.page import BLANK, Page, Piece, TextLine, key, limited, line, stays, table
from sessiontui.describe.recoverable import REPAIR_FIRST, held


def question(plan: MigratePlan, whole: bool) -> Page:
    """Ask; a plan that moves nothing says why. ``whole``: all sessions are meant."""
    moved = plan.goes
    holds = recoverable.sum_of(plan.rows)
    holding = held(holds, "Damaged lines are not moved; they hold")
    also = REPAIR_FIRST if holds.lossless else None
    if not moved:
        reason = next((row.problem.reason for row in plan.rows if row.problem.reason), "")
        why = f"nothing to move: {reason}" if reason else "there is nothing to move"
        return Page(why, (*holding, *_stays(plan.rows)) if also else (), also=also)
    messages = sum(row.imported for row in moved)
    left = len(plan.rows) - len(moved)
    head = f"{units.counted(messages, 'message')} of {units.counted(len(moved), 'session')} go into sessions.db"
    if plan.creates:
        head += ", which is created"
    if left:
        head += f"; {units.counted(left, 'session')} {'stays' if left == 1 else 'stay'} as files"
    cells = table(("session", "messages", "left behind", ""), map(_cells, moved), right=(1, 2))
    many = f"{len(moved):,} of {units.counted(len(plan.rows), 'session')}"
    if not left:
        many = ("all " if len(moved) > 1 else "") * whole + units.counted(len(moved), "session")
    return Page(
        f"Move {many} to SQLite?",
        (*holding, line(head), BLANK, *limited([*_stays(plan.rows), *cells])),
        "Each file is renamed to .jsonl.migrated and keeps its damaged lines. Afterwards u moves everything back.",
        "Migrate",
        also=also,
    )


def _stays(rows: Sequence[MigrateRow]) -> Iterator[TextLine]:
    """First what a person has to look at: what keeps a session where it is."""
    refused = [row for row in rows if row.status != "migrated"]
    for row in refused:
        yield stays(row.key, row.problem.reason or "there is nothing to import")
    if refused:
        yield BLANK


def _cells(row: MigrateRow) -> Sequence[Piece]:
    there = "is in the database already; only its file is renamed" if row.held.covered else ""
    left = _left_behind(row), "error" if row.left_behind else "dim"
    return key(row.key), (units.count(row.imported), ""), left, (there, "dim")


def _left_behind(row: MigrateRow) -> str:
    return units.counted(row.left_behind, "line") if row.left_behind else "–"


def said(done: RowsOutcome[MigrateRow]) -> str:
    """What was done."""
    messages = units.counted(sum(row.imported for row in done.changed), "message")
    return f"{units.counted(len(done.changed), 'session')} with {messages} moved to sessions.db"


def rows(done: RowsOutcome[MigrateRow]) -> list[TextLine]:
    """What was verified, and what became of each session."""
    moved = done.changed
    cells = [(key(row.key), units.count(row.imported), _left_behind(row)) for row in moved]
    lines = table(("session", "messages", "left behind"), cells, right=(1, 2))
    return [*map(line, _verified(moved)), BLANK, *lines] if moved else []


def _verified(moved: Sequence[MigrateRow]) -> Iterator[str]:
    """What was verified, and nothing more than that."""
    imported = [row for row in moved if not row.held.covered]
    if imported:
        messages = units.counted(sum(row.imported for row in imported), "message")
        yield (
            f"Verified: sessions.db held {messages} of {units.counted(len(imported), 'session')}, counted there before "
            "each commit, as many as were counted in the files. Each file was as planned, grew neither before nor after "
            "its commit, and got its new name then. The journal keeps its SHA-256, by which undo knows it."
        )
    if covered := len(moved) - len(imported):
        yield (
            f"{units.counted(covered, 'session')} had been imported before: sessions.db has the receipt, with the "
            "SHA-256 of these very bytes; only the name of the file was changed."
        )


def listed(row: MigrateRow, was: str) -> tuple[str, ...]:
    """What became of one session, on the command line; empty where its problem says all. ``was``: ``was`` or ``would
    be``."""
    if row.status == "migrated":
        holds = f" ({row.recoverable} to recover)" if row.recoverable.total else ""
        left = f", {units.counted(row.left_behind, 'damaged line')} left behind{holds}" if row.left_behind else ""
        return row.key, f" {was} migrated: {units.counted(row.imported, 'message')}{left}"
    if row.problem.is_after_recovery:
        return recovery.after(row.key)
    return (row.key, f" {was} skipped: {row.problem.reason or 'nothing to import'}") if row.status == "skipped" else ()
