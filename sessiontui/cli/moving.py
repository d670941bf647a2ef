"""The verb migrate: JSONL sessions into sessions.db."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sessiontui.changes import migrate as migrating
from sessiontui.changes.held import DATABASE, MIGRATED
from sessiontui.changes.migrate import MigrateRow
from sessiontui.changes.outcome import Trouble
from sessiontui.changes.place import home
from sessiontui.cli import keys, output, report
from sessiontui.cli.making import naming_writers, tell_change, tell_recoverable, tell_troubles, weigh
from sessiontui.cli.options import Asked, Change, changes
from sessiontui.cli.output import count, say
from sessiontui.cli.recovering import Recovery, is_after, say_after
from sessiontui.dialects.keys import SUFFIX, sanitised, written
from sessiontui.errors import UnknownKey, UsageError
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import Store


@click.command()
@keys.KEYS
@changes
def migrate(*, asked: Asked, change: Change, keys: tuple[str, ...]) -> int:
    """Move JSONL sessions, all or the ones named, into sessions.db, by ZeroClaw's own rules."""
    recovered = Recovery(change)
    store = recovered.open(asked, writable=False)
    folder = home(store)
    typed = keys
    tally = report.Tally()
    keys = _still_wanted(asked, folder, keys, recovered)
    wanted = [] if keys == () and typed else _wanted(store, keys, tally)
    if wanted == []:
        return tally.code
    with report.interruptible() as cancelled, report.progress("reading") as progress:
        plan = recovered.of(migrating.plan(folder, wanted, cancelled, progress))
    weigh(store, plan)
    tell_recoverable(asked, "this leaves behind", [row for row in plan.rows if row.status == "migrated"])
    if change.dry_run:
        _moved(asked, None, plan.rows, "would be", recovered)
        if plan.creates and not asked.json:
            say("sessions.db would be created")
        return tell_troubles((row.trouble for row in plan.rows), tally)
    waiting = naming_writers(store, [row.key for row in plan.rows if row.status == "migrated"])
    with report.interruptible() as cancelled, report.progress("migrating") as progress, waiting:
        done = migrating.make(plan, cancelled, progress, change.patience)
    _moved(asked, done.change, done.rows, "was", recovered)
    return tell_troubles((row.trouble for row in done.rows), tally)


def _still_wanted(asked: Asked, folder: Path, typed: tuple[str, ...], recovered: Recovery) -> tuple[str, ...]:
    """The keys that were typed, less those of which recovery left nothing to do: their import was interrupted, and has
    been finished. They have their rows."""
    wanted = []
    for name in typed:
        stem = name if name in recovered.interrupted.named else sanitised(name)
        file = stem + SUFFIX
        gone = not os.path.lexists(folder / file) and os.path.lexists(folder / (file + MIGRATED))
        if stem in recovered.interrupted.named and gone:
            trouble = Trouble("was migrated by the change that was interrupted")
            _moved(asked, None, (MigrateRow(stem, 0, 0, "skipped", trouble),), "was", recovered)
        else:
            wanted.append(name)
    return tuple(wanted)


def _wanted(store: Store, typed: tuple[str, ...], tally: report.Tally) -> list[str] | None:
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


def _moved(asked: Asked, change: str | None, rows: tuple[MigrateRow, ...], was: str, recovered: Recovery) -> None:
    for row in rows:
        if asked.json:
            output.row(
                change=change,
                key=written(row.key),
                imported=row.imported,
                left_behind=row.left_behind,
                status=row.status,
                reason=row.trouble.reason or None,
                recoverable=row.recoverable._asdict(),
                **recovered.mark(row.key),
            )
        elif row.status == "migrated":
            holds = f" ({row.recoverable} to recover)" if row.recoverable.total else ""
            left = f", {count(row.left_behind, 'damaged line')} left behind{holds}" if row.left_behind else ""
            say(row.key, f" {was} migrated: {count(row.imported, 'message')}{left}")
        elif is_after(row.trouble):
            say_after(row.key)
        elif row.status == "skipped":
            say(row.key, f" {was} skipped: {row.trouble.reason or 'nothing to import'}")
    if not asked.json:
        if not rows:
            say("there is nothing to migrate")
        tell_change(asked, change)
