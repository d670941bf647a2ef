"""The verbs of the journal: undo takes a change back, journal says what can be taken back and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sessiontui.changes import history as journals
from sessiontui.changes import undo as undoing
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change as Recorded
from sessiontui.cli import output, report
from sessiontui.cli.making import persisting, short, tell_change, weigh
from sessiontui.cli.options import ChangeOptions, Context, changes
from sessiontui.cli.output import count, say, size
from sessiontui.cli.recovering import Recovery, say_after
from sessiontui.dialects.keys import written
from sessiontui.errors import UsageError

DIGITS = 8
"""Digits of a change's id; a person need not type the zeros."""


@click.command()
@click.argument("id", metavar="[ID]", required=False)
@click.option("--list", "listing", is_flag=True, help="The changes that are kept, newest first.")
@click.option("--redo", is_flag=True, help="Give back what was undone last (or change ID).")
@changes
def undo(*, context: Context, change: ChangeOptions, id: str | None, listing: bool, redo: bool) -> int:
    """Take back the last change, or change ID. An undo is a change too: it can be undone."""
    recovered = Recovery(change)
    store = context.open() if listing else recovered.open(context, writable=False)
    folder = sessions_folder(store)
    if listing:
        if redo or id is not None:
            raise UsageError("--list shows all changes; it takes no ID and no --redo")
        kept = journals.listed(folder)
        _list(context, kept.changes)
        return _tell_illegible(kept)
    wanted = _full(id)
    if change.dry_run:
        if wanted is None and recovered.interrupted.changes:
            _would_after(context, recovered, "redo" if redo else "undo")
            return 0
        plan = undoing.plan(folder, wanted, redo)
        weigh(store, plan)
        _would(context, plan)
        return 0
    done = persisting(
        change,
        store,
        lambda: undoing.plan(folder, wanted, redo),
        lambda plan: undoing.make(folder, plan, change.patience),
    )
    if context.json:
        _row(done.change, done.verb, done.keys, done.at, done.status, of=done.of)
    else:
        say(f"{done.status} change {short(done.of)}: {done.verb}", _names(done.keys))
        tell_change(context, done.change)
    return 0


def _full(id: str | None) -> str | None:
    if id is None:
        return None
    if not (id.isascii() and id.isdigit()):
        raise UsageError(f"“{id}” is no change", "`sessiontui undo --list` shows the changes")
    return id.zfill(DIGITS)


def _would(context: Context, plan: undoing.UndoPlan) -> None:
    if context.json:
        _row(None, plan.verb, plan.keys, plan.at, "redo" if plan.redo else "undo", of=plan.change)
        return
    say(f"would {'redo' if plan.redo else 'undo'} change {short(plan.change)}: {plan.verb}", _names(plan.keys))
    for step in plan.steps:
        say("  ", step)


def _would_after(context: Context, recovered: Recovery, verb: str) -> None:
    """Which change is the newest is known once those that were interrupted are finished or rolled back."""
    if context.json:
        keys = tuple(sorted(recovered.interrupted.keys))
        _row(None, recovered.interrupted.changes[-1].verb, keys, None, verb, after_recovery=True)
    else:
        say_after(verb)


def _names(keys: tuple[str, ...]) -> str:
    """The first keys of a change, for one line."""
    if len(keys) > 3:
        return f" {count(len(keys), 'session')}"
    return "".join(f" {key}" for key in keys)


def _row(change: str | None, verb: str, keys: tuple[str, ...], at: object, status: str, **more: object) -> None:
    output.row(change=change, verb=verb, keys=[written(key) for key in keys], at=at, status=status, **more)


def _tell_illegible(kept: journals.Listed) -> int:
    """Tell of records that can't be read; return the exit code."""
    tally = report.ExitTally()
    for problem in kept.problems:
        report.tell(problem.cause, problem.hint)
        tally.add(problem.exit_code)
    return tally.code


def _list(context: Context, changes: Sequence[Recorded]) -> None:
    if context.json:
        for change in changes:
            _row(change.id, change.verb, change.keys, change.at, change.status)
        return
    output.table(
        (
            (short(change.id), change.verb, _names(change.keys).strip(), output.age(change.at), change.status)
            for change in changes
        ),
        right=(0, 3),
    )


@click.command()
@click.option("--purge", is_flag=True, help="Drop every change but the newest, which can always be undone.")
@changes
def journal(*, context: Context, change: ChangeOptions, purge: bool) -> int:
    """What undo keeps, and how much of the disk it takes."""
    folder = sessions_folder(context.open())
    if purge:
        _purge(context, change, folder)
        return 0
    kept = journals.listed(folder)
    _journal(context, folder, kept.changes)
    return _tell_illegible(kept)


def _journal(context: Context, folder: Path, kept: Sequence[Recorded]) -> None:
    if context.json:
        for each in kept:
            _row(each.id, each.verb, each.keys, each.at, each.status, bytes=each.bytes)
        return
    output.table(
        (
            (short(each.id), each.verb, _names(each.keys).strip(), output.age(each.at), each.status, size(each.bytes))
            for each in kept
        ),
        right=(0, 3, 5),
    )
    say(f"{count(len(kept), 'change')}, {size(journals.size(folder))} on disk")


def _purge(context: Context, change: ChangeOptions, folder: Path) -> None:
    """Drop what is not the newest change, or say so."""
    kept = journals.changes(folder)
    gone = _older(kept)
    freed = sum(each.bytes for each in gone)
    if not change.dry_run:
        purged = journals.purge(folder, change.patience.seconds)
        gone, freed = [each for each in kept if each.id in purged.changes], purged.bytes
    if not context.json:
        verb = "would drop" if change.dry_run else "dropped"
        say(f"{verb} {count(len(gone), 'change')}, {size(freed)}")
        return
    for each in gone:
        _row(each.id, each.verb, each.keys, each.at, "dropped", bytes=each.bytes)


def _older(kept: list[Recorded]) -> list[Recorded]:
    """All but the newest change and, where that took another back, that one, and so on; ``kept`` is newest first."""
    older = []
    stays = kept[0].id if kept else None
    for each in kept:
        if each.id == stays:
            stays = each.undoes
        else:
            older.append(each)
    return older
