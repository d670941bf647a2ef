"""Remove the last valid message of a session, and not one byte more.

Found from the end, so that it costs the same at any size. Refuses where whole records stand in damaged lines behind
it: they are newer, and what is removed would not be the last that was said.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from sessiontui.changes import history, obstacles
from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import rows, splices
from sessiontui.changes.edits.files import as_store_error, name_in
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.damage import diagnose
from sessiontui.damage.verdict import Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines
from sessiontui.disk.stamps import Stamp
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, Refused
from sessiontui.model import Address, Message, Salvage, Span
from sessiontui.store.jsonl import no_session, session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

COUNTED: Final = 4 * 1024 * 1024
"""Lines are counted in files up to this size; in larger ones the number of the popped line stays unknown."""

TRUNCATED: Final = 64 * 1024
"""Blank bytes behind the message up to this many are written again behind a cut; more, and the file is replaced."""

MOST: Final = 2000
"""So many damaged lines behind the message are looked at together."""


@dataclass(frozen=True, slots=True)
class PopPlan:
    """What pop would do."""

    key: str
    removed: Message | None
    """None: there is no message, and nothing will be done."""
    address: Address | None
    """JSONL: the span of the line, newline not counted; SQLite: id and time."""
    truncates: bool = True
    """The file is only shortened; else it is written anew, for damaged lines stand behind the message."""
    behind: int = 0
    """Bytes behind the message, which stay."""
    anyway: bool = False
    refusal: str = field(default="", compare=False)
    """Why it would be refused without ``anyway``, where a person has to be told."""
    stamp: Stamp | None = field(default=None, compare=False)
    """The file that was planned for."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.removed is None

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""
        if self.removed is None:
            return Takes(0, 0)
        if self.stamp is not None and not self.truncates:
            return Takes(self.stamp.size, self.stamp.size)
        span = self.address.span if self.address else None
        size = len(self.removed.content.encode()) if span is None else span.length + 1 + self.behind
        return Takes(size, size)


class Popped(NamedTuple):
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
        if message is not None:
            obstacles.require_writable_database(store.path)
        return PopPlan(key, message, address, anyway=anyway)
    stem = store.resolve(key)
    path = store.file(stem)
    with as_store_error(path.name):
        name_in(path)
        with session_file.opened(path, stem) as (fd, stamp):
            found = _plan(fd, stem, stamp, anyway)
        if found.removed is not None:
            (obstacles.require_writable if found.truncates else obstacles.require_replaceable)(path.resolve())
        return found


def _plan(fd: int, key: str, stamp: Stamp, anyway: bool) -> PopPlan:
    odd: list[Line] = []
    blank = True
    for offset, line in lines.backwards(fd, stamp.size):
        found = (
            stream.scan(lines.pieces(fd, Span(offset, len(line))))
            if isinstance(line, lines.Huge)
            else zeroclaw.read(line)
        )
        if isinstance(found, Dropped):
            blank = False
        if isinstance(found, Message | stream.Scanned):
            _refuse_records(key, odd)
            if whole := no_session.of(fd, stamp.size):
                raise no_session.refusal(key + SUFFIX, whole)
            message = session_file.message(fd, offset, line)
            behind = stamp.size - min(stamp.size, offset + len(line) + 1)
            number = None
            if stamp.size <= COUNTED:
                number = 1 + sum(piece.count(b"\n") for piece in lines.pieces(fd, Span(0, offset)))
            address = Address(number, Span(offset, len(line)))
            return PopPlan(key, message, address, blank and behind <= TRUNCATED, behind, anyway, stamp=stamp)
        if anyway:
            continue
        if isinstance(line, lines.Huge):
            if isinstance(found, Dropped):
                raise _refused(
                    key, f"a damaged line of {len(line)} bytes stands at offset {offset}, which may hold whole records"
                )
            continue
        odd.append(Line(-len(odd), offset, line, offset + len(line) < stamp.size))
        if len(odd) >= MOST:
            _refuse_records(key, odd)
            odd.clear()
    return PopPlan(key, None, None, behind=stamp.size, anyway=anyway, stamp=stamp)


def _refuse_records(key: str, odd: list[Line]) -> None:
    """Raise ``Refused`` where damaged lines, the last one first, hold whole records."""
    found = diagnose.of_damaged(reversed(odd))
    locations = [
        part.span.offset
        for each in found
        for part in each.parts
        for _ in part.records
        if part.salvage in (Salvage.LOSSLESS, Salvage.OFFERED)
    ]
    if locations:
        one = len(locations) == 1
        records = "1 whole record stands" if one else f"{len(locations):,} whole records stand"
        at = ", ".join(map(str, locations[:5])) + (" …" if len(locations) > 5 else "")
        raise _refused(key, f"{records} in damaged lines, at {'offset' if one else 'offsets'} {at}")


def _refused(key: str, what: str) -> Refused:
    return Refused(
        f"behind the last message of {key} {what}",
        "`sessiontui repair` has them back first; `--anyway` removes the last valid message all the same",
        unchanged=True,
    )


def make(store: Store, plan: PopPlan, patience: WaitPolicy = USUAL, latest: bool = False) -> Popped:
    """Remove it. Raises ``Changed`` when it is no longer the last message, unless ``latest``: then whatever is last
    when it is made goes."""
    if plan.removed is None or plan.address is None:
        return Popped(None, plan.key, None, None)
    with history.change(sessions_folder(store), "pop", [plan.key], patience) as record:
        if not isinstance(store, JsonlStore):
            only = None if latest else plan.address.id
            removed, address = rows.pop(record, name_in(store.path), plan.key, only)
            return Popped(record.id, plan.key, removed, address)
        path = store.file(plan.key)
        with as_store_error(path.name):
            file = name_in(path)
            if not os.path.exists(path):
                raise Changed(path.name)
            found = [plan]
            splices.make(record, plan.key, file, partial(_decided, found, latest))
    return Popped(record.id, plan.key, found[-1].removed, found[-1].address)


def _decided(found: list[PopPlan], latest: bool, fd: int, stamp: Stamp) -> splices.Cut:
    """What is popped, looked for again in the file as it is when it can be changed, and added to what was ``found``: in
    place, the blank bytes behind it come back. The file keeps its time, for nobody said anything. Raises ``Changed`` where
    it is another message than was planned, and not the ``latest`` is wanted."""
    plan = found[0]
    now = _plan(fd, plan.key, stamp, plan.anyway)
    line, was = (each.address and each.address.span for each in (now, plan))
    if line is None or not (latest or (now.removed, line) == (plan.removed, was)):
        raise Changed(plan.key + SUFFIX)
    found.append(now)
    stop, back = min(line.stop + 1, stamp.size), b""
    if now.truncates:
        back = b"".join(lines.pieces(fd, Span(stop, stamp.size - stop)))
        stop = stamp.size
    return splices.Cut(Span(line.offset, stop - line.offset), back, stamp.mtime_ns)
