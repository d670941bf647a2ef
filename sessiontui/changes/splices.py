"""Splices: some bytes at the end of a session file give way to others, in place; append and pop are the two simplest.

Done while nobody else has the file open. Where others bytes stand behind, or somebody reads the file all the time, the
file is written anew instead: a rewrite. It refuses unless the bytes before and the bytes that go are those recorded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from sessiontui.changes import patches, rewrites
from sessiontui.changes.edits import Splice
from sessiontui.changes.files import common, give_time, kept_bytes, opened, require_inside, traits
from sessiontui.changes.folder import Folder
from sessiontui.changes.record import ChangeRecord
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
"""What is to be done to an open file. SortRequested again when the file has changed; raises what keeps it from being done."""


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
    path = record.folder.sessions / file
    try:
        with live_replace.alone(path, record.patience) as alone:
            stamp = stamps.stamp(alone.fd)
            cut = decide(alone.fd, stamp)
            return _truncate(record, key, file, alone, cut, stamp) if cut.span.stop == stamp.size else None
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
    kept = record.keep(_then(lines.pieces(fd, cut.span), cut.inserted))
    guard = lines.tail_hash(fd, cut.span.offset)
    size, inserted = stamp.size, len(cut.inserted)
    edit = Splice(key, file, cut.span.offset, cut.span.length, inserted, size, guard, kept, traits(fd))
    record.write(edit)
    return edit


def _then(pieces: Iterator[bytes], more: bytes) -> Iterator[bytes]:
    yield from pieces
    yield more


def _truncate(record: ChangeRecord, key: str, file: str, alone: Alone, cut: Cut, stamp: Stamp) -> Span:
    fd = alone.fd
    _recorded(record, key, file, fd, cut, stamp)
    alone.make_sure()
    if cut.span.length:
        os.ftruncate(fd, cut.span.offset)
        sync(fd)
    landed = Span(cut.span.offset, len(cut.inserted))
    if cut.inserted:
        landed = Span(write_end(fd, cut.inserted), len(cut.inserted))
        sync(fd)
    if cut.mtime_ns is not None:
        keep_time(fd, cut.span.offset + len(cut.inserted), cut.mtime_ns)
    if landed.offset != cut.span.offset:  # without a lease somebody may have been faster
        _correct(record, fd, landed)
    record.made()
    return landed


def _beside_readers(record: ChangeRecord, path: Path, edit: Splice, inserted: bytes) -> Span:
    """Append where somebody reads all the time: a lease for that keeps us out too, so that we look afterwards."""
    landed = append(path, inserted)
    with opened(path) as fd:
        if landed.offset != edit.at:
            _correct(record, fd, landed)
        record.made()
        open_before = landed.offset > 0 and os.pread(fd, 1, landed.offset - 1) != b"\n"
    if open_before and not inserted.startswith(b"\n"):  # a writer was in the middle of a line
        _part(record, edit, landed.offset)
        return Span(landed.offset + 1, landed.length)
    return landed


def _part(record: ChangeRecord, edit: Splice, at: int) -> None:
    """End the line that a writer had begun before ours."""
    rewrites.make(record, edit.key, edit.file, _content(lambda *_: Cut(Span(at, 0), b"\n")))


def _correct(record: ChangeRecord, fd: int, landed: Span) -> None:
    """Somebody appended in the same instant: record where the bytes really stand."""
    n = len(record.steps)
    edit = record.steps[n - 1].edit
    if not isinstance(edit, Splice):
        raise TypeError("only a splice lands elsewhere")
    kept = record.keep(lines.pieces(fd, landed))
    guard = lines.tail_hash(fd, landed.offset)
    record.write(Splice(edit.key, edit.file, landed.offset, 0, landed.length, landed.offset, guard, kept, edit.was))
    record.mark(n, "void")


def _rewritten(record: ChangeRecord, key: str, file: str, decide: Decide) -> Span:
    """The same by writing the file anew, for other bytes stand behind, or a reader keeps it open."""
    made: list[Cut] = []

    def deciding(fd: int, stamp: Stamp) -> Cut:
        made.append(decide(fd, stamp))
        return made[-1]

    rewrites.make(record, key, file, _content(deciding), lambda _: made[-1].mtime_ns)
    return Span(made[-1].span.offset, len(made[-1].inserted))


def _content(decide: Decide) -> rewrites.Content:
    def content(fd: int, size: int, hear: rewrites.Hear) -> Iterator[bytes]:
        cut = decide(fd, stamps.stamp(fd)._replace(size=size))
        for piece in lines.pieces(fd, Span(0, cut.span.offset)):
            hear(piece)
            yield piece
        for piece in lines.pieces(fd, cut.span):
            hear(piece)
        yield cut.inserted
        for piece in lines.pieces(fd, Span(cut.span.stop, size - cut.span.stop)):
            hear(piece)
            yield piece

    return content


def settle(record: ChangeRecord, edit: Splice) -> Literal["made", "void"]:
    """Find out what became of a splice that was interrupted, and finish or roll back one that was done by half."""
    path = record.folder.sessions / edit.file
    removed, inserted = Span(0, edit.removed), Span(edit.removed, edit.inserted)
    try:
        require_inside(record.folder, edit)
        with kept_bytes(record.folder, edit.kept) as kept, opened(path) as fd:
            size = os.fstat(fd).st_size
            if size < edit.at or lines.tail_hash(fd, edit.at) != edit.guard:
                return "made" if edit.removed else "void"  # nobody can say; what went may stand nowhere else
            old = common(fd, edit.at, kept, removed)
            new = common(fd, edit.at, kept, inserted)
            if edit.removed > edit.inserted and old == edit.removed:
                return "void"
            if new == edit.inserted and size >= edit.size - edit.removed + edit.inserted:
                _keep_time(record, fd, edit)
                return "made"
            if old == edit.removed and edit.removed:
                return "void"
            if edit.at + new < size:  # somebody wrote behind it; what went stays kept
                return "made" if edit.removed else "void"
            rest = b"".join(lines.pieces(kept, Span(edit.removed + new, edit.inserted - new)))
    except (FileNotFoundError, Refused):
        return "void"
    if edit.removed:  # cut, and what belongs behind it is not back yet
        append(path, rest)
        with opened(path) as fd:
            _keep_time(record, fd, edit)
        return "made"
    if new:
        _take_out(record, path, edit, new)
    give_time(path, edit.size, edit.was.mtime_ns)
    return "void"


def _keep_time(record: ChangeRecord, fd: int, edit: Splice) -> None:
    """Give a file in which nobody said anything the time that it had: not after an append, or one made again."""
    if edit.removed or record.verb == "undo":
        keep_time(fd, edit.at + edit.inserted, edit.was.mtime_ns)


def _take_out(record: ChangeRecord, path: Path, edit: Splice, written: int) -> None:
    """Cut off the part of a line that was written when it ended, unless somebody has written behind it by now."""
    stop = edit.at + written
    try:
        with live_replace.alone(path, record.patience) as alone:
            if os.fstat(alone.fd).st_size == stop:
                os.ftruncate(alone.fd, edit.at)
                sync(alone.fd)
    except OpenElsewhere:
        patches.patch(record, path, Span(edit.at, written))


def foresee(folder: Folder, edit: Splice) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    try:
        with opened(folder.sessions / edit.file) as fd:
            _reversed(folder, edit, fd, stamps.stamp(fd))
    except FileNotFoundError:
        raise _lost(folder, edit, "the file is gone") from None
    if edit.removed > edit.inserted:
        return f"put {edit.removed - edit.inserted} bytes back into {edit.file} at offset {edit.at}"
    return f"remove {edit.inserted - edit.removed} bytes from {edit.file} at offset {edit.at}"


def revert(record: ChangeRecord, edit: Splice) -> None:
    """Put back what was removed and take out what was inserted; what was appended since stays behind it."""
    try:
        make(record, edit.key, edit.file, lambda fd, stamp: _reversed(record.folder, edit, fd, stamp))
    except FileNotFoundError:
        raise _lost(record.folder, edit, "the file is gone") from None


def _reversed(folder: Folder, edit: Splice, fd: int, stamp: Stamp) -> Cut:
    """The cut that takes it back, in the file as it is now."""
    with kept_bytes(folder, edit.kept) as kept:
        if not _unchanged(fd, edit, kept):
            raise _lost(folder, edit, "the bytes before or at that place have changed")
        before = os.pread(fd, 1, edit.at - 1) if edit.at else b"\n"
        back = b"".join(lines.pieces(kept, Span(0, edit.removed)))
    followed = stamp.size > edit.at + edit.inserted
    if followed and not (back or before).endswith(b"\n"):
        back += b"\n"  # a record that came since must not be glued to an unfinished line
    grown = stamp.size != edit.size - edit.removed + edit.inserted
    return Cut(Span(edit.at, edit.inserted), back, None if grown else edit.was.mtime_ns)


def _unchanged(fd: int, edit: Splice, kept: int) -> bool:
    if os.fstat(fd).st_size < edit.at + edit.inserted or lines.tail_hash(fd, edit.at) != edit.guard:
        return False
    return common(fd, edit.at, kept, Span(edit.removed, edit.inserted)) == edit.inserted


def _lost(folder: Folder, edit: Splice, why: str) -> Refused:
    return Refused(
        f"{edit.file} can't be put back: {why}; nothing was changed",
        f"the bytes are in {folder.path(edit.kept.name)}; undo later changes of this session first",
    )
