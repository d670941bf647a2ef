"""The palette: every command and session by letters of its name; themes are seen before they are chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding
from textual.widgets import Input

from sessiontui.tui import preferences
from sessiontui.tui.browser.screen import BrowserScreen
from sessiontui.tui.palette import PaletteScreen
from sessiontui.tui.widgets.choice_list import Choice, ChoiceList
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.screens import StillApp, folder, opened, press, says, settle, shown, talk, typed

HOSTILE = "evil\x1b]0;x\x07[red]key"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(
        tmp_path / "sessions",
        {"telegram_alice": talk(30), "discord_bob": talk(3), "telegram_carol": [b"torn\n"], HOSTILE: talk(2)},
    )


def choices(app: StillApp) -> list[Choice]:
    return list(app.screen.query_one(ChoiceList).items)


def names(app: StillApp) -> list[str]:
    return [choice.name for choice in choices(app)]


@pytest.mark.exhaustive
async def test_it_offers_every_command_with_its_key(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p")
        offered = {choice.name: choice.keys for choice in choices(app)}
        for kind in BrowserScreen.__mro__:
            for binding in vars(kind).get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.id and binding.id not in ("palette", "back"):
                    enabled = app.browser.check_action(binding.action.split("(")[0], ())
                    assert not enabled or binding.tooltip in offered, binding.id
        assert offered["Undo the last change"] == "u"
        assert offered["Next hit"] == "n F3"
        assert "Change theme" in offered
        assert sum(name.startswith("Sort the list by ") for name in offered) >= 5
        assert not set(names(app)) & {"telegram_alice", "discord_bob"}
        assert says(app, "letters find 4 sessions too")


async def test_a_command_is_found_by_letters_and_done(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("raw lin"))
        assert names(app)[0] == "Raw lines or conversation"
        await press(pilot, "enter")
        assert app.screen is app.browser
        assert app.screen.query_one(TranscriptView).raw
        assert isinstance(app.focused, SessionList)


@pytest.mark.exhaustive
async def test_commands_of_what_has_the_focus_are_there_and_work(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "ctrl+p", *typed("previous user"), "enter")
        assert app.screen.query_one(TranscriptView).location is not None


@pytest.mark.exhaustive
async def test_what_can_not_be_done_now_says_why(store: Path) -> None:
    app = StillApp(opened(store), read_only=True)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("remove the last"))
        assert choices(app)[0].about
        await press(pilot, "enter")
        assert app.screen is app.browser
        assert "read-only" in app.notices[-1]


@pytest.mark.exhaustive
async def test_a_session_is_found_by_letters_and_opened(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("dbob"))
        assert names(app) == ["discord_bob"]
        assert says(app, "session · 3 messages")
        await press(pilot, "enter")
        assert app.browser.reading.key == "discord_bob"
        assert app.browser.side.sessions.session is not None
        assert app.browser.side.sessions.session.key == "discord_bob"
        assert isinstance(app.focused, TranscriptView)


@pytest.mark.exhaustive
async def test_a_session_that_goes_while_it_is_looked_for_is_said_to_be_gone(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("dbo"))
        (store / "discord_bob.jsonl").unlink()
        app.browser.feed.action_refresh()
        await settle(pilot)
        await press(pilot, "b")
        assert says(app, "discord_bob  session · gone since")
        await press(pilot, "enter")
        assert says(app, "This session is gone.")


@pytest.mark.exhaustive
async def test_letters_that_stand_together_come_first(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("tele"))
        assert names(app)[:2] == ["telegram_alice", "telegram_carol"]
        assert len(names(app)) > 2


async def test_hostile_keys_are_shown_as_they_are(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("evil"))
        assert says(app, "evil␛]0;x␇[red]key")
        await press(pilot, "enter")
        assert app.browser.reading.key == HOSTILE


@pytest.mark.exhaustive
async def test_keys_and_mouse_move_in_it_and_escape_does_nothing(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", "down", "down")
        assert app.screen.query_one(ChoiceList).cursor == 2
        await press(pilot, "pagedown", "up")
        assert app.screen.query_one(ChoiceList).cursor > 5
        await press(pilot, "escape")
        assert app.screen is app.browser
        assert app.browser.reading.key == "telegram_alice"
        await press(pilot, "ctrl+p", *typed("bob"))
        await pilot.click(ChoiceList, offset=(5, 0))
        await settle(pilot)
        assert app.browser.reading.key == "discord_bob"


@pytest.mark.exhaustive
async def test_nothing_fits(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("zzzz"))
        assert says(app, "Nothing fits.")
        await press(pilot, "enter")
        assert isinstance(app.screen, PaletteScreen)


@pytest.mark.exhaustive
async def test_what_is_pasted_is_made_visible(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p")
        app.screen.query_one(Input).value = "a\x1b]0;x\x07"
        await settle(pilot)
        assert app.screen.query_one(Input).value == "a␛]0;x␇"


@pytest.mark.exhaustive
async def test_the_list_is_sorted_from_it(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("sort the list by key"), "enter")
        assert app.browser.side.sessions.keys[0] == "discord_bob"


@pytest.mark.exhaustive
async def test_a_theme_is_seen_then_chosen_and_remembered(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p", *typed("change theme"), "enter")
        assert names(app)[:3] == ["sessiontui", "sessiontui-day", "sessiontui-terminal"]
        assert set(app.available_themes) == set(names(app))
        await press(pilot, "down")
        assert app.theme == "sessiontui-day"
        await press(pilot, "escape")
        assert app.theme == "sessiontui"
        assert preferences.load().theme == ""
        await press(pilot, "ctrl+p", *typed("change theme"), "enter", *typed("grv"))
        assert app.theme == "gruvbox"
        await press(pilot, "enter")
        assert app.theme == "gruvbox"
        assert preferences.load().theme == "gruvbox"
        await press(pilot, "ctrl+p", *typed("change theme"), "enter")
        assert names(app)[app.screen.query_one(ChoiceList).cursor] == "gruvbox"


@pytest.mark.exhaustive
async def test_without_colours_there_are_no_themes(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+p")
        assert "Change theme" not in names(app)


@pytest.mark.exhaustive
@pytest.mark.parametrize("where", ["list", "transcript", "search", "filter"])
async def test_help_is_of_what_has_the_focus(store: Path, where: str) -> None:
    keys = {"list": (), "transcript": ("enter",), "search": ("slash",), "filter": ("f",)}[where]
    first = {"list": "Sessions", "transcript": "Transcript", "search": "Search", "filter": "Filter"}[where]
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 60)) as pilot:
        await settle(pilot)
        await press(pilot, *keys, "f1")
        lines = [line.strip(" │╭╮─") for line in shown(app)]
        at = next(at for at, line in enumerate(lines) if "Help" in line)
        assert first in lines[at + 1]
        await press(pilot, "end")
        assert says(app, "Mouse: click")
        await press(pilot, "f1")
        assert app.screen is app.browser


@pytest.mark.exhaustive
async def test_it_opens_over_the_search_too(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", "ctrl+p")
        assert isinstance(app.screen, PaletteScreen)
        await press(pilot, "ctrl+p")
        assert app.screen_stack[-1] is app.browser
