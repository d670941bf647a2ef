"""The verbs that change one store's sessions where they are: append, pop, compact, cleanup.

Each makes a plan, which is the whole of a dry run, and has ``changes`` make it; nothing is written here.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from sessiontui.changes.verbs import append as appending
from sessiontui.changes.verbs import cleanup as cleaning
from sessiontui.changes.verbs import compact as compacting
from sessiontui.changes.verbs import pop as popping
from sessiontui.changes.verbs.cleanup import CleanupRow
from sessiontui.changes.verbs.compact import CompactRow
from sessiontui.cli import huge_output, output, report
from sessiontui.cli import key_argument as keys
from sessiontui.cli.key_argument import wanted as wanted_keys
from sessiontui.cli.making import (
    naming_writers,
    persisting,
    tell_change,
    tell_problems,
    tell_recoverable,
    tell_row,
    weigh,
)
from sessiontui.cli.options import ChangeOptions, Context, a_number, changes
from sessiontui.cli.output import count, say, size
from sessiontui.cli.recovering import Recovery, is_after, say_after
from sessiontui.cli.typed import text
from sessiontui.dialects.keys import written
from sessiontui.errors import UsageError
from sessiontui.model import Message, Span
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

SHOWN = 2000
"""Characters of a removed message that a person is shown."""


@click.command()
@keys.KEY
@click.argument("words", metavar="TEXT|-")
@click.option("--role", required=True, metavar="ROLE", help="user, assistant, system, tool, or any other.")
@changes
def append(*, context: Context, change: ChangeOptions, key: str, words: str, role: str) -> int:
    """Add one message to a session; a new session where there is none of this key.

    With - as TEXT the message is standard input, byte for byte, a final newline too.
    """
    key = text(key)
    message = Message(_utf8(role, "ROLE"), _standard_input() if words == "-" else _utf8(words, "TEXT"))
    recovered = Recovery(change)
    store = recovered.open(context)
    if change.dry_run:
        plan = appending.plan(store, key, message)
        weigh(store, plan)
        _would_append(context, plan, recovered)
        return 0
    done = persisting(
        change,
        store,
        lambda: appending.plan(store, key, message),
        lambda plan: appending.make(store, plan, change.patience),
    )
    if context.json:
        _append_row(done.change, done.key, done.address.span, {})
    else:
        say("appended 1 message to ", done.key)
        tell_change(context, done.change)
    return 0


def _would_append(context: Context, plan: appending.AppendPlan, recovered: Recovery) -> None:
    if context.json:
        _append_row(None, plan.key, None, recovered.mark(plan.key))
        return
    say(f"would append 1 message ({plan.role}, {count(len(plan.content), 'character')}) to ", plan.key)
    if plan.new:
        say("the session is new")
    if plan.ends_line:
        say("its last line is unfinished and would be ended first")


def _append_row(change: str | None, key: str, span: Span | None, more: dict[str, object]) -> None:
    where = {"offset": span and span.offset, "length": span and span.length}
    output.row(change=change, key=written(key), **where, **more)


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return _decoded(sys.stdin.buffer.read(), "standard input")


def _utf8(typed: str, name: str) -> str:
    """What was typed, by its bytes where the locale could not read them."""
    return _decoded(text(typed).encode("utf-8", "surrogateescape"), name)


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8: byte {error.start:,} begins no character") from None


@click.command()
@keys.KEY
@changes
@click.option("--anyway", is_flag=True, help="Also where whole records stand in damaged lines behind the message.")
def pop(*, context: Context, change: ChangeOptions, key: str, anyway: bool) -> int:
    """Remove the last valid message of a session; every other byte stays.

    The last is the one that is last at that moment, which ZeroClaw may have written just now.
    """
    recovered = Recovery(change)
    store = recovered.open(context)
    session = keys.one(store, key)
    if change.dry_run:
        plan = popping.plan(store, session, anyway)
        weigh(store, plan)
        foretold = popping.Popped(None, plan.key, plan.removed, plan.address)
        _popped(context, store, foretold, "would remove", recovered.mark(plan.key))
        return 0
    done = persisting(
        change,
        store,
        lambda: popping.plan(store, session, anyway),
        lambda plan: popping.make(store, plan, change.patience, latest=True),
    )
    _popped(context, store, done, "removed", {})
    return 0


def _popped(context: Context, store: Store, done: popping.Popped, verb: str, more: dict[str, object]) -> None:
    if context.json:
        output.row(change=done.change, key=written(done.key), removed=_removed(store, done), **more)
    elif done.removed is None:
        say(done.key, " has no message; nothing to remove")
    else:
        say(f"{verb} the last message of ", done.key, f" ({done.removed.role}):")
        beginning = done.removed.content[:SHOWN]
        output.text([beginning if beginning == done.removed.content else f"{beginning}…"])
        tell_change(context, done.change)


def _removed(store: Store, done: popping.Popped) -> dict[str, object] | None:
    message, address = done.removed, done.address
    if message is None or address is None:
        return None
    fields: dict[str, object] = {"role": message.role, "content": message.content}
    if address.span is None:
        return fields | {"id": address.id}
    line = address.line
    if line is None and isinstance(store, JsonlStore):  # not counted in a large file; a program is told all the same
        line = huge_output.line_number(store.file(done.key), address.span.offset)
    return fields | {"line": line, "offset": address.span.offset}


@click.command()
@keys.KEYS
@click.option("--all", "every", is_flag=True, help="All sessions of the store.")
@click.option("--anyway", is_flag=True, help="Also a named file in which no valid line is: it becomes empty.")
@changes
def compact(*, context: Context, change: ChangeOptions, keys: tuple[str, ...], every: bool, anyway: bool) -> int:
    """Remove damaged and blank lines; the valid ones stay, byte for byte."""
    if every == bool(keys):
        raise UsageError("compact takes the sessions' keys, or --all")
    if every and anyway:
        raise UsageError("--anyway takes the keys that it is for, not --all")
    recovered = Recovery(change)
    store = recovered.open(context)
    tally = report.ExitTally()
    wanted = wanted_keys(store, keys, tally)
    if wanted == []:
        return tally.code
    with report.interruptible() as cancelled, report.progress("reading") as progress:
        plan = recovered.of(compacting.plan(store, wanted, cancelled, progress, anyway))
    weigh(store, plan)
    tell_recoverable(context, "this removes", [row for row in plan.rows if row.status == "compacted"])
    if change.dry_run:
        _compacted(context, None, plan.rows, "would be", recovered)
        return tell_problems((row.problem for row in plan.rows), tally)
    waiting = naming_writers(store, [row.key for row in plan.rows if row.status == "compacted"])
    with report.interruptible() as cancelled, report.progress("compacting") as progress, waiting:
        done = compacting.make(store, plan, cancelled, progress, change.patience)
    _compacted(context, done.change, done.rows, "was", recovered)
    return tell_problems((row.problem for row in done.rows), tally)


def _compacted(
    context: Context, change: str | None, rows: tuple[CompactRow, ...], was: str, recovered: Recovery
) -> None:
    if context.json:
        for row in rows:
            tell_row(
                change,
                row,
                savable=row.recoverable.lossless,
                recoverable=row.recoverable._asdict(),
                **recovered.mark(row.key),
            )
        return
    for row in rows:
        if row.status == "compacted":
            sizes = f"{size(row.bytes_before)} → {size(row.bytes_after)}"
            gone = count(row.dropped, "damaged line") if row.dropped else "blank lines"
            lost = f"{gone} removed, {count(row.kept, 'message')} kept"
            say(row.key, f" {was} compacted: {lost}, {sizes}")
        if is_after(row.problem):
            say_after(row.key)
    unchanged = sum(row.status == "unchanged" and not is_after(row.problem) for row in rows)
    if unchanged:
        say(f"{count(unchanged, 'session')} without anything to remove")
    tell_change(context, change)


@click.command()
@click.option(
    "--ttl-hours",
    type=float,
    required=True,
    metavar="N",
    callback=a_number,
    help="Idle for longer than this many hours.",
)
@changes
def cleanup(*, context: Context, change: ChangeOptions, ttl_hours: float) -> int:
    """Remove the sessions that have been idle for longer than N hours; 0 or less removes nothing."""
    recovered = Recovery(change)
    store = recovered.open(context)
    tally = report.ExitTally()
    plan = recovered.of(cleaning.plan(store, ttl_hours, datetime.now(UTC)))
    for undated in plan.undated:
        report.tell(f"“{undated}” stays: its last activity can't be read, so nobody knows how long it has been idle")
    for other in plan.others:
        report.tell(other)
    weigh(store, plan)
    if change.dry_run:
        _cleaned(context, None, plan.rows, "would be", recovered)
        return tell_problems((row.problem for row in plan.rows), tally)
    with naming_writers(store, [row.key for row in plan.rows]):
        done = cleaning.make(store, plan, change.patience)
    _cleaned(context, done.change, done.rows, "was", recovered)
    return tell_problems((row.problem for row in done.rows), tally)


def _cleaned(context: Context, change: str | None, rows: tuple[CleanupRow, ...], was: str, recovered: Recovery) -> None:
    gone = [row for row in rows if row.status == "removed" or is_after(row.problem)]
    for row in gone:
        if context.json:
            told = {"last_activity": row.last_activity, "messages": row.messages, **recovered.mark(row.key)}
            output.row(change=change, key=written(row.key), **told)
        elif is_after(row.problem):
            say_after(row.key)
        else:
            say(row.key, f" {was} removed: {count(row.messages, 'message')}, idle for {output.age(row.last_activity)}")
    if not context.json:
        if not rows:
            say("no session has been idle for that long")
        tell_change(context, change)
