"""Rewrites: a session file's bytes give way to others in one step, the old ones kept as a hard link. Compact's edit.

Taken back, the old bytes come as a fresh copy, and what was appended since stays behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from sessiontui.changes.edits import Kept, Rewrite
from sessiontui.changes.files import carry, digest, give_time, kept_bytes, link_or_copy, opened, traits
from sessiontui.changes.folder import Folder
from sessiontui.changes.hashing import Hashing
from sessiontui.changes.record import Record
from sessiontui.disk import lines, stamps
from sessiontui.disk.replace import replace
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Cancelled, Changed, Refused
from sessiontui.model import Span
from sessiontui.store.protocol import IsCancelled, never

Hear = Callable[[bytes], None]
"""Told every piece of the old file as it is read."""


def make(
    record: Record,
    key: str,
    file: str,
    expect: Stamp,
    content: Callable[[int, Hear], Iterator[bytes]],
    mtime_ns: int | None = None,
) -> int:
    """Write a file anew and return its new length. ``content(fd, hear)`` gives the new bytes from the old file's
    descriptor and tells ``hear`` all old bytes, in order. Raises ``Changed`` when it is not as ``expect`` says."""
    path = record.folder.sessions / file
    name = record.name("old")
    length = 0

    def recorded() -> Iterator[bytes]:
        nonlocal length
        for chunk in content(fd, old.update):
            new.update(chunk)
            length += len(chunk)
            yield chunk
        kept = Kept(name, expect.size, old.hexdigest())
        record.write(Rewrite(key, file, kept, length, new.hexdigest(), traits(fd)))

    with opened(path) as fd, Hashing() as old, Hashing() as new:
        if stamps.stamp(fd) != expect:
            raise Changed(path.name)
        link_or_copy(record.folder, path, fd, name, expect.size)
        replace(path, recorded(), expect)
        carry(fd, expect.size, path)
    if mtime_ns is not None:
        give_time(path, length, mtime_ns)
    record.made()
    return length


def without(
    drops: tuple[Span, ...], size: int, cancelled: IsCancelled = never
) -> Callable[[int, Hear], Iterator[bytes]]:
    """The content of a file less some spans, which are in order and apart."""

    def content(fd: int, hear: Hear) -> Iterator[bytes]:
        at = 0
        rest = iter((*drops, Span(size, 0)))
        drop = next(rest)
        for piece in lines.pieces(fd, Span(0, size)):
            if cancelled():
                raise Cancelled
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


def settle(record: Record, edit: Rewrite) -> Literal["made", "void"]:
    """Find out whether the new bytes stand; they may be the beginning of the old ones."""
    try:
        with opened(record.folder.sessions / edit.file) as fd:
            if edit.old.length > edit.length and digest(fd, edit.old.length) == edit.old.sha256:
                return "void"
            return "made" if digest(fd, edit.length) == edit.sha256 else "void"
    except FileNotFoundError:
        return "void"


def foresee(folder: Folder, edit: Rewrite) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    _check(folder, edit)
    with kept_bytes(folder, edit.old):
        pass
    return f"give {edit.file} its {edit.old.length} bytes back"


def revert(record: Record, edit: Rewrite) -> None:
    """Put the old bytes back; what was appended since stays behind them."""
    stamp = _check(record.folder, edit)

    def content(fd: int, hear: Hear) -> Iterator[bytes]:
        for piece in lines.pieces(fd, Span(0, edit.length)):
            hear(piece)
        last = b"\n"
        for piece in lines.pieces(kept, Span(0, edit.old.length)):
            last = piece[-1:]
            yield piece
        if stamp.size > edit.length and last != b"\n":
            yield b"\n"  # a record that came since must not be glued to an unfinished line
        for piece in lines.pieces(fd, Span(edit.length, stamp.size - edit.length)):
            hear(piece)
            yield piece

    grown = stamp.size != edit.length
    with kept_bytes(record.folder, edit.old) as kept:
        make(record, edit.key, edit.file, stamp, content, None if grown else edit.was.mtime_ns)


def _check(folder: Folder, edit: Rewrite) -> Stamp:
    path = folder.sessions / edit.file
    where = f"the bytes are in {folder.path(edit.old.name)}; undo later changes of this session first"
    try:
        with opened(path) as fd:
            stamp = stamps.stamp(fd)
            if digest(fd, edit.length) != edit.sha256:
                raise Refused(f"{edit.file} can't be put back: it has changed since; nothing was changed", where)
    except FileNotFoundError:
        raise Refused(f"{edit.file} can't be put back: the file is gone; nothing was changed", where) from None
    return stamp
