"""A damaged line as lines of a screen: what is said of it, which bytes are shown, and where the caret stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sessiontui.damage import diagnose
from sessiontui.model import Address, Entry, Fault, Salvage, Severity, Span
from sessiontui.tui.widgets.message_view import lay_out
from sessiontui.tui.widgets.rendered_row import LIMIT, RenderedRow
from tests.support.safe import is_safe
from tests.tui.test_message_view import LOOK, drawn, styles

A = b'{"role":"user","content":"a"}'
B = b'{"role":"assistant","content":"b"}'
TORN = b'{"role":"assistant","content":"On Fridays it\\nlea'


def entries(data: bytes, line: int = 1, *, settled: bool = True) -> list[Entry]:
    """The damaged lines of a file as rows; ``line`` 0: nobody knows the numbers."""
    found = list(diagnose.faults(diagnose.lines_of(data), settled=settled))
    rows = []
    for each in diagnose.lines_of(data):
        span = Span(each.offset, len(each.data))
        for fault in found:
            if fault.span and fault.span.offset <= each.offset <= fault.span.stop:
                known = fault._replace(line=fault.line + line - 1 if line and fault.line else None)
                number = each.number + line - 1 if line else None
                rows.append(Entry(each.number - 1, Address(number, span), fault=known, raw=each.data))
    return rows


def laid(data: bytes, width: int = 120, line: int = 1, *, raw: bool = False) -> list[str]:
    """All that is shown of the damaged lines of a file."""
    return [text for entry in entries(data, line) for text in drawn(lay_out(entry, width, raw=raw))]


def bare(raw: bytes, at: int, offset: int = 100) -> Entry:
    """A damaged line of which no parts are known."""
    span = Span(offset, len(raw))
    return Entry(6, Address(7, span), fault=Fault("odd", Severity.DAMAGE, "it is odd", at, line=7, span=span), raw=raw)


def pointed(row: RenderedRow) -> tuple[str, str]:
    """The line above the caret, up to where that points, and what stands there."""
    assert row.caret is not None
    text = drawn(row)
    at = len(row.head) + row.caret[0]
    assert text[at].strip() == "^"
    above, column = text[at - 1], text[at].index("^")
    before = next((size for size in range(len(above) + 1) if cell_len(above[:size]) == column), 0)
    return above[:before], above[before : before + 1]


# ---- what is said


def test_a_torn_record_and_the_whole_one_behind_it() -> None:
    assert laid(A + b"\n" + TORN + B + b"\n" + A + b"\n", width=130) == [
        "  ▚ ! line 2 · fused · a whole record stands on the line of a torn one · byte 79 of the file · 1 message can be had back",
        '  ≈ {"role":"assistant","content":"On Fridays it\\nlea',
        '  + {"role":"assistant","content":"b"}',
        "    ^",
        "    ≈ a guess   + can be had back",
        "  ≈ assistant · torn, not a message",
        "    On Fridays it",
        "    lea",
        "",
    ]


def test_the_raw_view_shows_the_line_alone() -> None:
    assert laid(TORN + b"\n" + A + b"\n", raw=True) == [
        "  ▚ ! line 1 · torn · the record breaks off · byte 49 of the file · a guess: 1 message",
        f"  ≈ {TORN.decode()}",
        "  " + " " * (2 + len(TORN)) + "^",
        "",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (A + B, "2 messages can be had back"),
        (A + b",\n", "1 message can be had back"),
        (b"\0" * 20 + b"\n" + A, "nothing is lost without it"),
        (b"{'role': 'user', 'content': 'x'}", "offered: 1 message, needs a yes"),
        (TORN, "a guess: 1 message"),
        (b"some words", "nothing to have back, but no byte is lost"),
    ],
)
def test_what_can_be_had_back_is_said(data: bytes, said: str) -> None:
    assert said in laid(data + b"\n", width=200)[0]


def test_each_part_has_a_sign_of_its_own_and_a_style() -> None:
    row = lay_out(entries(b"WARN slow disk  " + A + b" \t" + B + b"\n")[0], 140)
    assert [styles(row, at)[0] for at in (1, 3, 4, 5)] == [
        ("~ ", "fragment"),
        ("+ ", "whole"),
        ("- ", "dim"),
        ("+ ", "whole"),
    ]
    assert drawn(row)[6] == "    ~ a fragment   + can be had back   - nothing is lost without it"


def test_the_words_of_the_head_stay_together_where_they_can() -> None:
    assert laid(A + B + b"\n", width=56)[:3] == [
        "  ▚ ! line 1 · glued · 2 records stand on one line",
        "      byte 29 of the file · 2 messages can be had back",
        f"  + {A.decode()}",
    ]


def test_a_fault_over_several_lines_has_its_story_once() -> None:
    pretty = b'{\n  "role": "user",\n  "content": "x"\n}\n'
    assert laid(A + b"\n" + pretty, width=130) == [
        "  ▚ ! lines 2 to 5 · pretty-printed · a record is laid out over several lines · byte 31 of the file · 1 message can be had back",
        "  + {",
        "     ^",
        "  ▚   line 3 · belongs to line 2",
        '  +   "role": "user",',
        "  ▚   line 4 · belongs to line 2",
        '  +   "content": "x"',
        "  ▚   line 5 · belongs to line 2",
        "  + }",
        "",
    ]


def test_lines_without_known_numbers() -> None:
    split = laid(b'{"role":"user","content":"a\n\nb"}\n', line=0)
    assert split[0].startswith(
        "  ▚ ! damaged · split-record · newlines stand unescaped in a text · byte 27 of the file · "
    )
    assert split[3] == "  ▚   a line · belongs to a line above"


def test_a_line_that_may_still_be_being_written_is_calm() -> None:
    row = lay_out(entries(A + b"\n" + TORN, settled=False)[0], 80)
    assert drawn(row) == [
        "  ▚ … line 2 · may still be being written",
        f"    {TORN.decode()}",
        "    assistant · still being written, not a message",
        "    On Fridays it",
        "    lea",
        "",
    ]
    assert {style for at in range(row.height) for _, style in styles(row, at)} == {"readable", "waiting"}


def test_a_torn_message_without_a_text_says_so() -> None:
    assert laid(b'{"role":"user","content":null}\n')[-2:] == ["    (empty)", ""]


# ---- which bytes


def test_bytes_that_are_no_text_are_one_symbol_each() -> None:
    row = lay_out(bare(b"ab\xff\xfe\x00\x1b[31mcd", 2), 120)
    assert drawn(row)[1] == "    ab��␀␛[31mcd"
    assert pointed(row) == ("    ab", "�")


def test_many_nuls_are_a_number() -> None:
    data = b"\0" * 5_000_000 + A + b"\n"
    assert laid(data)[1:5] == ["  - ␀×5,000,000", "    ^", f"  + {A.decode()}", laid(data)[4]]
    few = b"\0" * 15
    assert laid(few + A + b"\n")[1] == "  - " + "␀" * 15


def test_nuls_in_a_text_are_counted_where_they_stand() -> None:
    row = lay_out(entries(b'{"role":"user","content":"a' + b"\0" * 40 + b'b"}\n')[0], 200)
    assert drawn(row)[1] == '  ~ {"role":"user","content":"a␀×40b"}'
    assert pointed(row)[1] == "␀"


def test_of_a_long_line_the_bytes_around_the_fault_are_shown() -> None:
    row = lay_out(bare(b"a" * 500_000 + b"!" + b"b" * 500_000, 500_000), 60)
    text = drawn(row)
    assert row.height < 14
    assert pointed(row)[1] == "!"
    assert text[len(row.head)].startswith("    …a")
    assert (row.more, text[-2].endswith("more bytes · Enter shows more")) == (True, True)
    shown = sum(line.count("a") + line.count("b") for line in text[len(row.head) : -2])
    assert text[-2].strip() == f"… {1_000_001 - shown - 1:,} more bytes · Enter shows more"


def test_more_of_it_can_be_asked_for() -> None:
    entry = bare(b"a" * 500_000 + b"!" + b"b" * 500_000, 500_000)
    row = lay_out(entry, 60, limit=2 * LIMIT)
    assert pointed(row)[1] == "!"
    assert 2 * LIMIT / 60 < row.height < 2.5 * LIMIT / 50
    whole = lay_out(entry, 60, limit=32 * LIMIT)
    assert not whole.more


def test_of_very_many_parts_those_around_the_fault_are_shown() -> None:
    entry = entries(A * 5_000 + b"\n")[0]
    row = lay_out(entry, 80)
    assert row.height < 16
    assert pointed(row) == ("  + ", "{")
    assert drawn(row)[-2].endswith("more bytes · Enter shows more")


def test_the_piece_of_a_huge_line_that_is_in_memory() -> None:
    raw = b"x" * 100 + b"!" + b"y" * 100
    fault = Fault("odd", Severity.DAMAGE, "it is odd", 50_000_100, line=7, span=Span(0, 100_000_000))
    entry = Entry(6, Address(7, Span(0, 100_000_000)), fault=fault, raw=raw, clipped=True, skipped=50_000_000)
    row = lay_out(entry, 120)
    assert pointed(row)[1] == "!"
    assert drawn(row)[1].startswith("    …xx")
    assert drawn(row)[-3].endswith("yy…")
    assert drawn(row)[-2] == "  … a huge line: 201 of its 100,000,000 bytes are shown"


def test_a_sign_stays_with_what_has_no_space() -> None:
    text = drawn(lay_out(entries(b"x" * 100 + b"\n")[0], 60))
    assert [line for line in text if "xxx" in line] == ["  ~ " + "x" * 55, "    " + "x" * 45]


# ---- the caret


def test_the_caret_stands_below_the_right_cell_behind_wide_letters() -> None:
    raw = '{"日本":x'.encode()
    row = lay_out(bare(raw, raw.index(b"x")), 120)
    assert drawn(row)[2] == "    " + " " * len('{"') + " " * 4 + " " * len('":') + "^"


def test_a_caret_on_a_wrapped_line_stands_below_that_part() -> None:
    row = lay_out(bare(b"0123456789abcdefghij", 12), 3 + 12)
    text = drawn(row)
    at = text.index("    abcdefghij")
    assert text[at - 1 : at + 2] == ["    0123456789", "    abcdefghij", "      ^"]


def test_an_unfinished_line_points_behind_its_end() -> None:
    row = lay_out(bare(b'{"role":"us', 11), 120)
    assert drawn(row)[2] == "    " + " " * 11 + "^"


@given(st.lists(st.sampled_from(["x", "é", "日", "🎉", "\0" * 20, " "]), max_size=200), st.integers(20, 60), st.data())
def test_the_caret_points_at_the_byte_in_any_line(letters: list[str], width: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, len(letters)))
    head, tail = ("".join(part).encode() for part in (letters[:before], letters[before:]))
    row = lay_out(bare(head + b"!" + tail, len(head)), width)
    assert pointed(row)[1] == "!"


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(12, 80))
def test_every_byte_of_a_short_line_is_shown(raw: bytes, at: int, width: int) -> None:
    raw = raw.replace(b"\n", b"")
    row = lay_out(bare(raw, min(at, len(raw))), width, limit=2 * LIMIT)
    shown = row.text.removeprefix("  ")
    assert not row.more
    assert len(re.sub("␀×[0-9,]+", "", shown)) <= len(raw)
    held = sum(int(run[2:].replace(",", "")) for run in re.findall("␀×[0-9,]+", shown))
    assert len(shown.encode("utf-8", "replace")) + held >= len(raw.decode(errors="ignore"))


DAMAGE = st.lists(
    st.sampled_from([A, B, TORN, b"\n", b"\n", b"\0" * 30, b"\xff", "日".encode(), b"[", b"}", b'"', b"\x1b]0;x\x07"])
)


def every(data: bytes, width: int) -> Iterator[RenderedRow]:
    for entry in entries(data) + entries(data, settled=False):
        yield lay_out(entry, width)
        yield lay_out(entry, width, raw=True, limit=2 * LIMIT)


@given(DAMAGE, st.integers(4, 60))
def test_any_damage_fits_and_is_safe(parts: list[bytes], width: int) -> None:
    for row in every(b"".join(parts), width):
        for line in range(row.height):
            strip = row.strip(line, LOOK, chosen=True)
            assert is_safe(strip.text)
            assert strip.cell_length == width


def test_salvage_has_words_for_all_of_its_kinds() -> None:
    from sessiontui.describe.sureness import offer

    fault = entries(TORN + b"\n")[0].fault
    assert fault is not None
    assert len({offer(fault._replace(salvage=salvage)) for salvage in Salvage}) == 4
