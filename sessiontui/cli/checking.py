"""The verb check: what is wrong in the files, line by line. It trusts no count that was remembered: it reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sessiontui.cli import keys, output, report
from sessiontui.cli.options import Asked, reads
from sessiontui.cli.output import count, say
from sessiontui.dialects.keys import written
from sessiontui.model import Fault, Session, Severity
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import Store, within

DAMAGED = 1
"""The exit code where there is damage."""


@click.command()
@keys.KEYS
@reads
@click.option("--notes", is_flag=True, help="Information too, which is no damage.")
def check(*, asked: Asked, keys: tuple[str, ...], notes: bool) -> int:
    """What is wrong in the files of all sessions, or of the ones named. Exit code 1 where there is damage."""
    store = asked.open()
    tally = report.Tally()
    sessions = _wanted(store, keys, tally)
    if keys and not sessions:
        return tally.code
    messages = damaged = 0

    def found(fault: Fault) -> None:
        nonlocal damaged
        damaged += fault.severity is Severity.DAMAGE
        if notes or fault.severity is not Severity.INFO:
            row(path, session.key, fault)

    row = _row if asked.json else _line
    total = sum(session.bytes or 0 for session in sessions)
    done = 0
    with report.progress("checking") as progress:
        for session in sessions:
            path = _path(store, session)
            with tally.alone():
                messages += store.examine(session, found, progress=within(progress, done, total)).messages or 0
            done += session.bytes or 0
    if damaged:
        tally.add(DAMAGED)
    totals = (count(len(sessions), "session"), count(messages, "message"), count(damaged, "fault"))
    report.tell(", ".join(totals))
    return tally.code


def _wanted(store: Store, typed: Sequence[str], tally: report.Tally) -> list[Session]:
    if not typed:
        return store.sessions()
    by_key = {session.key: session for session in store.sessions()}
    return [by_key[key] for key in keys.several(store, typed, tally)]


def _path(store: Store, session: Session) -> Path:
    return store.file(session.key) if isinstance(store, JsonlStore) else store.path


def _row(path: Path, key: str, fault: Fault) -> None:
    """One fault for programs."""
    span = fault.span
    output.row(
        key=written(key),
        path=written(str(path)),
        line=fault.line,
        offset=span and span.offset,
        length=span and span.length,
        fault=fault.id,
        severity=fault.severity,
        reason=fault.reason,
        at=fault.at,
        salvage=fault.salvage,
        recovers=fault.recovers,
    )


def _line(path: Path, _: str, fault: Fault) -> None:
    place = f":{fault.line}: byte {fault.at}" if fault.line is not None else ""
    say(f"{path.name}{place}: {fault.reason} [{fault.id}]")
