"""The verb migrate: JSONL sessions into sessions.db."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import click

from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Problem
from sessiontui.changes.verbs import migrate as verb
from sessiontui.changes.verbs.import_state import DATABASE, MIGRATED
from sessiontui.cli import key_argument, stderr
from sessiontui.cli.change import VerbRun, changes, tell_recoverable, weigh
from sessiontui.cli.output import say
from sessiontui.describe.migrate import listed
from sessiontui.dialects.file_names import SUFFIX, sanitised
from sessiontui.errors import UnknownKey, UsageError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store


@click.command()
@key_argument.KEYS
@changes
def migrate(*, run: VerbRun, keys: tuple[str, ...]) -> int:
    """Move JSONL sessions, all or the ones named, into sessions.db, by ZeroClaw's own rules."""
    store = run.open()
    folder = sessions_folder(store)
    left = _remaining(run, folder, keys)
    wanted = _wanted(store, left, run.tally) if left or not keys else []
    if wanted == []:
        return run.tally.code
    plan = run.planned(partial(verb.plan, folder, wanted))
    weigh(store, plan)
    tell_recoverable(run.context, "this leaves behind", plan.goes)
    tell = partial(_tell, run, creates=run.dry_run and plan.creates)
    return run.several(store, plan, make=verb.make, tell=tell, doing="migrating")


def _remaining(run: VerbRun, folder: Path, typed: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that were typed, less those of which recovery left nothing to do: their import was interrupted, and has
    been finished. They have their rows."""
    wanted = []
    for name in typed:
        stem = name if name in run.interrupted.named else sanitised(name)
        file = stem + SUFFIX
        gone = not os.path.lexists(folder / file) and os.path.lexists(folder / (file + MIGRATED))
        if stem in run.interrupted.named and gone:
            problem = Problem("was migrated by the change that was interrupted")
            _tell(run, None, (verb.MigrateRow(stem, 0, 0, "skipped", problem),), "was")
        else:
            wanted.append(name)
    return tuple(wanted)


def _wanted(store: Store, typed: tuple[str, ...], tally: stderr.ExitTally) -> list[str] | None:
    """The stems of the sessions to move; None means all. Raises ``UsageError`` for a database of another name."""
    if isinstance(store, JsonlStore):
        return key_argument.several(store, typed, tally) if typed else None if store.only is None else [store.only]
    if store.path.name != DATABASE:
        raise UsageError(f"sessions move into {DATABASE}, not into {store.path.name}", "name their folder")
    there = key_argument.known(store)
    files = JsonlStore(store.path.parent)
    found: dict[str, None] = {}
    for name in typed:
        with tally.alone():
            try:
                found[key_argument.one(files, name)] = None
            except UnknownKey:
                if key_argument.resolve(name, there) is None:
                    raise
                raise UsageError(f"“{name}” is in {DATABASE} already, and in no file") from None
    return list(found) if typed else None


def _tell(
    run: VerbRun, change: str | None, rows: tuple[verb.MigrateRow, ...], was: str, *, creates: bool = False
) -> None:
    for row in rows:
        if run.json:
            run.row(
                change,
                row.key,
                imported=row.imported,
                left_behind=row.left_behind,
                status=row.status,
                reason=row.problem.reason or None,
                recoverable=row.recoverable._asdict(),
            )
        elif parts := listed(row, was):
            say(*parts)
    if not run.json:
        if not rows:
            say("there is nothing to migrate")
        run.tell_change(change)
        if creates:
            say("sessions.db would be created")
