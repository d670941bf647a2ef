"""The verb check: what is wrong in the files, line by line. It trusts no count that was remembered: it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from sessiontui.cli import keys, output, report
from sessiontui.cli.options import Asked, reads
from sessiontui.cli.output import count, say
from sessiontui.dialects.keys import written
from sessiontui.model import Fault, Session, Severity
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import Store

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
    messages = damaged = 0
    sessions = _wanted(store, keys, tally)
    if keys and not sessions:
        return tally.code
    for session in _counted(store, sessions):
        messages += session.messages or 0
        with tally.alone():
            for fault in _faults(store, session, notes):
                damaged += fault.severity is Severity.DAMAGE
                (_row if asked.json else _line)(_path(store, session), session.key, fault)
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


def _counted(store: Store, sessions: Sequence[Session]) -> Iterator[Session]:
    """The sessions with fresh counts."""
    unknown = [replace(session, messages=None, faults=None) for session in sessions]
    with report.progress("checking") as progress:
        yield from store.counted(unknown, progress=progress)


def _faults(store: Store, session: Session, notes: bool) -> Iterator[Fault]:
    """What is wrong in one session; a file whose lines are all valid is not read once more."""
    if session.trouble is not None:
        yield session.trouble
    elif session.faults != 0 or notes:
        for fault in store.faults(session.key):
            if notes or fault.severity is not Severity.INFO:
                yield fault


def _path(store: Store, session: Session) -> Path:
    return store.file(session.key) if isinstance(store, JsonlStore) else store.path


def _row(path: Path, key: str, fault: Fault) -> None:
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
