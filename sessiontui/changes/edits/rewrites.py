"""Rewrites: a session file's bytes give way to others in one step, the old ones kept as a hard link. Compact's edit.

Taken back, the old bytes come as a fresh copy, and what was appended since stays behind them. What writers still put
into the old file while it gives way is carried over; how far that came stands in the record, for who comes after a crash.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from sessiontui.changes import obstacles
from sessiontui.changes.edits.files import (
    Traits,
    checksum,
    common,
    digest,
    give_time,
    link_or_copy,
    opened,
    patch,
    patched,
    traits,
)
from sessiontui.changes.edits.hashing import Hashing
from sessiontui.changes.edits.undo_refusals import kept_bytes, lost, refused_where_gone
from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk import lines, live_replace
from sessiontui.disk.attributes import Like
from sessiontui.disk.copied import Copied
from sessiontui.disk.replace import append, fill, temporary
from sessiontui.errors import Busy, Changed, Unleased
from sessiontui.model import Span

Read = Callable[[Span], Iterator[bytes]]
"""Reads a span of the old file, which is hashed as it is read."""
Content = Callable[[int, int, Read], Iterator[bytes]]
"""From a descriptor and a length: the bytes that take the place of so many of the old ones. Reads all of these, in order."""


class Rewritten(NamedTuple):
    """What a rewrite did."""

    before: int
    """Bytes of the file that gave way, less those that came late."""
    after: int
    """Bytes that took their place."""


@dataclass(frozen=True, slots=True)
class Rewrite(Edit):
    """A file's bytes give way to others; the old ones are kept."""

    key: str
    file: str
    old: KeptFile
    length: int
    crc32: int
    """Of the new bytes, ``length`` of them; what stands behind was appended since."""
    was: Traits

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether the new bytes stand; they may be the beginning of the old ones, or the other way round. Where
        the old ones don't, they are kept, and what writers put into the old file meanwhile is carried over."""
        path = record.sessions / self.file
        with suppress(FileNotFoundError), opened(path) as fd:
            if record.folder.is_link(self.old.name, fd):
                return "void"
            if step.late == 0:
                self._renew(record, path, fd)
                return "void"
            is_new = self.length > self.old.length and self._is_made(fd)
            if not is_new and digest(fd, self.old.length) == self.old.sha256:
                return "void"
        self.catch_up(record, step)
        return "made"

    def _renew(self, record: ChangeRecord, path: Path, fd: int) -> None:
        """Finish what was begun where a writer who had to wait wrote the old file anew: that takes the new one's place."""
        with record.folder.opened(self.old.name) as old:
            written = max(os.fstat(fd).st_mtime_ns, os.fstat(old).st_mtime_ns)
            whole = Span(0, os.fstat(old).st_size)
            there = self.length if self._is_made(fd) else common(fd, 0, old, whole)
            if there not in (self.length, os.fstat(fd).st_size):  # others have written since: only whole lines count
                there = os.pread(old, there, 0).rfind(b"\n") + 1
            give_time(path, patch(record, path, Span(0, there), old, whole), written)

    def _is_made(self, fd: int) -> bool:
        """Whether the file begins with the bytes that the edit gave it."""
        return checksum(fd, self.length) == self.crc32

    def carried(self, step: Step) -> int:
        """How many bytes of the old file stand in the new one, or were replaced there."""
        return self.old.length if step.late is None else step.late

    def catch_up(self, record: ChangeRecord, step: Step) -> None:
        """Bring over what was appended to the old file after it gave way; nothing where nothing was, or it is a copy. The
        file's time is then that of the newest message in it."""
        late = self.carried(step)
        grown = record.folder.size(self.old.name)
        if grown <= late:
            return
        path = record.sessions / self.file
        at = self.length + late - self.old.length
        rest = Span(late, grown - late)
        with record.folder.opened(self.old.name) as old:
            try:
                with opened(path) as fd:
                    as_made = os.fstat(fd).st_size >= at and self._is_made(fd)
                    written = max(os.fstat(fd).st_mtime_ns, os.fstat(old).st_mtime_ns)
                    end = b"\n" if lines.ends_open(fd) else b""
                if as_made:
                    length = _bring(record, path, old, rest, at)
                else:  # somebody has written it anew since
                    length = append(path, end + b"".join(lines.pieces(old, rest))).stop
                give_time(path, length, written)
            except FileNotFoundError:  # nobody brings back what somebody took away: it waits in the journal
                return
        record.late(step.n, grown)

    def is_awaited(self, record: ChangeRecord, step: Step) -> bool:
        """Whether more is to come from the old file: it holds more than could be brought over, or is open for writing."""
        with suppress(FileNotFoundError), record.folder.opened(self.old.name) as old:
            return os.fstat(old).st_size > self.carried(step) or live_replace.is_written(old)
        return False

    def foresee(self, folder: Folder) -> str:
        path = folder.sessions / self.file
        with refused_where_gone(folder, self.file, self.old), opened(path) as fd:
            self._require_as_made(folder, fd)
        with kept_bytes(folder, self.old):
            obstacles.require_replaceable(path)
        return f"give {self.file} its {self.old.length} bytes back"

    def revert(self, record: ChangeRecord) -> None:
        """Put the old bytes back; what was appended since stays behind them."""

        def content(fd: int, size: int, read: Read) -> Iterator[bytes]:
            self._require_as_made(record.folder, fd)
            yield from patched(read, size, Span(0, self.length), lines.pieces(kept, Span(0, self.old.length)))

        with kept_bytes(record.folder, self.old) as kept, refused_where_gone(record.folder, self.file, self.old):
            make(record, self.key, self.file, content, lambda size: self.was.mtime_ns if size == self.length else None)

    def _require_as_made(self, folder: Folder, fd: int) -> None:
        if not self._is_made(fd):
            raise lost(folder, self.file, self.old, "it has changed since")


