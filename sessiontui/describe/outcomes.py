"""Changes that were made: a sentence where that is enough, else a page with what became of each session.

Says what was done until then where it was stopped, what was verified where something was, and how to undo it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sessiontui import units
from sessiontui.changes.undo import Undone
from sessiontui.changes.verbs.plans import Row, RowsOutcome, rows_of
from sessiontui.changes.verbs.pop import Popped
from sessiontui.changes.verbs.repair import RepairRow
from sessiontui.describe import blockers, compact, migrate, pop, removal, repair
from sessiontui.describe.page import BLANK, Keys, Page, TextLine, dim, key, limited, line, warning, which
from sessiontui.errors import Cancelled, SessiontuiError

BRIEF: Final = 160
"""Characters that a notice may have; a longer error is read in a dialog."""
CLOSE: Final = "Close"
STOPPED: Final = Cancelled.exit_code

Done = Popped | RowsOutcome[Any] | Undone


class _Outcome(NamedTuple):
    """What is said of one kind of change of sessions."""

    said: Callable[[Any], str]
    changed: str
    """What was done to sessions, behind their number."""
    nothing: str
    """The same of none."""
    rows: Callable[[Any, Keys], list[TextLine]]
    """What became of each session."""
    needs_page: Callable[[Any], bool] = lambda _: True
    """Whether there is more to read than the sentence."""


_REMOVED: Final = _Outcome(removal.said, "removed", "removed", lambda done, _: removal.rows(done))
_OUTCOMES: Final[Mapping[str, _Outcome]] = {
    "compact": _Outcome(
        compact.said, "compacted", "changed", lambda done, _: compact.rows(done), lambda done: len(done.rows) > 1
    ),
    "repair": _Outcome(repair.said, "repaired", "changed", repair.rows, repair.needs_page),
    "migrate": _Outcome(migrate.said, "moved to SQLite", "moved", lambda done, _: migrate.rows(done)),
    "cleanup": _REMOVED,
    "delete": _REMOVED,
}
"""By the verb."""


def sentence(done: Done, keys: Keys) -> str:
    """What was done, on one line, and how to undo it with the ``keys`` of the screen that shows it."""
    if isinstance(done, Undone):
        said = f"{done.status} change {units.change_number(done.of)}, {done.verb} of {which(done.keys)}"
    elif done.change is None:
        if isinstance(done, Popped):
            return pop.nothing(done.key)
        nothing = f"nothing was {_OUTCOMES[done.verb].nothing}"
        return f"stopped; {nothing}" if any(row.problem.code == STOPPED for row in done.rows) else nothing
    else:
        what = pop.said(done) if isinstance(done, Popped) else _OUTCOMES[done.verb].said(done)
        said = f"{what} (change {units.change_number(done.change)})"
    return said + _key(keys, *_reverts(done), " · ")


def _reverts(done: Done) -> tuple[str, str]:
    """The action that reverts it, and what that does."""
    if isinstance(done, Undone):
        return ("undo", "undoes it") if done.status == "redone" else ("redo", "redoes it")
    if isinstance(done, Popped) or done.verb == "repair":
        return "undo", "takes it back"
    is_one = done.verb == "compact" and sum(row.dropped for row in done.changed) == 1
    return "undo", f"brings {'it' if is_one else 'them'} back"


def _key(keys: Keys, action: str, does: str, before: str) -> str:
    """Which key does it; nothing where none does, so that no sentence promises one."""
    key = keys(action)
    return f"{before}{key} {does}" if key else ""


def page(done: Done, keys: Keys) -> Page | None:
    """What became of each session; None where the sentence says it all. ``keys``: of the dialog that shows it."""
    if not isinstance(done, RowsOutcome):
        return None
    outcome, rows = _OUTCOMES[done.verb], done.rows
    if not outcome.needs_page(done):
        return None
    went, meant = len(done.changed), sum(row.status != "unchanged" for row in rows)
    of = "" if meant == went else f"{went:,} of "
    stopped = "Stopped: " if any(row.problem.code == STOPPED for row in rows) else ""
    undo = blockers.NOTHING
    if done.change:
        undo = f"Change {units.change_number(done.change)}{_key(keys, 'undo', 'takes all of it back', ': ')}."
        if done.verb == "migrate":
            undo += f"{_key(keys, 'backend', 'shows them where they are now', ' ')}."
    return Page(
        f"{stopped}{of}{units.counted(meant, 'session')} {outcome.changed}",
        limited([*_problems(rows), *outcome.rows(done, keys)]),
        undo,
        "Undo" if done.change else None,
        CLOSE,
        blockers.again(rows),
    )


def _problems(rows: Iterable[Row]) -> Iterator[TextLine]:
    """First what a person has to look at: the sessions that were left alone, and why."""
    left = [row for row in rows if row.problem.code not in (0, STOPPED)]
    stopped = sum(row.problem.code == STOPPED for row in rows)
    if stopped:
        yield warning(f"! {units.counted(stopped, 'session')} not begun when it was stopped; nothing was changed there")
    for row in left:
        yield line(("! ", "warning"), key(row.key, "strong key"), f"  {row.problem.cause}")
        if row.problem.hint and row.problem.blocker in ("", "changed"):  # a button says what to do
            yield dim(f"  {row.problem.hint}")
    if left or stopped:
        yield BLANK


def changed(done: Done) -> frozenset[str]:
    """The sessions that a change of several was made to; none where nothing was changed, and none of those in which
    damage is left that it was meant to repair."""
    rows = rows_of(done) if done.change else ()
    return frozenset(row.key for row in rows if not (row.problem.code or (isinstance(row, RepairRow) and row.left)))


def problem_of(done: Done) -> str:
    """Why the one session that was meant was left alone; empty where it was not."""
    return "\n".join(row.problem.reason for row in rows_of(done) if row.problem.code not in (0, STOPPED))


def error_page(error: SessiontuiError) -> Page | None:
    """A refusal that is too long for a notice; None for one that isn't."""
    if len(error.sentence) + len(error.hint) <= BRIEF:
        return None
    hint = [BLANK, line((error.hint, "accent"))] if error.hint else []
    return Page("That was not done", (line(error.sentence), *hint), leave=CLOSE)
