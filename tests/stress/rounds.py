"""What is done to the session again and again: by the functions of ``changes``, or by the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from sessiontui.changes import undo
from sessiontui.changes.verbs import compact, pop
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.errors import Refused
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.stress.trial import KEY, Trial

ROOT: Final = Path(__file__).resolve().parents[2]
AT_ONCE: Final = 20
"""So many changes does each of two processes make in a round."""


def tidying(trial: Trial) -> None:
    """Pop and undo, then compact: what stays of it is that the damage goes."""
    _pop_and_undo(trial, anyway=False)
    trial.attempt(lambda: _compact(trial))


def undoing(trial: Trial) -> None:
    """Pop and undo, then compact and undo: nothing stays of it."""
    _pop_and_undo(trial, anyway=True)
    compacted = trial.attempt(lambda: _compact(trial))
    if compacted is not None and compacted.change is not None:
        _undo(trial, compacted.change)


def by_command(trial: Trial) -> None:
    """``tidying``, each change in a process of its own."""
    if trial.attempt(lambda: _command(trial, "pop", KEY)) is not None:
        trial.insist(lambda: _command(trial, "undo"))
    trial.attempt(lambda: _command(trial, "repair", KEY))
    trial.attempt(lambda: _command(trial, "compact", KEY))


def two_at_once(trial: Trial) -> None:
    """Two processes that append, pop, compact, repair, undo and redo as it comes, at once."""
    program = [sys.executable, "-m", "tests.stress.changer", str(trial.sessions)]
    names = [f"{name}-{trial.figures.attempts}" for name in ("one", "two")]
    before = trial.session.stat().st_ino
    others = [subprocess.Popen([*program, name, str(AT_ONCE)], stdout=subprocess.PIPE, cwd=ROOT) for name in names]
    for other in others:
        said, _ = other.communicate()
        attempts, refused, popped = json.loads(said)
        trial.figures.attempts += attempts
        trial.figures.refused += refused
        trial.popped |= popped
    trial.figures.rewrites += trial.session.stat().st_ino != before


def _pop_and_undo(trial: Trial, *, anyway: bool) -> None:
    store = JsonlStore(trial.sessions)
    popped = trial.attempt(lambda: pop.make(store, pop.plan(store, KEY, anyway), latest=True))
    if popped is not None and popped.change is not None:
        _undo(trial, popped.change)


def _undo(trial: Trial, change: str) -> None:
    trial.insist(lambda: undo.make(trial.sessions, undo.plan(trial.sessions, change)))


def _compact(trial: Trial) -> RowsOutcome[compact.CompactRow]:
    store = JsonlStore(trial.sessions)
    made = compact.make(store, compact.plan(store, [KEY]))
    for row in made.rows:
        if row.status == "refused":
            raise Refused(row.problem.reason)
        assert row.status in ("compacted", "unchanged"), row
    return made


def _command(trial: Trial, verb: str, *arguments: str) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "sessiontui", verb, *arguments, "--store", str(trial.sessions), "--json"],
        capture_output=True,
        check=False,
        text=True,
    )
    if made.returncode == 4:
        raise Refused(made.stderr)
    assert made.returncode == 0, made.stderr
    return made.stdout
