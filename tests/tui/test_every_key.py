"""Every key that people are promised: it has a name, a help text and a command, wherever the focus is; and the mouse.

What each key does is tested where it does it; here that none is forgotten, and the order in which Esc takes things back.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from sessiontui.model import Message
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.help import HelpScreen
from sessiontui.tui.palette import PaletteScreen
from sessiontui.tui.widgets.choice_list import ChoiceList
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.matrices import few
from tests.support.screens import (
    StillApp,
    browsing,
    choose,
    focus,
    folder,
    press,
    says,
    settle,
    shown,
    talk,
    typed,
    until,
)

PROMISED = {
    "slash": "search",
    "f": "filter",
    "n": "next_hit",
    "N": "previous_hit",
    "f3": "next_hit",
    "shift+f3": "previous_hit",
    "e": "next_fault",
    "E": "previous_fault",
    "left_square_bracket": "turn_up",
    "right_square_bracket": "turn_down",
    "p": "pop",
    "c": "compact",
    "R": "repair",
    "m": "migrate",
    "u": "undo",
    "ctrl+r": "redo",
    "U": "changes",
    "r": "raw",
    "y": "copy",
    "Y": "copy_all",
    "s": "sort",
    "S": "sort_turn",
    "b": "backend",
    "i": "about",
    "colon": "place",
    "v": "order",
    "x": "inspect",
    "space": "mark",
    "D": "cleanup",
    "X": "delete",
    "question_mark": "help",
    "f1": "app.help",
    "q": "quit",
}
"""Keys with a command each."""
BESIDE = {"ctrl+p": "palette", "escape": "back"}
"""Keys that are no commands."""
MOVING = {
    "list": ["j", "k", "down", "up", "g", "G", "home", "end", "pagedown", "pageup", "enter"],
    "transcript": ["j", "k", "down", "up", "J", "K", "g", "G", "home", "end", "pagedown", "pageup", "enter"],
}
"""Keys that move in what has the focus."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(
        tmp_path / "sessions",
        {
            "alice": [Message("user", "where is the token budget?"), Message("assistant", "in the config")],
            "build": talk(300, "build"),
            "carol": [Message("user", "budget"), Message("assistant", "which one?"), b'{"role":"user"\n'],
        },
    )


def offered(app: StillApp) -> list[str]:
    return [choice.name for choice in app.screen.query_one(ChoiceList).items]


# ---- none is forgotten


@pytest.mark.exhaustive
async def test_every_key_has_a_name_a_help_text_and_a_command(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        live = app.screen.active_bindings
        assert {key: live[key].binding.id for key in PROMISED | BESIDE} == PROMISED | BESIDE
        assert all(live[key].binding.tooltip for key in PROMISED | BESIDE)
        await press(pilot, "ctrl+p")
        assert [key for key in PROMISED if live[key].binding.tooltip not in offered(app)] == []
        assert len(set(offered(app))) == len(offered(app)), "each once"


@pytest.mark.exhaustive
@pytest.mark.parametrize("where", MOVING)
async def test_every_key_that_moves_has_a_name_and_words(store: Path, where: str) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, *(["enter"] if where == "transcript" else []))
        live = app.screen.active_bindings
        for key in MOVING[where]:
            assert (live[key].binding.id or "").startswith(f"{where}."), key
            assert live[key].binding.description, key


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "keys", few(["enter"], ["slash"], ["f"], ["colon"]), ids=["transcript", "search", "filter", "to"]
)
async def test_all_commands_are_in_the_palette_wherever_one_is(store: Path, keys: list[str]) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "ctrl+p")
        everywhere = set(offered(app))
        await press(pilot, "escape", *keys, "ctrl+p")
        assert everywhere - set(offered(app)) == set()


