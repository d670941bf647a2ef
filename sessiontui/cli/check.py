"""The verb check: what is wrong in the files, fault by fault, and what of it can be had back.

It trusts no count that was remembered: it reads. A fault is printed when it is found and then forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from sessiontui import units
from sessiontui.cli import key_argument, output, stderr
from sessiontui.cli.options import Context, reads
from sessiontui.cli.output import count, say
from sessiontui.describe.about import path_of
from sessiontui.describe.faults import listed
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.store.jsonl import interrupted_imports
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.jsonl.parallel import examining
from sessiontui.store.protocol import within

DAMAGED: Final = 1
"""The exit code where there is damage."""


@click.command()
@key_argument.KEYS
@reads
@click.option("--notes", is_flag=True, help="Information too, which is no damage.")
def check(*, context: Context, keys: tuple[str, ...], notes: bool) -> int:
    """What is wrong in the files of all sessions, or of the ones named. Exit code 1 where there is damage."""
    store = context.open()
    tally = stderr.ExitTally()
    sessions = store.looked(key_argument.several(store, keys, tally)) if keys else store.sessions()
    if keys and not sessions:
        return tally.code
    messages = damaged = lines = files = 0
    saved: Counter[str] = Counter()

    def found(fault: Fault) -> None:
        nonlocal damaged, files
        is_damage = fault.severity is Severity.DAMAGE
        damaged += is_damage
        files += is_damage and fault.span is None
        if is_damage and fault.salvage is Salvage.LOSSLESS and fault.recovers:
            saved[session.key] += fault.recovers
        if notes or fault.severity is not Severity.INFO:
            row(path, session.key, fault)

    row = _row if context.json else _line
    total = sum(session.bytes or 0 for session in sessions)
    done = 0
    with stderr.progress("checking") as progress:
        for session, examine in examining(store, sessions, notes=notes):
            path = path_of(store, session)
            with tally.alone():
                told = examine(found, progress=within(progress, done, total))
                messages += told.messages or 0
                lines += told.faults or 0
            done += session.bytes or 0
    if not isinstance(store, JsonlStore):
        for stem in () if keys else interrupted_imports.stems(store.path.parent):
            path = store.path.with_name(stem + SUFFIX)
            row(path, stem, interrupted_imports.fault(path))
            damaged += 1
        with tally.alone():
            damaged += _differing(store.path, {session.key for session in sessions} if keys else None, row)
    if damaged:
        tally.add(DAMAGED)
    of = " in " * bool(lines or files) + units.damage(lines, files)
    totals = ", ".join((count(len(sessions), "session"), count(messages, "message"), count(damaged, "fault") + of))
    if saved:
        them = "them" if saved.total() > 1 else "it"
        stderr.tell(
            f"{totals}; {count(saved.total(), 'message')} can be had back without a guess",
            f"`{context.to_repair(saved)}` has {them} back, and says with --dry-run what it would do",
        )
    else:
        stderr.tell(totals)
    return tally.code


def _differing(path: Path, only: set[str] | None, row: Callable[[Path, str | None, Fault], None]) -> int:
    """Say where the indexes of a database don't agree with its tables, of ``only`` some sessions; how often they don't."""
    from sessiontui.store.sqlite.index_faults import findings
    from sessiontui.store.sqlite.open_read import read

    found = 0
    for key, faults in read(path, findings).items():
        for fault in faults if only is None or key in only else ():
            row(path, key, fault)
            found += 1
    return found


def _row(path: Path, key: str | None, fault: Fault) -> None:
    """One fault for programs."""
    span = fault.span
    begun = fault.severity is Severity.INCOMPLETE  # of which nothing is had back before it is damage
    output.row(
        key=key,
        path=str(path),
        line=fault.line,
        offset=span and span.offset,
        length=span and span.length,
        fault=fault.id,
        severity=fault.severity,
        reason=fault.reason,
        at=fault.at,
        salvage=Salvage.NONE if begun else fault.salvage,
        recovers=0 if begun else fault.recovers,
        readings=0 if begun else len(fault.readings) or int(fault.recovers > 0),
        lines=None if fault.line is None else fault.lines,
    )


def _line(path: Path, _: str | None, fault: Fault) -> None:
    """One fault for people."""
    for line in listed(path, fault):
        say(line)
