"""The verb journal: what undo keeps, and how much of the disk that takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sessiontui import units
from sessiontui.changes import history
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change
from sessiontui.cli import output, report
from sessiontui.cli.options import ChangeOptions, Context, changes
from sessiontui.cli.output import count, say, size
from sessiontui.dialects.keys import written


@click.command()
@click.option("--purge", is_flag=True, help="Drop every change but the newest, which can always be undone.")
@changes
def journal(*, context: Context, change: ChangeOptions, purge: bool) -> int:
    """What undo keeps, and how much of the disk it takes."""
    folder = sessions_folder(context.open())
    if purge:
        _purge(context, change, folder)
        return 0
    kept = history.listed(folder)
    _journal(context, folder, kept.changes)
    return tell_illegible(kept)


def _journal(context: Context, folder: Path, kept: Sequence[Change]) -> None:
    if context.json:
        for each in kept:
            tell_row(each.id, each.verb, each.keys, each.at, each.status, bytes=each.bytes)
        return
    output.table(
        (
            (
                units.change_number(each.id),
                each.verb,
                names(each.keys).strip(),
                output.age(each.at),
                each.status,
                size(each.bytes),
            )
            for each in kept
        ),
        right=(0, 3, 5),
    )
    say(f"{count(len(kept), 'change')}, {size(history.size(folder))} on disk")


def _purge(context: Context, change: ChangeOptions, folder: Path) -> None:
    """Drop what is not the newest change, or say so."""
    kept = history.changes(folder)
    gone = _older(kept)
    freed = sum(each.bytes for each in gone)
    if not change.dry_run:
        purged = history.purge(folder, change.patience.seconds)
        gone, freed = [each for each in kept if each.id in purged.changes], purged.bytes
    if not context.json:
        verb = "would drop" if change.dry_run else "dropped"
        say(f"{verb} {count(len(gone), 'change')}, {size(freed)}")
        return
    for each in gone:
        tell_row(each.id, each.verb, each.keys, each.at, "dropped", bytes=each.bytes)


def _older(kept: list[Change]) -> list[Change]:
    """All but the newest change and, where that took another back, that one, and so on; ``kept`` is newest first."""
    older = []
    stays = kept[0].id if kept else None
    for each in kept:
        if each.id == stays:
            stays = each.undoes
        else:
            older.append(each)
    return older


def names(keys: tuple[str, ...]) -> str:
    """The first keys of a change, for one line."""
    if len(keys) > 3:
        return f" {count(len(keys), 'session')}"
    return "".join(f" {key}" for key in keys)


def tell_row(change: str | None, verb: str, keys: tuple[str, ...], at: object, status: str, **more: object) -> None:
    output.row(change=change, verb=verb, keys=[written(key) for key in keys], at=at, status=status, **more)


def tell_illegible(kept: history.Listed) -> int:
    """Tell of records that can't be read; return the exit code."""
    tally = report.ExitTally()
    for problem in kept.problems:
        report.tell(problem.cause, problem.hint)
        tally.add(problem.exit_code)
    return tally.code