@pytest.mark.exhaustive
async def test_what_is_text_to_an_input_can_be_done_from_the_palette(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", "f", "p", "slash", "question_mark")
        assert app.browser.bar.value == "fp/?", "letters"
        await press(pilot, "ctrl+p", *typed("filter the list"), "enter")
        assert focus(app) is FilterBar
        await press(pilot, "f", "slash", "escape", "ctrl+p", *typed("search all"), "enter")
        assert focus(app) is SearchBar
        await press(pilot, "ctrl+p", *typed("remove the last"), "enter")
        assert says(app, "Cancel", "in the config")


@pytest.mark.exhaustive
@pytest.mark.parametrize("opens", few([], ["enter"], ["p"], ["c"], ["m"], ["D"], ["U"], ["i"], ["x"]), ids=str)
@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_is_a_key_away_everywhere(store: Path, opens: list[str], key: str) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "carol")
        await press(pilot, *opens)
        below, focused = app.screen, app.focused
        await press(pilot, key)
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, key)
        assert (app.screen, app.focused) == (below, focused)


# ---- Esc


async def test_esc_takes_back_one_thing_at_a_time(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Close what lies above; cancel work; clear the text; leave the bar; go back to before the hit."""
    stopped = Event()
    async with browsing(store) as (app, pilot):
        await choose(pilot, "build")
        await press(pilot, "enter", "g", "slash", *typed("budget"), "enter", "slash")
        assert (app.browser.reading.key, focus(app)) == ("alice", SearchBar)
        monkeypatch.setattr(ChangeController, "changing", property(lambda _: not stopped.is_set()))
        monkeypatch.setattr(app.browser.changes.undo_task, "stop", stopped.set)
        await press(pilot, "ctrl+p", "f1")
        await press(pilot, "escape", "escape")
        assert app.screen is app.browser
        assert not stopped.is_set()
        await press(pilot, "escape")
        assert stopped.is_set()
        assert app.browser.bar.value == "budget"
        await press(pilot, "escape")
        assert (app.browser.bar.value, focus(app)) == ("", SearchBar)
        await press(pilot, "escape")
        assert (app.browser.reading.key, focus(app)) == ("alice", TranscriptView)
        await press(pilot, "escape")
        assert (app.browser.reading.key, focus(app), app.browser.reading.transcript.location) == (
            "build",
            TranscriptView,
            0,
        )
        await press(pilot, "escape")
        assert focus(app) is SessionList


# ---- the mouse


@pytest.mark.exhaustive
async def test_a_hit_is_chosen_by_a_click_and_gone_to_by_a_double_click(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"))
        hits = app.browser.query_one(HitList)
        await pilot.click(HitList, offset=(10, 3))
        await settle(pilot)
        assert (hits.cursor, focus(app), app.browser.reading.key) == (1, HitList, "alice")
        await pilot.click(HitList, offset=(10, 4), times=2)
        await settle(pilot)
        assert (focus(app), app.browser.reading.key) == (TranscriptView, "carol")


@pytest.mark.exhaustive
async def test_a_click_gives_the_focus(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        for kind in (SearchBar, TranscriptView, SessionList):
            await pilot.click(kind, offset=(5, 2 if kind is not SearchBar else 1))
            await settle(pilot)
            assert focus(app) is kind


@pytest.mark.exhaustive
async def test_every_word_of_the_last_line_can_be_clicked(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "carol")
        words = [(start, active.binding.id or "") for start, _, active in app.browser.query_one(KeyLine)._shown]
        assert {"search", "filter", "pop", "compact", "migrate", "undo", "raw", "help"} <= {
            action for _, action in words
        }
        for start, action in words:
            if action in ("app.quit", "quit"):
                continue
            before = "\n".join(shown(app)), len(app.notices)
            await pilot.click(KeyLine, offset=(start + 1, 0))
            await settle(pilot)
            assert ("\n".join(shown(app)), len(app.notices)) != before, action
            await press(pilot, *(["r"] if action == "raw" else ["escape", "escape"]))
            assert (app.screen, focus(app)) == (app.browser, SessionList), action
        assert words[-1][1].endswith("quit")
        await pilot.click(KeyLine, offset=(words[-1][0] + 1, 0))
        await until(pilot, lambda: not app.is_running)


@pytest.mark.exhaustive
async def test_a_click_beside_the_choices_of_the_palette_does_nothing(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "ctrl+p", *typed("build"))
        await pilot.click(ChoiceList, offset=(5, 12))
        await settle(pilot)
        assert (type(app.screen), offered(app)[0]) == (PaletteScreen, "build")
        await pilot.click(ChoiceList, offset=(5, 0))
        await settle(pilot)
        assert (app.screen, app.browser.reading.key) == (app.browser, "build")
