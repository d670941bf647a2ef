"""What was found in damaged lines: verdicts on bytes, and the faults that they are where these bytes stand.

The parts of a fault tile its bytes: nothing that stands in a file is left out of the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sessiontui.damage import catalogue
from sessiontui.dialects import zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Part, Reading, Salvage, Severity, Span

_BEST_FIRST: Final = tuple(Salvage)


class Line(NamedTuple):
    """A line of a file, never a huge one."""

    number: int
    """From 1."""
    offset: int
    data: bytes
    """Without the newline."""
    ended: bool = True
    """A newline ends it."""
    wrong: Dropped | None = None
    """Why it is dropped, where that is known already."""

    @property
    def stop(self) -> int:
        """Offset of the first byte behind the line and its newline."""
        return self.offset + len(self.data) + self.ended


class Verdict(NamedTuple):
    """What is wrong with some bytes, before it is known where they stand."""

    id: str
    at: int
    """The byte at which it goes wrong, from the first of them."""
    what: str
    parts: tuple[Part, ...]
    """Their spans begin where these bytes do."""
    codec: str = ""
    """The wide encoding of these bytes."""
    readings: tuple[Reading, ...] = ()
    """Where there are several; the parts are those of the first."""

    @property
    def span(self) -> Span:
        """All of the parts, which tile it."""
        start = self.parts[0].span.offset
        return Span(start, self.parts[-1].span.stop - start)

    def moved(self, by: int) -> Verdict:
        """The same with all parts so many bytes further on."""
        readings = [Reading(what, _moved(parts, by)) for what, parts in self.readings]
        return self._replace(parts=_moved(self.parts, by), readings=tuple(readings))


def _moved(parts: Iterable[Part], by: int) -> tuple[Part, ...]:
    return tuple([part.moved(by) for part in parts])


class Shape(NamedTuple):
    """What is wrong with bytes that are one part, and what becomes of them."""

    id: str
    at: int
    """The byte at which it goes wrong, from the first of them."""
    what: str
    salvage: Salvage = Salvage.NONE
    records: tuple[bytes, ...] = ()
    left: tuple[Span, ...] = ()
    """What of the bytes is in none of the records."""

    def part(self, size: int) -> Part:
        """The part, for so many bytes."""
        return Part(Span(0, size), self.salvage, self.records, self.left)

    def verdict(self, size: int) -> Verdict:
        """The verdict on so many bytes."""
        return Verdict(self.id, self.at, self.what, (self.part(size),))


class Effort:
    """How many bytes may still be looked at."""

    def __init__(self, left: int) -> None:
        self.left = left

    @property
    def spent(self) -> bool:
        """Whether something may have been missed."""
        return self.left <= 0


def of_readings(id: str, at: int, what: str, readings: Sequence[Reading]) -> Verdict:
    """The verdict on bytes that can be read in these ways, one at least."""
    return Verdict(id, at, what, readings[0].parts, readings=tuple(readings) if len(readings) > 1 else ())


def distinct(readings: Iterable[Reading]) -> list[Reading]:
    """The readings that give different messages: of those that say the same the first."""
    found: dict[object, Reading] = {}
    for each in readings:
        found.setdefault(tuple(map(zeroclaw.read, records(each.parts))), each)
    return list(found.values())


def records(parts: Iterable[Part]) -> tuple[bytes, ...]:
    """The records of all the parts."""
    return tuple(record for part in parts for record in part.records)


def offered(part: Part) -> Part:
    """The part; where its records are lossless, as one that is offered."""
    return part._replace(salvage=Salvage.OFFERED) if part.records and part.salvage is Salvage.LOSSLESS else part


def best(parts: Sequence[Part]) -> Salvage:
    """The surest way in which messages can be had back; where none can, whether nothing is lost."""
    if had := [part.salvage for part in parts if part.records]:
        return min(had, key=_BEST_FIRST.index)
    return Salvage.LOSSLESS if all(part.salvage is Salvage.LOSSLESS for part in parts) else Salvage.NONE


def fault(verdict: Verdict, number: int, offset: int, lines: int = 1) -> Fault:
    """The fault of bytes that begin line ``number`` at ``offset``."""
    moved = verdict.moved(offset)
    id, at, what, parts, codec, readings = moved
    severity = Severity.INCOMPLETE if id == "incomplete" else Severity.DAMAGE
    salvage = best(parts)
    recovers = sum([len(part.records) for part in parts if part.salvage is salvage])
    found = id, severity, catalogue.sentence(id, what), at, salvage, recovers
    return Fault(*found, number, moved.span, lines, parts, codec, readings)


def behind(found: Fault) -> int:
    """The number of the line behind the fault; 0 where it is about a whole file."""
    return found.line + found.lines if found.line else 0


def continues(found: Fault, later: Fault) -> bool:
    """Whether both are one matter: a list, say, that goes on."""
    same = found.id == later.id and found.salvage == later.salvage
    return same and catalogue.kind(found.id).together and behind(found) == later.line


def together(found: Fault, later: Fault) -> Fault:
    """Neighbours as one fault, without its parts."""
    first = found.bare
    if not first.span or not later.span:
        return first
    many = catalogue.kind(first.id).many
    return first._replace(
        reason=catalogue.sentence(first.id, many) if many else first.reason,
        recovers=first.recovers + later.recovers,
        span=Span(first.span.offset, later.span.stop - first.span.offset),
        lines=first.lines + later.lines,
        codec=later.codec,
    )


def merged(found: Iterable[Fault]) -> list[Fault]:
    """The faults, those that are one matter as one; only the newline that ends a line stands between two of these."""
    made: list[Fault] = []
    parts: list[list[Part]] = []
    for each in found:
        if made and continues(made[-1], each):
            made[-1] = together(made[-1], each)
            parts[-1] += (Part(Span(parts[-1][-1].span.stop, 1), Salvage.LOSSLESS), *each.parts)
        else:
            made.append(each)
            parts.append([*each.parts])
    return [each._replace(parts=tuple(its)) for each, its in zip(made, parts, strict=True)]
