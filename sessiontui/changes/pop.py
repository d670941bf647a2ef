"""Remove the last valid message of a session, and not one byte more.

Found from the end, so that it costs the same at any size. Refuses where whole records stand in damaged lines behind
it: they are newer, and what is removed would not be the last that was said.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from sessiontui.changes import database, journal, splices
from sessiontui.changes.files import name_in, opened, plainly
from sessiontui.changes.place import home
from sessiontui.damage.salvage import whole_records
from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge
from sessiontui.disk.patience import USUAL, Patience
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused
from sessiontui.model import Address, Message, Span
from sessiontui.store import jsonl_file
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import Store

COUNTED: Final = 4 * 1024 * 1024
"""Lines are counted in files up to this size; in larger ones the number of the popped line stays unknown."""

IN_PLACE: Final = 64 * 1024
"""Blank bytes behind the message up to this many are written again behind a cut; more, and the file is replaced."""


@dataclass(frozen=True, slots=True)
class PopPlan:
    """What pop would do."""

    key: str
    removed: Message | None
    """None: there is no message, and nothing will be done."""
    address: Address | None
    """JSONL: the span of the line, newline not counted; SQLite: id and time."""
    in_place: bool
    """The file is only shortened; else it is written anew, for damaged lines stand behind the message."""
    behind: int
    """Bytes behind the message, which stay."""
    anyway: bool = False
    stamp: Stamp | None = None
    """The file that was planned for."""


@dataclass(frozen=True, slots=True)
class Popped:
    """What pop did; ``change`` is None where there was nothing to remove."""

    change: str | None
    key: str
    removed: Message | None
    address: Address | None


def plan(store: Store, key: str, anyway: bool = False) -> PopPlan:
    """Say what pop would remove; touches nothing. Raises ``UnknownKey``, and ``Refused`` where whole records stand
    in damaged lines behind the message, which ``anyway`` allows."""
    if not isinstance(store, JsonlStore):
        message, address = store.last(key) or (None, None)
        return PopPlan(key, message, address, in_place=True, behind=0, anyway=anyway)
    stem = store.resolve(key)
    path = store.file(stem)
    with plainly(path.name):
        name_in(store.path, path)
        with jsonl_file.opened(path, stem) as (fd, stamp):
            return _plan(fd, stem, stamp, anyway)


def _plan(fd: int, key: str, stamp: Stamp, anyway: bool) -> PopPlan:
    blank = True
    for offset, line in lines.backwards(fd, stamp.size):
        found = _read(fd, offset, line)
        if isinstance(found, Dropped):
            blank = False
            if not anyway:
                _refuse_records(key, offset, line)
        elif found is not None:
            message = jsonl_file.message(fd, offset, line)
            behind = stamp.size - min(stamp.size, offset + len(line) + 1)
            address = Address(_number(fd, offset, stamp.size), Span(offset, len(line)))
            return PopPlan(key, message, address, blank and behind <= IN_PLACE, behind, anyway, stamp)
    return PopPlan(key, None, None, in_place=True, behind=stamp.size, anyway=anyway, stamp=stamp)


def _read(fd: int, offset: int, line: bytes | Huge) -> Message | stream.Scanned | Dropped | None:
    if isinstance(line, Huge):
        return stream.scan(lines.pieces(fd, Span(offset, len(line))))
    return zeroclaw.read(line)


def _refuse_records(key: str, offset: int, line: bytes | Huge) -> None:
    """Raise ``Refused`` where a damaged line holds whole records, or is too long for saying that it doesn't."""
    hint = "`--anyway` removes the last valid message all the same; the damaged line stays"
    if isinstance(line, Huge):
        raise Refused(
            f"behind the last message of {key} a damaged line of {len(line)} bytes stands at offset {offset}, which "
            "may hold whole records; nothing was changed",
            hint,
        )
    found = whole_records(line)
    if found:
        places = ", ".join(str(offset + span.offset) for span in found[:5]) + (" …" if len(found) > 5 else "")
        one = len(found) == 1
        records = "1 whole record stands" if one else f"{len(found)} whole records stand"
        raise Refused(
            f"behind the last message of {key} {records} in a damaged line, at {'offset' if one else 'offsets'} {places}; "
            "nothing was changed",
            hint,
        )


def _number(fd: int, offset: int, size: int) -> int | None:
    if size > COUNTED:
        return None
    return 1 + sum(piece.count(b"\n") for piece in lines.pieces(fd, Span(0, offset)))


def make(store: Store, plan: PopPlan, patience: Patience = USUAL) -> Popped:
    """Remove it. Raises ``Changed`` when the session is no longer as it was planned."""
    if plan.removed is None or plan.address is None:
        return Popped(None, plan.key, None, None)
    with journal.change(home(store), "pop", [plan.key], patience) as record:
        if isinstance(store, JsonlStore):
            path = store.file(plan.key)
            with plainly(path.name):
                file = name_in(store.path, path)
                if plan.stamp is None or plan.address.span is None or not os.path.exists(path):
                    raise Changed(path.name)
                splices.make(record, plan.key, file, *_cut(store, plan, plan.address.span, plan.stamp), plan.stamp)
        else:
            database.pop(record, database.name_of(store), plan.key, plan.address)
    return Popped(record.id, plan.key, plan.removed, plan.address)


def _cut(store: JsonlStore, plan: PopPlan, line: Span, stamp: Stamp) -> tuple[Span, bytes]:
    """What goes, and what comes back in its place: in place, the blank bytes behind the message."""
    if not plan.in_place:
        return Span(line.offset, line.length + 1), b""
    with opened(store.file(plan.key)) as fd:
        tail = b"".join(lines.pieces(fd, Span(stamp.size - plan.behind, plan.behind)))
    return Span(line.offset, stamp.size - line.offset), tail
