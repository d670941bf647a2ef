"""Times, sizes and counts as people read them, the same on both front ends. What is not known yet is ``…``, never 0."""

from __future__ import annotations

from datetime import datetime
from typing import Final

UNKNOWN: Final = "…"
BAR: Final = "▰▱"
"""Done, and still to do."""
_YEAR: Final = 365 * 86400
_DAYS: Final = ((86400, 86400, "d"), (3600, 3600, "h"), (60, 60, "m"), (0, 1, "s"))
"""Units of time, the greatest first: from how many seconds on each is used, its seconds, its sign."""
_YEARS: Final = ((_YEAR, _YEAR, "y"), (60 * 86400, 30 * 86400, "mo"), *_DAYS)
_AHEAD: Final = ((100 * 86400, 30 * 86400, "mo"), *_DAYS)
_BYTES: Final = ("kB", "MB", "GB", "TB")


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: ``12s 2m 3h 4d 5mo 6y``; ``in 3d`` where it lies ahead."""
    if then is None:
        return UNKNOWN
    seconds = int((now - then).total_seconds())
    return _span(seconds, _YEARS) if seconds >= 0 else f"in {_span(-seconds, _YEARS)}"


def short_age(then: datetime | None, now: datetime) -> str:
    """The same in four cells: ``+3d`` where it lies ahead, more than a century as ``>99y``."""
    ahead = 0 if then is None else int((then - now).total_seconds())
    if ahead <= 0:
        return age(then, now)
    if ahead >= 100 * _YEAR:
        return ">99y"
    return f"+{max(1, ahead // _YEAR)}y" if ahead >= 300 * 86400 else f"+{_span(ahead, _AHEAD)}"


def _span(seconds: int, units: tuple[tuple[int, int, str], ...]) -> str:
    length, sign = next((length, sign) for least, length, sign in units if seconds >= least)
    return f"{seconds // length}{sign}"


def size(number: int | None, *, tenths: bool = False) -> str:
    """Bytes in few characters: ``812 B``, ``1.2 MB``, ``389 MB``; with ``tenths`` ``389.0 MB``."""
    if number is None:
        return UNKNOWN
    if number < 1000:
        return f"{number} B"
    amount, unit = number / 1000, 0
    while amount >= (999.95 if tenths else 999.5) and unit < len(_BYTES) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:,.{1 if tenths or amount < 9.95 else 0}f} {_BYTES[unit]}"


def count(number: int | None) -> str:
    """A count with its thousands set apart."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int | None, noun: str, plural: str = "") -> str:
    """A count and what is counted: ``1 message``, ``2 messages``, ``… messages``."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def damage(lines: int, files: int) -> str:
    """Damaged lines and files that are damaged as a whole: ``52 damaged lines and 2 files``; empty where there are none."""
    parts = [counted(lines, "damaged line")] * bool(lines)
    parts += [counted(files, "file" if lines else "damaged file")] * bool(files)
    return " and ".join(parts)


def bar(share: float, width: int = 6) -> str:
    """How much of some work is done, as a bar."""
    full = round(max(0.0, min(1.0, share)) * width)
    return BAR[0] * full + BAR[1] * (width - full)


def change_number(id: str | None) -> str:
    """A change of the journal as a person types it: ``7`` for ``00000007``."""
    return (id or "").lstrip("0") or id or "0"
