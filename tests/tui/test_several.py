"""Changes of several sessions: which are meant, how long they may be idle, what the page in the end says, and back."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import Click
from textual.widgets import Button, Input

from sessiontui.describe import outcomes
from sessiontui.describe.page import LINES, Page, line
from sessiontui.model import Backend, Message
from sessiontui.tui.changes import flow
from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.changes.page_box import PIECE, PageBox
from tests.support import databases
from tests.support.screens import NARROW, NOW, SMALL, TORN, WIDE, browsing, folder, opened, press, says, settle, typed
from tests.support.watch import watched
from tests.tui.test_dialogs import ALICE, files

HOURS = {"new": 1, "torn": 30, "old": 800, "older": 900}
"""The sessions of the store and how long they are idle."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    torn: list[Message | bytes] = [Message("user", "before"), TORN, Message("assistant", "after")]
    made = folder(tmp_path / "sessions", {key: torn if key in ("torn", "older") else [ALICE] for key in HOURS})
    for key, hours in HOURS.items():
        when = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(made / f"{key}.jsonl", (when, when))
    return made


# ---- which are meant


@pytest.mark.exhaustive
async def test_compact_means_the_marked_sessions_and_its_page_undoes_it(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "space", "j", "space", "c")
        assert says(app, "Remove 2 damaged lines of 2 sessions?", "torn  1 damaged line", "older  1 damaged line")
        await press(pilot, "enter")
        assert files(store) == before
        await press(pilot, "c", "right", "enter")
        assert says(app, "2 sessions compacted", "Change 1: u takes all of it back", "Close", "Undo")
        assert b"machine di" not in b"".join(files(store).values())
        await press(pilot, "right", "enter")
        assert app.screen is app.browser
        assert app.notices == ["undone change 1, compact of 2 sessions · Ctrl+R redoes it"]
    assert files(store) == before


@pytest.mark.exhaustive
async def test_marks_go_with_what_they_were_made_for_and_stay_where_it_could_not_be_done(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "space", "space", "c", "enter")
        assert says(app, "4 marked ·")
        await press(pilot, "p", "right", "enter")
        assert says(app, "4 marked ·")
        await press(pilot, "c")
        (store / "older.jsonl").write_bytes(ALICE)
        await press(pilot, "right", "enter")
        assert says(app, "1 of 2 sessions compacted")
        await press(pilot, "enter")
        assert app.browser.side.marked == ("older",)


@pytest.mark.exhaustive
async def test_the_second_click_of_a_double_click_undoes_nothing(store: Path) -> None:
    before = files(store)
    async with browsing(store, (40, 12)) as (app, pilot):
        await press(pilot, "m")
        location = app.screen.query_one("#act").region
        await press(pilot, "right", "enter")
        act = app.screen.query_one("#act", Button)
        assert (str(act.label), act.region) == ("Undo", location)
        for chain in (2, 1):
            assert not list(store.glob("*.jsonl"))
            act.post_message(Click(act, 0, 0, 0, 0, 1, False, False, False, chain=chain))
            await settle(pilot)
    assert files(store) == before


@pytest.mark.exhaustive
async def test_a_marked_session_without_damage_is_said_to_stay(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "c")
        assert says(app, "Remove 1 damaged line of torn?", "new  every line is valid; stays as it is")


async def test_pop_means_the_open_session_only_and_says_so(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "space", "space", "g", "p")
        assert says(
            app,
            "Remove the last message of new?",
            "Pop takes from the open session only, not from 2 other marked sessions.",
        )
        await press(pilot, "right", "enter")
    assert {name for name, data in files(store).items() if data != before[name]} == {"new.jsonl"}


@pytest.mark.exhaustive
async def test_migrate_means_the_marked_sessions(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "m")
        assert says(app, "Move 2 sessions to SQLite?")
        await press(pilot, "right", "enter", "enter")
        assert sorted(files(store)) == ["new.jsonl.migrated", "old.jsonl", "older.jsonl", "torn.jsonl.migrated"]


