"""Where lines break: nothing is lost, nothing is too wide, and words stay whole where they can."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sessiontui.tui.theme.wrap import wrap

TEXT = st.text(st.sampled_from("ab  \n-日本語🧠é👩‍👩‍👧\u200d\ufe0f❤"), max_size=80)


def rows(text: str, width: int) -> list[str]:
    return [text[start:stop] for start, stop in wrap(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("one two", 10, ["one two"]),
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 4, ["one ", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("a\n", 5, ["a", ""]),
        ("    indented words", 10, ["    indent", "ed words"]),
        ("日本語日本語", 5, ["日本", "語日", "本語"]),
        ("日本", 1, ["日", "本"]),
        ("naïve café", 6, ["naïve", "café"]),
        ("👩‍👩‍👧👩‍👩‍👧", 3, ["👩‍👩‍👧", "👩‍👩‍👧"]),
    ],
)
def test_breaks(text: str, width: int, expected: list[str]) -> None:
    assert rows(text, width) == expected


@given(TEXT, st.integers(2, 30))
def test_every_character_stands_on_one_line_but_the_breaks(text: str, width: int) -> None:
    spans = wrap(text, width)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (_, stop), (start, _) in pairwise(spans):
        assert text[stop:start] in ("", " ", "\n")


@given(TEXT, st.integers(2, 30))
def test_no_line_is_wider_than_the_screen(text: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in rows(text, width))


@given(st.text(st.sampled_from("ab c\n"), max_size=60), st.integers(1, 12))
def test_plain_and_wide_text_break_at_the_same_places(text: str, width: int) -> None:
    wide = text.replace("a", "é")
    assert wrap(text, width) == wrap(wide, width)


def test_a_flood_of_marks_on_one_letter_is_not_one_row() -> None:
    """Characters that take no cell fill no row, so their number has to end it."""
    text = "a" + "\u0301" * 64_000
    found = rows(text, 10)
    assert "".join(found) == text
    assert max(map(len, found)) <= 160
