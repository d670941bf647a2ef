"""Huge lines of a session file, which are never held: what one is, how its text begins, and what is wrong with it.

What is wrong is told by the few bytes at which its reader stopped. Writes nothing.
"""

from __future__ import annotations

import os
from typing import Final

from sessiontui.damage import huge
from sessiontui.dialects import stream
from sessiontui.dialects.source import Dropped
from sessiontui.disk import lines
from sessiontui.model import Fault, Message, Span

_FEW: Final = 8


def scan(fd: int, span: Span) -> stream.Scanned | Dropped | None:
    """What the line is; None for a blank one. Reads all of it."""
    return stream.scan(lines.pieces(fd, span), span.offset)


def read(fd: int, span: Span, most: int) -> Message | Dropped | None:
    """As ``zeroclaw.read``, with the first ``most`` characters of the text."""
    scanned = scan(fd, span)
    if isinstance(scanned, stream.Scanned):
        return Message(scanned.role, beginning(fd, scanned.content, most))
    return scanned


def beginning(fd: int, content: Span, most: int) -> str:
    """The first ``most`` characters of a content; little more is read."""
    taken: list[str] = []
    for piece in stream.text(lines.pieces(fd, content, min(most, 1 << 20))):
        taken.append(piece[:most])
        most -= len(piece)
        if most <= 0:
            break
    return "".join(taken)


def fault(fd: int, outcome: Dropped, number: int, span: Span, *, growing: bool) -> Fault:
    """The fault of a line that is dropped; ``growing``: more of it may still be written."""
    return huge.huge(outcome, _wrong(fd, outcome, span), number, span, growing=growing)


def breaks_off(fd: int, span: Span) -> bool:
    """Whether the line is the beginning of a record."""
    outcome = scan(fd, span)
    return isinstance(outcome, Dropped) and huge.breaks_off(_wrong(fd, outcome, span))


def _wrong(fd: int, outcome: Dropped, span: Span) -> bytes:
    return os.pread(fd, max(0, min(_FEW, span.length - outcome.at)), span.offset + outcome.at)