@pytest.mark.exhaustive
async def test_one_file_means_one_session(store: Path) -> None:
    async with browsing(opened(store / "old.jsonl", None)) as (app, pilot):
        await press(pilot, "m")
        assert says(app, "Move 1 session to SQLite?")
        await press(pilot, "escape", "D")
        assert says(app, "Remove 1 marked session?") or says(app, "Remove 1 session?")


@pytest.mark.exhaustive
async def test_what_stays_is_named_before_and_after(store: Path) -> None:
    (store / "old.jsonl.migrated").write_bytes(b"")
    async with browsing(store) as (app, pilot):
        await press(pilot, "m")
        assert says(app, "Move 3 of 4 sessions to SQLite?", "! old  stays: old.jsonl.migrated stands beside")
        await press(pilot, "right", "enter")
        assert says(app, "3 of 4 sessions moved to SQLite", "! old", "compare the two")


# ---- cleanup


@pytest.mark.exhaustive
async def test_cleanup_shows_sessions_with_their_age_and_enter_removes_nothing(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "D")
        assert says(
            app,
            "Remove 2 sessions?",
            "720",
            "= 30 days",
            "old ",
            "33d",
            "older",
            "37d",
            "afterwards u brings them all",
        )
        await press(pilot, "enter")
        assert app.screen is app.browser
        await press(pilot, "D", "escape")
    assert files(store) == before


