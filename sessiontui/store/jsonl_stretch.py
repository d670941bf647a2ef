"""How far damaged lines are looked at around those of a page: what is wrong with a line is also told by those near it.

A record that was folded over many lines is one fault on every page. Judges lines, diagnoses none. Writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Protocol

from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge

NEAR: Final = 64
"""How many damaged lines before and behind those that are asked for are looked at too."""
FAR: Final = 2000
"""How many at most, where a record goes over more lines."""
WIDE: Final = 1024 * 1024
"""And no more bytes than this."""
_BEGINS: Final = re.compile(rb'[ \t\r]*[{\[][ \t\r]*(?:["{]|\Z)')
"""Each valid line begins so, and the first line of a record over several."""

Lined = tuple[int, bytes | Huge]
"""Offset of a line, and the line."""


class Offsets(Protocol):
    """Where the rows of a view stand."""

    @property
    def before(self) -> int | None:
        """How many lines stand before the first row, where that is known."""
        ...

    def __len__(self) -> int: ...

    def begin(self, row: int) -> int:
        """Where a row begins; of the row behind the last one, where that ends."""
        ...

    def has_message(self, row: int) -> bool:
        """Whether a message is known to stand somewhere before a row."""
        ...


def above(fd: int, view: Offsets, start: int) -> tuple[int, bool, bool]:
    """The first row of those that are damaged before ``start``; whether there may be more of them than are looked at,
    and whether a record begins among those that are."""
    low = start
    while low > max(0, start - FAR) and view.begin(start) - view.begin(low - 1) <= WIDE:
        low -= 1
    found = list(lines.lines(fd, view.begin(low), view.begin(start)))
    odd, begin, ended = _run(reversed(found), more=1)
    looked = odd if begin else min(odd, NEAR)
    return start - looked, view.begin(start - looked) > 0 and not (ended and looked == odd), begin > 0


def below(fd: int, view: Offsets, stop: int, *, begun: bool) -> tuple[int, bool]:
    """The last row of those that are damaged behind ``stop``; ``begun``: a record may go on there."""
    high = stop
    while high < min(len(view), stop + FAR) and view.begin(high + 1) - view.begin(stop) <= WIDE:
        high += 1
    odd, begin, ended = _run(lines.lines(fd, view.begin(stop), view.begin(high)), more=0)
    ended = ended or stop + odd == len(view)
    looked = odd if begun and (begin or ended) else min(odd, NEAR)
    return stop + looked, not (ended and looked == odd)


def _run(found: Iterable[Lined], *, more: int) -> tuple[int, int, bool]:
    """How many damaged lines come first, as far as the first with which a record begins and ``more`` behind it; which
    one that is, 0 for none; and whether another line follows them."""
    odd = begin = 0
    for lined in found:
        if not is_odd(lined):
            return odd, begin, True
        odd += 1
        begin = begin or odd * begins(lined)
        if begin and odd >= max(NEAR, begin + more):
            break
    return odd, begin, False


def begins(lined: Lined) -> bool:
    """Whether the line is the beginning of a record, as it is written."""
    return isinstance(lined[1], bytes) and _BEGINS.match(lined[1]) is not None


def is_odd(lined: Lined) -> bool:
    return isinstance(lined[1], bytes) and not (begins(lined) and zeroclaw.is_valid(lined[1]))
