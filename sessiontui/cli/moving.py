"""The verb migrate: JSONL sessions into sessions.db."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Problem
from sessiontui.changes.verbs import migrate as migrating
from sessiontui.changes.verbs.import_state import DATABASE, MIGRATED
from sessiontui.changes.verbs.migrate import MigrateRow
from sessiontui.cli import key_argument as keys
from sessiontui.cli import output, report
from sessiontui.cli.making import naming_writers, tell_change, tell_problems, tell_recoverable, weigh
from sessiontui.cli.options import ChangeOptions, Context, changes
from sessiontui.cli.output import count, say
from sessiontui.cli.recovering import Recovery, is_after, say_after
from sessiontui.dialects.keys import SUFFIX, sanitised, written
from sessiontui.errors import UnknownKey, UsageError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store


@click.command()
@keys.KEYS
@changes
def migrate(*, context: Context, change: ChangeOptions, keys: tuple[str, ...]) -> int:
    """Move JSONL sessions, all or the ones named, into sessions.db, by ZeroClaw's own rules."""
    recovered = Recovery(change)
    store = recovered.open(context, writable=False)
    folder = sessions_folder(store)
    typed = keys
    tally = report.ExitTally()
    keys = _remaining(context, folder, keys, recovered)
    wanted = [] if keys == () and typed else _wanted(store, keys, tally)
    if wanted == []:
        return tally.code
    with report.interruptible() as cancelled, report.progress("reading") as progress:
        plan = recovered.of(migrating.plan(folder, wanted, cancelled, progress))
    weigh(store, plan)
    tell_recoverable(context, "this leaves behind", [row for row in plan.rows if row.status == "migrated"])
    if change.dry_run:
        _moved(context, None, plan.rows, "would be", recovered)
        if plan.creates and not context.json:
            say("sessions.db would be created")
        return tell_problems((row.problem for row in plan.rows), tally)
    waiting = naming_writers(store, [row.key for row in plan.rows if row.status == "migrated"])
    with report.interruptible() as cancelled, report.progress("migrating") as progress, waiting:
        done = migrating.make(plan, cancelled, progress, change.patience)
    _moved(context, done.change, done.rows, "was", recovered)
    return tell_problems((row.problem for row in done.rows), tally)


def _remaining(context: Context, folder: Path, typed: tuple[str, ...], recovered: Recovery) -> tuple[str, ...]:
    """The keys that were typed, less those of which recovery left nothing to do: their import was interrupted, and has
    been finished. They have their rows."""
    wanted = []
    for name in typed:
        stem = name if name in recovered.interrupted.named else sanitised(name)
        file = stem + SUFFIX
        gone = not os.path.lexists(folder / file) and os.path.lexists(folder / (file + MIGRATED))
        if stem in recovered.interrupted.named and gone:
            problem = Problem("was migrated by the change that was interrupted")
            _moved(context, None, (MigrateRow(stem, 0, 0, "skipped", problem),), "was", recovered)
        else:
            wanted.append(name)
    return tuple(wanted)


def _wanted(store: Store, typed: tuple[str, ...], tally: report.ExitTally) -> list[str] | None:
    """The stems of the sessions to move; None means all. Raises ``UsageError`` for a database of another name."""
    if isinstance(store, JsonlStore):
        return keys.several(store, typed, tally) if typed else None if store.only is None else [store.only]
    if store.path.name != DATABASE:
        raise UsageError(f"sessions move into {DATABASE}, not into {store.path.name}", "name their folder")
    there = keys.known(store)
    files = JsonlStore(store.path.parent)
    found: dict[str, None] = {}
    for name in typed:
        with tally.alone():
            try:
                found[keys.one(files, name)] = None
            except UnknownKey:
                if keys.resolve(name, there) is None:
                    raise
                raise UsageError(f"“{name}” is in {DATABASE} already, and in no file") from None
    return list(found) if typed else None


def _moved(context: Context, change: str | None, rows: tuple[MigrateRow, ...], was: str, recovered: Recovery) -> None:
    for row in rows:
        if context.json:
            output.row(
                change=change,
                key=written(row.key),
                imported=row.imported,
                left_behind=row.left_behind,
                status=row.status,
                reason=row.problem.reason or None,
                recoverable=row.recoverable._asdict(),
                **recovered.mark(row.key),
            )
        elif row.status == "migrated":
            holds = f" ({row.recoverable} to recover)" if row.recoverable.total else ""
            left = f", {count(row.left_behind, 'damaged line')} left behind{holds}" if row.left_behind else ""
            say(row.key, f" {was} migrated: {count(row.imported, 'message')}{left}")
        elif is_after(row.problem):
            say_after(row.key)
        elif row.status == "skipped":
            say(row.key, f" {was} skipped: {row.problem.reason or 'nothing to import'}")
    if not context.json:
        if not rows:
            say("there is nothing to migrate")
        tell_change(context, change)
