"""The verb repair: what is whole in damaged lines is had back, without a guess or as far as a person says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from sessiontui.changes.verbs import repair as verb
from sessiontui.changes.verbs.repair import RepairRow
from sessiontui.cli import key_argument
from sessiontui.cli.change import VerbRun, is_after, say_after, tell_row, weigh
from sessiontui.cli.checking import numbered
from sessiontui.cli.options import ChangeOptions, Context, changes
from sessiontui.cli.output import count, say, size
from sessiontui.damage import catalogue
from sessiontui.damage.salvage import Outcome, Wish
from sessiontui.dialects.keys import written
from sessiontui.errors import UsageError
from sessiontui.model import Salvage, Severity

LINES = 12
"""So many line numbers are named in a sentence."""
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
@click.option("--partial", is_flag=True, help="Guesses too: torn texts are closed, what can't be read is replaced.")
@changes
def repair(
    *, context: Context, change: ChangeOptions, keys: tuple[str, ...], every: bool, mark: tuple[str, ...], partial: bool
) -> int:
    """Have back what is whole in damaged lines; what is left of them is kept with the change.

    All other lines stay, byte for byte. --dry-run names the damage and what becomes of each.
    """
    keys, readings = _marked(keys, mark, every=every)
    run = VerbRun(context, change)
    store = run.open()
    wanted = key_argument.wanted(store, keys, run.tally)
    if wanted == []:
        return run.tally.code
    wish = Wish(marked=frozenset(readings), partial=partial, readings=readings)
    plan = run.planned(
        lambda cancelled, progress: verb.plan(store, wanted, wish=wish, cancelled=cancelled, progress=progress)
    )
    if readings:
        _require_offered(plan.rows[0], readings)
    weigh(store, plan)

    def foretell() -> None:
        _tell(run, None, plan.rows, "would be")
        _foretell(context, plan.rows)

    return run.several(
        store,
        plan,
        foretell=foretell,
        make=lambda cancelled, progress: verb.make(store, plan, cancelled, progress, change.patience),
        tell=lambda done: _tell(run, done.change, done.rows, "was", done.fragments),
        doing="repairing",
    )


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


def _require_offered(row: RepairRow, lines: Iterable[int]) -> None:
    """Raise ``UsageError`` where nothing is offered on lines that were marked, or not so many readings."""
    if row.seen is None and not row.problem.code:
        raise UsageError(f"--mark: {row.problem.reason}")
    for line, readings in row.unread:
        if line not in row.unoffered:
            raise UsageError(
                f"line {line} of {row.key} has {count(readings, 'reading')}: `sessiontui check` numbers them from 1"
            )
    if not row.unoffered:
        return
    there = sorted({*row.offered, *lines} - {*row.unoffered})
    has = f"{_named(there)} {'has' if len(there) == 1 else 'have'}" if there else "none has"
    raise UsageError(
        f"nothing is offered on {_named(row.unoffered)} of {row.key}; {has}",
        "`sessiontui repair KEY --dry-run` says what becomes of each",
    )


def _named(lines: Sequence[int]) -> str:
    shown = [str(line) for line in lines[:LINES]]
    if len(lines) > LINES:
        return f"lines {', '.join(shown)} and {len(lines) - LINES:,} more"
    return f"line {shown[0]}" if len(shown) == 1 else f"lines {', '.join(shown[:-1])} and {shown[-1]}"


def _tell(
    run: VerbRun, change: str | None, rows: tuple[RepairRow, ...], was: str, fragments: Path | None = None
) -> None:
    if run.context.json:
        for row in rows:
            where = written(str(row.fragments)) if row.fragments else None
            tell_row(change, row, left=row.left, fragments=where, **run.mark(row.key))
        return
    for row in rows:
        if row.status == "repaired":
            say(row.key, f" {was} repaired: {_had(row)}, {size(row.bytes_before)} → {size(row.bytes_after)}")
        if is_after(row.problem):
            say_after(row.key)
        elif row.status in ("repaired", "unchanged") and row.left:
            say(row.key, f": {count(row.left, 'fault')} {_stays(row)}")
    _say_unchanged(rows)
    if fragments is not None:
        say(f"the fragments are kept in {fragments}")
    run.tell_change(change)


def _had(row: RepairRow) -> str:
    told = [f"{count(row.recovered, 'message')} had back"] if row.recovered else []
    told.append(f"{count(row.kept, 'message')} kept")
    if row.dropped:
        told.append(f"{count(row.dropped, 'fragment')} set aside")
    return ", ".join(told)


def _stays(row: RepairRow) -> str:
    """What would have back what is left."""
    stays = "stays" if row.left == 1 else "stay"
    ways = []
    if row.offered:
        more = ",…" if len(row.offered) > LINES else ""
        ways.append(f"`--mark {','.join(map(str, row.offered[:LINES]))}{more}` takes what is offered")
    if row.guesses:
        ways.append(f"`--partial` guesses at {row.guesses:,}")
    if not ways:
        only = row.outcomes[0].fault if len(row.outcomes) == 1 and row.outcomes[0].stays else None
        return f"{stays}, nothing can be had back" + (f": {catalogue.what(only)}" if only else "")
    return f"{stays}: {', '.join(ways)}"


def _say_unchanged(rows: tuple[RepairRow, ...]) -> None:
    idle = [row for row in rows if row.status == "unchanged" and not row.left and not is_after(row.problem)]
    if idle:
        why = {row.problem.reason for row in idle if row.problem.reason}
        say(f"{count(len(idle), 'session')} without anything to repair", *(f": {reason}" for reason in why))


def _foretell(context: Context, rows: tuple[RepairRow, ...]) -> None:
    """Name the damage, and what becomes of each."""
    if context.json:
        return
    for row in rows:
        for outcome in row.outcomes:
            fault = outcome.fault
            line = "" if fault.line is None else f":{fault.line}"
            say(row.key, f"{line}: {catalogue.what(fault)} [{fault.id}] → {_becomes(outcome)}")
            for line in numbered(fault):
                say(row.key, line)
    rest = sum(row.faults - len(row.outcomes) for row in rows)
    if rest:
        say(f"… and {count(rest, 'fault')} more")


def _becomes(outcome: Outcome) -> str:
    fault = outcome.fault
    if not outcome.stays:
        had = max(len(outcome.records), fault.recovers)
        told = [count(had, "message")] if had else []
        told += [count(len(outcome.fragments), "fragment")] if outcome.fragments else []
        told += ["its end stays, as a line"] if outcome.end else []
        return ", ".join(told) or "removed, nothing is lost"
    if fault.severity is Severity.INCOMPLETE:
        return "stays, for it may still be being written"
    match fault.salvage:
        case Salvage.OFFERED:
            return f"stays; --mark {fault.line} has {count(fault.recovers, 'message')} back"
        case Salvage.PARTIAL:
            return f"stays; --partial guesses at {count(fault.recovers, 'message')}"
    return "stays"
