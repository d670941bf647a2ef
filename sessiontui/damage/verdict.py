"""What was found in damaged lines: verdicts on bytes, and the faults that they are where these bytes stand.

The parts of a fault tile its bytes: nothing that stands in a file is left out of the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sessiontui.damage import catalogue
from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Part, Reading, Salvage, Severity, Span

_BEST_FIRST: Final = (Salvage.LOSSLESS, Salvage.OFFERED, Salvage.PARTIAL, Salvage.NONE)
"""What is one fault over any number of lines."""


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
    what: str
    parts: tuple[Part, ...]
    """Their spans begin where these bytes do."""
    severity: Severity = Severity.DAMAGE
    codec: str = ""
    """The wide encoding of these bytes."""
    readings: tuple[Reading, ...] = ()
    """Where there are several; the parts are those of the first."""


def best(parts: Sequence[Part]) -> Salvage:
    """The surest way in which messages can be had back; where none can, whether nothing is lost."""
    if ranks := [_BEST_FIRST.index(part.salvage) for part in parts if part.records]:
        return _BEST_FIRST[min(ranks)]
    return Salvage.LOSSLESS if all(part.salvage is Salvage.LOSSLESS for part in parts) else Salvage.NONE


def fault(verdict: Verdict, number: int, offset: int, lines: int = 1) -> Fault:
    """The fault of bytes that begin line ``number`` at ``offset``."""
    parts = tuple([part.moved(offset) for part in verdict.parts])
    salvage = best(parts)
    span = Span(offset, sum([part.span.length for part in parts]))
    recovers = sum([len(part.records) for part in parts if part.salvage is salvage])
    reason = catalogue.sentence(verdict.id, verdict.what)
    what = verdict.id, verdict.severity, reason, verdict.at, salvage, recovers
    found = Fault(*what, number, span, lines, parts, verdict.codec)
    return found._replace(readings=_moved(verdict.readings, offset)) if verdict.readings else found


def _moved(readings: Iterable[Reading], by: int) -> tuple[Reading, ...]:
    return tuple(each._replace(parts=tuple(part.moved(by) for part in each.parts)) for each in readings)


def behind(found: Fault) -> int:
    """The number of the line behind the fault."""
    return (found.line or 0) + found.lines


def continues(found: Fault, later: Fault) -> bool:
    """Whether both are one matter: a list, say, that goes on."""
    same = found.id == later.id and found.salvage == later.salvage
    return same and catalogue.kind(found.id).together and behind(found) == later.line


def together(found: Fault, later: Fault) -> Fault:
    """Both as one; only the newline that ends a line stands between them."""
    if not found.span or not later.span:
        return found
    between = Part(Span(found.span.stop, later.span.offset - found.span.stop), Salvage.LOSSLESS)
    return found._replace(
        reason=catalogue.of_many(found),
        recovers=found.recovers + later.recovers,
        span=Span(found.span.offset, later.span.stop - found.span.offset),
        lines=found.lines + later.lines,
        parts=(*found.parts, between, *later.parts) if found.parts else (),
        codec=later.codec,
    )


def merged(found: Iterable[Fault]) -> list[Fault]:
    """The faults, those that are one matter as one."""
    all_of_them: list[Fault] = []
    group: list[Fault] = []
    for each in found:
        if group and not continues(group[-1], each):
            all_of_them.append(_joined(group))
            group = []
        group.append(each)
    return [*all_of_them, *([_joined(group)] if group else [])]


def _joined(group: list[Fault]) -> Fault:
    """As ``together`` for many at once, in linear time."""
    if len(group) == 1:
        return group[0]
    parts: list[Part] = []
    for each in group:
        at = parts[-1].span.stop if parts else None
        if at is not None and each.span:
            parts.append(Part(Span(at, each.span.offset - at), Salvage.LOSSLESS))
        parts += each.parts
    whole = group[0].bare
    for each in group[1:]:
        whole = together(whole, each)
    return whole._replace(parts=tuple(parts))
