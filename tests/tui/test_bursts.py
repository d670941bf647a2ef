"""Keys that come faster than the screen is drawn mean what they meant when they were pressed; clicks beside a box."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from sessiontui.tui.widgets.choice_list import ChoiceList
from tests.support.matrices import few
from tests.support.screens import StillApp, folder, opened, press, settle, talk, typed


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"telegram_alice": [*talk(30), b"torn\n"], "discord_bob": talk(3)})


def burst(app: StillApp, *keys: str) -> None:
    """Keys all of which have arrived before the first is looked at."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


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
        assert [choice.name for choice in app.screen.query_one(ChoiceList)._choices] == ["discord_bob"]
        burst(app, "backspace", "backspace", "enter", "x", "enter")
        await settle(pilot)
        assert app.screen is app.browser
        assert app.browser.key == "discord_bob"


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
        assert app.browser.key == "telegram_alice"


async def test_a_click_beside_a_dialog_answers_nothing(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "p")
        above = app.screen
        await pilot.click(offset=(0, 39))
        await settle(pilot)
        assert app.screen is above is not app.browser
