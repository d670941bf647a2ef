"""Have back what is whole in damaged lines, or what a person wants beyond that; what is left of them is kept apart.

The good lines stay byte for byte, and a record stands where its first byte stood. What goes out of a session is in the
journal before it goes. A last line that somebody may be writing stays as it is; a database has no lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import rewrites
from sessiontui.changes.edits.files import name_in
from sessiontui.changes.journal import fragment_file
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import NONE, Problem, RepairStatus, problem
from sessiontui.changes.verbs import plans, repair_plan
from sessiontui.changes.verbs.repair_plan import RepairRequest, Room, Sum
from sessiontui.damage import catalogue
from sessiontui.damage.salvage import EVERYTHING_SURE, Outcome, Wish
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.copied import Copied
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, Refused, SessiontuiError
from sessiontui.model import Salvage, Severity, Span
from sessiontui.store.jsonl import no_session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent, stop_if


@dataclass(frozen=True, slots=True)
class RepairRow:
    """One session: what repair would do to it, or did."""

    key: str
    kept: int
    """Messages that stay as they are."""
    dropped: int
    """Fragments that go out of the file, to be kept in the journal."""
    recovered: int
    """Messages had back."""
    left: int
    """Faults that stay."""
    bytes_before: int
    bytes_after: int
    status: RepairStatus
    outcomes: tuple[Outcome, ...] = ()
    """What becomes of its faults, where only some were chosen of those: the first thousand of all sessions, and no more
    than 4 MiB of records."""
    faults: int = 0
    """How many there are: damage, and a last line that may still be being written."""
    offered: tuple[int, ...] = ()
    """The lines of those that stay, of those told, of which something is had back once they are marked; of a session
    that was repaired, as they count now."""
    unoffered: tuple[int, ...] = ()
    """The lines that were marked for nothing."""
    unread: tuple[tuple[int, int], ...] = ()
    """The lines of which a reading was wanted that is not there, each with how many there are."""
    guesses: int = 0
    """Of how many of those that stay something is had back by a guess."""
    problem: Problem = NONE
    """Why it was left as it was; without an exit code, why there is nothing to do."""
    seen: Copied | None = field(default=None, repr=False, compare=False)
    """The file that was planned for."""
    settled: bool = True
    """Nobody had written to it just then."""
    wish: Wish = EVERYTHING_SURE
    takes: int = 0
    """Bytes that its fragments take in the journal."""
    fragments: Path | None = None
    """Where they are kept, once they are; None where there are none."""

    def left_alone(self, error: SessiontuiError) -> RepairRow:
        """The row of a session that stays as it is."""
        return replace(
            self,
            dropped=0,
            recovered=0,
            bytes_after=self.bytes_before,
            status=plans.status(error),
            outcomes=(),
            problem=problem(error),
            takes=0,
        )


@dataclass(frozen=True, slots=True)
class RepairPlan(plans.RowsPlan[RepairRow]):
    """What repair would do, session by session."""

    rows: tuple[RepairRow, ...]

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""
        kept = sum(row.bytes_before + row.takes for row in self.goes)
        return Takes(kept, sum(row.bytes_after + row.takes for row in self.goes))


def fragments_path(rows: Iterable[RepairRow]) -> Path | None:
    """Where what went out of the files is kept: one file, or the pattern of several; None where nothing had to be."""
    kept = [row.fragments for row in rows if row.fragments]
    if len(kept) < 2:
        return next(iter(kept), None)
    return kept[0].with_name(f"{kept[0].name.partition('.')[0]}.*.{fragment_file.KIND}")


def plan(
    store: Store,
    keys: Sequence[str] | None,
    wishes: Mapping[str, Wish] | None = None,
    wish: Wish = EVERYTHING_SURE,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> RepairPlan:
    """Say what would be had back; touches nothing. ``keys`` None means all; ``wish`` is for those not in ``wishes``.
    Raises ``UnknownKey`` and ``Cancelled``; other trouble with a session is in its row. ``progress`` counts bytes."""
    room = Room()
    by_stem = (
        {store.resolve(key): each for key, each in (wishes or {}).items()} if isinstance(store, JsonlStore) else {}
    )

    def read(fd: int, key: str, seen: Copied, progress: Progress) -> RepairRow:
        request = RepairRequest(by_stem.get(key, wish), seen.stamp.size, stamps.is_idle(seen.stamp.mtime_ns))
        found = Sum(request, room)
        takes = sum(
            fragment_file.takes(key, each.fault, span)
            for each in repair_plan.outcomes(fd, found, cancelled, progress)
            for span in each.fragments
        )
        row = replace(
            _told(_healthy(key, 0, request.size), found),
            problem=_why_nothing(found),
            seen=seen,
            settled=request.settled,
            wish=request.wish,
            takes=takes,
        )
        return row.left_alone(_missing(sorted(found.missing), key + SUFFIX)) if found.missing else row

    return RepairPlan(plans.planned(store, keys, _healthy, read, cancelled, progress))


def _healthy(key: str, kept: int, size: int) -> RepairRow:
    """The row of a session in a database."""
    why = Problem("a database has no lines that could be damaged")
    return RepairRow(key, kept, 0, 0, 0, size, size, "unchanged", problem=why)


def _missing(wanted: list[int], file: str) -> Refused:
    which = f"line {wanted[0]:,}" if len(wanted) == 1 else f"lines {', '.join(map(str, wanted))}"
    return Refused(f"no fault begins on {which} of {file}", "`sessiontui check` says where they begin", unchanged=True)


def _told(row: RepairRow, found: Sum) -> RepairRow:
    """The row of what was found."""
    return replace(
        row,
        kept=found.kept,
        dropped=found.dropped,
        recovered=found.recovered,
        left=found.left,
        bytes_after=row.bytes_before + found.growth,
        status="repaired" if found.changes else "unchanged",
        outcomes=tuple(found.named),
        faults=found.faults,
        offered=tuple(found.offered),
        unoffered=tuple(sorted(found.unoffered)),
        unread=tuple(found.unread.items()),
        guesses=found.guesses,
    )


def _why_nothing(found: Sum) -> Problem:
    """Why nothing is done to a damaged file."""
    stay = [outcome.fault for outcome in found.named if outcome.fault.severity is Severity.DAMAGE]
    if found.changes or not stay:
        return NONE
    if stay[0].line is None:
        return Problem(f"it is no session: {no_session.what(stay[0])}")
    if any(fault.salvage is not Salvage.NONE for fault in stay) or found.left > len(stay):
        return Problem("what is damaged is had back only where you say so")
    return Problem(
        f"nothing can be had back: {catalogue.what(stay[0])}" if len(stay) == 1 else "nothing can be had back"
    )


def make(
    store: Store,
    plan: RepairPlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> plans.RowsOutcome[RepairRow]:
    """Repair as planned. A session that changed since it was planned is refused in its row, but for what came behind
    its end. Cancelled between sessions or within one: those not begun stay as they were, with status ``cancelled``."""
    made = partial(_made, Room())
    return plans.made(plan, store.path, "repair", made, lambda row: row.bytes_before, patience, cancelled, progress)


def _made(room: Room, record: ChangeRecord, row: RepairRow, cancelled: IsCancelled, progress: Progress) -> RepairRow:
    tried: list[tuple[Sum, Path | None]] = []

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        """What takes the place of so many bytes of the file."""

        def old(start: int, stop: int) -> Iterator[bytes]:
            for piece in read(Span(start, stop - start)):
                stop_if(cancelled)
                yield piece

        planned, at = row.bytes_before, 0
        found = Sum(RepairRequest(row.wish, planned, row.settled, grown=size > planned), room)
        with closing(fragment_file.Fragments(record)) as kept:
            for outcome in repair_plan.outcomes(fd, found, cancelled, progress):
                if outcome.stays:
                    continue
                span = repair_plan.replaced(outcome, planned)
                yield from old(at, span.offset)
                for _ in old(span.offset, span.stop):
                    pass
                kept.add(row.key, outcome.fault, outcome.fragments, fd)
                yield from (recovered + b"\n" for recovered in outcome.records)
                at = span.stop
            yield from old(at, size)
            if found.newline:
                yield b"\n"
            kept.sync()
        if found.missing or not found.changes:  # what was to be done is being written just now
            raise Changed(row.key + SUFFIX)
        tried.append((found, kept.path))

    file = name_in(record.sessions / (row.key + SUFFIX))
    done = rewrites.make(record, row.key, file, content, seen=row.seen)
    found, where = tried[-1]
    return replace(
        _told(row, found),
        offered=tuple(found.behind),
        fragments=where,
        bytes_before=done.before,
        bytes_after=done.after,
    )
