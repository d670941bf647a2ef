"""Splices: some bytes at the end of a session file give way to others, in place; append and pop are the two simplest.

Done while nobody else has the file open. Where others bytes stand behind, or somebody reads the file all the time, the
file is written anew instead: a rewrite. It refuses unless the bytes before and the bytes that go are those recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from sessiontui.changes.edits import rewrites
from sessiontui.changes.edits.files import (
    Traits,
    common,
    give_time,
    opened,
    patch,
    patched,
    require_inside,
    traits,
)
from sessiontui.changes.edits.undo_refusals import kept_bytes, lost, refused_where_gone
from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk import lines, live_replace, stamps
from sessiontui.disk.live_replace import ATTEMPTS, Again, Alone, OpenElsewhere
from sessiontui.disk.replace import append, keep_time, sync, write_end
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused
from sessiontui.model import Span


class Cut(NamedTuple):
    """What is to be done to a file of a certain length."""

    span: Span
    """What goes."""
    inserted: bytes
    """What comes in its place."""
    mtime_ns: int | None = None
    """The file's time afterwards, where it has no news."""


Decide = Callable[[int, Stamp], Cut]
"""What is to be done to an open file. Asked again when the file has changed; raises what keeps it from being done."""


@dataclass(frozen=True, slots=True)
class Splice(Edit):
    """``removed`` bytes at ``at`` give way to ``inserted`` ones. ``kept`` holds the removed, then the inserted bytes."""

    key: str
    file: str
    at: int
    removed: int
    inserted: int
    size: int
    """Bytes of the file before."""
    guard: str
    """``disk.lines.tail_hash`` at ``at``: the bytes before are still those."""
    kept: KeptFile
    was: Traits

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out what became of it, and finish or roll back a splice that was done by half."""
        path = record.sessions / self.file
        removed, inserted = Span(0, self.removed), Span(self.removed, self.inserted)
        try:
            require_inside(record.folder, self)
            with kept_bytes(record.folder, self.kept) as kept, opened(path) as fd:
                size = os.fstat(fd).st_size
                if size < self.at or lines.tail_hash(fd, self.at) != self.guard:
                    return "made" if self.removed else "void"  # nobody can say; what went may stand nowhere else
                old = common(fd, self.at, kept, removed)
                new = common(fd, self.at, kept, inserted)
                if self.removed > self.inserted and old == self.removed:
                    return "void"
                if new == self.inserted and size >= self.size - self.removed + self.inserted:
                    self._keep_time(record, fd)
                    return "made"
                if old == self.removed and self.removed:
                    return "void"
                if self.at + new < size:  # somebody wrote behind it; what went stays kept
                    return "made" if self.removed else "void"
                rest = b"".join(lines.pieces(kept, Span(self.removed + new, self.inserted - new)))
        except (FileNotFoundError, Refused):
            return "void"
        if self.removed:  # cut, and what belongs behind it is not back yet
            append(path, rest)
            with opened(path) as fd:
                self._keep_time(record, fd)
            return "made"
        if new:
            _take_out(record, path, Span(self.at, new))
        give_time(path, self.size, self.was.mtime_ns)
        return "void"

    def _keep_time(self, record: ChangeRecord, fd: int) -> None:
        """Give a file in which nobody said anything the time that it had: not after an append, or one made again."""
        if self.removed or record.verb == "undo":
            keep_time(fd, self.at + self.inserted, self.was.mtime_ns)

    def foresee(self, folder: Folder) -> str:
        with refused_where_gone(folder, self.file, self.kept), opened(folder.sessions / self.file) as fd:
            self._reversed(folder, fd, stamps.stamp(fd))
        if self.removed > self.inserted:
            return f"put {self.removed - self.inserted} bytes back into {self.file} at offset {self.at}"
        return f"remove {self.inserted - self.removed} bytes from {self.file} at offset {self.at}"

    def revert(self, record: ChangeRecord) -> None:
        """Put back what was removed and take out what was inserted; what was appended since stays behind it."""
        with refused_where_gone(record.folder, self.file, self.kept):
            make(record, self.key, self.file, lambda fd, stamp: self._reversed(record.folder, fd, stamp))

    def _reversed(self, folder: Folder, fd: int, stamp: Stamp) -> Cut:
        """The cut that takes it back, in the file as it is now."""
        with kept_bytes(folder, self.kept) as kept:
            if (
                os.fstat(fd).st_size < self.at + self.inserted
                or lines.tail_hash(fd, self.at) != self.guard
                or common(fd, self.at, kept, Span(self.removed, self.inserted)) != self.inserted
            ):
                raise lost(folder, self.file, self.kept, "the bytes before or at that place have changed")
            before = os.pread(fd, 1, self.at - 1) if self.at else b"\n"
            back = b"".join(lines.pieces(kept, Span(0, self.removed)))
        followed = stamp.size > self.at + self.inserted
        if followed and not (back or before).endswith(b"\n"):
            back += b"\n"  # a record that came since must not be glued to an unfinished line
        grown = stamp.size != self.size - self.removed + self.inserted
        return Cut(Span(self.at, self.inserted), back, None if grown else self.was.mtime_ns)


def make(record: ChangeRecord, key: str, file: str, decide: Decide) -> Span:
    """Make the cut and return where the inserted bytes stand. Raises ``Changed`` where the file never holds still."""
    for _ in range(ATTEMPTS):
        try:
            landed = _attempt(record, key, file, decide)
        except Again:
            record.give_up()
            continue
        return landed if landed is not None else _rewritten(record, key, file, decide)
    raise Changed(file)


def _attempt(record: ChangeRecord, key: str, file: str, decide: Decide) -> Span | None:
    """In place; None where that can't be."""
    path = record.sessions / file
    try:
        with live_replace.alone(path, record.patience) as alone:
            stamp = stamps.stamp(alone.fd)
            cut = decide(alone.fd, stamp)
            if cut.span.stop != stamp.size:
                return None
            return _truncate(record, _recorded(record, key, file, alone.fd, cut, stamp), alone, cut)
    except OpenElsewhere:
        with opened(path) as fd:
            stamp = stamps.stamp(fd)
            cut = decide(fd, stamp)
            if cut.span != Span(stamp.size, 0):
                return None
            with live_replace.quiet(fd, path, record.patience):
                if stamps.stamp(fd) != stamp:
                    raise Again from None
                edit = _recorded(record, key, file, fd, cut, stamp)
        return _beside_readers(record, path, edit, cut.inserted)


