"""Sizes as people read them, in a sentence and in a column."""

from __future__ import annotations

import pytest

from sessiontui import units


@pytest.mark.parametrize(
    ("number", "told", "short"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (1000, "1.0 kB", "1.0 kB"),
        (9_949, "9.9 kB", "9.9 kB"),
        (9_950, "9.9 kB", "10 kB"),
        (389_000_000, "389.0 MB", "389 MB"),
        (999_600, "999.6 kB", "1.0 MB"),
        (999_950, "1.0 MB", "1.0 MB"),
        (1_250_000_000, "1.2 GB", "1.2 GB"),
        (2_000_000_000_000_000, "2,000.0 TB", "2,000 TB"),
    ],
)
def test_a_size(number: int, told: str, short: str) -> None:
    assert (units.size(number, tenths=True), units.size(number)) == (told, short)
