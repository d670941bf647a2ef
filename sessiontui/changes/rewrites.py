"""Rewrites: a session file's bytes give way to others in one step, the old ones kept as a hard link. Compact's edit.

Taken back, the old bytes come as a fresh copy, and what was appended since stays behind them. What writers still put
into the old file while it gives way is carried over; how far that came stands in the record, for who comes after a crash.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple
from zlib import crc32

from sessiontui.changes import patches
from sessiontui.changes.edits import KeptFile, Rewrite
from sessiontui.changes.files import checksum, common, digest, give_time, kept_bytes, link_or_copy, opened, traits
from sessiontui.changes.folder import Folder
from sessiontui.changes.hashing import Hashing
from sessiontui.changes.record import ChangeRecord, Step
from sessiontui.disk import lines, live_replace
from sessiontui.disk.attributes import Like
from sessiontui.disk.copied import Copied
from sessiontui.disk.lines import Shrunk
from sessiontui.disk.live_replace import ATTEMPTS, Again
from sessiontui.disk.replace import append, fill, temporary
from sessiontui.errors import Busy, Cancelled, Changed, Refused, Unleased
from sessiontui.model import Span
from sessiontui.store.protocol import IsCancelled, Progress, never, silent

Hear = Callable[[bytes], None]
"""Told every piece of the old file as it is read."""
Content = Callable[[int, int, Hear], Iterator[bytes]]
"""From a descriptor and a length: the bytes that take the place of so many of the old ones. Tells all of these, in order."""


class Rewritten(NamedTuple):
    """What a rewrite did."""

    before: int
    """Bytes of the file that gave way, less those that came late."""
    after: int
    """Bytes that took their place."""


def make(
    record: ChangeRecord, key: str, file: str, content: Content, time: Callable[[int], int | None] = lambda _: None
) -> Rewritten:
    """Rewrite a file, which keeps its modification time. ``content`` raises ``Changed`` where the file is not what it
    was made for. ``time``: from the length of the old file, another time, unless something was appended meanwhile."""
    for _ in range(ATTEMPTS):
        try:
            return _attempt(record, key, file, content, time)
        except (Again, Shrunk):
            record.give_up()
        except (Busy, Unleased):
            record.give_up()
            raise
    raise Changed(file)


def require(record: ChangeRecord, file: str, seen: Copied) -> None:
    """Raise ``Changed`` where a file did not merely grow since it was planned for. ``make`` gives it another name, so
    that its ``ctime`` tells nothing then."""
    with opened(record.folder.sessions / file) as fd:
        seen.require(fd, file)


def _attempt(
    record: ChangeRecord, key: str, file: str, content: Content, time: Callable[[int], int | None]
) -> Rewritten:
    path = record.folder.sessions / file
    name = record.name("old")
    with opened(path) as fd, Hashing(fd) as old, temporary(path.parent) as temp:
        before = Copied.of(fd)
        size = before.stamp.size
        kept = link_or_copy(record.folder, path, fd, name, size)
        copied = before.linked(fd)
        was = traits(fd)
        new = _Sum()
        fill(temp, new.told(content(fd, size, lambda piece: old.more(len(piece)))), was.mode, Like(fd, file))
        kept = kept or KeptFile(name, size, old.hexdigest())
        record.write(Rewrite(key, file, kept, new.length, new.crc32, was))
        n = len(record.steps)
        carried = live_replace.swap(path, temp, fd, copied, record.patience, partial(_note, record, n, size))
    mtime_ns = time(size)
    if mtime_ns is not None and carried == size:
        give_time(path, new.length, mtime_ns)
    record.mark(n, "made")
    return Rewritten(size, new.length)


class _Sum:
    """Length and CRC-32 of bytes that go by; who keeps bytes has a hash of them, these only have to be known again."""

    def __init__(self) -> None:
        self.length = self.crc32 = 0

    def told(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.length += len(chunk)
            self.crc32 = crc32(chunk, self.crc32)
            yield chunk


def _note(record: ChangeRecord, n: int, size: int, carried: int) -> None:
    """ChangeRecord how much of the old file stands in the new one, where that is more than was copied at first."""
    if carried != size:
        record.late(n, carried)


def without(drops: tuple[Span, ...], cancelled: IsCancelled = never, progress: Progress = silent) -> Content:
    """The content of a file less some spans, which are in order and apart. ``progress`` counts the old bytes."""

    def content(fd: int, size: int, hear: Hear) -> Iterator[bytes]:
        at = 0
        rest = iter((*drops, Span(size, 0)))
        drop = next(rest)
        for piece in lines.pieces(fd, Span(0, size)):
            if cancelled():
                raise Cancelled
            progress(at, size)
            hear(piece)
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

    return content


def settle(record: ChangeRecord, step: Step, edit: Rewrite) -> Literal["made", "void"]:
    """Find out whether the new bytes stand; they may be the beginning of the old ones, or the other way round. Where
    the old ones don't, they are kept, and what writers put into the old file meanwhile is carried over."""
    path = record.folder.sessions / edit.file
    with suppress(FileNotFoundError), opened(path) as fd:
        if record.folder.inode(edit.old.name) == _identity(fd):
            return "void"
        if step.late == 0:
            _renew(record, path, fd, edit)
            return "void"
        is_new = edit.length > edit.old.length and _is_made(fd, edit)
        if not is_new and digest(fd, edit.old.length) == edit.old.sha256:
            return "void"
    catch_up(record, step, edit)
    return "made"


