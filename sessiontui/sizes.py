"""Numbers of bytes and of damage as people read them; what is not known is no matter of this module."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("kB", "MB", "GB", "TB")


def size(number: int, *, short: bool = False) -> str:
    """``812 B``, ``1.2 MB``, ``389.0 MB``; ``short``, for a column, has tenths only below ten: ``389 MB``."""
    if number < 1000:
        return f"{number} B"
    amount, unit = number / 1000, 0
    while amount >= (999.5 if short else 999.95) and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    tenths = 0 if short and amount >= 9.95 else 1
    return f"{amount:,.{tenths}f} {_UNITS[unit]}"


def damage(lines: int, files: int) -> str:
    """What is damaged, line by line and whole: ``52 damaged lines and 2 files``, ``1 damaged file``; empty where nothing is."""
    parts = [f"{lines:,} damaged line{'s' * (lines != 1)}"] * bool(lines)
    parts += [f"{files:,} {'' if lines else 'damaged '}file{'s' * (files != 1)}"] * bool(files)
    return " and ".join(parts)
