"""Widgets alone: what they post, in order, and what they draw. None of them knows a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from textual.events import Paste
from textual.message import Message as Posted
from textual.pilot import Pilot
from textual.widget import Widget

from sessiontui.model import Address, Backend, Entry, Found, Hit, Message, Session, Span
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.page_cache import PAGE, PAGES, PageCache, last_pages
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.spans import nothing
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.screens import NOW, clock
from tests.support.stage import lines, staged


def texts(widget: Widget) -> list[str]:
    """The lines without the bar of the cursor and the spaces around them."""
    return [line.lstrip("▌").strip() for line in lines(widget)]


def session(key: str, messages: int | None = 1, faults: int | None = 0, minutes: int = 5, **more: Any) -> Session:
    when = NOW - timedelta(minutes=minutes)
    return Session(key, Backend.JSONL, messages, faults, 1200, None, when, **more)


def under_cursor(widget: SessionList) -> str | None:
    """The key of the session under the cursor."""
    return None if widget.session is None else widget.session.key


def sessions(count: int) -> list[Session]:
    return [session(f"key_{at:05}", at, minutes=at) for at in range(count)]


# ---- hits


def hit(key: str, snippet: str, ordinal: int | None = 3, role: str = "user") -> Hit:
    return Hit(key, Backend.JSONL, role, snippet, ordinal, Address(line=8, span=Span(ordinal or 0, 1)))


async def test_a_hit_is_two_lines() -> None:
    async with staged(HitList(), size=(44, 10)) as (pilot, _):
        widget = pilot.app.query_one(HitList)
        widget.styles.display = "block"
        await pilot.pause()
        long = "so much stands before it " * 3 + "budget and after"
        widget.show([hit("alice", "the budget\x1b"), hit("bob", long, None, "tool")], _budget)
        assert lines(widget)[:4] == [
            " alice                          user  #3",
            "   the budget␛",
            " bob                        tool  line 8",
            "  …s before it budget and after",
        ]


@pytest.mark.exhaustive
async def test_what_was_found_is_in_view_behind_wide_letters_too() -> None:
    async with staged(HitList(), size=(44, 10)) as (pilot, _):
        widget = pilot.app.query_one(HitList)
        widget.styles.display = "block"
        await pilot.pause()
        widget.show([hit("alice", "今日は晴れです。" * 3 + "the budget"), hit("bob", "🧠" * 30 + "budget")], _budget)
        assert lines(widget)[1] == "  …れです。the budget"
        assert lines(widget)[3] == "  …🧠🧠🧠🧠🧠🧠budget"


@pytest.mark.exhaustive
async def test_an_imported_hit_has_no_age() -> None:
    async with staged(HitList(clock=clock), size=(44, 10)) as (pilot, _):
        widget = pilot.app.query_one(HitList)
        widget.styles.display = "block"
        await pilot.pause()
        said = NOW - timedelta(days=3)
        hits = [
            Hit("alice", Backend.SQLITE, "user", "x", 1, Address(id=1, created_at=said, imported=imported))
            for imported in (False, True)
        ]
        widget.show(hits, nothing)
        assert [line.rstrip().endswith("3d") for line in lines(widget)[:4:2]] == [True, False]


def _budget(text: str) -> Sequence[tuple[int, int]]:
    at = text.find("budget")
    return [(at, at + 6)] if at >= 0 else []


async def test_enter_on_a_hit_posts_it() -> None:
    hits = [hit("alice", "one"), hit("bob", "two")]
    async with staged(HitList(), HitList.Opened) as (pilot, posted):
        widget = pilot.app.query_one(HitList)
        widget.styles.display = "block"
        widget.focus()
        widget.show(hits, nothing)
        await pilot.press("j", "enter")
        assert [message.hit for message in posted] == [hits[1]]


async def test_the_same_hit_stays_under_the_cursor_when_more_are_found() -> None:
    old = [hit("alice", "one", 1), hit("bob", "two", 2)]
    async with staged(HitList()) as (pilot, _):
        widget = pilot.app.query_one(HitList)
        widget.show(old, nothing)
        widget.move_to(1)
        widget.show([hit("new", "zero", 9), *old], nothing)
        assert widget.hit == old[1]


async def test_hits_that_arrive_move_nothing_and_another_search_begins_at_its_first() -> None:
    old = [hit("alice", f"hit {at}", at) for at in range(40, 0, -1)]
    newer = [hit("new", "newer", at) for at in range(43, 40, -1)]
    async with staged(HitList(), size=(44, 12)) as (pilot, _):
        widget = pilot.app.query_one(HitList)
        widget.styles.display = "block"
        widget.show(old, nothing)
        await pilot.pause()
        before = lines(widget)
        widget.show([*newer, *old], nothing, again=True)
        await pilot.pause()
        assert widget.hit == old[0]
        assert lines(widget) == before
        widget.move_to(0)
        widget.show([newer[1], *old], nothing)
        assert widget.hit == newer[1]


# ---- the inputs


async def test_the_search_bar_walks_hits_and_keeps_the_letters() -> None:
    async with staged(SearchBar(), SearchBar.Walked) as (pilot, posted):
        await pilot.press("j", "down", "q", "up", "pagedown")
        assert pilot.app.query_one(SearchBar).value == "jq"
        assert [(message.hits, message.pages) for message in posted] == [(1, 0), (-1, 0), (0, 1)]


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", [SearchBar, FilterBar])
async def test_what_is_pasted_is_made_visible(kind: type[SafeInput]) -> None:
    async with staged(kind()) as (pilot, _):
        bar = pilot.app.query_one(kind)
        bar.post_message(Paste("a\x1b]52;c;eA==\x07b\r\nsecond\u202e"))
        await pilot.pause()
        assert bar.value == "a␛]52;c;eA==␇b  second�"


async def test_hits_take_the_place_of_sessions() -> None:
    async with staged(SessionPane(id="side", clock=clock), size=(60, 16)) as (pilot, _):
        side = pilot.app.query_one(SessionPane)
        side.show([session("a")])
        side.show_hits(Found((), 0), nothing, again=False)
        await pilot.pause()
        assert [type(widget) for widget in side.query(LineList) if widget.display] == [HitList]
        assert any("Nothing found." in line for line in lines(side.hits))
        side.hide_hits()
        await pilot.pause()
        assert [type(widget) for widget in side.query(LineList) if widget.display] == [SessionList]


# ---- the title


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (100, " sessiontui  ~/zeroclaw/sessions · jsonl · 3 sessions · 1,234 messages · ! 2 damaged lines"),
        pytest.param(
            80,
            " ~/zeroclaw/sessions · jsonl · 3 sessions · 1,234 messages · ! 2 damaged lines",
            marks=pytest.mark.exhaustive,
        ),
        (70, " …/sessions · jsonl · 3 sessions · 1,234 messages · ! 2 damaged lines"),
        pytest.param(55, " …/sessions · jsonl · 3 sessions · ! 2 damaged lines", marks=pytest.mark.exhaustive),
        (50, " jsonl · 3 sessions · ! 2 damaged lines"),
        pytest.param(38, " …/sessions · jsonl · 3 sessions", marks=pytest.mark.exhaustive),
        pytest.param(20, " jsonl · 3 sessions", marks=pytest.mark.exhaustive),
        (10, " jsonl"),
    ],
)
async def test_the_title_leaves_out_whole_parts(width: int, expected: str) -> None:
    async with staged(TitleLine(), size=(width, 3)) as (pilot, _):
        title = pilot.app.query_one(TitleLine)
        title.path, title.backend = "~/zeroclaw/sessions", "jsonl"
        title.sessions, title.messages, title.faults = 3, 1234, 2
        assert lines(title) == [expected]


async def test_work_stands_at_the_right_and_unknown_counts_are_no_zero() -> None:
    async with staged(TitleLine(), size=(80, 3)) as (pilot, _):
        title = pilot.app.query_one(TitleLine)
        title.path, title.backend, title.work = "/s", "jsonl", "indexing 43%"
        assert lines(title)[0].startswith(" sessiontui  /s · jsonl · … sessions · … messages")
        assert lines(title)[0].endswith("indexing 43%")


# ---- the transcript


def entry(row: int, text: str = "") -> Entry:
    return Entry(row, Address(line=row + 1), Message("user", text or f"message {row}"))


def given(widget: TranscriptView, posted: list[Posted]) -> int:
    """Answer every page that was asked for; how many there were."""
    wanted = [message for message in posted if isinstance(message, TranscriptView.PageWanted)]
    posted.clear()
    for page in wanted:
        widget.give(page.start, [entry(row) for row in range(page.start, page.end)])
    return len(wanted)


async def served(pilot: Pilot[Any], widget: TranscriptView, posted: list[Posted]) -> None:
    await pilot.pause()
    while given(widget, posted):
        await pilot.pause()


async def test_a_million_rows_open_at_the_end_and_only_what_is_near_is_asked_for() -> None:
    count = 1_000_000
    async with staged(TranscriptView(), TranscriptView.PageWanted) as (pilot, posted):
        widget = pilot.app.query_one(TranscriptView)
        start = last_pages(count, 2 * PAGE)
        widget.show(count, start, [entry(row) for row in range(start, count)])
        await pilot.pause()
        assert posted == []
        assert texts(widget)[-2] == "message 999999"
        assert widget.location is None
        await pilot.press("g")
        await pilot.pause()
        assert [(page.start, page.end) for page in posted] == [(0, PAGE)]
        await served(pilot, widget, posted)
        assert texts(widget)[1] == "message 0"
        assert widget.cursor == 0


@pytest.mark.exhaustive
async def test_paging_down_shows_every_message_once_in_order() -> None:
    async with staged(TranscriptView(), TranscriptView.PageWanted) as (pilot, posted):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(300, 0, [entry(row) for row in range(PAGE)], row=0)
        seen: list[str] = []
        for _ in range(80):
            await served(pilot, widget, posted)
            seen += [line for line in texts(widget) if "message" in line and line not in seen]
            if seen[-1:] == ["message 299"]:
                break
            await pilot.press("pagedown")
        assert seen == [f"message {row}" for row in range(300)]


@pytest.mark.exhaustive
async def test_the_place_stays_when_all_rows_are_known() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(PAGE * 2, 0, [entry(row + 1_000) for row in range(PAGE * 2)])
        await pilot.press("K", "K", "k", "k")
        before, chosen = lines(widget), widget.cursor
        start = last_pages(1_000 + PAGE * 2, 2 * PAGE)
        widget.extend(1_000 + PAGE * 2, 1_000, start, [entry(row) for row in range(start, 1_000 + PAGE * 2)])
        await pilot.pause()
        after = [line for line in lines(widget) if "message" in line]
        assert after == [line for line in before if "message" in line]
        assert widget.cursor == chosen + 1_000


@pytest.mark.exhaustive
async def test_the_place_stays_when_the_window_is_resized() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        text = "many words that must be wrapped somewhere " * 5
        widget.show(40, 0, [entry(row, f"{row}: {text}") for row in range(40)], row=20)
        await pilot.pause()
        assert texts(widget)[1].startswith("20: many")
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert texts(widget)[1].startswith("20: many")


@pytest.mark.exhaustive
async def test_j_and_k_walk_lines_and_capitals_walk_messages() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(60, 0, [entry(row) for row in range(60)], row=10)
        await pilot.pause()
        await pilot.press("J", "J")
        assert widget.cursor == 12
        await pilot.press("K")
        assert widget.cursor == 11
        top = lines(widget)[0]
        await pilot.press("j")
        assert lines(widget)[0] != top
        await pilot.press("k")
        assert lines(widget)[0] == top
        await pilot.press("G")
        assert widget.location is None


@pytest.mark.exhaustive
async def test_the_wheel_moves_the_view() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(60, 0, [entry(row) for row in range(60)])
        await pilot.pause()
        widget.scroll_to(y=30, animate=False)
        await pilot.pause()
        assert texts(widget)[2] == "message 8"
        assert widget.location is not None


@pytest.mark.exhaustive
async def test_enter_shows_more_of_a_long_message() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(1, 0, [entry(0, "word " * 40_000)])
        await pilot.pause()
        before = widget.virtual_size.height
        await pilot.press("enter")
        assert widget.virtual_size.height > 1.9 * before


@pytest.mark.exhaustive
async def test_nothing_to_show_is_said() -> None:
    async with staged(TranscriptView()) as (pilot, _):
        widget = pilot.app.query_one(TranscriptView)
        widget.show(0, 0, ())
        assert any("no messages yet" in line for line in lines(widget))
        widget.say("It is \x1b[31m[red] gone")
        assert any("It is ␛[31m[red] gone" in line for line in lines(widget))


# ---- pages


def pages(count: int) -> Iterator[tuple[int, list[Entry]]]:
    for at in range(count):
        yield at * PAGE, [entry(row) for row in range(at * PAGE, (at + 1) * PAGE)]


def test_a_page_is_asked_for_once() -> None:
    cache = PageCache()
    assert cache.wanted(10, 200) == [0, 64, 128, 192]
    assert cache.wanted(10, 200) == []
    cache.put(64, [entry(64)])
    assert cache.get(64) == entry(64)
    assert cache.get(65) is None
    cache.clear()
    assert cache.wanted(64, 65) == [64]


def test_the_least_used_pages_are_forgotten() -> None:
    cache = PageCache()
    for start, rows in pages(PAGES + 3):
        cache.get(0)
        cache.put(start, rows)
    assert cache.get(0) is not None
    assert cache.get(PAGE) is None


def test_a_few_large_messages_are_bounded_by_their_bytes() -> None:
    cache = PageCache()
    for at in range(5):
        cache.put(at * PAGE, [entry(at * PAGE, "x" * 20_000_000)])
    assert [cache.get(at * PAGE) is not None for at in range(5)] == [False, False, False, True, True]


def test_only_whole_pages_are_kept() -> None:
    with pytest.raises(ValueError):
        PageCache().put(1, [entry(1)])
