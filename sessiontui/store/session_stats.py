"""What a session is made of: who said how much, what is damaged, the longest messages, when they came. Pure values.

``StatsTally`` is told row after row and keeps no message: its memory does not grow with the session, and no hostile one
(a million roles, a text of a gigabyte, times at the ends of the calendar) makes it. It reads no disk.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sessiontui.model import Fault, Severity
from sessiontui.store.series import Activity, Lengths, Series, TimeHistogram

LONGEST: Final = 10
"""How many of the longest messages are told."""
ROLES: Final = 32
KINDS: Final = 32
"""Roles and kinds of damage that are told apart; the others are counted together."""
SHOWN: Final = 200
"""Characters of a role, a reason or a message that are kept."""

NONE: Final = Activity()

_NUMBER: Final = re.compile(r"0x[0-9a-f]+|[0-9][0-9,]*")


class Share(NamedTuple):
    """What one role said. ``role`` None: all roles beyond the first ``ROLES``."""

    role: str | None
    messages: int
    characters: int


class Long(NamedTuple):
    """One of the longest messages, and where it is."""

    row: int
    """Row in the transcript, from 0."""
    ordinal: int
    role: str
    characters: int
    beginning: str


class Damage(NamedTuple):
    """Lines that are damaged in the same way. ``reason`` None: all kinds beyond the first ``KINDS``."""

    id: str
    reason: str | None
    lines: int
    row: int
    """The first of them."""


@dataclass(frozen=True, slots=True)
class SessionStats:
    """What was counted in one session."""

    rows: int
    """Lines of the file, or rows of the database."""
    messages: int
    characters: int
    blank: int
    damaged: int
    roles: tuple[Share, ...]
    """Who said the most comes first."""
    damage: tuple[Damage, ...]
    longest: tuple[Long, ...]
    lengths: Series
    """Characters of the messages, along the conversation."""
    timed: int = 0
    """Messages whose own time is known; ``first`` and ``last`` and ``activity`` are of these."""
    imported: int = 0
    """Messages that came from another home, all at once: their own times are not known."""
    imported_at: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None
    activity: Activity = NONE
    unfinished: int = 0
    """Lines that may still be being written: the last one, or none."""


class StatsTally:
    """Counts one session. ``receipt``: when its beginning was imported, where the home knows."""

    def __init__(self, receipt: datetime | None = None) -> None:
        self._rows = self._messages = self._characters = self._blank = self._damaged = self._unfinished = 0
        self._imported = 0
        self._imported_at = receipt
        self._roles: dict[str | None, list[int]] = {}
        self._damage: dict[tuple[str, str], Damage] = {}
        self._longest: list[tuple[int, int, Long]] = []
        self._lengths = Lengths()
        self._times = TimeHistogram()

    def message(
        self,
        role: str,
        content: str,
        characters: int | None = None,
        at: datetime | None = None,
        *,
        imported: bool = False,
    ) -> None:
        """A message; ``characters`` where ``content`` is only its beginning, ``at`` where its home keeps times, which may
        be that of an import."""
        size = len(content) if characters is None else characters
        self._messages += 1
        self._characters += size
        short = role if len(role) <= SHOWN else role[:SHOWN] + "…"
        share = self._roles.get(short)
        if share is None:
            share = self._roles.setdefault(short if len(self._roles) < ROLES else None, [0, 0])
        share[0] += 1
        share[1] += size
        if len(self._longest) < LONGEST or size > self._longest[0][0]:
            long = Long(self._rows, self._messages, short, size, content[:SHOWN])
            heapq.heappush(self._longest, (size, -self._rows, long))
            if len(self._longest) > LONGEST:
                heapq.heappop(self._longest)
        self._lengths.add(size)
        if at is not None and imported:
            self._imported += 1
            self._imported_at = self._imported_at or at
        elif at is not None:
            self._times.add(at)
        self._rows += 1

    def fault(self, fault: Fault) -> None:
        """A damaged line, or one that may still be being written. Reasons that differ in their numbers alone are one kind, told as the first where it is the
        only one."""
        if fault.severity is not Severity.DAMAGE:
            self._unfinished += 1
            self._rows += 1
            return
        kind = fault.id, _NUMBER.sub("…", fault.reason[:SHOWN])
        known = self._damage.get(kind)
        if known is None and len(self._damage) >= KINDS:
            kind = fault.id, ""
            known = self._damage.get(kind)
        if known is None:
            self._damage[kind] = Damage(fault.id, fault.reason[:SHOWN] if kind[1] else None, 1, self._rows)
        else:
            self._damage[kind] = known._replace(reason=kind[1] or None, lines=known.lines + 1)
        self._damaged += 1
        self._rows += 1

    def blank(self) -> None:
        """A blank line."""
        self._blank += 1
        self._rows += 1

    def about(self) -> SessionStats:
        """What it comes to."""
        times = self._times
        return SessionStats(
            self._rows,
            self._messages,
            self._characters,
            self._blank,
            self._damaged,
            tuple(sorted((Share(role, *of) for role, of in self._roles.items()), key=lambda share: -share.messages)),
            tuple(sorted(self._damage.values(), key=lambda damage: -damage.lines)),
            tuple(long for *_, long in sorted(self._longest, reverse=True)),
            self._lengths.course(),
            times.count,
            self._imported,
            self._imported_at,
            times.first,
            times.last,
            times.activity(),
            self._unfinished,
        )
