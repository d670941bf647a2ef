"""Makes the packed numbers of ``sessiontui/dialects/unicode.py`` from ranges: ``python -m tests.support.unicode_table``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

TABLES = Path(__file__).parents[1] / "data" / "unicode-tables.json"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def packed(ranges: list[tuple[int, int]]) -> str:
    """Two numbers in base 36 for each range: its distance from the last end, and from its first to its last."""
    numbers: list[int] = []
    end = 0
    for first, last in ranges:
        numbers += [first - end, last - first]
        end = last
    return " ".join(map(_base36, numbers))


def _base36(number: int) -> str:
    high, low = divmod(number, 36)
    return (_base36(high) if high else "") + DIGITS[low]


if __name__ == "__main__":
    sys.stdout.write(packed(json.loads(TABLES.read_text())["is_alphanumeric"]) + "\n")
