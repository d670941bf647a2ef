"""Numbers as people read them: ages, sizes and counts. What is not known yet is ``…``, never 0."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sessiontui import sizes

UNKNOWN: Final = "…"
BAR: Final = "▰▱"
"""Done, and still to do."""
_STEPS: Final = ((365 * 86400, "y"), (60 * 86400, "mo"), (86400, "d"), (3600, "h"), (60, "m"), (0, "s"))
_LENGTHS: Final = {"y": 365 * 86400, "mo": 30 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: ``12s 2m 3h 4d 5mo 6y``; what lies ahead is ``0s``."""
    if then is None:
        return UNKNOWN
    seconds = max(0, int((now - then).total_seconds()))
    unit = next(unit for least, unit in _STEPS if seconds >= least)
    return f"{seconds // _LENGTHS[unit]}{unit}"


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
