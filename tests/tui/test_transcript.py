"""The transcript: its map, what stays where it is, turns of the user, the prompt, and copies."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from sessiontui.describe.signs import BOTH, DAMAGED, FEW, HIT
from sessiontui.errors import Cancelled, StoreError, UsageError
from sessiontui.model import Address, Backend, Entry, Fault, Message, Severity, Span
from sessiontui.store.jsonl.jsonl_transcript import JsonlRows, JsonlTranscript
from sessiontui.store.memory import MemoryRows
from sessiontui.store.protocol import never, silent
from sessiontui.tui.browser import transcript_pane
from sessiontui.tui.browser.goal_rows import goal_row
from sessiontui.tui.tasks import copy_task, row_search
from sessiontui.tui.theme.ascii_signs import Signs
from sessiontui.tui.widgets.page_cache import PAGE
from sessiontui.tui.widgets.prompt import Goal, GoalKind, Prompt, goal
from sessiontui.tui.widgets.session_map import NOTHING
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.matrices import few
from tests.support.safe import is_safe
from tests.support.screens import (
    TORN,
    WIDE,
    StillApp,
    browsing,
    choose,
    focus,
    folder,
    opened,
    press,
    sample,
    says,
    settle,
    talk,
    typed,
)
from tests.support.stage import lines, staged
from tests.tui.test_widgets import entry, served, texts
from tests.tui.test_widgets import given as serve

LONG = "many words that must be wrapped somewhere " * 40


def told(widget: TranscriptView) -> str:
    """What the border says at its lower edge."""
    return "" if widget.border_subtitle is None else str(widget.border_subtitle)


def signs(widget: TranscriptView) -> dict[int, str]:
    """The cells of the map that hold a sign."""
    return {cell: sign for cell, sign in enumerate(widget.map.signs) if sign != NOTHING}


async def shown(pilot: Pilot[Any], count: int, row: int | None = None, text: str = "") -> TranscriptView:
    """A transcript of so many rows, all of them in memory, at its end or at a row."""
    widget = pilot.app.query_one(TranscriptView)
    widget.show(count, 0, [entry(at, f"{at}: {text}" if text else "") for at in range(count)], row)
    await pilot.pause()
    return widget


# ---- the map


async def test_the_map_has_a_sign_for_damage_for_hits_and_for_both_and_says_where_the_view_is() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 1_800, row=0)
        height = widget.map.size.height
        assert height == 18
        widget.show_hits([0, 1_000, 1_799], None, [99, 100, 1_050])
        assert signs(widget) == {0: BOTH, 1: DAMAGED, 10: BOTH, 17: HIT}
        assert widget.map.block == range(1)
        await pilot.press("G")
        assert widget.map.block == range(17, 18)
        assert len({BOTH, DAMAGED, HIT, FEW, NOTHING}) == 5


@pytest.mark.exhaustive
async def test_the_map_tells_many_hits_from_few() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 1_800, row=0)
        widget.show_hits([0, 100, 101, 102, 200, 201, 1_000, 1_001, 1_002], None, [1_000])
        assert signs(widget) == {0: FEW, 1: HIT, 2: HIT, 10: BOTH}


def test_the_signs_of_the_map_differ_where_there_are_no_others_than_of_ascii() -> None:
    signs = NOTHING, DAMAGED, HIT, FEW, BOTH
    assert len({Signs("ascii").plain(sign) for sign in signs}) == len(signs)


async def test_there_is_no_map_of_what_is_all_in_view() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 3)
        widget.show_hits([0], None, [1])
        assert signs(widget) == {}
        assert len(widget.map.block) == 0


class Looked(Sequence[int]):
    """Marked rows that count how often they are looked at."""

    def __init__(self, rows: Sequence[int]) -> None:
        self._rows, self.looks = rows, 0

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        self.looks += 1
        return self._rows[at]


async def test_a_map_of_a_million_rows_looks_at_few_of_them() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(1_000_000, 0, (), 0)
        marked = Looked(range(0, 1_000_000, 2))
        widget.show_hits((), None, marked)
        drawn = [widget.map.render_line(y).text for y in range(widget.map.size.height)]
        assert drawn == [DAMAGED] * 18
        assert marked.looks < 18 * 50


async def test_a_press_on_the_map_goes_there_and_on_a_sign_to_what_it_stands_for() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 180, row=0)
        widget.show_hits((), None, [57])
        await pilot.click(widget.map, offset=(0, 5))
        assert widget.cursor == 57
        assert texts(widget)[1] == "message 57"
        await pilot.click(widget.map, offset=(0, 9))
        assert texts(widget)[1] == "message 90"
        assert widget.cursor == 90
        await pilot.click(widget.map, offset=(0, 3))
        assert (widget.cursor, texts(widget)[1]) == (30, "message 30")
        await pilot.click(widget.map, offset=(0, 0))
        assert texts(widget)[1] == "message 0"
        await pilot.click(widget.map, offset=(0, 17))
        assert widget.location is None


@pytest.mark.exhaustive
async def test_the_block_of_the_map_can_be_dragged() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 180, row=0)
        await pilot.mouse_down(widget.map, offset=(0, 0))
        await pilot.hover(widget.map, offset=(0, 4))
        assert texts(widget)[1] == "message 40"
        await pilot.hover(widget.map, offset=(0, 2))
        assert texts(widget)[1] == "message 20"
        await pilot.mouse_up(widget.map, offset=(0, 2))
        await pilot.hover(widget.map, offset=(0, 9))
        assert texts(widget)[1] == "message 20"


# ---- what the border says


@pytest.mark.exhaustive
async def test_the_border_counts_the_hits() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 40)
        widget.show_hits(range(17), None)
        assert told(widget) == "17 hits"
        widget.show_hits(range(17), 2)
        assert told(widget) == "3/17"
        widget.show_raw(True)
        assert told(widget) == "3/17 ─ raw lines"
        widget.show_hits((), None)
        widget.show_raw(False)
        assert told(widget) == ""


# ---- what stays where it is


@pytest.mark.parametrize("row", [None, 20])
async def test_rows_that_are_added_move_nothing_and_the_border_says_so(row: int | None) -> None:
    async with staged(TranscriptView(), TranscriptView.PageWanted) as (pilot, posted):
        widget = await shown(pilot, 100, row)
        before, chosen = lines(widget), widget.cursor
        widget.grow(102)
        widget.grow(103)
        await served(pilot, widget, posted)
        assert lines(widget) == before
        assert widget.cursor == chosen
        assert told(widget) == "3 new below · G"
        await pilot.press("G")
        await served(pilot, widget, posted)
        assert texts(widget)[-2] == "message 102"
        assert told(widget) == ""


@pytest.mark.exhaustive
async def test_a_session_that_fits_grows_into_view() -> None:
    async with staged(TranscriptView(), TranscriptView.PageWanted) as (pilot, posted):
        widget = await shown(pilot, 2)
        widget.grow(3)
        await served(pilot, widget, posted)
        assert [line for line in texts(widget) if "message" in line] == ["message 0", "message 1", "message 2"]
        assert told(widget) == ""


def raw_entry(row: int) -> Entry:
    text = f"message {row} " + "and more " * (row % 7 * 3)
    return Entry(row, Address(row + 1, Span(0, 9)), Message("user", text), raw=f'{{"content":"{text}"}}'.encode())


@pytest.mark.parametrize("down", few(1, 0, 3))
async def test_raw_and_conversation_show_the_same_message_on_the_same_line(down: int) -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(60, 0, [raw_entry(row) for row in range(60)], row=20)
        await pilot.press(*["J"] * down)

        def line() -> int:
            return next(y for y, text in enumerate(lines(widget)) if text.startswith("▌"))

        before, chosen = line(), widget.cursor
        assert chosen == 20 + down
        await pilot.press("k", "k")
        before = line()
        for raw in (True, False):
            widget.show_raw(raw)
            assert (widget.cursor, line()) == (chosen, before)


@pytest.mark.exhaustive
async def test_the_text_at_the_top_stays_there_at_another_width() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        words = " ".join(f"w{at}" for at in range(2_000))
        widget = await shown(pilot, 3, 0, words)
        await pilot.press("pagedown", "pagedown")
        first = texts(widget)[0].split()[0]
        for width in (40, 90, 60):
            await pilot.resize_terminal(width, 20)
            await pilot.pause()
            assert first in texts(widget)[0].split()
            first = texts(widget)[0].split()[0]


async def test_the_chosen_row_stays_in_view_on_a_lower_screen() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 60, row=10)
        await pilot.press("J", "J", "J", "J")
        await pilot.resize_terminal(60, 9)
        await pilot.pause()
        assert widget.cursor == 14
        assert "▌ message 14" in lines(widget)


async def test_what_is_read_anew_is_seen_until_it_comes() -> None:
    async with staged(TranscriptView(), TranscriptView.PageWanted) as (pilot, posted):
        widget = await shown(pilot, 40)
        before = lines(widget)
        widget.renew()
        assert lines(widget) == before
        await pilot.pause()
        widget.give(0, [Entry(row, Address(row + 1), Message("user", "x"), ordinal=row + 1) for row in range(40)])
        assert any(line.endswith("#40") for line in lines(widget))
        assert serve(widget, posted)


# ---- walking


@pytest.mark.exhaustive
async def test_where_nothing_can_scroll_j_and_k_choose_messages() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 3)
        assert widget.cursor == 2
        for key, cursor in (("k", 1), ("up", 0), ("k", 0), ("j", 1), ("pagedown", 2), ("pageup", 0)):
            await pilot.press(key)
            assert widget.cursor == cursor


@pytest.mark.exhaustive
async def test_half_a_page() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 60, row=0)
        await pilot.press("ctrl+d")
        assert widget.scroll_y == 8
        await pilot.press("ctrl+d", "ctrl+u")
        assert widget.scroll_y == 8


async def test_the_wheel_scrolls_and_a_click_chooses() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 60, row=0)
        await pilot._post_mouse_events([MouseScrollDown], TranscriptView, offset=(5, 5))
        assert 0 < widget.scroll_y < 10
        top = widget.cursor
        await pilot.click(TranscriptView, offset=(5, 8))
        assert widget.cursor > top


@pytest.mark.exhaustive
async def test_a_double_click_shows_more_of_a_long_message() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = await shown(pilot, 1, 0, "word " * 40_000)
        before = widget.virtual_size.height
        await pilot.click(TranscriptView, offset=(5, 5), times=2)
        assert widget.virtual_size.height > 1.9 * before


# ---- turns of the user


def said(roles: str) -> MemoryRows:
    """Rows by the first letters of their roles; a dot is a damaged line."""
    names = {"u": "user", "a": "assistant"}
    fault = Fault("dropped", Severity.DAMAGE, "torn", 0)
    return MemoryRows(
        tuple(
            Entry(at, Address(at + 1), fault=fault) if role == "." else Entry(at, Address(), Message(names[role], "x"))
            for at, role in enumerate(roles)
        )
    )


@given(st.text("ua.", min_size=1, max_size=600), st.integers(0, 599), st.sampled_from([1, -1]))
def test_the_nearest_turn_is_the_one_that_counting_finds(roles: str, row: int, step: int) -> None:
    row = min(row, len(roles) - 1)
    row_search.BREATH = 0  # type: ignore[misc]
    found = row_search.seek(
        said(roles), row, step, lambda e: bool(e.message and e.message.role == "user"), never, silent
    )
    turns = [at for at, role in enumerate(roles) if role == "u" and (at - row) * step > 0]
    assert found == (min(turns, key=lambda at: abs(at - row)) if turns else None)


def test_looking_for_a_turn_ends_when_it_is_asked_to_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_search, "MOMENT", -1.0)
    progress: list[tuple[int, int]] = []
    request: Iterator[bool] = iter([False, False, False, True])
    with pytest.raises(Cancelled):
        row_search.seek(
            said("a" * 1_000), 999, -1, lambda _: False, lambda: next(request), lambda *part: progress.append(part)
        )
    assert progress == [(0, 999), (128, 999), (256, 999)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    lonely: list[Message | bytes] = [Message("assistant", f"alone {at}") for at in range(4_000)]
    turns: list[Message | bytes] = [Message("user" if at % 10 == 5 else "tool", f"turn {at}") for at in range(1, 101)]
    rows: list[Message | bytes] = [
        Message("user", "before"),
        TORN,
        b"\n",
        Message("assistant", "after \x1b[31m\tthe tab"),
    ]
    return folder(tmp_path / "sessions", {"turns": turns, "torn": rows, "lonely": lonely, "empty": []})


@pytest.mark.exhaustive
async def test_brackets_go_from_turn_to_turn_of_the_user(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        transcript = app.browser.query_one(TranscriptView)
        await press(pilot, "left_square_bracket")
        assert focus(app) is TranscriptView
        assert transcript.cursor == 94
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert transcript.cursor == 74
        assert says(app, "turn 75")
        await press(pilot, "right_square_bracket")
        assert transcript.cursor == 84
        await press(pilot, "g", *["right_square_bracket"] * 10)
        assert transcript.cursor == 94
        assert app.notices == []
        await press(pilot, "right_square_bracket")
        assert app.notices == ["no user turn below this message"]
        await press(pilot, "g", "left_square_bracket")
        assert app.notices[1:] == ["no user turn above this message"]
        assert transcript.cursor == 0


@pytest.mark.exhaustive
async def test_brackets_that_are_pressed_quickly_all_count(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with browsing(store) as (app, pilot):
        monkeypatch.setattr(row_search, "BREATH", 0.1)
        transcript = app.browser.query_one(TranscriptView)
        app.browser.reading.transcript.enter()
        for step in (-1, -1, -1, 1):
            app.browser.reading.walk.action_user(step)
        await settle(pilot)
        assert transcript.cursor == 84
        for _ in range(20):
            app.browser.reading.walk.action_user(-1)
        await settle(pilot)
        assert transcript.cursor == 4
        assert app.notices == []


@pytest.mark.exhaustive
async def test_a_turn_that_is_found_late_moves_nobody_who_went_elsewhere(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browsing(store) as (app, pilot):
        monkeypatch.setattr(row_search, "BREATH", 0.3)
        transcript = app.browser.query_one(TranscriptView)
        app.browser.reading.transcript.enter()
        app.browser.reading.walk.action_user(-1)
        transcript.action_start()
        app.browser.reading.walk.action_user(1)
        await settle(pilot)
        assert transcript.cursor == 4
        app.browser.reading.walk.action_user(1)
        transcript.action_end()
        row = transcript.cursor
        await settle(pilot)
        assert transcript.cursor == row


@pytest.mark.exhaustive
async def test_esc_ends_a_long_look_for_a_turn(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_search, "BREATH", 0.2)
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "j", "enter")
        await pilot.press("left_square_bracket")
        assert app.browser.reading.working
        await pilot.press("escape")
        await settle(pilot)
        assert app.notices == ["cancelled; you are where you were"]
        assert focus(app) is TranscriptView
        assert app.browser.query_one(TranscriptView).location is None
        assert app.browser.title_line.work == ""


# ---- the prompt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", Goal(GoalKind.MESSAGE, 12)),
        ("#12", Goal(GoalKind.MESSAGE, 12)),
        ("12,004", Goal(GoalKind.MESSAGE, 12_004)),
        (" l431 ", Goal(GoalKind.LINE, 431)),
        ("Line 431", Goal(GoalKind.LINE, 431)),
        ("50%", Goal(GoalKind.SHARE, 50)),
        ("12.5 %", Goal(GoalKind.SHARE, 12.5)),
        ("$", Goal(GoalKind.END)),
        ("end", Goal(GoalKind.END)),
        ("start", Goal(GoalKind.START)),
        ("", None),
        ("-3", None),
        ("l", None),
        ("%", None),
        ("twelve", None),
        ("12 13", None),
        ("١٢", Goal(GoalKind.MESSAGE, 12)),
        ("9" * 5_000, Goal(GoalKind.MESSAGE, int("9" * 19))),
    ],
)
def test_what_is_typed_means(text: str, expected: Goal | None) -> None:
    assert goal(text) == expected


@pytest.mark.exhaustive
@given(st.text(max_size=30))
def test_any_text_is_a_goal_or_none(text: str) -> None:
    goal(text)


class Numbered(MemoryRows):
    """Rows that know which message stands where."""

    def row_of(self, ordinal: int) -> int | None:
        rows = [at for at, row in enumerate(self.rows) if row.message is not None]
        return rows[ordinal - 1] if 1 <= ordinal <= len(rows) else None


ROWS = Numbered(said("u.a.u").rows)


@pytest.mark.parametrize(
    ("text", "raw", "row"),
    [
        ("1", False, 0),
        ("2", False, 2),
        ("3", False, 4),
        ("2", True, 1),
        ("l2", False, 1),
        ("50%", False, 2),
        ("100%", False, 4),
        ("0%", False, 0),
        ("end", False, 4),
        ("start", True, 0),
    ],
)
def test_a_place_is_a_row(text: str, raw: bool, row: int) -> None:
    assert goal_row(text, ROWS, 3, raw).row == row


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0", "messages are counted from 1"),
        ("4", "there are 3 messages"),
        ("l6", "the last line is 5"),
        ("line 0", "lines are counted from 1"),
        ("101%", "100% is the end"),
        ("nowhere", "type a number, line 431, 50% or end"),
    ],
)
def test_a_place_that_is_not_there_is_said(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        goal_row(text, ROWS, 3, raw=False)
    assert error.value.sentence == sentence


class Uncounted(MemoryRows):
    """Rows of which nobody knows yet which message stands where."""

    def row_of(self, ordinal: int) -> int | None:
        return None


def test_a_number_is_a_line_until_messages_are_counted() -> None:
    rows = Uncounted(said("u.a.u").rows)
    found = goal_row("4", rows, None, raw=False)
    assert (found.row, found.note) == (3, "messages are not counted yet: this is line 4")
    with pytest.raises(UsageError, match="the last line is 5"):
        goal_row("6", rows, None, raw=False)
    with pytest.raises(UsageError, match="still being read"):
        goal_row("1", MemoryRows(rows.rows, complete=False), None, raw=False)
    with pytest.raises(UsageError, match="nothing to go to"):
        goal_row("1", MemoryRows(()), 0, raw=False)


@pytest.mark.exhaustive
async def test_the_prompt_goes_to_messages_lines_shares_and_the_end(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        transcript = app.browser.query_one(TranscriptView)
        for text, row in (("12", 11), ("l50", 49), ("50%", 50), ("start", 0)):
            await press(pilot, "colon", *typed(text), "enter")
            assert transcript.cursor == row
            assert focus(app) is TranscriptView
            assert not app.browser.query(Prompt)
        await press(pilot, "colon", *typed("end"), "enter")
        assert transcript.location is None


@pytest.mark.exhaustive
async def test_a_place_that_cannot_be_is_said_in_the_prompt_and_nothing_moves(store: Path) -> None:
    async with browsing(store, (80, 24)) as (app, pilot):
        transcript = app.browser.query_one(TranscriptView)
        await press(pilot, "enter", "g", "J", "J", "colon", *typed("999"), "enter")
        assert says(app, "there are 100 messages", "999")
        assert focus(app) is Prompt
        await press(pilot, "escape")
        assert focus(app) is TranscriptView
        assert not app.browser.query(Prompt)
        assert transcript.cursor == 2
        assert app.notices == []


@pytest.mark.exhaustive
async def test_the_prompt_can_be_left_by_a_click(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "colon")
        assert focus(app) is Prompt
        await pilot.click(TranscriptView, offset=(5, 5))
        await settle(pilot)
        assert focus(app) is TranscriptView
        assert not app.browser.query(Prompt)


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", [(60, 15), (3, 2)])
async def test_nothing_of_it_breaks_on_a_small_screen(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        transcript = app.browser.query_one(TranscriptView)
        await press(pilot, "colon", "7", "enter")
        assert transcript.cursor == 6
        await press(pilot, "right_square_bracket", "y", "ctrl+d", "colon", "x", "enter", "escape", "G")
        transcript.show_hits([1, 50], 1, [3])
        transcript.grow(103)
        await pilot.resize_terminal(*WIDE)
        await settle(pilot)
        assert says(app, "turn 100", "2/2")


# ---- copies


async def test_y_copies_the_message_without_what_a_terminal_obeys(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "enter", "y")
        assert app.clipboard == "after [31m\tthe tab"
        assert app.notices[-1].startswith("copied ")
        await press(pilot, "K", "K", "y")
        assert app.clipboard == '{"role":"assistant","content":"the machine di'
        assert app.notices[-1] == "copied line 2 · 45 B"
        await press(pilot, "g", "r", "y")
        assert app.clipboard == '{"role":"user","content":"before"}'


async def test_a_capital_y_copies_the_session(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "Y")
        assert app.clipboard == "user: before\n\nassistant: after [31m\tthe tab\n\n"


@pytest.mark.exhaustive
async def test_what_is_too_long_for_a_clipboard_goes_into_a_private_file(store: Path, tmp_path: Path) -> None:
    async with browsing(store) as (app, pilot):
        before = app.clipboard
        await press(pilot, "j", "j", "Y")
        assert app.clipboard == before
        path = Path(app.notices[-1].rpartition("copied to ")[2])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.read_text() == "".join(f"assistant: alone {at}\n\n" for at in range(4_000))


@pytest.mark.exhaustive
async def test_there_is_nothing_to_copy_in_an_empty_session(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "G", "y", "Y")
        assert app.notices == [
            "there is no message to copy",
            "the messages of empty: there is no text to copy",
        ]


@given(st.text(st.one_of(st.sampled_from("\x1b\x07\x9b\ud800\r\n\t"), st.characters()), max_size=40))
def test_what_is_copied_is_plain(text: str) -> None:
    plain = copy_task.plain(text)
    plain.encode()
    assert not [char for char in plain if (char < " " and char not in "\n\t") or "\x7f" <= char <= "\x9f"]
    if text.isprintable():
        assert plain == text


def test_no_copy_is_left_of_what_was_cancelled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(copy_task, "cache_folder", lambda: tmp_path)
    request = iter([False] * 30 + [True])
    with pytest.raises(Cancelled):
        copy_task.copied(("x" * 10_000 for _ in range(100)), lambda: next(request))
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, copy_task.CLIPBOARD, copy_task.CLIPBOARD + 1, 5 * copy_task.CLIPBOARD + 7])
def test_a_long_text_is_copied_whole_and_can_be_cancelled_in_its_middle(
    length: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(copy_task, "cache_folder", lambda: tmp_path)
    whole = "".join(chr(0x100 + at % 97) for at in range(length))
    text, path, size = copy_task.copied([whole, "end"], never)
    assert (text if path is None else path.read_text()) == whole + "end"
    assert size == len((whole + "end").encode())
    request = iter([False] * (length // copy_task.CLIPBOARD) + [True])
    with pytest.raises(Cancelled):
        copy_task.copied([whole, "end"], lambda: next(request))


def test_the_oldest_copies_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(copy_task, "cache_folder", lambda: tmp_path)
    for number in range(copy_task.KEPT + 3):
        _, path, _ = copy_task.copied([f"{number}" * 100_000], never)
        assert path is not None
        os.utime(path, (number, number))
    kept = sorted((tmp_path / "copies").iterdir(), key=lambda path: path.stat().st_mtime)
    assert len(kept) == copy_task.KEPT
    assert kept[-1].read_text().startswith(str(copy_task.KEPT + 2))


def test_a_folder_of_somebody_else_is_not_written_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(copy_task, "cache_folder", lambda: tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "copies").symlink_to(elsewhere)
    with pytest.raises(StoreError):
        copy_task.copied(["x" * 100_000], never)
    assert list(elsewhere.iterdir()) == []


# ---- pictures


@pytest.mark.exhaustive
async def test_an_empty_session_and_one_that_cannot_be_read_say_so(store: Path) -> None:
    (store / "a_folder.jsonl").mkdir()
    async with browsing(store) as (app, pilot):
        await choose(pilot, "a_folder")
        assert says(app, "This session can't be read.", "a folder, not a file", "the list shows the others")
        await choose(pilot, "empty")
        assert says(app, "This session has no messages yet.", "What ZeroClaw writes next will stand here")


@pytest.mark.exhaustive
async def test_what_takes_long_to_read_says_so(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release, tail = Event(), JsonlTranscript.tail

    def slow(self: JsonlTranscript, count: int = 200) -> JsonlRows:
        release.wait(20)
        return tail(self, count)

    async with browsing(store) as (app, pilot):
        monkeypatch.setattr(JsonlTranscript, "tail", slow)
        monkeypatch.setattr(transcript_pane, "LASTS", 0.001)
        await pilot.press("j")
        for _ in range(200):
            await pilot.pause(0.02)
            if says(app, "Reading the session"):
                break
        assert says(app, "Reading the session …", "torn ─ 2 messages")
        release.set()
        await settle(pilot)
        assert says(app, "the tab")


@pytest.mark.exhaustive
async def test_what_could_not_be_read_is_read_when_it_can(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: JsonlTranscript, count: int = 200) -> JsonlRows:
        raise StoreError("torn.jsonl can't be read: Input/output error")

    async with browsing(store) as (app, pilot):
        with monkeypatch.context() as patch:
            patch.setattr(JsonlTranscript, "tail", refuse)
            await press(pilot, "j")
            assert says(app, "This session can't be read.", "torn.jsonl can't be read", "F5 tries again")
            await press(pilot, "enter", "g", "y", "left_square_bracket", "colon", "1", "enter", "escape")
        await press(pilot, "f5")
        assert says(app, "before", "the tab")


@pytest.mark.exhaustive
async def test_a_page_that_could_not_be_read_is_read_with_the_next_key(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: JsonlRows, start: int, stop: int) -> Sequence[Entry]:
        raise StoreError("lonely.jsonl can't be read: Input/output error")

    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "j", "enter")
        with monkeypatch.context() as patch:
            patch.setattr(JsonlRows, "load", refuse)
            await press(pilot, "g", "j", "pagedown", "g")
            assert says(app, "⋯")
            assert app.notices == ["lonely.jsonl can't be read: Input/output error"]
        await press(pilot, "J")
        assert says(app, "alone 0", "alone 1")
        assert not says(app, "⋯")


# ---- numbers


@pytest.mark.exhaustive
async def test_messages_are_numbered_once_they_are_counted(tmp_path: Path) -> None:
    async with browsing(sample(tmp_path)) as (app, pilot):
        assert app.browser.reading.key == "telegram_night-train"
        assert says(app, "#1", "#2", "#3")
        await press(pilot, "colon", "2", "enter")
        assert app.browser.query_one(TranscriptView).cursor == 1


@pytest.mark.exhaustive
async def test_a_row_of_a_database_says_when_it_came(tmp_path: Path) -> None:
    app = StillApp(opened(sample(tmp_path), Backend.SQLITE))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "g")
        assert says(app, "2026-02-", "· #1")


@pytest.mark.exhaustive
async def test_what_is_drawn_of_hostile_text_at_the_top_is_safe_at_every_width(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "s", {"evil": talk(3, "\x1b]0;x\x07\u202e[red]")})) as (app, pilot):
        for width in (140, 60, 20, 3):
            await pilot.resize_terminal(width, 12)
            await settle(pilot)
            assert all(is_safe(line) for line in lines(app.browser.query_one(TranscriptView)))


def test_a_page_that_was_the_last_is_wanted_again_when_rows_are_added() -> None:
    from sessiontui.tui.widgets.page_cache import PageCache

    cache = PageCache()
    cache.put(PAGE, [entry(PAGE + at) for at in range(10)])
    assert cache.wanted(PAGE, PAGE + 10) == []
    assert cache.wanted(PAGE, PAGE + 12) == [PAGE]
    assert cache.get(PAGE + 3) == entry(PAGE + 3)
    cache.put(PAGE, [entry(PAGE + at) for at in range(11)])
    assert cache.wanted(PAGE, PAGE + 12) == []
    cache.grow(PAGE + 11)
    assert cache.get(PAGE + 10) is None
    assert cache.get(PAGE + 9) == entry(PAGE + 9)
    assert cache.wanted(PAGE, PAGE + 12) == [PAGE]
    cache.put(PAGE, [entry(PAGE + at) for at in range(12)])
    cache.put(PAGE, [entry(PAGE + at) for at in range(10)])
    assert cache.get(PAGE + 11) == entry(PAGE + 11)
