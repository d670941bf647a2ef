"""The verb repair: what is whole in damaged lines is had back, without a guess or as far as a person says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

import click

from sessiontui.changes.verbs import repair as verb
from sessiontui.cli import key_argument
from sessiontui.cli.change import VerbRun, changes, say_each, weigh
from sessiontui.cli.output import say
from sessiontui.damage.salvage import Wish
from sessiontui.describe.repair import foretold, listed, unoffered
from sessiontui.errors import UsageError

_MARK = re.compile(r"(\d+)(?::(\d+))?")
"""A line, and a reading of it."""


@click.command()
@key_argument.KEYS
@click.option("--all", "every", is_flag=True, help="All sessions of the store.")
@click.option(
    "--mark",
    metavar="LINE[:READING]...",
    multiple=True,
    help="Also what is offered on these lines of one session: exact if it is what it looks like. Where a line has several "
    "readings, LINE takes the first, LINE:2 the second.",
)
@click.option(
    "--partial", "guesses", is_flag=True, help="Guesses too: torn texts are closed, what can't be read is replaced."
)
@changes
def repair(*, run: VerbRun, keys: tuple[str, ...], every: bool, mark: tuple[str, ...], guesses: bool) -> int:
    """Have back what is whole in damaged lines; what is left of them is kept with the change.

    All other lines stay, byte for byte. --dry-run names the damage and what becomes of each.
    """
    keys, readings = _marked(keys, mark, every=every)
    store = run.open()
    wanted = key_argument.wanted(store, keys, run.tally)
    if wanted == []:
        return run.tally.code
    wish = Wish(marked=frozenset(readings), partial=guesses, readings=readings)
    plan = run.planned(partial(verb.plan, store, wanted, wish=wish))
    if readings:
        _require_offered(plan.rows[0], readings)
    weigh(store, plan)
    return run.several(store, plan, make=partial(verb.make, store), tell=partial(_tell, run), doing="repairing")


def _marked(typed: tuple[str, ...], mark: tuple[str, ...], *, every: bool) -> tuple[tuple[str, ...], dict[int, int]]:
    """The keys that were typed, and by line which reading: several lines behind one ``--mark`` are among the keys."""
    if mark:
        numbers = [each for each in typed if _MARK.fullmatch(each)]
        named = [each for each in typed if not _MARK.fullmatch(each)] or numbers[:1]
        mark = (*mark, *(numbers if named != numbers[:1] else numbers[1:]))
        if every or len(named) != 1:
            raise UsageError("--mark takes lines of one session: name its KEY")
        return tuple(named), _readings(each.strip() for text in mark for each in text.split(","))
    if every == bool(typed):
        raise UsageError("repair takes the sessions' keys, or --all")
    return typed, {}


def _readings(marks: Iterable[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for text in marks:
        line, reading = _numbers(text)
        if found.setdefault(line, reading) != reading:
            raise UsageError(f"--mark names two readings of line {line}: choose one")
    return found


def _numbers(text: str) -> tuple[int, int]:
    """The line and the reading of a mark."""
    mark = _MARK.fullmatch(text)
    line, reading = (int(mark[1]), int(mark[2] or 1)) if mark else (0, 0)
    if not line or not reading:
        raise UsageError(
            f"“{text}” is no line: --mark takes numbers from 1, as `sessiontui check` shows them, and behind a colon the "
            "number of a reading"
            if ":" in text
            else f"“{text}” is no line: --mark takes numbers from 1, as `sessiontui check` shows them"
        )
    return line, reading


def _require_offered(row: verb.RepairRow, lines: Iterable[int]) -> None:
    """Raise ``UsageError`` where nothing is offered on lines that were marked, or not so many readings."""
    if row.seen is None and not row.problem.code:
        raise UsageError(f"--mark: {row.problem.reason}")
    reason, hint = unoffered(row, lines)
    if reason:
        raise UsageError(reason, hint)


def _tell(run: VerbRun, change: str | None, rows: tuple[verb.RepairRow, ...], was: str) -> None:
    if run.json:
        for row in rows:
            where = row.fragments and str(row.fragments)
            run.file_row(change, row, left=row.left, fragments=where)
        return
    say_each(listed(rows, was))
    if fragments := verb.fragments_path(rows):
        say(f"the fragments are kept in {fragments}")
    run.tell_change(change)
    if run.dry_run:
        say_each(foretold(rows))
