"""Remove damaged and blank lines from sessions; the valid ones stay, byte for byte, each with its own line end.

A session without any is not written at all, and no file is made for a key that has none. Refuses a file in which no
valid line is, unless it is named, and always one that is no session. A database has no lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from sessiontui.changes import recoverable
from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import rewrites
from sessiontui.changes.edits.files import name_in
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import NONE, CompactStatus, Problem, problem
from sessiontui.changes.recoverable import Recoverable
from sessiontui.changes.verbs import plans
from sessiontui.damage import diagnose
from sessiontui.damage.verdict import Line
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import lines
from sessiontui.disk.copied import Copied
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Refused, SessiontuiError
from sessiontui.model import Fault, Span
from sessiontui.store.jsonl import file_faults, no_session
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent, stop_if

NAMED: Final = 1000
"""So many of the faults that go are named."""


@dataclass(frozen=True, slots=True)
class CompactRow:
    """One session: what compact would do to it, or did."""

    key: str
    kept: int
    dropped: int
    """Damaged lines; blank ones go too but aren't counted."""
    recovered: int
    bytes_before: int
    bytes_after: int
    status: CompactStatus
    recoverable: Recoverable = recoverable.NONE
    """Messages in the damaged lines that go."""
    gone: tuple[Fault, ...] = ()
    """What is wrong with the lines that go, the first thousand faults."""
    problem: Problem = NONE
    drops: tuple[Span, ...] = field(default=(), repr=False)
    """The bytes that go, in order, neighbours as one."""
    seen: Copied | None = field(default=None, compare=False)
    """The file that was planned for."""
    unfinished: int | None = None
    """Where the last line begins, if it goes and no newline ends it: somebody may be writing it still."""

    def left_alone(self, error: SessiontuiError) -> CompactRow:
        """The row of a session that stays as it is."""
        return replace(
            self,
            dropped=0,
            bytes_after=self.bytes_before,
            recoverable=recoverable.NONE,
            status=plans.status(error),
            gone=(),
            drops=(),
            problem=problem(error),
        )


@dataclass(frozen=True, slots=True)
class CompactPlan(plans.RowsPlan[CompactRow]):
    """What compact would do, session by session."""

    rows: tuple[CompactRow, ...]

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""
        return Takes(sum(row.bytes_before for row in self.goes), sum(row.bytes_after for row in self.goes))


def plan(
    store: Store,
    keys: Sequence[str] | None,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
    anyway: bool = False,
) -> CompactPlan:
    """Say what would go; touches nothing. ``keys`` None means all. Raises ``UnknownKey`` and ``Cancelled``;
    other trouble with a session is in its row. ``progress`` counts bytes. ``anyway``: empty those of ``keys`` too that
    have damaged lines and no valid one."""
    read = partial(_read, cancelled, anyway and keys is not None)
    return CompactPlan(plans.planned(store, keys, _healthy, read, cancelled, progress))


def _healthy(key: str, kept: int, size: int) -> CompactRow:
    return CompactRow(key, kept, 0, 0, size, size, "unchanged")


def _empties(row: CompactRow) -> Refused:
    """Why a file in which no valid line is stays as it is."""
    lines = "its damaged line goes" if row.dropped == 1 else f"all of its {row.dropped:,} damaged lines go"
    return Refused(
        f"{row.key}{SUFFIX} has no message that ZeroClaw reads: it would be empty if {lines}",
        "`sessiontui repair KEY` recovers what it can first; `sessiontui compact KEY --anyway` empties the file",
        unchanged=True,
    )


def _read(cancelled: IsCancelled, anyway: bool, fd: int, key: str, seen: Copied, progress: Progress) -> CompactRow:
    size = seen.stamp.size
    if whole := no_session.of(fd, size, cancelled):
        raise no_session.refusal(key + SUFFIX, whole)
    unfinished: int | None = None
    drops: list[Span] = []
    tally = file_faults.LineTally()

    def noted() -> Iterator[Line | Fault]:
        nonlocal unfinished
        for each in file_faults.odd(fd, size, tally, cancelled, progress):
            if isinstance(each, Line):
                offset, stop = each.offset, each.stop
            else:  # about a huge line
                span = each.span or Span(0, 0)
                offset, stop = span.offset, min(span.stop + 1, size)
            if stop == size and lines.ends_open(fd, size):
                unfinished = offset
            if drops and drops[-1].stop == offset:
                offset = drops.pop().offset
            drops.append(Span(offset, stop - offset))
            yield each

    faults: list[Fault] = []
    holds = recoverable.NONE
    for fault in diagnose.whole(file_faults.diagnosed(noted())):
        holds = holds.with_fault(fault)
        if len(faults) < NAMED:
            faults.append(fault.bare)
    count = tally.count()
    row = CompactRow(
        key,
        count.messages,
        count.faults,
        0,
        size,
        size - sum(span.length for span in drops),
        "compacted" if drops else "unchanged",
        holds,
        gone=tuple(faults),
        drops=tuple(drops),
        seen=seen,
        unfinished=unfinished,
    )
    return row if row.kept or not row.dropped or anyway else row.left_alone(_empties(row))


def make(
    store: Store,
    plan: CompactPlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> plans.RowsOutcome[CompactRow]:
    """Compact as planned. A session that changed since it was planned is refused in its row. Cancelled between
    sessions or within one: those not begun stay as they were, with status ``cancelled``."""
    return plans.made(plan, store.path, "compact", _made, lambda row: row.bytes_before, patience, cancelled, progress)


def _made(record: ChangeRecord, row: CompactRow, cancelled: IsCancelled, progress: Progress) -> CompactRow:
    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        """What stays of the file as it is now: what was planned, and whatever came behind it since."""
        drops = row.drops
        if row.unfinished is not None and size > row.bytes_before:  # it was being written: it stays
            drops = (*drops[:-1], Span(drops[-1].offset, row.unfinished - drops[-1].offset))
        return without(drops, size, read, cancelled, progress)

    file = name_in(record.sessions / (row.key + SUFFIX))
    done = rewrites.make(record, row.key, file, content, seen=row.seen)
    return replace(row, bytes_before=done.before, bytes_after=done.after)


def without(
    drops: tuple[Span, ...], size: int, read: rewrites.Read, cancelled: IsCancelled, progress: Progress
) -> Iterator[bytes]:
    """So many bytes of a file less some spans, which are in order and apart. ``progress`` counts the old bytes."""
    at = 0
    rest = iter((*drops, Span(size, 0)))
    drop = next(rest)
    for piece in read(Span(0, size)):
        stop_if(cancelled)
        progress(at, size)
        end = at + len(piece)
        kept = []
        while at < end:
            if at < drop.offset:
                stop = min(end, drop.offset)
                kept.append(piece[at - end : stop - end or None])
            else:
                stop = min(end, drop.stop)
            at = stop
            if at == drop.stop and at < size:
                drop = next(rest)
        yield b"".join(kept)
