"""Bytes put into a session file, or taken out, that belong to no change: a writer's that came late, a line half written.

Unrecorded, so nothing takes it back; whoever calls knows that what it does is safe to do again after a crash.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sessiontui.changes.edits.files import opened, traits
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.disk import lines, live_replace
from sessiontui.disk.attributes import Like
from sessiontui.disk.copied import Copied
from sessiontui.disk.replace import fill, temporary
from sessiontui.errors import Changed
from sessiontui.model import Span

_NOTHING: Final = Span(0, 0)


def patch(record: ChangeRecord, path: Path, cut: Span, other: int = -1, rest: Span = _NOTHING) -> int:
    """Put bytes of another file, open as ``other``, into the place of some of a file, unrecorded: nobody is to take back
    what others wrote. The file keeps its time. Returns its length then. Raises ``Changed`` where it never holds still."""
    for _ in range(live_replace.ATTEMPTS):
        with opened(path) as fd, temporary(path.parent) as temp:
            copied = Copied.of(fd)
            fill(
                temp,
                _patched(fd, copied.stamp.size, cut, lines.pieces(other, rest)),
                traits(fd).mode,
                Like(fd, path.name),
            )
            length = os.stat(temp).st_size
            try:
                carried = live_replace.swap(path, temp, fd, copied, record.patience, lambda _: None)
            except live_replace.Again:
                os.unlink(temp)
                continue
            return length + carried - copied.stamp.size
    raise Changed(path.name)


def _patched(fd: int, size: int, cut: Span, more: Iterator[bytes]) -> Iterator[bytes]:
    """The first ``size`` bytes of a file, others in the place of some; a line that these leave open is ended."""
    last = b"\n"
    yield from lines.pieces(fd, Span(0, cut.offset))
    for piece in more:
        last = piece[-1:]
        yield piece
    if size > cut.stop and last != b"\n":
        yield b"\n"
    yield from lines.pieces(fd, Span(cut.stop, size - cut.stop))
