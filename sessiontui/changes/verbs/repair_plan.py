"""What a file becomes when it is repaired: what becomes of each fault, and the bytes that take the file's place.

It is found anew whenever it is asked for, in one pass; nothing that grows with the file is held. The end of a file that
somebody may be writing stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sessiontui.damage import salvage
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.salvage import Outcome, Wish
from sessiontui.damage.verdict import continues, together
from sessiontui.disk import lines
from sessiontui.model import Fault, Salvage, Severity, Span
from sessiontui.store.jsonl import file_faults
from sessiontui.store.jsonl.counts import Count
from sessiontui.store.protocol import IsCancelled, Progress

NAMED: Final = 1000
"""So many outcomes are told, of all sessions together."""
WEIGHT: Final = 4 << 20
"""So many bytes of their records; of the rest the records and fragments are not told."""
_EACH: Final = 64
"""What one more of them takes beside its bytes, about."""


class RepairRequest(NamedTuple):
    """What a file is to become, and of what it is made."""

    wish: Wish
    size: int
    """So many bytes of the file were looked at."""
    settled: bool
    """Nobody was in the middle of a line."""
    grown: bool = False
    """Something came behind them since."""


def outcomes(fd: int, found: Sum, cancelled: IsCancelled, progress: Progress) -> Iterator[Outcome]:
    """What becomes of the faults of a file, in order; all told, ``found`` knows what it comes to."""
    request = found.request
    counts: list[Count] = []
    ends_open = lines.ends_open(fd, request.size)

    def faults() -> Iterator[Fault]:
        counts.append((yield from file_faults.faults(fd, request.size, cancelled, progress, settled=request.settled)))

    def may_go_on(fault: Fault) -> bool:
        """Whether it is about the last line, which may be in the middle of being written."""
        is_whole = bool(fault.parts) and fault.parts[-1].salvage in (Salvage.LOSSLESS, Salvage.OFFERED)
        return is_last(fault) and (request.grown or not (request.settled or is_whole))

    def is_last(fault: Fault) -> bool:
        return ends_open and fault.span is not None and fault.span.stop == request.size

    def remains() -> bool:
        """Whether a message is in the file, or is recovered from it."""
        if file_faults.holds_message(fd, request.size, cancelled):
            return True
        again = file_faults.faults(fd, request.size, cancelled, settled=request.settled)
        return any(each.records and not may_go_on(each.fault) for each in salvage.plan(again, request.wish))

    outcome = None
    for outcome in salvage.plan(faults(), request.wish, remains):
        if may_go_on(outcome.fault):
            outcome = Outcome(outcome.fault._replace(severity=Severity.INCOMPLETE), stays=True)
        elif _is_unread(outcome):
            outcome = Outcome(outcome.fault, stays=True)
        found.add(outcome)
        yield outcome
    is_damaged = outcome is not None and is_last(outcome.fault)
    found.end(counts[0], newline=ends_open and not (is_damaged or counts[0].instead) and _may_end(fd, request))


def _is_unread(outcome: Outcome) -> bool:
    """Whether it is about a huge line: nobody looked whether records are in it."""
    span = outcome.fault.span
    return span is not None and span.length > lines.HUGE and outcome.fault.lines == 1 and not outcome.records


def _may_end(fd: int, request: RepairRequest) -> bool:
    """Whether a last line that is not damaged and that no newline ends is a record, and nobody is about to end it."""
    if request.grown or not request.settled or not request.wish.lossless:
        return False
    _, last = next(lines.backwards(fd, request.size))
    return not (isinstance(last, bytes) and is_blank(last))


def replaced(outcome: Outcome, size: int) -> Span:
    """The bytes that give way: the newline behind the last line too, where one is there and nothing stays before it."""
    span = outcome.fault.span or Span(0, 0)
    stop = outcome.end.offset if outcome.end else min(span.stop + 1, size)
    return Span(span.offset, stop - span.offset)


def _gives(fault: Fault, salvage: Salvage) -> bool:
    """Whether messages can be had back in this way, from a line that nobody is writing."""
    return fault.severity is Severity.DAMAGE and any(part.records for part in fault.parts if part.salvage is salvage)


@dataclass(slots=True)
class Room:
    """How much more is told."""

    outcomes: int = NAMED
    bytes: int = WEIGHT


class Sum:
    """What the outcomes of a file come to; what goes on over very many lines is one fault."""

    def __init__(self, request: RepairRequest, room: Room) -> None:
        self.request = request
        self.room = room
        self.kept = self.recovered = self.dropped = self.growth = 0
        self.faults = self.left = self.guesses = 0
        self.changes = self.newline = False
        self.named: list[Outcome] = []
        """For people: without the parts of their faults."""
        self.missing = set(request.wish.lines)
        """The lines wanted by name with which no fault begins."""
        self.unoffered = set(request.wish.marked)
        """Those that are marked, and nothing there has waited for it."""
        self.unread: dict[int, int] = {}
        """The lines of which a reading is wanted that is not there, and how many there are."""
        self.offered: list[int] = []
        """The lines of faults, of those told, of which something is had back once a person marks them."""
        self.behind: list[int] = []
        """Where these lines are in the file as it becomes."""
        self._shift = 0
        self._before: Fault | None = None
        self._is_told = False

    def add(self, outcome: Outcome) -> None:
        """One outcome more, in order."""
        fault = outcome.fault
        goes_on = self._before is not None and continues(self._before, fault)
        self._before = fault
        if not goes_on:
            self.faults += 1
            self._is_told = self.room.outcomes > 0 and not self._is_passed_over(outcome)
            self.room.outcomes -= self._is_told
            self._begin(outcome)
        if self._is_told:
            self._tell(outcome, goes_on=goes_on)
        if outcome.stays:
            self.left += fault.severity is Severity.DAMAGE and not goes_on
            self.guesses += not goes_on and _gives(fault, Salvage.PARTIAL)
            return
        self.changes = True
        self.recovered += len(outcome.records)
        self.dropped += len(outcome.fragments)
        self.growth += sum(len(record) + 1 for record in outcome.records)
        self.growth -= replaced(outcome, self.request.size).length
        self._shift += len(outcome.records) + bool(outcome.end) - fault.lines

    def end(self, count: Count, *, newline: bool) -> None:
        """All of them were told."""
        self.kept = count.messages
        self.newline = newline
        self.growth += newline
        self.changes = self.changes or newline

    def _is_passed_over(self, outcome: Outcome) -> bool:
        """Whether it stays because others were chosen; they would not be found among many of these."""
        wish = self.request.wish
        return outcome.stays and not (wish.lossless or wish.partial or outcome.fault.line in wish.lines)

    def _begin(self, outcome: Outcome) -> None:
        fault, line = outcome.fault, outcome.fault.line
        if line is None:
            return
        self.missing.discard(line)
        if self.request.wish.readings.get(line, 1) > max(1, len(fault.readings)):
            self.unread[line] = max(fault.recovers > 0, len(fault.readings))
        if fault.readings and _gives(fault, Salvage.PARTIAL):
            self.unoffered.discard(line)
        if _gives(fault, Salvage.OFFERED):
            self.unoffered.discard(line)
            if outcome.stays and self._is_told:
                self.offered.append(line)
                self.behind.append(line + self._shift)

    def _tell(self, outcome: Outcome, *, goes_on: bool) -> None:
        bare = outcome._replace(fault=outcome.fault.bare)
        self.room.bytes -= sum(map(len, bare.records)) + _EACH * len(bare.records + bare.fragments)
        if self.room.bytes < 0:
            bare = bare._replace(records=(), fragments=())
        if goes_on:
            last = self.named.pop()
            bare = Outcome(
                together(last.fault, bare.fault),
                last.stays,
                last.records + bare.records,
                last.fragments + bare.fragments,
            )
        self.named.append(bare)
