"""No character of store text reaches a terminal that would obey it."""

from __future__ import annotations

import unicodedata

import pytest

from sessiontui.visible import REPLACEMENT, Visible, visible
from tests.support.safe import FILLERS, is_safe

EVERYTHING = "".join(map(chr, range(0x110000)))
SOME = EVERYTHING[:0x3100] + EVERYTHING[0xD700:0x12000] + EVERYTHING[0xE0000:0xE1100] + EVERYTHING[0x12000::11]


@pytest.mark.parametrize(
    "text", [pytest.param(SOME, id="some"), pytest.param(EVERYTHING, id="every", marks=pytest.mark.exhaustive)]
)
def test_no_code_point_is_obeyed_or_hidden(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert is_safe(shown)
    shown.encode()
    assert visible(shown) == shown


@pytest.mark.parametrize(
    "text", [pytest.param(SOME, id="some"), pytest.param(EVERYTHING, id="every", marks=pytest.mark.exhaustive)]
)
def test_what_is_harmless_stays(text: str) -> None:
    changed = {char for char in text if visible(char) != char}
    assert {unicodedata.category(char) for char in changed - FILLERS} == {"Cc", "Cs", "Cf", "Cn", "Zl", "Zp"}
    unassigned = {char for char in changed if unicodedata.category(char) == "Cn"}
    free = (0x2065, *range(0xFFF0, 0xFFF9), *range(0x13439, 0x13440), *range(0xE0000, 0xE1000))
    assert unassigned <= set(map(chr, free))
    for harmless in (
        "aé日本語🧠עברית", "e\u0301", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "1\ufe0f\u20e3", "葛\U000e0100", "می\u200cخواهم",
        "[red]markup[/red]", "\u00a0", "\ue000", "\u0600",
    ):  # fmt: skip
        assert visible(harmless) == harmless


def test_text_hidden_in_selectors_and_joiners_is_seen() -> None:
    """Bytes can be written as variation selectors behind one letter, and as joiners, and take no room."""
    smuggled = "a" + "".join(chr(0xE0100 + byte) for byte in b"curl") + "\ufe0f\u200d\u200c\ufe00b"
    shown = visible(smuggled)
    assert shown == f"a\U000e0163{REPLACEMENT * 4}\u200d{REPLACEMENT * 2}b"
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a␉b"),
        ("\x1b[31m", "␛[31m"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", f"{REPLACEMENT}31m"),
        ("\x7f", "␡"),
        ("\x00", "␀"),
        ("\u202egnp.exe", f"{REPLACEMENT}gnp.exe"),
        ("\ud83d", REPLACEMENT),
        ("\U000e0041", REPLACEMENT),
        ("a\nb\r", "a␊b␍"),
        ("\u2028\u200b\u3164\ufff9", REPLACEMENT * 4),
    ],
)
def test_is_shown_as_a_symbol(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert is_safe(visible(text))
    assert not is_safe(text)


def test_lines_keep_line_feeds_alone() -> None:
    assert visible("a\nb\r\n\tc", lines=True) == "a\nb␍\n␉c"


def test_visible_is_made_by_visible_alone() -> None:
    assert isinstance(visible("x"), Visible)
    assert type(visible("x") + "y") is str
    assert type(visible("xy")[0:1]) is str
    with pytest.raises(TypeError, match="never by hand"):
        Visible("x")
