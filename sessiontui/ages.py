"""How long ago a moment was, or how far ahead it is, as people read it: in one unit. What is not known is no matter of
this module."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

Units = Sequence[tuple[int, int, str]]
"""The units, greatest first: from how many seconds on each is used, its length in seconds, its sign; the last from 0."""

DAYS: Units = ((86400, 86400, "d"), (3600, 3600, "h"), (60, 60, "m"), (0, 1, "s"))
YEARS: Units = ((365 * 86400, 365 * 86400, "y"), (60 * 86400, 30 * 86400, "mo"), *DAYS)


def age(then: datetime, now: datetime, units: Units) -> str:
    """``12s``, ``3d``; ``in 3d`` where it lies ahead."""
    seconds = int((now - then).total_seconds())
    return span(seconds, units) if seconds >= 0 else f"in {span(-seconds, units)}"


def span(seconds: int, units: Units) -> str:
    """A length of time in the greatest unit that fits, cut to a whole number."""
    length, sign = next((length, sign) for least, length, sign in units if seconds >= least)
    return f"{seconds // length}{sign}"
