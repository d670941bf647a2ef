"""Changes that were made, put into words: a sentence where that is enough, else a page with what became of each session.

Says what was done until then where it was stopped, what was verified where something was, and how to take it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from textual.content import Content

from sessiontui import units
from sessiontui.changes.undo import Undone
from sessiontui.changes.verbs.cleanup import CleanedUp, CleanupRow
from sessiontui.changes.verbs.compact import Compacted, CompactRow
from sessiontui.changes.verbs.migrate import Migrated, MigrateRow
from sessiontui.changes.verbs.pop import Popped
from sessiontui.changes.verbs.repair import Repaired
from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.tui.looks import ink
from sessiontui.tui.looks.key_names import Keys
from sessiontui.tui.tasks.change_task import Done
from sessiontui.tui.words import blockers, repairs
from sessiontui.tui.words.blockers import Row
from sessiontui.tui.words.page import Page, key, limited, table
from sessiontui.visible import Visible, visible

BRIEF: Final = 160
"""Characters that a notice may have; a longer error is read in a dialog."""
CLOSE: Final = visible("Close")
STOPPED: Final = Cancelled.exit_code


def sentence(done: Done, keys: Keys) -> Visible:
    """What was done, on one line, and how to take it back with the ``keys`` of the screen that shows it."""
    said, back = _said(done), ("undo", "takes it back")
    if not done.change:
        return visible(said)
    if isinstance(done, Undone):
        back = ("undo", "undoes it") if done.status == "redone" else ("redo", "redoes it")
    elif isinstance(done, Compacted) and sum(row.dropped for row in done.rows if row.status == "compacted") == 1:
        back = "undo", "brings it back"
    elif isinstance(done, Compacted | Migrated | CleanedUp):
        back = "undo", "brings them back"
    return visible(said + _key(keys, *back, " · "))


def _said(done: Done) -> str:
    match done:
        case Popped():
            return _popped(done)
        case Compacted():
            return _compacted(done)
        case Repaired():
            return _repaired(done)
        case Migrated():
            return _migrated(done)
        case CleanedUp():
            return _cleaned(done)
        case Undone():
            return _undone(done)


def _key(keys: Keys, action: str, does: str, before: str) -> str:
    """Which key does it; nothing where none does, so that no sentence promises one."""
    key = keys(action)
    return f"{before}{key} {does}" if key else ""


def page(done: Done, keys: Keys) -> Page | None:
    """What became of each session; None where the sentence says it all. ``keys``: of the dialog that shows it."""
    if isinstance(done, Compacted) and len(done.rows) > 1:
        went, verb, body = _gone(done.rows, "compacted"), "compacted", _compact_rows(done.rows)
    elif isinstance(done, Repaired) and repairs.needs_page(done):
        went, verb, body = _gone(done.rows, "repaired"), "repaired", repairs.told(done, keys)
    elif isinstance(done, Migrated):
        went, verb, body = _gone(done.rows, "migrated"), "moved to SQLite", _migrate_body(done)
    elif isinstance(done, CleanedUp):
        went, verb, body = _gone(done.rows, "removed"), "removed", _cleanup_rows(done.rows)
    else:
        return None
    meant = sum(row.status != "unchanged" for row in done.rows)
    of = "" if meant == len(went) else f"{len(went):,} of "
    stopped = "Stopped: " if any(row.problem.code == STOPPED for row in done.rows) else ""
    title = f"{stopped}{of}{units.counted(meant, 'session')} {verb}"
    undo = (
        f"Change {units.change_number(done.change)}{_key(keys, 'undo', 'takes all of it back', ': ')}."
        if done.change
        else "Nothing was changed."
    )
    if done.change and isinstance(done, Migrated):
        undo += f"{_key(keys, 'backend', 'shows them where they are now', ' ')}."
    lines = [*_problems(done.rows), *body]
    act = visible("Undo") if done.change else None
    return Page(visible(title), limited(lines), visible(undo), act, CLOSE, blockers.again(done.rows))


def fared_well(done: Done) -> frozenset[str]:
    """The sessions that a change of several was made to; none where nothing was changed, and none of those in which
    damage is left that it was meant to mend."""
    rows = blockers.rows_of(done)
    if done.change is None:
        return frozenset()
    left = {row.key for row in done.rows if row.left} if isinstance(done, Repaired) else ()
    return frozenset(row.key for row in rows if not row.problem.code and row.key not in left)


def error_page(error: SessiontuiError) -> Page | None:
    """A refusal that is too long for a notice; None for one that isn't."""
    if len(error.sentence) + len(error.hint) <= BRIEF:
        return None
    hint = [ink.content(visible(" ")), ink.content((visible(error.hint), "$accent"))] if error.hint else []
    return Page(visible("That was not done"), (ink.content(visible(error.sentence)), *hint), leave=CLOSE)