def _renew(record: ChangeRecord, path: Path, fd: int, edit: Rewrite) -> None:
    """Finish what was begun where a writer who had to wait wrote the old file anew: that takes the new one's place."""
    old = record.folder.open(edit.old.name)
    written = max(os.fstat(fd).st_mtime_ns, os.fstat(old).st_mtime_ns)
    try:
        whole = Span(0, os.fstat(old).st_size)
        there = edit.length if _is_made(fd, edit) else common(fd, 0, old, whole)
        if there not in (edit.length, os.fstat(fd).st_size):  # others have written since: only whole lines count
            there = os.pread(old, there, 0).rfind(b"\n") + 1
        give_time(path, patches.patch(record, path, Span(0, there), lambda: lines.pieces(old, whole)), written)
    finally:
        os.close(old)


def _is_made(fd: int, edit: Rewrite) -> bool:
    """Whether the file begins with the bytes that the edit gave it."""
    return checksum(fd, edit.length) == edit.crc32


def _identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def catch_up(record: ChangeRecord, step: Step, edit: Rewrite) -> None:
    """Bring over what was appended to the old file after it gave way; nothing where nothing was, or it is a copy. The
    file's time is then that of the newest message in it."""
    late = edit.old.length if step.late is None else step.late
    grown = record.folder.size(edit.old.name)
    if grown <= late:
        return
    path = record.folder.sessions / edit.file
    old = record.folder.open(edit.old.name)
    try:
        at = edit.length + late - edit.old.length
        with opened(path) as fd:
            as_made = os.fstat(fd).st_size >= at and _is_made(fd, edit)
            written = max(os.fstat(fd).st_mtime_ns, os.fstat(old).st_mtime_ns)
        rest = Span(late, grown - late)
        length = _bring(record, path, old, rest, at) if as_made else _bring_behind(path, old, rest)
        give_time(path, length, written)
    except FileNotFoundError:  # nobody brings back what somebody took away: it waits in the journal
        return
    finally:
        os.close(old)
    record.late(step.n, grown)


def is_awaited(record: ChangeRecord, step: Step, edit: Rewrite) -> bool:
    """Whether more is to come from the old file: it holds more than could be brought over, or is open for writing."""
    try:
        old = record.folder.open(edit.old.name)
    except FileNotFoundError:
        return False
    try:
        late = edit.old.length if step.late is None else step.late
        return os.fstat(old).st_size > late or live_replace.is_written(old)
    finally:
        os.close(old)


def _bring_behind(path: Path, old: int, rest: Span) -> int:
    """Put ``rest`` of the old file behind one that somebody has written anew since. Returns the length then."""
    with opened(path) as fd:
        end = b"\n" if lines.ends_open(fd) else b""
    return append(path, end + b"".join(lines.pieces(old, rest))).stop


def _bring(record: ChangeRecord, path: Path, old: int, rest: Span, at: int) -> int:
    """Put ``rest`` of the old file at ``at`` of the new one, less what stands there already. Returns the length then."""
    with opened(path) as fd:
        there = common(fd, at, old, rest)
        size = os.fstat(fd).st_size
    if there == rest.length:
        return size
    if size != at + there:  # others have written since: only whole lines count as brought
        whole = os.pread(old, there, rest.offset).rfind(b"\n") + 1
        return patches.insert(record, path, at + whole, old, Span(rest.offset + whole, rest.length - whole))
    return append(path, b"".join(lines.pieces(old, Span(rest.offset + there, rest.length - there)))).stop


def foresee(folder: Folder, edit: Rewrite) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    try:
        with opened(folder.sessions / edit.file) as fd:
            _require_as_made(folder, edit, fd)
    except FileNotFoundError:
        raise _lost(folder, edit, "the file is gone") from None
    with kept_bytes(folder, edit.old):
        pass
    return f"give {edit.file} its {edit.old.length} bytes back"


def revert(record: ChangeRecord, edit: Rewrite) -> None:
    """Put the old bytes back; what was appended since stays behind them."""

    def content(fd: int, size: int, hear: Hear) -> Iterator[bytes]:
        _require_as_made(record.folder, edit, fd)
        for piece in lines.pieces(fd, Span(0, edit.length)):
            hear(piece)
        last = b"\n"
        for piece in lines.pieces(kept, Span(0, edit.old.length)):
            last = piece[-1:]
            yield piece
        if size > edit.length and last != b"\n":
            yield b"\n"  # a record that came since must not be glued to an unfinished line
        for piece in lines.pieces(fd, Span(edit.length, size - edit.length)):
            hear(piece)
            yield piece

    with kept_bytes(record.folder, edit.old) as kept:
        try:
            make(record, edit.key, edit.file, content, lambda size: edit.was.mtime_ns if size == edit.length else None)
        except FileNotFoundError:
            raise _lost(record.folder, edit, "the file is gone") from None


def _require_as_made(folder: Folder, edit: Rewrite, fd: int) -> None:
    if not _is_made(fd, edit):
        raise _lost(folder, edit, "it has changed since")


def _lost(folder: Folder, edit: Rewrite, why: str) -> Refused:
    return Refused(
        f"{edit.file} can't be put back: {why}; nothing was changed",
        f"the bytes are in {folder.path(edit.old.name)}; undo later changes of this session first",
    )
