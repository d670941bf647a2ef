"""The list of sessions: what it draws, how it is sorted, filtered and marked, and that nothing in it jumps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from sessiontui.model import Backend, Fault, Session, Severity
from sessiontui.tui.arrangement import ORDERS, Arrangement, Sort, ordered
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.preferences import Remember
from sessiontui.tui.theme import looks
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.session_row import columns, heading, under
from tests.support.matrices import few
from tests.support.screens import NOW, clock
from tests.support.stage import lines, staged

ERRORS = Fault("not-a-file", Severity.DAMAGE, "a folder", 0)


def session(
    key: str, messages: int | None = 1, faults: int | None = 0, minutes: int = 5, size: int = 1200, **more: Any
) -> Session:
    when = NOW - timedelta(minutes=minutes)
    return Session(key, Backend.JSONL, messages, faults, size, None, when, **more)


def sessions(count: int) -> list[Session]:
    return [session(f"key_{at:05}", at, minutes=at) for at in range(count)]


def put(widget: SessionList, rows: Sequence[Session]) -> None:
    """Have the list show these in this order."""
    widget.show([row.key for row in rows], {row.key: row for row in rows})


def said(side: SessionPane) -> str:
    """What stands on the lower border of the list."""
    return Content.from_markup(side.sessions.border_subtitle or "").plain


def marked(side: SessionPane) -> list[str]:
    return list(side.marked)


def under_cursor(widget: SessionList) -> str | None:
    return None if widget.session is None else widget.session.key


def screen_line(widget: SessionList) -> int:
    """The line of the screen that the cursor is on."""
    return widget.cursor - round(widget.scroll_y)


def shown_keys(widget: SessionList) -> list[str]:
    return [line.split()[0] for line in (line.strip(" !~×●") for line in lines(widget)) if line]


def side_of(pilot: Pilot[None]) -> SessionPane:
    return pilot.app.query_one(SessionPane)


# ---- what a line shows


async def test_a_session_is_a_line_with_badge_key_count_and_age() -> None:
    rows = [
        session("telegram_alice", 431, 2, 2),
        session("discord_bot", 12_004, 0, 60 * 24 * 3),
        session("telegram_carol", 0),
        session("counting", None, None),
        session("folder", None, None, problem=ERRORS),
        session("evil\x1b[31m[red]", 1_234_567),
    ]
    async with staged(SessionList(clock=clock), size=(36, 12)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, rows)
        assert lines(widget)[:6] == [
            " ! telegram_alice       431   2m",
            "   discord_bot       12,004   3d",
            " ∅ telegram_carol         0   5m",
            "   counting               …   5m",
            " × folder                 –   5m",
            "   evil␛[31m[red]     1.2 M   5m",
        ]


async def test_a_wide_list_shows_size_name_faults_and_what_its_columns_are() -> None:
    rows = [session("alice", 431, 2, 2, name="Budget talk"), session("a-rather-long-key" * 3, 7, name="no room for it")]
    async with staged(SessionList(clock=clock), size=(84, 20)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, rows)
        head, first, second = lines(widget)[:3]
        assert head.split() == ["!", "key", "damaged", "messages", "size", "age▲"]
        assert first.split() == ["!", "alice", "Budget", "talk", "2", "431", "1.2", "kB", "2m"]
        assert "no room" not in second
        assert "…" in second


@pytest.mark.exhaustive
async def test_faults_are_not_awaited_in_a_database() -> None:
    async with staged(SessionList(clock=clock), size=(84, 20)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, [session("alice", 431, None)._replace(backend=Backend.SQLITE), session("bob", None, None)])
        assert lines(widget)[1].split() == ["alice", "431", "1.2", "kB", "5m"]
        assert lines(widget)[2].split() == ["bob", "…", "…", "1.2", "kB", "5m"]


@pytest.mark.parametrize("width", [20, 33, 39, 40, 61, 71, 72, 140])
def test_columns_stand_where_their_names_stand(width: int) -> None:
    placed = columns(width)
    assert placed[0].start == 0
    assert all(left.stop == right.start for left, right in pairwise(placed))
    assert all(len(heading(column, "▼")) == column.width for column in placed if column.width > 8 or column.start < 3)
    assert under(1, width) == placed[0]
    assert under(placed[-1].stop - 1, width) == placed[-1]
    assert under(placed[-1].stop, width) is None


async def test_columns_stand_still_while_counts_arrive() -> None:
    rows = sessions(9)
    async with staged(SessionList(clock=clock), size=(60, 20)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, [session(row.key, None, None) for row in rows])
        before = [line.index("1.2 kB") for line in lines(widget)[1:10]]
        put(widget, [session(row.key, 123_456 * at, 3) for at, row in enumerate(rows)])
        assert [line.index("1.2 kB") for line in lines(widget)[1:10]] == before
        assert len(set(before)) == 1


@pytest.mark.exhaustive
async def test_a_low_terminal_spends_no_line_on_names() -> None:
    async with staged(SessionList(clock=clock), size=(60, 14)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, sessions(3))
        assert "key_00000" in lines(widget)[0]


# ---- moving


@pytest.mark.exhaustive
async def test_moving_posts_the_key_and_enter_opens_it() -> None:
    kinds = (SessionList.Chosen, SessionList.Opened)
    async with staged(SessionList(clock=clock), *kinds) as (pilot, posted):
        put(pilot.app.query_one(SessionList), sessions(50))
        await pilot.pause()
        await pilot.press("j", "down", "k", "G", "g", "k", "enter")
        assert posted == [
            SessionList.Chosen("key_00000"),
            SessionList.Chosen("key_00001"),
            SessionList.Chosen("key_00002"),
            SessionList.Chosen("key_00001"),
            SessionList.Chosen("key_00049"),
            SessionList.Chosen("key_00000"),
            SessionList.Opened("key_00000"),
        ]


@pytest.mark.exhaustive
async def test_the_row_under_the_cursor_stays_on_its_line_when_rows_come_before_it() -> None:
    async with staged(SessionList(clock=clock), SessionList.Chosen) as (pilot, posted):
        widget = pilot.app.query_one(SessionList)
        rows = sessions(200)
        put(widget, rows[100:])
        await pilot.press(*["j"] * 30)
        before = under_cursor(widget), screen_line(widget)
        posted.clear()
        put(widget, rows)
        await pilot.pause()
        assert (under_cursor(widget), screen_line(widget)) == before
        assert posted == []


async def test_a_session_that_is_gone_gives_the_cursor_to_its_neighbour() -> None:
    async with staged(SessionList(clock=clock), SessionList.Chosen) as (pilot, posted):
        widget = pilot.app.query_one(SessionList)
        put(widget, sessions(5))
        await pilot.press("G")
        posted.clear()
        put(widget, sessions(3))
        await pilot.pause()
        assert posted == [SessionList.Chosen("key_00002")]
        rows = sessions(200)
        put(widget, rows)
        widget.move_to(150)
        line = screen_line(widget)
        put(widget, [session("new_1"), session("new_2"), *rows[:150], *rows[152:]])
        await pilot.pause()
        assert (under_cursor(widget), screen_line(widget)) == ("key_00152", line)
        put(widget, [])
        assert widget.session is None
        put(widget, rows)
        assert under_cursor(widget) == "key_00152"


@pytest.mark.exhaustive
async def test_twenty_thousand_sessions_are_walked_and_drawn_by_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(SessionList(clock=clock)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        drawn: list[int] = []
        draw = widget.draw

        def counting(item: int, line: int, width: int) -> Any:
            drawn.append(item)
            return draw(item, line, width)

        monkeypatch.setattr(widget, "draw", counting)
        put(widget, sessions(20_000))
        await pilot.press("G")
        assert under_cursor(widget) == "key_19999"
        assert "key_19999" in lines(widget)[-1]
        assert len(drawn) < 200


async def test_a_move_of_the_cursor_draws_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(SessionList(clock=clock)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, sessions(9))
        await pilot.pause()
        drawn: list[int] = []
        draw = widget.draw

        def counting(item: int, line: int, width: int) -> Any:
            drawn.append(item)
            return draw(item, line, width)

        monkeypatch.setattr(widget, "draw", counting)
        await pilot.press("j")
        await pilot.pause()
        assert sorted(drawn) == [0, 1]


# ---- the mouse


async def test_a_click_chooses_and_a_double_click_opens() -> None:
    kinds = (SessionList.Chosen, SessionList.Opened)
    async with staged(SessionList(clock=clock), *kinds) as (pilot, posted):
        put(pilot.app.query_one(SessionList), sessions(9))
        await pilot.pause()
        await pilot.pause()
        posted.clear()
        await pilot.click(SessionList, offset=(8, 5))
        assert posted == [SessionList.Chosen("key_00003")]
        await pilot.click(SessionList, offset=(8, 6), times=2)
        assert posted[1:] == [SessionList.Chosen("key_00004"), SessionList.Opened("key_00004")]


@pytest.mark.exhaustive
async def test_the_wheel_scrolls_and_leaves_the_cursor_which_typing_brings_back() -> None:
    async with staged(SessionList(clock=clock)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        rows = sessions(200)
        put(widget, rows)
        await pilot.pause()
        for _ in range(12):
            widget.post_message(MouseScrollDown(widget, 5, 5, 0, 1, 0, False, False, False))
        await pilot.pause(0.5)
        assert widget.scroll_y > 17
        assert widget.cursor == 0
        seen = shown_keys(widget)[1:]
        put(widget, [session("new"), *rows])
        await pilot.pause()
        assert shown_keys(widget)[1:] == seen
        await pilot.resize_terminal(60, 18)
        assert shown_keys(widget)[1:] == seen[: len(shown_keys(widget)) - 1]
        await pilot.press("j")
        assert under_cursor(widget) == "key_00001"
        assert widget.scroll_y <= 2


@pytest.mark.exhaustive
async def test_the_scroll_bar_can_be_dragged() -> None:
    async with staged(SessionList(clock=clock)) as (pilot, _):
        widget = pilot.app.query_one(SessionList)
        put(widget, sessions(200))
        await pilot.pause()
        await pilot.mouse_down(SessionList, offset=(58, 1))
        await pilot.hover(SessionList, offset=(58, 12))
        await pilot.mouse_up(SessionList, offset=(58, 12))
        await pilot.pause(0.2)
        assert widget.scroll_y > 50
        assert widget.cursor == 0


# ---- sorting


MIXED = [
    session("b", 5, 0, 1, 300),
    session("a", None, None, 2, 100),
    session("C", 50, 7, 3, 100),
    session("folder", None, None, 4, problem=ERRORS),
    session("d", 5, 1, 5, 900),
]


@pytest.mark.parametrize(
    ("name", "usual", "turned"),
    [
        ("activity", "b a C folder d", "d folder C a b"),
        ("key", "a b C d folder", "folder d C b a"),
        ("messages", "C b d a folder", "b d C a folder"),
        ("size", "folder d b a C", "a C b d folder"),
        ("faults", "folder C d b a", "b d C folder a"),
    ],
)
def test_each_order_has_its_direction_and_what_is_unknown_is_last(name: str, usual: str, turned: str) -> None:
    assert [each.key for each in ordered(MIXED, Sort(name))] == usual.split()
    assert [each.key for each in ordered(MIXED, Sort(name, True))] == turned.split()


def test_sorting_goes_round_and_the_same_order_asked_for_again_turns() -> None:
    sort, seen = Sort(), []
    for _ in ORDERS:
        seen.append(sort.name)
        sort = sort.next
    assert sort == Sort()
    assert seen == ["activity", "key", "messages", "size", "faults"]
    assert Sort("key").by("key").by("key") == Sort("key")
    assert Sort("key", True).by("size") == Sort("size")


async def test_the_person_sorts_by_key_and_the_choice_is_told() -> None:
    async with staged(SessionPane(id="side", clock=clock), Remember, size=(60, 24)) as (pilot, posted):
        side = side_of(pilot)
        side.show(MIXED)
        side.action_sort()
        assert shown_keys(side.sessions)[1:6] == ["a", "b", "C", "d", "folder"]
        assert "key▲" in lines(side.sessions)[0]
        side.action_turn()
        assert shown_keys(side.sessions)[1] == "folder"
        assert "key▼" in lines(side.sessions)[0]
        assert str(side.sessions.border_subtitle) == "Z to A"
        await pilot.pause()
        assert [message.changes for message in posted] == [
            {"sort": "key", "sort_reversed": False},
            {"sort": "key", "sort_reversed": True},
        ]


@pytest.mark.exhaustive
async def test_a_click_on_a_column_sorts_by_it_and_a_second_turns_it() -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show(MIXED)
        await pilot.pause()
        at = lines(side.sessions)[0].index("messages") + 1
        await pilot.click(SessionList, offset=(at, 1))
        assert side.arranged.sort == Sort("messages")
        assert under_cursor(side.sessions) == "b"
        await pilot.click(SessionList, offset=(at, 1))
        assert side.arranged.sort == Sort("messages", True)
        assert "messages▲" in lines(side.sessions)[0]


@pytest.mark.exhaustive
async def test_a_remembered_order_holds_from_the_first_list_and_nobody_is_told() -> None:
    async with staged(SessionPane(id="side", clock=clock), Remember, size=(60, 24)) as (pilot, posted):
        side = side_of(pilot)
        side.start_sorted("size", True)
        side.start_sorted("colour")
        side.show(MIXED)
        await pilot.pause()
        assert shown_keys(side.sessions)[1:3] == ["a", "C"]
        assert posted == []


@pytest.mark.exhaustive
async def test_counts_that_arrive_sort_the_list_around_the_cursor() -> None:
    async with staged(SessionPane(id="side", clock=clock), SessionList.Chosen, size=(60, 24)) as (pilot, posted):
        side = side_of(pilot)
        rows = [session(f"key_{at:05}", None, None, minutes=at) for at in range(300)]
        side.show(rows)
        side.sort_by("messages")
        side.sessions.move_to(150)
        await pilot.pause()
        before = under_cursor(side.sessions), screen_line(side.sessions)
        posted.clear()
        counts = list(range(300))
        random.Random(7).shuffle(counts)
        for begin in range(0, 300, 50):
            learned = [session(rows[at].key, counts[at], 0, minutes=at) for at in range(begin, begin + 50)]
            side.learn(learned)
            await pilot.pause()
            if 20 < side.sessions.cursor < 280:
                assert (under_cursor(side.sessions), screen_line(side.sessions)) == before
        assert side.sessions.keys[0] == rows[counts.index(299)].key
        assert posted == []


# ---- the filter


@pytest.mark.exhaustive
async def test_the_filter_shows_what_fits_and_says_how_many() -> None:
    async with staged(SessionPane(id="side", clock=clock), SessionList.Chosen, size=(60, 24)) as (pilot, posted):
        side = side_of(pilot)
        side.show([session("telegram_alice"), session("discord_bob"), session("telegram_bob"), *sessions(1_000)])
        side.open_filter()
        posted.clear()
        await pilot.press("t", "b", "o")
        assert [side.sessions.count, under_cursor(side.sessions)] == [1, "telegram_bob"]
        assert str(side.sessions.border_title) == "Sessions · 1 of 1,003"
        assert posted[-1] == SessionList.Chosen("telegram_bob")
        await pilot.press("x")
        assert side.sessions.count == 0
        assert [line.strip() for line in lines(side.sessions) if line.strip()] == [
            "No key fits.",
            "None of 1,003 sessions holds these letters in this order",
            "Fewer letters fit more",
            "Esc shows all",
        ]
        side.close_filter()
        await pilot.pause()
        assert (side.sessions.count, under_cursor(side.sessions)) == (1_003, "telegram_bob")
        assert not side.filtering


@pytest.mark.exhaustive
async def test_a_filter_looks_at_names_too_and_shows_what_it_found() -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(70, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show([session("gw_1", name="Budget of the house"), session("gw_2", name="Garden")])
        side.open_filter()
        await pilot.press(*"budget")
        assert side.sessions.keys == ["gw_1"]
        found = looks.styles(side.sessions, side.sessions.LOOKS, "blurred")["match"]
        strip = side.sessions.render_line(1)
        lit = "".join(part.text for part in strip if part.style == found)
        assert lit.strip() == "Budget"


@pytest.mark.exhaustive
async def test_what_fits_best_leads_until_the_person_takes_over() -> None:
    rows = [session("bot_a_b"), session("x_bob"), session("bob"), session("bo_b")]
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show(rows)
        side.open_filter()
        await pilot.press("b", "o", "b")
        assert side.sessions.keys[0] == "bob"
        assert under_cursor(side.sessions) == "bob"
        await pilot.press("down")
        chosen = under_cursor(side.sessions)
        assert chosen == "x_bob"
        await pilot.press("backspace")
        assert under_cursor(side.sessions) == chosen
        await pilot.press("up", "pagedown", "pageup")
        assert side.sessions.cursor == 0


@pytest.mark.exhaustive
async def test_what_was_filtered_can_be_sorted_and_the_next_letter_ranks_again() -> None:
    rows = [session("x_bob", 1), session("bob", 2), session("b_o_b", 3), session("alice", 9)]
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show(rows)
        side.open_filter()
        await pilot.press("b", "o")
        assert str(side.sessions.border_subtitle) == "best first"
        side.sort_by("messages")
        assert side.sessions.keys == ["b_o_b", "bob", "x_bob"]
        assert str(side.sessions.border_subtitle) == "most messages"
        await pilot.press("b")
        assert side.sessions.keys[0] == "bob"


@pytest.mark.exhaustive
async def test_sessions_that_arrive_while_a_filter_holds_are_filtered_too() -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show([*sessions(50), session("bob_1"), session("bob_2"), session("bob_3")])
        side.open_filter()
        await pilot.press("b", "o", "b", "down")
        assert under_cursor(side.sessions) == "bob_2"
        side.show([session("bob_0"), *sessions(60), session("bob_1"), session("bob_2"), session("bob_3")])
        assert side.sessions.keys == ["bob_0", "bob_1", "bob_2", "bob_3"]
        assert under_cursor(side.sessions) == "bob_2"
        side.show([session("bob_0"), *sessions(60), session("bob_1"), session("bob_3")])
        assert under_cursor(side.sessions) == "bob_3"
        assert pilot.app.focused is side.query_one(FilterBar)


# ---- marks


@pytest.mark.exhaustive
async def test_marks_stay_with_their_sessions() -> None:
    rows = sessions(30)
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show(rows)
        side.action_mark()
        side.action_mark()
        assert under_cursor(side.sessions) == "key_00002"
        assert marked(side) == ["key_00000", "key_00001"]
        assert lines(side.sessions)[1].startswith("●")
        assert said(side) == "2 marked · newest first"
        side.sort_by("key")
        side.action_turn()
        side.open_filter()
        await pilot.press("2")
        assert "key_00000" not in side.sessions.keys
        assert marked(side) == ["key_00000", "key_00001"]
        side.close_filter()
        side.show(rows[1:])
        side.show(rows)
        assert marked(side) == ["key_00001"]
        side.unmark(side.sessions.marks)
        assert marked(side) == []
        assert not any("●" in line for line in lines(side.sessions))


async def test_all_that_are_shown_are_marked_and_unmarked() -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show([*sessions(3), session("other")])
        side.action_mark()
        side.open_filter()
        await pilot.press(*"key")
        side.action_mark_all()
        assert marked(side) == ["key_00000", "key_00001", "key_00002"]
        side.action_mark_all()
        assert marked(side) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "how", few({"offset": (2, 3)}, {"offset": (9, 3), "control": True}, {"offset": (9, 3), "shift": True})
)
async def test_the_mouse_marks_and_leaves_the_cursor(how: dict[str, Any]) -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(60, 24)) as (pilot, _):
        side = side_of(pilot)
        side.show(sessions(9))
        await pilot.pause()
        await pilot.click(SessionList, **how)
        assert marked(side) == ["key_00001"]
        assert side.sessions.cursor == 0
        await pilot.click(SessionList, **how)
        assert marked(side) == []


# ---- nothing jumps


ACTS = ("more", "less", "learn", "sort", "turn", "filter", "unfilter", "taller", "lower")


def _grown(rows: Sequence[Session], chance: random.Random) -> list[Session]:
    """Sessions of which some are new, and stand anywhere."""
    new = [session(f"new_{chance.random()}", None, None) for _ in range(chance.randrange(1, 9))]
    grown = list(rows)
    for each in new:
        grown.insert(chance.randrange(len(grown) + 1), each)
    return grown


async def _act(pilot: Pilot[None], side: SessionPane, act: str, chance: random.Random, kept: str) -> None:
    rows = list(side.known.values())
    if act == "more":
        side.show(_grown(rows, chance))
    elif act == "less":
        side.show([row for row in rows if row.key == kept or chance.random() < 0.9])
    elif act == "learn":
        side.learn([session(row.key, chance.randrange(999), 0) for row in chance.sample(rows, len(rows) // 2)])
    elif act == "sort":
        side.action_sort()
    elif act == "turn":
        side.action_turn()
    elif act == "filter":
        side._narrow(chance.choice(("k", "ke", "0", "_0")))
    elif act == "unfilter":
        side.close_filter()
    else:
        await pilot.resize_terminal(60, 26 if act == "taller" else 22)
    await pilot.pause()


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", few(*range(6)))
async def test_the_cursor_stays_on_its_session_and_line_through_everything(seed: int) -> None:
    chance = random.Random(seed)
    async with staged(SessionPane(id="side", clock=clock), SessionList.Chosen, size=(60, 24)) as (pilot, posted):
        side = side_of(pilot)
        side.show([session(f"key_{at:05}", None, None, minutes=at) for at in range(400)])
        side.sessions.move_to(200)
        await pilot.pause()
        key = under_cursor(side.sessions)
        assert key is not None
        posted.clear()
        for _ in range(25):
            act = chance.choice(ACTS)
            line = screen_line(side.sessions)
            await _act(pilot, side, act, chance, key)
            widget = side.sessions
            assert under_cursor(widget) == key, act
            room = widget._room
            at_an_end = widget.cursor < room or widget.count - widget.cursor <= room
            assert screen_line(widget) == min(line, room - 1) or at_an_end, act
            assert 0 <= screen_line(widget) < room, act
        assert posted == []


@pytest.mark.exhaustive
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40), st.sampled_from(list(ORDERS)))
def test_an_arrangement_loses_and_doubles_no_session(rows: list[tuple[int, int]], name: str) -> None:
    arranged = Arrangement()
    arranged.replace(session(f"k{at}", messages or None, faults or None) for at, (messages, faults) in enumerate(rows))
    arranged.sort_as(Sort(name, True))
    assert sorted(arranged.keys()) == sorted(arranged.all)
    arranged.narrow("k1")
    assert set(arranged.keys()) == {key for key in arranged.all if "1" in key}