@pytest.mark.exhaustive
async def test_cleanup_removes_and_undo_gives_every_byte_back(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", "right", "enter")
        assert sorted(files(store)) == ["new.jsonl", "torn.jsonl"]
        assert says(app, "2 sessions removed", "old", "older", "Undo")
        await press(pilot, "escape")
        assert says(app, "2 sessions ·")
        await press(pilot, "u")
        assert says(app, "4 sessions ·")
        assert files(store) == before
        await press(pilot, "ctrl+r")
        assert sorted(files(store)) == ["new.jsonl", "torn.jsonl"]


@pytest.mark.exhaustive
async def test_the_plan_follows_the_hours_as_they_are_typed(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", *typed("29"))
        assert says(app, "Remove 3 sessions?", "longer than 29 hours", "torn")
        await press(pilot, *["backspace"] * 2)
        assert says(app, "“” is no number of hours.")
        assert not says(app, "Remove 3", "torn  ")
        await press(pilot, *typed("850"))
        assert says(app, "Remove 1 session?", "older")
        await press(pilot, "enter")  # means: that is the number
        assert app.screen.focused is app.screen.query_one("#leave")
        await press(pilot, "right", "enter", "enter")
        assert sorted(files(store)) == ["new.jsonl", "old.jsonl", "torn.jsonl"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("0", "Nothing goes: 0 hours or less removes nothing.", marks=pytest.mark.exhaustive),
        ("-5", "Nothing goes: 0 hours or less removes nothing."),
        ("12h", "“12h” is no number of hours."),
        pytest.param("nan", "“nan” is no number of hours.", marks=pytest.mark.exhaustive),
        pytest.param("inf", "“inf” is no number of hours.", marks=pytest.mark.exhaustive),
        pytest.param("9e99", "Nothing goes: no session can be idle that long.", marks=pytest.mark.exhaustive),
        pytest.param(
            "99999",
            "Nothing goes: no session has been idle for longer than 99,999 hours.",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
async def test_hours_that_remove_nothing_say_so_and_leave_no_button(store: Path, text: str, said: str) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", "tab", "tab")
        field = app.screen.query_one(Input)
        assert field.has_focus
        field.value = text
        await settle(pilot)
        assert says(app, said)
        assert not app.screen.query_one("#act", Button).display
        await press(pilot, "tab", "tab", "enter")
    assert len(files(store)) == len(HOURS)


@pytest.mark.exhaustive
async def test_cleanup_of_marked_sessions_takes_only_the_old_ones_of_them(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "j", "space", "D")  # new and old
        assert says(app, "Remove 1 marked session?", "old")
        await press(pilot, "right", "enter", "enter")
    assert sorted(files(store)) == ["new.jsonl", "older.jsonl", "torn.jsonl"]


@pytest.mark.exhaustive
async def test_cleanup_in_sqlite_goes_by_the_last_activity(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    for key, at in (("old", "2026-01-01T00:00:00+00:00"), ("new", "2026-02-28T00:00:00+00:00")):
        databases.append(path, key, "user", f"in {key}", at)
    before = databases.contents(path)
    async with browsing(opened(path, Backend.SQLITE)) as (app, pilot):
        await press(pilot, "D", "right", "enter")
        assert says(app, "1 session removed", "old")
        assert databases.loaded(path, "old") == []
        await press(pilot, "right", "enter")
        assert says(app, "sqlite · 2 sessions")
    assert databases.contents(path) == before


# ---- the dialog itself


@pytest.mark.exhaustive
async def test_tab_goes_from_cancel_to_the_act_and_round(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        order = []
        await press(pilot, "D")
        for _ in range(4):
            order.append(app.focused and app.focused.id)
            await press(pilot, "tab")
        assert order == ["leave", "act", "hours", "leave"]
        await press(pilot, "shift+tab", "shift+tab")
        assert app.screen.query_one("#hours").has_focus


@pytest.mark.exhaustive
async def test_a_long_plan_scrolls_and_says_where_one_is(tmp_path: Path) -> None:
    many = folder(tmp_path / "sessions", {f"s{at:02}": [Message("user", "x")] for at in range(40)})
    async with browsing(many, SMALL) as (app, pilot):
        await press(pilot, "m")
        assert says(app, "lines 1–", "Cancel", "Migrate")
        assert not says(app, "s39  ")
        await press(pilot, "end")
        assert says(app, "s39  ", "–44 of 44", "Cancel")
        await press(pilot, "home", "down")
        assert says(app, "lines 2–")
        await pilot.resize_terminal(140, 60)
        await settle(pilot)
        assert says(app, "s00", "s39")
        assert not says(app, "lines ")


@pytest.mark.exhaustive
async def test_each_page_of_a_change_is_made_and_shown_once(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "SOON", 3600)
    drawn, made = watched(monkeypatch, PageBox, "show"), watched(monkeypatch, outcomes, "page")
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right", "enter")
        assert says(app, "4 sessions moved to SQLite")
    titles = ["Looking at all sessions …", "Move all 4 sessions to SQLite?", "4 sessions moved to SQLite"]
    assert [page.title for _, page in drawn] == titles
    assert len(made) == 1


@pytest.mark.exhaustive
async def test_a_plan_of_a_thousand_lines_is_drawn_in_pieces(store: Path) -> None:
    page = Page("long", tuple(line(f"line {at}") for at in range(LINES + 3)))
    async with browsing(store, SMALL) as (app, pilot):
        app.push_screen(PageDialog(page))
        await settle(pilot)
        heights = [each.size.height for each in app.screen.query("#body Static")]
        assert sum(heights) == LINES + 3
        assert max(heights) == PIECE
        await press(pilot, "end")
        assert says(app, f"line {LINES + 2}", f"of {LINES + 3:,}")


@pytest.mark.exhaustive
@pytest.mark.parametrize("presses", [["p"], ["m"], ["D", *typed("0.01"), "enter"]], ids=["pop", "migrate", "cleanup"])
async def test_the_buttons_are_always_in_view(tmp_path: Path, presses: list[str]) -> None:
    long = Message("user", "a line of words\n" * 99)
    many = folder(tmp_path / "sessions", {f"s{at:02}": [TORN, long] for at in range(40)})
    async with browsing(many) as (app, pilot):
        await press(pilot, *presses)
        for size in (WIDE, (100, 30), NARROW, SMALL, (40, 10)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            await press(pilot, "home")
            assert says(app, "Cancel", "lines 1–")
            await press(pilot, "end")
            assert says(app, "Cancel")
            assert not says(app, "lines 1–")


async def test_a_dialog_survives_being_resized_to_almost_nothing(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "D")
        await pilot.resize_terminal(20, 6)
        await settle(pilot)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert isinstance(app.screen, PageDialog)
        assert says(app, "Remove 2 sessions?", "Cancel", "Remove")
