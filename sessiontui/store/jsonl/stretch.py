"""How far damaged lines are looked at around those of a page: what is wrong with a line is also told by those near it.

Damaged and blank lines that follow each other are looked at as ``check`` does: all of them, or the first of many. In the
middle of more than that, those that are near. Judges lines, diagnoses none. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge

FAR: Final = 5000
"""How many lines are looked at together at most."""
WIDE: Final = 4 * 1024 * 1024
"""And no more bytes than this before the page, or behind it."""
NEAR: Final = 64
"""How many lines before and behind the page, where there are more."""

Lined = tuple[int, bytes | Huge]
"""Offset of a line, and the line."""


class Stretch(NamedTuple):
    """The lines that are looked at, those of the page among them."""

    begin: int
    """Offset of the first."""
    stop: int
    """Offset behind the last, its newline included."""
    above: int
    """How many of them are before the page."""
    more_above: bool
    """Whether there are more damaged lines before them, or may be."""
    more_below: bool


def around(fd: int, begin: int, stop: int, count: int, end: int) -> Stretch:
    """Those around ``count`` damaged lines between two offsets, in a file of which no more than ``end`` bytes count."""
    up, top = _run(lines.backwards(fd, begin), FAR)
    down, bottom = _run(lines.lines(fd, stop, end), max(NEAR, FAR - len(up) - count) if top else NEAR)
    above, below = len(up), len(down)
    if not (top and (bottom or above <= FAR // 2)):
        above, below = min(above, NEAR), min(below, NEAR)
    return Stretch(
        up[above - 1][0] if above else begin,
        min(_behind(down[below - 1]), end) if below else stop,
        above,
        not (top and above == len(up)),
        not (bottom and below == len(down)),
    )


def _run(found: Iterable[Lined], most: int) -> tuple[list[Lined], bool]:
    """The damaged lines that come first, ``most`` of them, and whether these are all."""
    odd: list[Lined] = []
    weight = 0
    for lined in found:
        if not is_odd(lined):
            return odd, True
        if len(odd) >= most or weight > WIDE:
            return odd, False
        odd.append(lined)
        weight += len(lined[1])
    return odd, True


def _behind(lined: Lined) -> int:
    return lined[0] + len(lined[1]) + 1


def is_odd(lined: Lined) -> bool:
    """Whether the line is damaged or blank, and not a huge one."""
    line = lined[1]
    if isinstance(line, Huge):
        return False
    first = line.lstrip()[:1]  # white space beyond ASCII may stand before a record too
    return (first < b"\x80" and first not in (b"{", b"[")) or not zeroclaw.is_valid(line)