def problem_of(done: Done) -> Visible:
    """Why the one session that was meant was left alone; empty where it was not."""
    rows: Sequence[Row] = done.rows if isinstance(done, Compacted | Repaired) else ()
    return visible("\n".join(row.problem.reason for row in rows if row.problem.code not in (0, STOPPED)), lines=True)


def _popped(done: Popped) -> str:
    if done.change is None:
        return f"{done.key} has no message to remove"
    return f"removed the last message of {done.key} (change {units.change_number(done.change)})"


def _compacted(done: Compacted) -> str:
    if done.change is None:
        return _nothing(done.rows, "changed")
    dropped = sum(row.dropped for row in done.rows if row.status == "compacted")
    what = units.counted(dropped, "damaged line") if dropped else "blank lines"
    return f"removed {what} (change {units.change_number(done.change)})"


def _repaired(done: Repaired) -> str:
    if done.change is None:
        return _nothing(done.rows, "changed")
    return f"{repairs.sentence(done.rows)} (change {units.change_number(done.change)})"


def _migrated(done: Migrated) -> str:
    if done.change is None:
        return _nothing(done.rows, "moved")
    moved = [row for row in done.rows if row.status == "migrated"]
    messages = units.counted(sum(row.imported for row in moved), "message")
    what = f"{units.counted(len(moved), 'session')} with {messages}"
    return f"{what} moved to sessions.db (change {units.change_number(done.change)})"


def _cleaned(done: CleanedUp) -> str:
    if done.change is None:
        return _nothing(done.rows, "removed")
    went = units.counted(len(_gone(done.rows, "removed")), "session")
    return f"removed {went} (change {units.change_number(done.change)})"


def _undone(done: Undone) -> str:
    named = done.keys[0] if len(done.keys) == 1 else units.counted(len(done.keys), "session")
    return f"{done.status} change {units.change_number(done.of)}, {done.verb} of {named}"


def _nothing(rows: Sequence[Row], verb: str) -> str:
    return f"stopped; nothing was {verb}" if any(row.problem.code == STOPPED for row in rows) else f"nothing was {verb}"


def _gone(rows: Sequence[Row], status: str) -> list[Row]:
    return [row for row in rows if row.status == status]


# ---- pages


def _problems(rows: Iterable[Row]) -> Iterator[Content]:
    """First what a person has to look at: the sessions that were left alone, and why."""
    left = [row for row in rows if row.problem.code not in (0, STOPPED)]
    stopped = sum(row.problem.code == STOPPED for row in rows)
    if stopped:
        told = f"! {units.counted(stopped, 'session')} not begun when it was stopped; nothing was changed there"
        yield ink.content((visible(told), "$warning"))
    for row in left:
        yield ink.content((visible("! "), "$warning"), (key(row.key), "bold"), visible(f"  {_why(row)}"))
        if row.problem.hint and row.problem.blocker in ("", "changed"):  # a button says what to do
            yield ink.content((visible(f"  {row.problem.hint}"), "dim"))
    if left or stopped:
        yield ink.content(visible(" "))


def _why(row: Row) -> str:
    """Why it was left alone; of the others something may well have been changed."""
    return row.problem.cause


def _compact_rows(rows: Iterable[CompactRow]) -> list[Content]:
    made = [row for row in rows if row.status == "compacted"]
    cells = (
        (
            key(row.key),
            visible(units.count(row.dropped)),
            visible(units.count(row.kept)),
            visible(f"{units.size(row.bytes_before)} → {units.size(row.bytes_after)}"),
        )
        for row in made
    )
    return table(("session", "removed", "kept", "bytes"), cells, right=(1, 2)) if made else []


def _migrate_body(done: Migrated) -> list[Content]:
    moved = [row for row in done.rows if row.status == "migrated"]
    if not moved:
        return []
    cells = (
        (
            key(row.key),
            visible(units.count(row.imported)),
            visible(units.counted(row.left_behind, "line") if row.left_behind else "–"),
        )
        for row in moved
    )
    return [
        *(ink.content(visible(sentence)) for sentence in _verified(moved)),
        ink.content(visible(" ")),
        *table(("session", "messages", "left behind"), cells, right=(1, 2)),
    ]


def _verified(moved: Sequence[MigrateRow]) -> Iterator[str]:
    """What was made sure of, and nothing more than that."""
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


def _cleanup_rows(rows: Iterable[CleanupRow]) -> list[Content]:
    gone = [row for row in rows if row.status == "removed"]
    cells = ((key(row.key), visible(units.count(row.messages))) for row in gone)
    return table(("session", "messages"), cells, right=(1,)) if gone else []
