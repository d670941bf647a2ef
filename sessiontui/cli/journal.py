"""The verb journal: what undo keeps, and how much of the disk that takes."""

from __future__ import annotations

from pathlib import Path

import click

from sessiontui import units
from sessiontui.changes import history
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.outcome import Change
from sessiontui.cli import output, stderr
from sessiontui.cli.change import VerbRun, changes
from sessiontui.cli.options import Context
from sessiontui.cli.output import count, say, size


@click.command()
@click.option("--purge", is_flag=True, help="Drop every change but the newest, which can always be undone.")
@changes
def journal(*, run: VerbRun, purge: bool) -> int:
    """What undo keeps, and how much of the disk it takes."""
    folder = sessions_folder(run.context.open())
    if not purge:
        return list_changes(run.context, folder, sizes=True)
    _purge(run, folder)
    return 0


def list_changes(context: Context, folder: Path, *, sizes: bool) -> int:
    """Say which changes are kept and, with ``sizes``, how much of the disk they take; tell of records that can't be read.
    Return the exit code."""
    kept = history.listed(folder)
    if context.json:
        for each in kept.changes:
            more = {"bytes": each.bytes} if sizes else {}
            tell_row(each.id, each.verb, each.keys, each.at, each.status, **more)
    else:
        output.table(
            (
                (
                    units.change_number(each.id),
                    each.verb,
                    names(each.keys).strip(),
                    output.age(each.at),
                    each.status,
                    size(each.bytes) if sizes else "",
                )
                for each in kept.changes
            ),
            right=(0, 3, 5),
        )
        if sizes:
            say(f"{count(len(kept.changes), 'change')}, {size(history.size(folder))} on disk")
    for problem in kept.problems:
        stderr.tell(problem.cause, problem.hint)
    return max((problem.exit_code for problem in kept.problems), default=0)


def _purge(run: VerbRun, folder: Path) -> None:
    """Drop what is not the newest change, or say so."""
    kept = history.changes(folder)
    gone = _older(kept)
    freed = sum(each.bytes for each in gone)
    if not run.dry_run:
        purged = history.purge(folder, run.patience.seconds)
        gone, freed = [each for each in kept if each.id in purged.changes], purged.bytes
    if not run.json:
        say(f"{'would drop' if run.dry_run else 'dropped'} {count(len(gone), 'change')}, {size(freed)}")
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
    output.row(change=change, verb=verb, keys=keys, at=at, status=status, **more)
