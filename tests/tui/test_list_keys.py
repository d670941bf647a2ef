"""The keys of the list in the whole browser: sorting, the filter, marks, and what Esc does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sessiontui.model import Message
from sessiontui.tui.preferences import load
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from tests.support.matrices import few
from tests.support.screens import StillApp, browsing, focus, folder, press, says, settle, talk, typed


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Five sessions, the first the newest."""
    return folder(
        tmp_path / "sessions",
        {
            "telegram_alice": talk(3),
            "discord_bob": talk(30),
            "slack_torn": [Message("user", "a"), b'{"role":"us\n'],
            "telegram_bob": talk(7),
            "matrix_empty": [],
        },
    )


def sessions(app: StillApp) -> SessionList:
    return app.browser.query_one(SessionList)


def cursor(app: StillApp) -> str | None:
    session = sessions(app).session
    return session.key if session else None


def marked(app: StillApp) -> list[str]:
    return list(app.browser.side.marked)


# ---- order


async def test_s_goes_through_the_orders_and_back(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        heads = []
        for _ in range(6):
            heads.append((sessions(app).keys[0], str(sessions(app).border_subtitle)))
            await press(pilot, "s")
        assert heads == [
            ("telegram_alice", "newest first"),
            ("discord_bob", "A to Z"),
            ("discord_bob", "most messages"),
            ("discord_bob", "largest first"),
            ("slack_torn", "most damage"),
            ("telegram_alice", "newest first"),
        ]
        assert cursor(app) == "telegram_alice"


@pytest.mark.exhaustive
async def test_capital_s_turns_the_order(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "S")
        assert says(app, "oldest first")
        assert sessions(app).keys[0] == "matrix_empty"
        await press(pilot, "S")
        assert sessions(app).keys[0] == "telegram_alice"


async def test_the_order_is_remembered(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "s", "S")
    known = load()
    assert (known.sort, known.sort_reversed) == ("key", True)
    async with browsing(store, remembered=known) as (app, pilot):
        assert sessions(app).keys[0] == "telegram_bob"
        assert says(app, "Z to A")


# ---- the filter


@pytest.mark.exhaustive
async def test_f_filters_enter_keeps_and_esc_takes_it_away(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("bob"))
        assert focus(app) is FilterBar
        assert says(app, "Sessions · 2 of 5")
        await press(pilot, "enter")
        assert focus(app) is SessionList
        assert says(app, "Sessions · 2 of 5")
        await press(pilot, "f", "escape")
        assert focus(app) is FilterBar
        assert not says(app, "of 5")
        await press(pilot, "escape")
        assert focus(app) is SessionList
        assert not app.browser.query_one(FilterBar).display
        await press(pilot, "f", *typed("bob"), "enter", "escape")
        assert sessions(app).count == 5


@pytest.mark.exhaustive
async def test_enter_in_an_empty_filter_closes_it(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", "enter")
        assert focus(app) is SessionList
        assert not app.browser.query_one(FilterBar).display


@pytest.mark.exhaustive
async def test_arrows_move_in_the_list_while_one_types(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("bob"), "down")
        assert (cursor(app), focus(app)) == ("telegram_bob", FilterBar)
        assert app.browser.reading.key == "telegram_bob"
        await press(pilot, "up")
        assert cursor(app) == "discord_bob"
        await press(pilot, "pagedown", "pageup", "enter", "enter")
        assert app.browser.reading.key == "discord_bob"
        assert focus(app) not in (SessionList, FilterBar)


@pytest.mark.exhaustive
async def test_letters_with_other_meanings_are_letters_in_the_filter(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", "s", "S", "space", "q")
        assert app.browser.query_one(FilterBar).value == "sS q"
        assert marked(app) == []


@pytest.mark.exhaustive
async def test_no_key_fits_is_a_picture_and_the_way_back_keeps_the_place(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "f", *typed("zzz"))
        assert says(app, "No key fits.", "None of 5 sessions")
        await press(pilot, "escape", "escape")
        assert cursor(app) == app.browser.reading.key == "discord_bob"


@pytest.mark.exhaustive
async def test_a_filtered_session_that_goes_leaves_quietly(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("bob"), "enter")
        (store / "discord_bob.jsonl").unlink()
        app.browser.feed.read_again(())
        await settle(pilot)
        assert (cursor(app), app.browser.reading.key) == ("telegram_bob", "telegram_bob")
        assert says(app, "Sessions · 1 of 4")


# ---- marks


@pytest.mark.exhaustive
async def test_space_marks_and_goes_on_and_esc_unmarks_last_of_all(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "k", "space")
        assert marked(app) == ["telegram_alice"]
        assert cursor(app) == "slack_torn"
        assert says(app, "1 marked · newest first", "● ")
        await press(pilot, "f", *typed("bob"), "enter", "escape")
        assert marked(app) == ["telegram_alice"]
        await press(pilot, "escape")
        assert marked(app) == []
        assert not says(app, "● ")


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", few("asterisk", "ctrl+a"))
async def test_all_that_are_shown_can_be_marked(store: Path, key: str) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("bob"), "enter", key)
        assert marked(app) == ["discord_bob", "telegram_bob"]
        await press(pilot, key)
        assert marked(app) == []


async def test_a_marked_session_that_goes_loses_its_mark(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "asterisk")
        (store / "slack_torn.jsonl").unlink()
        app.browser.feed.read_again(())
        await settle(pilot)
        assert "slack_torn" not in marked(app)
        assert len(marked(app)) == 4


@pytest.mark.exhaustive
async def test_hits_are_neither_marked_nor_sorted_by_the_keys_of_the_list(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("line"), "tab")
        assert focus(app) is HitList
        for key in ("space", "asterisk", "s", "S"):
            app.notices.clear()
            await press(pilot, key)
            assert app.notices == ["hits are neither sorted by columns nor marked: Esc in the list shows the sessions"]
        assert marked(app) == []
        assert app.browser.side.arranged.sort.name == "activity"
        assert app.browser.query_one(SearchBar).value == "line"


# ---- the mouse


@pytest.mark.exhaustive
async def test_the_wheel_scrolls_the_hits_too(tmp_path: Path) -> None:
    path = folder(tmp_path / "sessions", {"long": talk(80)})
    async with browsing(path, (100, 24)) as (app, pilot):
        await press(pilot, "slash", *typed("line"))
        hits = app.browser.query_one(HitList)
        assert hits.count > 20
        for _ in range(3):
            hits._on_mouse_scroll_down(_wheel(hits))
        await settle(pilot)
        assert hits.scroll_y >= 3
        assert hits.cursor == 0


def _wheel(widget: HitList) -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown(widget, 3, 3, 0, 1, 0, False, False, False)


@pytest.mark.parametrize("size", few((140, 40), (80, 24), (60, 15)))
async def test_a_double_click_opens_at_every_size(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        widget = sessions(app)
        await pilot.click(SessionList, offset=(9, 1 + widget.head + 1), times=2)
        await settle(pilot)
        assert app.browser.reading.key == "discord_bob"
        assert focus(app) is not SessionList
