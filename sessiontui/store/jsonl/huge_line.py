"""What is wrong with a huge line of a session file: a look at the few bytes at which its reader stopped. Writes nothing."""

from __future__ import annotations

import os
from typing import Final

from sessiontui.damage import huge
from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Span

_FEW: Final = 8


def fault(fd: int, outcome: Dropped, number: int, span: Span, *, growing: bool) -> Fault:
    """The fault of a line that is dropped; ``growing``: more of it may still be written."""
    return huge.huge(outcome, _wrong(fd, outcome, span), number, span, growing=growing)


def breaks_off(fd: int, outcome: object, span: Span) -> bool:
    """Whether the line, as its scan ended, is the beginning of a record."""
    return isinstance(outcome, Dropped) and huge.breaks_off(_wrong(fd, outcome, span))


def _wrong(fd: int, outcome: Dropped, span: Span) -> bytes:
    return os.pread(fd, max(0, min(_FEW, span.length - outcome.at)), span.offset + outcome.at)
