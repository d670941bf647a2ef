"""What can be had back from damaged lines: a plan that is pure data.

Bytes and values in, values out; changes nothing. Of each fault a plan says whether its bytes stay as they are, or
which lines take their place and which of its bytes are fragments to be kept elsewhere. What is not exact is taken
only where that was asked for. Order is kept: a record stands where its first byte stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from sessiontui.damage import catalogue
from sessiontui.damage.verdict import behind, continues, records
from sessiontui.model import Fault, Part, Salvage, Severity, Span


class Wish(NamedTuple):
    """What a person wants to have back of one session. Lines are those with which faults begin."""

    lossless: bool = True
    """All that is lossless; and what is fit for quarantine alone goes there."""
    marked: frozenset[int] = frozenset()
    """Here what is lossless, and what is offered; of several readings also a guess."""
    partial: bool = False
    """Guesses too, everywhere."""
    guessed: frozenset[int] = frozenset()
    """Guesses too, here, and what is offered."""
    readings: Mapping[int, int] = MappingProxyType({})
    """By line, which reading is taken, from 1; the first where nothing is said. Of a reading that is not there nothing is
    taken."""

    @property
    def lines(self) -> frozenset[int]:
        """The lines of which something is wanted by name."""
        return self.marked | self.guessed


EVERYTHING_SURE: Final = Wish()
"""What is had back where nobody says more."""


class Outcome(NamedTuple):
    """What becomes of the bytes of a fault."""

    fault: Fault
    stays: bool
    """Its bytes stay as they are; else ``records`` take their place, each a line."""
    records: tuple[bytes, ...] = ()
    fragments: tuple[Span, ...] = ()
    """What of it is in none of the records, and says something."""
    end: Span | None = None
    """Its last bytes, where these stay as a line below the records."""


def plan(
    found: Iterable[Fault], wish: Wish = EVERYTHING_SURE, remains: Callable[[], bool] = lambda: True
) -> Iterator[Outcome]:
    """What repair makes of faults, in their order. What is one matter is wanted by the line with which that begins.

    ``remains``: whether the repaired file holds a message. It is asked once at most, where bytes would be removed.
    """
    before: Fault | None = None
    line: int | None = None
    remains = cache(remains)
    for each in found:
        if before is None or not (continues(before, each) or _is_rest(before, each)):
            line = each.line
        outcome = _outcome(*_read(each, line, wish))
        if is_removal(outcome) and not remains():
            outcome = Outcome(each, stays=True)
        yield outcome
        before = each


def is_removal(outcome: Outcome) -> bool:
    """Whether text is taken out of the file, with no record in its place."""
    id = outcome.fault.id
    is_sign = id in ("merge-marker", "array")  # which says nothing beside records; without any it is another text's
    return (catalogue.kind(id).removed or is_sign) and not outcome.stays and not outcome.records


def _read(found: Fault, line: int | None, wish: Wish) -> tuple[Fault, set[Salvage]]:
    """A fault with the parts of the reading that is wanted, and what is taken of it: nothing, or at least what is
    lossless. Of several readings one is chosen where the line is marked: then a guess is taken too."""
    taken: set[Salvage] = set()
    number = wish.readings.get(line, 1) if line is not None else 1
    if number > max(1, len(found.readings)):
        return found, taken
    if line in wish.lines:
        taken |= {Salvage.LOSSLESS, Salvage.OFFERED}
    if wish.partial or line in wish.guessed or (found.readings and line in wish.marked):
        taken |= {Salvage.LOSSLESS, Salvage.PARTIAL}
    if wish.lossless:
        taken.add(Salvage.LOSSLESS)
    return found.read_as(number), taken


def _is_rest(before: Fault, found: Fault) -> bool:
    """Whether a line is the text of a torn record that goes on, and nothing without it."""
    only_text = all(part.salvage is Salvage.PARTIAL and not part.records for part in found.parts)
    return before.id == found.id == "torn" and behind(before) == found.line and only_text


def _outcome(found: Fault, taken: set[Salvage]) -> Outcome:
    if not taken or not found.parts or found.severity is not Severity.DAMAGE:
        return Outcome(found, stays=True)
    had = [part for part in found.parts if part.salvage in taken]
    made = records(had)
    unread = found.stays or any(map(_is_unread, found.parts))
    removed = catalogue.kind(found.id).removed and found.salvage is Salvage.NONE and not unread
    if not made and len(had) < len(found.parts) and not removed:
        return Outcome(found, stays=True)
    end = found.parts[-1].span if found.keeps_end and made and found.parts[-1].salvage not in taken else None
    lost = (span for part in (found.parts[:-1] if end else found.parts) for span in _lost(part, taken))
    return Outcome(found, False, made, tuple(_runs(lost)), end)


def _lost(part: Part, taken: set[Salvage]) -> tuple[Span, ...]:
    """The bytes of a part that are in none of the records that are taken."""
    return (part.span,) if part.salvage not in taken or _is_unread(part) else part.left


def _is_unread(part: Part) -> bool:
    """Whether a guess at the whole leaves these bytes out."""
    return part.salvage is Salvage.PARTIAL and not part.records


def _runs(spans: Iterable[Span]) -> list[Span]:
    """The spans, those that touch as one."""
    runs: list[Span] = []
    for span in spans:
        if runs and runs[-1].stop == span.offset:
            runs[-1] = Span(runs[-1].offset, runs[-1].length + span.length)
        else:
            runs.append(span)
    return runs
