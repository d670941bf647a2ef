"""Recovery as a changing verb does it: first, or, in a dry run, said to come first."""

from __future__ import annotations

from typing import TypeVar

from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Problem
from sessiontui.changes.recovery.recover import NOTHING, Interrupted, foreseen, recover
from sessiontui.changes.verbs.plans import after, explained
from sessiontui.cli import report
from sessiontui.cli.making import short
from sessiontui.cli.options import ChangeOptions, Context
from sessiontui.cli.output import count, say
from sessiontui.dialects.keys import written
from sessiontui.errors import AfterRecovery, Refused
from sessiontui.store.protocol import Store

NAMED = 3
"""So many sessions are named in a sentence, at most."""

Plan = TypeVar("Plan")


class Recovery:
    """What recovery did before a verb looks at a store, or, in a dry run, will do before the change."""

    def __init__(self, change: ChangeOptions) -> None:
        self._change = change
        self.interrupted: Interrupted = NOTHING

    def open(self, context: Context, *, writable: bool = True) -> Store:
        """Open a store to change it, or to say what would be changed."""
        return context.open(writable and not self._change.dry_run, self._first)

    def _first(self, store: Store) -> bool:
        if self._change.dry_run:
            self.interrupted = foreseen(sessions_folder(store))
            _foretell(self.interrupted)
            return False
        self.interrupted = recover(sessions_folder(store), self._change.patience)
        _tell(self.interrupted)
        return bool(self.interrupted)

    def of(self, plan: Plan) -> Plan:
        """A plan as it can be told: in a dry run, a session that recovery may change is planned after it."""
        if self._change.dry_run:
            return after(plan, self.interrupted)
        return explained(plan, self.interrupted)

    def mark(self, key: str) -> dict[str, object]:
        """The field that marks an object about this session, for programs."""
        return {"after_recovery": True} if self._change.dry_run and key in self.interrupted.keys else {}


def is_after(problem: Problem) -> bool:
    """Whether a row says no more than that its session is planned after recovery."""
    return problem.reason == str(AfterRecovery())


def say_after(key: str) -> None:
    """The row of such a session, for people."""
    say(key, f": {AfterRecovery()}")


def _foretell(interrupted: Interrupted) -> None:
    if not interrupted:
        return
    keys = sorted(map(written, interrupted.keys))
    marked = ", ".join(keys) if len(keys) <= NAMED else count(len(keys), "session")
    then = f"; planned after recovery: {marked}" if keys else ""
    report.tell(f"recovery comes first: {_what(interrupted)}{then}")


def _tell(interrupted: Interrupted) -> None:
    left = {each.id for each, _ in interrupted.left}
    changes = tuple(each for each in interrupted.changes if each.id not in left)
    if changes or interrupted.late:
        report.tell(f"recovered first: {_what(Interrupted(changes, interrupted.late))}")
    for _, error in interrupted.left:
        if not isinstance(error, Refused):  # else the change itself is refused, or does not mind
            report.tell(error.cause, error.hint)


def _what(interrupted: Interrupted) -> str:
    """The interrupted changes and the messages that wait, in words."""
    told = [f"change {short(each.id)}, {each.verb}, was interrupted" for each in interrupted.changes[:NAMED]]
    if len(interrupted.changes) > NAMED:
        told = [f"{count(len(interrupted.changes), 'change')} were interrupted"]
    for each in interrupted.late[:NAMED]:
        told.append(f"{count(len(each.messages), 'message')} of {written(each.key)} in the journal")
    return ", ".join(told)
