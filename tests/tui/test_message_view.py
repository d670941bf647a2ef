"""A row of a transcript as lines: what is shown, where the caret stands, and that nothing is obeyed or interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from sessiontui.model import Address, Entry, Fault, Message, Severity, Span
from sessiontui.tui.theme.looks import TRANSCRIPT
from sessiontui.tui.widgets.message_view import lay_out
from sessiontui.tui.widgets.rendered_row import LIMIT, RenderedRow
from tests.support.safe import is_safe

LOOK = {name: Style(bgcolor=f"color({at + 20})") for at, name in enumerate(TRANSCRIPT)}


def message(content: str, role: str = "user", line: int | None = None, ordinal: int | None = None) -> Entry:
    return Entry(0, Address(line=line), Message(role, content), ordinal=ordinal)


def damaged(raw: bytes, at: int, reason: str = "it is torn", line: int = 7, offset: int = 100) -> Entry:
    span = Span(offset, len(raw))
    fault = Fault("dropped", Severity.DAMAGE, reason, at, line=line, span=span)
    return Entry(line - 1, Address(line, span), fault=fault, raw=raw)


def drawn(row: RenderedRow) -> list[str]:
    return [row.strip(line, LOOK, chosen=False).text.rstrip() for line in range(row.height)]


def styles(row: RenderedRow, line: int) -> list[tuple[str, str]]:
    names = {style.bgcolor: name for name, style in LOOK.items()}
    strip = row.strip(line, LOOK, chosen=False)
    return [(segment.text, names[segment.style.bgcolor]) for segment in strip if segment.style and segment.text.strip()]


def test_a_message_is_its_role_its_text_and_an_empty_line() -> None:
    row = lay_out(message("Why did the budget\nrefresh twice?", ordinal=429), 40)
    assert drawn(row) == ["  user                             #429", "  Why did the budget", "  refresh twice?", ""]


def test_a_line_number_stands_in_for_an_ordinal_that_is_not_known() -> None:
    assert drawn(lay_out(message("x", line=12_004), 30))[0] == "  user            line 12,004"


def test_the_time_of_an_import_is_said_to_be_one() -> None:
    for imported, said in ((False, "2026-02-01 10:03 · #1"), (True, "imported 2026-02-01 10:03 · #1")):
        at = Address(id=1, created_at=datetime(2026, 2, 1, 10, 3, tzinfo=UTC), imported=imported)
        row = lay_out(Entry(0, at, Message("user", "x"), ordinal=1), 50)
        assert drawn(row)[0].removeprefix("  user").strip() == said


def test_the_chosen_row_has_a_bar_but_for_the_empty_line() -> None:
    row = lay_out(message("a\nb"), 20)
    assert [row.strip(line, LOOK, chosen=True).text[0] for line in range(row.height)] == ["▌", "▌", "▌", " "]


def test_no_role_and_no_content_are_said() -> None:
    assert drawn(lay_out(message("", role=""), 30))[:2] == ["  (no role)", ""]
    assert "  (empty)" in drawn(lay_out(message(""), 30))


def test_a_tab_takes_columns() -> None:
    assert drawn(lay_out(message("a\tb"), 30))[1] == "  a   b"


def test_markup_stays_text() -> None:
    row = lay_out(message("[red]x[/red] [@click=app.quit]y[/]"), 60)
    assert drawn(row)[1] == "  [red]x[/red] [@click=app.quit]y[/]"


def test_markdown_is_styled_and_nothing_is_taken_away() -> None:
    row = lay_out(message("# Title\nuse `x` and **y**\n```\ncode [x]\n```\nend"), 40)
    assert [line[2:] for line in drawn(row)[1:-1]] == ["# Title", "use `x` and **y**", "```", "code [x]", "```", "end"]
    assert styles(row, 1) == [("# Title", "heading")]
    assert styles(row, 2) == [("use ", "text"), ("`x`", "code"), (" and ", "text"), ("**y**", "strong")]
    assert styles(row, 4) == [("code [x]", "code")]
    assert styles(row, 6) == [("end", "text")]


def test_items_of_lists_and_quotes_hang() -> None:
    text = "- one two three four\n  10. five six seven\n> eight nine ten eleven\nplain words that go on"
    assert [line[2:] for line in drawn(lay_out(message(text), 3 + 14))[1:-1]] == [
        "- one two",
        "  three four",
        "  10. five six",
        "    seven",
        "> eight nine",
        "  ten eleven",
        "plain words",
        "that go on",
    ]


def test_what_markdown_marks_is_told_apart() -> None:
    row = lay_out(message("> said\n- item https://x.example/?a=b.\n|--|--|\n---"), 60)
    assert styles(row, 1) == [("> said", "quote")]
    assert styles(row, 2) == [("-", "marker"), (" item ", "text"), ("https://x.example/?a=b.", "link")]
    assert styles(row, 3) == [("|--|--|", "dim")]
    assert styles(row, 4) == [("---", "dim")]


def test_what_was_searched_for_is_highlighted_over_all_else() -> None:
    row = lay_out(message("use **the budget** now"), 40, spans=lambda _: [(10, 16)])
    assert styles(row, 1) == [
        ("use ", "text"),
        ("**the ", "strong"),
        ("budget", "hit"),
        ("**", "strong"),
        (" now", "text"),
    ]
    assert row.sought == 1


def test_a_highlight_goes_on_over_a_break() -> None:
    row = lay_out(message("aaaa bbbb cccc"), 3 + 9, spans=lambda _: [(5, 14)])
    assert styles(row, 1) == [("aaaa ", "text"), ("bbbb", "hit")]
    assert styles(row, 2) == [("cccc", "hit")]


def test_a_blank_line_is_one_line() -> None:
    assert drawn(lay_out(Entry(2, Address(3)), 40)) == ["  ·                      blank · line 3"]


def test_the_raw_view_shows_the_line_as_it_stands_in_the_file() -> None:
    raw = b'{"role":"user","content":"a\\u00e9\\n"}'
    entry = Entry(4, Address(5, Span(1_000, len(raw))), Message("user", "aé\n"), raw=raw)
    assert drawn(lay_out(entry, 60, raw=True))[:2] == [
        "  line 5                      byte 1,000 of the file · 37 B",
        "  " + raw.decode(),
    ]


def test_a_megabyte_is_cut_and_more_of_it_can_be_asked_for() -> None:
    entry = message("word " * 200_000)
    row = lay_out(entry, 80)
    assert row.more
    assert drawn(row)[-2] == f"  … {1_000_000 - LIMIT:,} more · Enter shows more"
    assert lay_out(entry, 80, limit=2 * LIMIT).height > 1.9 * row.height
    whole = lay_out(entry, 80, limit=1_000_000)
    assert not whole.more


def test_a_message_of_very_many_lines_is_cut_too() -> None:
    row = lay_out(message("\n" * 50_000), 80)
    assert row.height == 1 + 2_000 + 1 + 1
    assert drawn(row)[-2] == "  … 48,000 more · Enter shows more"
    assert lay_out(message("\n" * 50_000), 80, limit=2 * LIMIT).height == 1 + 4_000 + 1 + 1


def test_a_huge_line_says_that_only_its_beginning_is_here() -> None:
    entry = Entry(0, Address(1), Message("tool", "abc"), clipped=True)
    assert "only its beginning" in drawn(lay_out(entry, 80))[2]


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\x07\x9b\x9d\u202e\u2066\u2028\ud800\udfff\U000e0041[]/@=\t\r\n"),
        st.characters(),
    ),
    max_size=60,
)


def entries(role: str, content: str) -> Iterator[Entry]:
    yield Entry(0, Address(1, Span(0, 3)), Message(role, content), raw=content.encode("utf-8", "surrogatepass"))
    yield damaged(content.encode("utf-8", "surrogatepass") + role.encode("utf-8", "surrogatepass"), 2, reason=content)


@pytest.mark.parametrize("raw", [False, True])
@given(role=HOSTILE, content=HOSTILE, width=st.integers(4, 50))
def test_nothing_that_a_terminal_obeys_is_ever_drawn(raw: bool, role: str, content: str, width: int) -> None:
    for entry in entries(role, content):
        row = lay_out(entry, width, raw=raw)
        for line in range(row.height):
            strip = row.strip(line, LOOK, chosen=True)
            assert is_safe(strip.text)
            assert strip.cell_length == width