def _recorded(record: ChangeRecord, key: str, file: str, fd: int, cut: Cut, stamp: Stamp) -> Splice:
    kept = record.keep(chain(lines.pieces(fd, cut.span), [cut.inserted]))
    guard = lines.tail_hash(fd, cut.span.offset)
    edit = Splice(key, file, *cut.span, len(cut.inserted), stamp.size, guard, kept, traits(fd))
    record.write(edit)
    return edit


def _truncate(record: ChangeRecord, edit: Splice, alone: Alone, cut: Cut) -> Span:
    fd = alone.fd
    alone.make_sure()
    if cut.span.length:
        os.ftruncate(fd, cut.span.offset)
        sync(fd)
    offset, length = cut.span.offset, len(cut.inserted)
    if length:
        offset = write_end(fd, cut.inserted)
        sync(fd)
    if cut.mtime_ns is not None:
        keep_time(fd, cut.span.offset + length, cut.mtime_ns)
    landed = Span(offset, length)
    if offset != cut.span.offset:  # without a lease somebody may have been faster
        _correct(record, edit, fd, landed)
    record.made()
    return landed


def _beside_readers(record: ChangeRecord, path: Path, edit: Splice, inserted: bytes) -> Span:
    """Append where somebody reads all the time: a lease for that keeps us out too, so that we look afterwards."""
    landed = append(path, inserted)
    with opened(path) as fd:
        if landed.offset != edit.at:
            _correct(record, edit, fd, landed)
        record.made()
        open_before = landed.offset > 0 and os.pread(fd, 1, landed.offset - 1) != b"\n"
    if open_before and not inserted.startswith(b"\n"):  # a writer was in the middle of a line
        _rewritten(record, edit.key, edit.file, lambda *_: Cut(Span(landed.offset, 0), b"\n"))  # whose line ends first
        return Span(landed.offset + 1, landed.length)
    return landed


def _correct(record: ChangeRecord, edit: Splice, fd: int, landed: Span) -> None:
    """Somebody appended in the same instant: record where the bytes of the newest edit really stand."""
    n = len(record.steps)
    kept = record.keep(lines.pieces(fd, landed))
    guard = lines.tail_hash(fd, landed.offset)
    record.write(Splice(edit.key, edit.file, landed.offset, 0, landed.length, landed.offset, guard, kept, edit.was))
    record.void(n)


def _rewritten(record: ChangeRecord, key: str, file: str, decide: Decide) -> Span:
    """The same by writing the file anew, for other bytes stand behind, or a reader keeps it open."""
    made: list[Cut] = []

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        cut = decide(fd, stamps.stamp(fd)._replace(size=size))
        made.append(cut)
        yield from patched(read, size, cut.span, iter([cut.inserted]))

    rewrites.make(record, key, file, content, lambda _: made[-1].mtime_ns)
    return Span(made[-1].span.offset, len(made[-1].inserted))


def _take_out(record: ChangeRecord, path: Path, written: Span) -> None:
    """Cut off the part of a line that was written when it ended, unless somebody has written behind it by now."""
    try:
        with live_replace.alone(path, record.patience) as alone:
            if os.fstat(alone.fd).st_size == written.stop:
                os.ftruncate(alone.fd, written.offset)
                sync(alone.fd)
    except OpenElsewhere:
        patch(record, path, written)
