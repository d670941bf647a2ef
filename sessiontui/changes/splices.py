"""Splices: some bytes of a session file give way to others; append and pop are the two simplest.

At the end of a file it is done in place, elsewhere by replacing the file. It refuses unless the bytes before and the
bytes that go are exactly those that were recorded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from sessiontui.changes.edits import Splice
from sessiontui.changes.files import carry, common, give_time, kept_bytes, opened, require_inside, traits
from sessiontui.changes.folder import Folder
from sessiontui.changes.record import Record
from sessiontui.disk import lines, stamps
from sessiontui.disk.replace import append, replace, truncate
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused
from sessiontui.model import Span


def make(
    record: Record, key: str, file: str, cut: Span, inserted: bytes, expect: Stamp, mtime_ns: int | None = None
) -> Span:
    """Put ``inserted`` in the place of ``cut`` and return where it stands.

    ``mtime_ns`` is the file's time afterwards. Raises ``Changed`` when the file is not as ``expect`` says.
    """
    path = record.folder.sessions / file
    with opened(path) as fd:
        if stamps.stamp(fd) != expect:
            raise Changed(path.name)
        kept = record.keep(_then(lines.pieces(fd, cut), inserted))
        guard = lines.tail_hash(fd, cut.offset)
        was = traits(fd)
        edit = Splice(key, file, cut.offset, cut.length, len(inserted), expect.size, guard, kept, was)
        record.write(edit)
        landed = _apply(fd, path, cut, inserted, expect)
    if landed.offset != cut.offset:
        _correct(record, edit, landed)
    if mtime_ns is not None:
        give_time(path, expect.size - cut.length + len(inserted), mtime_ns)
    record.made()
    return landed


def _then(pieces: Iterator[bytes], more: bytes) -> Iterator[bytes]:
    yield from pieces
    yield more


def _apply(fd: int, path: Path, cut: Span, inserted: bytes, expect: Stamp) -> Span:
    if cut.stop < expect.size:
        replace(path, _spliced(fd, cut, inserted, expect.size), expect)
        carry(fd, expect.size, path)
        return Span(cut.offset, len(inserted))
    if cut.length:
        truncate(path, cut.offset, expect)
    return append(path, inserted) if inserted else Span(cut.offset, 0)


def _spliced(fd: int, cut: Span, inserted: bytes, size: int) -> Iterator[bytes]:
    yield from lines.pieces(fd, Span(0, cut.offset))
    yield inserted
    yield from lines.pieces(fd, Span(cut.stop, size - cut.stop))


def _correct(record: Record, edit: Splice, landed: Span) -> None:
    """Somebody appended in the same instant: record where the bytes really stand."""
    with opened(record.folder.sessions / edit.file) as fd:
        kept = record.keep(lines.pieces(fd, landed))
        guard = lines.tail_hash(fd, landed.offset)
    n = len(record.steps)
    record.write(Splice(edit.key, edit.file, landed.offset, 0, landed.length, landed.offset, guard, kept, edit.was))
    record.mark(n, "void")


def settle(record: Record, edit: Splice) -> Literal["made", "void"]:
    """Find out what became of a splice that was interrupted, and finish or roll back one that was done by half."""
    path = record.folder.sessions / edit.file
    removed, inserted = Span(0, edit.removed), Span(edit.removed, edit.inserted)
    try:
        require_inside(record.folder, edit)
        with kept_bytes(record.folder, edit.kept) as kept, opened(path) as fd:
            size = os.fstat(fd).st_size
            if size < edit.at or lines.tail_hash(fd, edit.at) != edit.guard:
                return "void"
            old = common(fd, edit.at, kept, removed)
            new = common(fd, edit.at, kept, inserted)
            if edit.removed > edit.inserted and old == edit.removed:
                return "void"
            if new == edit.inserted and size >= edit.size - edit.removed + edit.inserted:
                return "made"
            if old == edit.removed and edit.removed:
                return "void"
            if edit.at + new < size:  # somebody wrote behind it; what went stays kept
                return "made" if edit.removed else "void"
            rest = b"".join(lines.pieces(kept, Span(edit.removed + new, edit.inserted - new)))
            stamp = stamps.stamp(fd)
    except (FileNotFoundError, Refused):
        return "void"
    if edit.removed:  # cut, and what belongs behind it is not back yet
        append(path, rest)
        return "made"
    if new:
        truncate(path, edit.at, stamp)
    return "void"


def foresee(folder: Folder, edit: Splice) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    _reversed(folder, edit)
    if edit.removed > edit.inserted:
        return f"put {edit.removed - edit.inserted} bytes back into {edit.file} at offset {edit.at}"
    return f"remove {edit.inserted - edit.removed} bytes from {edit.file} at offset {edit.at}"


def revert(record: Record, edit: Splice) -> None:
    """Put back what was removed and take out what was inserted; what was appended since stays behind it."""
    inserted, stamp = _reversed(record.folder, edit)
    grown = stamp.size != edit.size - edit.removed + edit.inserted
    span = Span(edit.at, edit.inserted)
    make(record, edit.key, edit.file, span, inserted, stamp, None if grown else edit.was.mtime_ns)


def _reversed(folder: Folder, edit: Splice) -> tuple[bytes, Stamp]:
    """The bytes that come back, and the file that they come back to."""
    path = folder.sessions / edit.file
    with kept_bytes(folder, edit.kept) as kept:
        try:
            with opened(path) as fd:
                stamp = stamps.stamp(fd)
                if not _unchanged(fd, edit, kept):
                    raise _lost(folder, edit, "the bytes before or at that place have changed")
                before = os.pread(fd, 1, edit.at - 1) if edit.at else b"\n"
        except FileNotFoundError:
            raise _lost(folder, edit, "the file is gone") from None
        back = b"".join(lines.pieces(kept, Span(0, edit.removed)))
    followed = stamp.size > edit.at + edit.inserted
    if followed and not (back or before).endswith(b"\n"):
        back += b"\n"  # a record that came since must not be glued to an unfinished line
    return back, stamp


def _unchanged(fd: int, edit: Splice, kept: int) -> bool:
    if os.fstat(fd).st_size < edit.at + edit.inserted or lines.tail_hash(fd, edit.at) != edit.guard:
        return False
    return common(fd, edit.at, kept, Span(edit.removed, edit.inserted)) == edit.inserted


def _lost(folder: Folder, edit: Splice, why: str) -> Refused:
    return Refused(
        f"{edit.file} can't be put back: {why}; nothing was changed",
        f"the bytes are in {folder.path(edit.kept.name)}; undo later changes of this session first",
    )