def make(
    record: ChangeRecord,
    key: str,
    file: str,
    content: Content,
    time: Callable[[int], int | None] = lambda _: None,
    seen: Copied | None = None,
) -> Rewritten:
    """Rewrite a file, which keeps its modification time. Raises ``Changed`` where the file did not merely grow since it was
    ``seen``. ``time``: from the length of the old file, another time, unless something was appended meanwhile."""
    if seen is not None:
        with opened(record.sessions / file) as fd:
            seen.require(fd, file)
    for _ in range(live_replace.ATTEMPTS):
        try:
            return _attempt(record, key, file, content, time, seen)
        except (live_replace.Again, lines.Shrunk):
            record.give_up()
        except (Busy, Unleased):
            record.give_up()
            raise
    raise Changed(file)


def _attempt(
    record: ChangeRecord,
    key: str,
    file: str,
    content: Content,
    time: Callable[[int], int | None],
    seen: Copied | None,
) -> Rewritten:
    path = record.sessions / file
    name = record.name("old")
    with opened(path) as fd, Hashing(fd) as old, temporary(path.parent) as temp:
        before = Copied.of(fd)
        size = before.stamp.size
        n = len(record.steps) + 1

        def note(carried: int) -> None:
            """Record how much of the old file stands in the new one, where that is more than was copied at first."""
            if carried != size:
                record.late(n, carried)

        kept = link_or_copy(record.folder, path, fd, name, size)
        copied = before.linked(fd)
        if seen is not None:  # the second name of the file has set its ctime
            seen.linked(fd).require(fd, file)
        was = traits(fd)
        new = _Sum()
        fill(temp, new.told(content(fd, size, old.read)), was.mode, Like(fd, file))
        kept = kept or KeptFile(name, size, old.hexdigest())
        record.write(Rewrite(key, file, kept, new.length, new.crc32, was))
        carried = live_replace.swap(path, temp, fd, copied, record.patience, note)
    mtime_ns = time(size)
    if mtime_ns is not None and carried == size:
        give_time(path, new.length, mtime_ns)
    record.made()
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


def _bring(record: ChangeRecord, path: Path, old: int, rest: Span, at: int) -> int:
    """Put ``rest`` of the old file at ``at`` of the new one, less what stands there already. Returns the length then."""
    with opened(path) as fd:
        there = common(fd, at, old, rest)
        size = os.fstat(fd).st_size
    if there == rest.length:
        return size
    if size != at + there:  # others have written since: only whole lines count as brought
        whole = os.pread(old, there, rest.offset).rfind(b"\n") + 1
        return patch(record, path, Span(at + whole, 0), old, Span(rest.offset + whole, rest.length - whole))
    return append(path, b"".join(lines.pieces(old, Span(rest.offset + there, rest.length - there)))).stop
