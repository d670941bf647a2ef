"""Keys that come faster than the screen is drawn mean what they meant when they were pressed; clicks beside a box."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.widgets.choice_list import ChoiceList
from tests.support.matrices import few
from tests.support.screens import StillApp, browsing, folder, opened, press, says, settle, talk, typed


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"telegram_alice": [*talk(30), b"torn\n"], "discord_bob": talk(3)})


SIGNS = {"slash": "/", "colon": ":", "percent_sign": "%", "full_stop": ".", "question_mark": "?"}


def burst(app: StillApp, *keys: str) -> None:
    """Keys all of which have arrived before the first is looked at."""
    for key in keys:
        app.post_message(events.Key(key, SIGNS.get(key, key if len(key) == 1 else None)))


FIELDS = {
    "hours": ("D", "240", "240"),
    "search": ("slash", "cake", "cake"),
    "filter": ("f", "tel", "tel"),
    "go to": ("colon", "120", "120"),
    "hours and minutes": ("D", "0.5", "0.5"),
    "palette": ("ctrl+p", "disc", "disc"),
}
"""Each field: the key that opens it, a text, and what the field holds then."""


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "size", [(140, 40), pytest.param((60, 15), marks=pytest.mark.exhaustive)], ids=["wide", "small"]
)
@pytest.mark.parametrize("pasted", [False, True], ids=["typed", "pasted"])
@pytest.mark.parametrize("field", few(*FIELDS))
async def test_what_comes_in_one_read_with_the_key_that_opens_a_field_is_in_it(
    store: Path, field: str, pasted: bool, size: tuple[int, int]
) -> None:
    opens, text, holds = FIELDS[field]
    async with browsing(store, size) as (app, pilot):
        burst(app, opens)
        if pasted:
            app.post_message(events.Paste(text))
        else:
            burst(app, *(key if key != "." else "full_stop" for key in text))
        await settle(pilot)
        assert isinstance(app.focused, Input)
        assert app.focused.value == holds


@pytest.mark.exhaustive
@pytest.mark.parametrize("pasted", [False, True], ids=["typed", "pasted"])
@pytest.mark.parametrize("field", few(*FIELDS))
async def test_what_comes_in_one_read_into_an_open_field_is_in_it(store: Path, field: str, pasted: bool) -> None:
    opens, text, holds = FIELDS[field]
    async with browsing(store) as (app, pilot):
        await press(pilot, opens)
        if pasted:
            app.post_message(events.Paste(f"\n{text}\n"))
        else:
            burst(app, *(key if key != "." else "full_stop" for key in text))
        await settle(pilot)
        assert isinstance(app.focused, Input)
        assert app.focused.value.strip() == holds


@pytest.mark.exhaustive
async def test_the_plan_is_the_one_of_all_digits(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "D")
        burst(app, *"2400")
        await settle(pilot)
        assert says(app, "Nothing goes: no session has been idle for longer than 100 days")
        burst(app, "enter", *"7", "backspace", *"0.01")
        await settle(pilot)
        assert says(app, "Remove 2 sessions?")


async def test_what_is_pasted_beside_a_field_is_no_command(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        before = app.screen
        app.post_message(events.Paste("pqD/"))
        await settle(pilot)
        assert (app.screen, app.is_running) == (before, True)


async def test_keys_go_where_those_before_them_went(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        burst(app, "f", *"bob", "enter", "enter", "colon", *"2", "enter", "f", "backspace", "backspace", "backspace")
        await settle(pilot)
        assert app.browser.reading.key == "discord_bob"
        assert app.browser.reading.transcript.location == 1
        assert isinstance(app.focused, Input)
        assert app.focused.value == ""


@pytest.mark.parametrize(
    "keys",
    few(
        ("p", "enter"),
        ("ctrl+p", "escape"),
        ("ctrl+p", "enter"),
        ("question_mark", "escape"),
        ("U", "escape"),
        ("i", "escape"),
        ("i", "enter"),
        ("p", "escape"),
        ("c", "escape"),
        ("D", "escape"),
    ),
)
async def test_a_key_too_many_leaves_no_more_than_what_it_is_for(store: Path, keys: tuple[str, str]) -> None:
    """Once the browser itself was taken away, or the program ended."""
    opens, leaves = keys
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", opens)
        above = app.screen
        assert above is not app.browser
        burst(app, leaves, leaves, leaves)
        await settle(pilot)
        assert above not in app.screen_stack
        assert app.screen_stack[0] is app.browser
        assert app.is_running


@pytest.mark.exhaustive
async def test_letters_that_come_at_once_look_at_no_command_that_is_gone(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p")
        burst(app, *typed("discordbob"))
        await settle(pilot)
        assert [choice.name for choice in app.screen.query_one(ChoiceList).items] == ["discord_bob"]
        burst(app, "backspace", "backspace", "enter", "g", "J")
        await settle(pilot)
        assert app.screen is app.browser
        assert app.browser.reading.key == "discord_bob"


@pytest.mark.parametrize("opens", few("ctrl+p", "question_mark", "U", "i"))
async def test_a_click_beside_a_box_closes_it_and_one_in_it_does_not(store: Path, opens: str) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, opens)
        above = app.screen
        assert above is not app.browser
        await pilot.click(offset=(70, 3))
        await settle(pilot)
        assert app.screen is above
        await pilot.click(offset=(0, 39))
        await settle(pilot)
        assert app.screen is app.browser
        assert app.browser.reading.key == "telegram_alice"


@pytest.mark.exhaustive
async def test_a_click_beside_a_dialog_answers_nothing(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "p")
        above = app.screen
        await pilot.click(offset=(0, 39))
        await settle(pilot)
        assert app.screen is above is not app.browser


@pytest.mark.exhaustive
async def test_a_point_goes_on_with_a_number_that_has_no_focus_any_more(store: Path) -> None:
    async with browsing(store, (60, 15)) as (app, pilot):
        await press(pilot, "D", "0")
        screen = app.screen
        assert isinstance(screen, PageDialog)
        screen.set_focus(screen.query_one("#leave"))
        await settle(pilot)
        screen.add_class("-unseen")
        screen.on_key(events.Key("full_stop", "."))
        assert screen.query_one(Input).value == "0."
