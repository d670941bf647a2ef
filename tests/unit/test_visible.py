"""No character of store text reaches a terminal that would obey it."""

from __future__ import annotations

import unicodedata

import pytest

from sessiontui.visible import REPLACEMENT, Visible, is_safe, visible

BIDI_CLASSES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
EVERYTHING = "".join(map(chr, range(0x110000)))
MARKS = {"\u061c", "\u200e", "\u200f"}


def test_no_code_point_is_obeyed() -> None:
    shown = visible(EVERYTHING)
    assert len(shown) == 0x110000
    for char in set(shown):
        assert unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}, hex(ord(char))
        assert unicodedata.bidirectional(char) not in BIDI_CLASSES, hex(ord(char))
    assert not MARKS & set(shown)
    assert is_safe(shown)
    shown.encode()


def test_what_is_harmless_stays() -> None:
    changed = {char for char, shown in zip(EVERYTHING, visible(EVERYTHING), strict=True) if char != shown}
    assert {unicodedata.category(char) for char in changed if not "\U000e0000" <= char < "\U000e0080"} == {
        "Cc", "Cs", "Cf", "Zl", "Zp",
    }  # fmt: skip
    for text in ("aé日本語🧠עברית", "e\u0301", "👨\u200d👩\u200d👧", "[red]markup[/red]", "\u00a0", "\ue000"):
        assert visible(text) == text


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
    ],
)
def test_is_shown_as_a_symbol(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert is_safe(visible(text))
    assert not is_safe(text) or text in ("a\nb\r", "\U000e0041")


def test_lines_keep_line_feeds_alone() -> None:
    assert visible("a\nb\r\n\tc", lines=True) == "a\nb␍\n␉c"


def test_visible_is_made_by_visible_alone() -> None:
    assert isinstance(visible("x"), Visible)
    assert type(visible("x") + "y") is str
    assert type(visible("xy")[0:1]) is str
    with pytest.raises(TypeError, match="never by hand"):
        Visible("x")


def test_visible_text_stays_visible() -> None:
    once = visible("".join(map(chr, range(0x300))))
    assert visible(once) == once
