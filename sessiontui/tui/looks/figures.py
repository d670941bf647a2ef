"""Numbers as people read them: ages, sizes and counts. What is not known yet is ``…``, never 0."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sessiontui import ages, sizes

UNKNOWN: Final = "…"
BAR: Final = "▰▱"
"""Done, and still to do."""
_YEAR: Final = 365 * 86400
_MONTHS: Final = ((100 * 86400, 30 * 86400, "mo"), *ages.DAYS)


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: ``12s 2m 3h 4d 5mo 6y``; ``in 3d`` where it lies ahead."""
    return UNKNOWN if then is None else ages.age(then, now, ages.YEARS)


def short_age(then: datetime | None, now: datetime) -> str:
    """The same in four cells: ``+3d`` where it lies ahead, more than a century as ``>99y``."""
    ahead = 0 if then is None else int((then - now).total_seconds())
    if ahead <= 0:
        return age(then, now)
    if ahead >= 100 * _YEAR:
        return ">99y"
    return f"+{max(1, ahead // _YEAR)}y" if ahead >= 300 * 86400 else f"+{ages.span(ahead, _MONTHS)}"


def size(count: int | None) -> str:
    """Bytes in few characters: ``812 B``, ``1.2 MB``, ``38 GB``."""
    return UNKNOWN if count is None else sizes.size(count, short=True)


def count(number: int | None) -> str:
    """A count with its thousands set apart."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int | None, noun: str, plural: str = "") -> str:
    """A count and what is counted: ``1 message``, ``2 messages``, ``… messages``."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def bar(share: float, width: int = 6) -> str:
    """How much of some work is done, as a bar."""
    full = round(max(0.0, min(1.0, share)) * width)
    return BAR[0] * full + BAR[1] * (width - full)
