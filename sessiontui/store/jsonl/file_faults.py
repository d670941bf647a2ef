"""What is wrong in a session file, and what it holds, found in one pass: lines are judged in bulk, damaged ones diagnosed.

The bytes of a huge line are never held; its fault says only where its reader stopped. Writes nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from typing import cast

from sessiontui.damage import diagnose, notes
from sessiontui.damage.verdict import Line
from sessiontui.dialects.source import Dropped
from sessiontui.dialects.zeroclaw import Validated
from sessiontui.model import Fault, Span
from sessiontui.store.jsonl import counts, file_end, huge_line, no_session, session_file
from sessiontui.store.jsonl.counts import Count, OddLines
from sessiontui.store.jsonl.session_file import OpenFile
from sessiontui.store.protocol import IsCancelled, Progress, Report, never, silent


def faults(
    fd: int, stop: int, cancelled: IsCancelled = never, progress: Progress = silent, *, settled: bool = True
) -> Generator[Fault, None, Count]:
    """What is wrong up to ``stop``, in order; returns what the file holds. ``progress`` in bytes. Raises ``Cancelled``.

    Of a file that is no session that is the one fault, without a line.

    ``settled`` False: the file was written to a moment ago. What is wrong with very many lines together comes in
    several goes, each with its parts; ``diagnose.whole`` makes them one.
    """
    if whole := no_session.of(fd, stop, cancelled):
        yield whole
        return as_whole(count(fd, stop, cancelled, progress), whole)
    tally = LineTally()
    yield from diagnosed(odd(fd, stop, tally, cancelled, progress, settled=settled), settled=settled)
    return tally.count()


def counted(
    before: Count, fd: int, stop: int, cancelled: IsCancelled, progress: Progress = silent, start: int = 0
) -> Count:
    """What a file holds, and what it is where it is no session; ``before`` is what it holds up to ``start``."""
    found = before.then(count(fd, stop, cancelled, progress, start))
    return as_whole(found, no_session.of(fd, stop, cancelled))


def as_whole(count: Count, whole: Fault | None) -> Count:
    """The count of a file that is no session, where ``whole`` says what it is."""
    return count if whole is None else count._replace(faults=1, open=False, instead=no_session.what(whole))


def diagnosed(found: Iterable[Line | Fault], *, settled: bool = True) -> Iterator[Fault]:
    """What is wrong with what ``odd`` gave."""
    return _with(found, lambda run: diagnose.of_damaged(run, settled=settled))


def of_file(file: OpenFile) -> Iterator[Fault]:
    """What is wrong in a file; very many lines that are one matter are one fault."""
    return diagnose.whole(faults(file.fd, file.stamp.size, settled=file.settled))


def told(
    file: OpenFile,
    found: Report,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
    *,
    notes: bool = False,
) -> Count:
    """What a file holds; ``found`` is told of each fault and, with ``notes``, what else is worth one, by line: for that
    the file is read once more."""
    held: list[Count] = []

    def counted() -> Iterator[Fault]:
        held.append((yield from faults(file.fd, file.stamp.size, cancelled, progress, settled=file.settled)))

    every = diagnose.whole(counted())
    if notes:
        every = merge(every, _notes(file, cancelled), key=lambda fault: fault.line or 0)
    for fault in every:
        found(fault)
    return held[0]


def _with(found: Iterable[Line | Fault], examine: Callable[[Iterator[Line]], Iterator[Fault]]) -> Iterator[Fault]:
    """The faults among lines, and those that ``examine`` finds in the lines between them."""
    for is_fault, run in groupby(found, lambda each: isinstance(each, Fault)):
        if is_fault:
            yield from (each for each in cast("Iterator[Fault]", run) if each.id != "blank")
        else:
            yield from examine(cast("Iterator[Line]", run))


class LineTally:
    """Counts lines."""

    def __init__(self) -> None:
        self.lines = self._valid = self._damaged = 0
        self._marks = array("Q")
        self.open = False
        """As of ``Count``; known behind the last line."""

    def add(self, validated: Validated) -> None:
        """Some more lines."""
        self._valid += validated.valid
        self._damaged += len(validated.dropped)
        if len(self._marks) <= counts.MOST:
            self._marks.extend(counts.marked(self.lines, [at for at, _ in validated.dropped], validated.blank))
        self.lines += validated.valid + len(validated.dropped) + len(validated.blank)

    def count(self) -> Count:
        """What they come to."""
        few = len(self._marks) <= counts.MOST
        return Count(self._valid, self._damaged, OddLines(self.lines, self._marks) if few else None, self.open)


def count(fd: int, stop: int, cancelled: IsCancelled = never, progress: Progress = silent, start: int = 0) -> Count:
    """What a file holds, without a look at what is wrong. Of a later ``start``, which is the beginning of a line, lines
    are counted from there."""
    tally = LineTally()
    for _ in _validated(fd, stop, tally, cancelled, progress, start):
        pass
    return tally.count()


def holds_message(fd: int, stop: int, cancelled: IsCancelled) -> bool:
    """Whether ZeroClaw loads a message from the first ``stop`` bytes; reads up to the first one."""
    return any(validated.valid for _, _, validated in session_file.validated(fd, 0, stop, cancelled))


def _validated(
    fd: int, stop: int, tally: LineTally, cancelled: IsCancelled, progress: Progress = silent, start: int = 0
) -> Iterator[tuple[int, int, list[bytes] | Span, Validated]]:
    """The lines between two offsets, as ``session_file.validated`` gives them, behind how many lines stand before them;
    ``tally`` counts them."""
    for offset, block, validated in session_file.validated(fd, start, stop, cancelled):
        progress(offset, stop)
        before = tally.lines
        tally.add(validated)
        yield before, offset, block, validated
    tally.open = file_end.breaks_off(fd, stop)
    progress(stop, stop)


def odd(
    fd: int,
    stop: int,
    tally: LineTally,
    cancelled: IsCancelled,
    progress: Progress,
    *,
    settled: bool = True,
) -> Iterator[Line | Fault]:
    """The damaged and the blank lines, in order; for a huge one its fault, or the note that it is blank."""
    for before, offset, block, validated in _validated(fd, stop, tally, cancelled, progress):
        wrong = dict(validated.dropped)
        if not isinstance(block, Span):
            yield from _in_block(block, sorted([*validated.blank, *wrong]), before, offset, wrong)
        elif wrong:
            growing = not settled and block.stop == stop
            yield huge_line.fault(fd, wrong[0], before + 1, block, growing=growing)
        elif validated.blank:
            yield notes.blank(before + 1, block)


def _in_block(
    block: list[bytes], indices: Iterable[int], before: int, offset: int, wrong: Mapping[int, Dropped]
) -> Iterator[Line]:
    """The lines of these indices, which rise; ``before`` lines stand before the block, which begins at ``offset``."""
    at = 0
    for index in indices:
        offset += sum(map(len, block[at:index]))
        at = index
        data = block[index]
        ended = data.endswith(b"\n")
        yield Line(before + index + 1, offset, data[:-1] if ended else data, ended, wrong.get(index))


def _notes(file: OpenFile, cancelled: IsCancelled) -> Iterator[Fault]:
    return _with(_sound(file, cancelled), notes.notes)


def _sound(file: OpenFile, cancelled: IsCancelled) -> Iterator[Line | Fault]:
    """The lines that are not damaged, and the notes to huge ones."""
    for before, offset, block, validated in _validated(file.fd, file.stamp.size, LineTally(), cancelled):
        wrong = dict(validated.dropped)
        if not isinstance(block, Span):
            sound = (index for index in range(len(block)) if index not in wrong)
            yield from _in_block(block, sound, before, offset, wrong)
        elif not wrong:
            yield notes.huge(before + 1, block)
