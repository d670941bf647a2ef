"""Changes that something hinders: what the dialog says, that each button does what it says, and that Cancel does nothing."""

from __future__ import annotations

import os
from asyncio import get_running_loop, run_coroutine_threadsafe
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from sessiontui.changes import bounds, undo
from sessiontui.changes.verbs import cleanup, compact, migrate, pop
from sessiontui.describe import blockers
from sessiontui.disk import holders
from sessiontui.disk.wait_policy import USUAL
from sessiontui.errors import Changed
from sessiontui.model import Message
from sessiontui.tui.browser.screen import BrowserScreen
from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.changes.list import ChangesScreen
from sessiontui.tui.help import HelpScreen
from tests.support.blocked import DAEMON, busy, raising, refusing, unleased, writing
from tests.support.screens import NOW, SMALL, TORN, StillApp, browsing, folder, press, says, settle, until
from tests.tui.test_dialogs import ALICE, files

HOURS = {"new": 1, "torn": 800, "old": 850, "older": 900}
"""The sessions of the store and how long they are idle."""
OPEN = f"! new.jsonl is open for writing in {DAEMON}"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    torn: list[Message | bytes] = [Message("user", "before"), TORN, Message("assistant", "after")]
    made = folder(tmp_path / "sessions", {key: [ALICE] if key == "new" else torn for key in HOURS})
    for key, hours in HOURS.items():
        when = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(made / f"{key}.jsonl", (when, when))
    return made


def buttons(app: StillApp) -> list[str]:
    """The buttons that are there, the one with the focus in brackets."""
    found = [each for each in app.screen.query("#buttons Button").results(Button) if each.display]
    assert says(app, *(str(each.label) for each in found))
    return [f"[{each.label}]" if each.has_focus else str(each.label) for each in found]


def top(app: StillApp) -> type[Screen[Any]]:
    """What kind of screen is above the others."""
    return type(app.screen)


# ---- a change that is not made at all


async def test_who_has_the_file_open_is_said_and_enter_cancels(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    tries = raising(monkeypatch, pop, busy("new"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        assert says(app, "Busy", OPEN, "Nothing was changed.")
        assert not says(app, "--wait")
        assert buttons(app) == ["[Cancel]", "Try again"]
        await press(pilot, "enter")
        assert top(app) is BrowserScreen
        assert app.notices == []
    assert files(store) == before
    assert tries == [USUAL]


async def test_try_again_waits_longer_and_makes_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = raising(monkeypatch, pop, busy("new"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter", "right", "enter")
        assert top(app) is BrowserScreen
        assert app.notices == ["removed the last message of new (change 1) · u takes it back"]
        assert says(app, "new ─ 1 message")
    assert files(store)["new.jsonl"] == ALICE.splitlines(keepends=True)[0]
    assert [(each.seconds > USUAL.seconds, each.no_lease) for each in tries] == [(False, False), (True, False)]


@pytest.mark.exhaustive
async def test_who_has_waited_may_go_on_without_a_lease(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    tries = raising(monkeypatch, pop, *[busy("new")] * 4)
    async with browsing(store) as (app, pilot):
        for leave in (True, False):
            await press(pilot, "p", "right", "enter", "right", "enter")
            assert says(app, "Still busy", OPEN, "still for 2 seconds", "can be lost")
            assert buttons(app) == ["[Cancel]", "Try again", "Without a lease"]
            if leave:
                await press(pilot, "enter")
                assert top(app) is BrowserScreen
        assert files(store) == before
        await press(pilot, "right", "right", "enter")
        assert app.notices == ["removed the last message of new (change 1) · u takes it back"]
    assert [each.no_lease for each in tries] == [False] * 4 + [True]


@pytest.mark.exhaustive
async def test_what_may_happen_without_a_lease_is_said_and_enter_cancels(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(store)
    tries = raising(monkeypatch, pop, unleased("new"), unleased("new"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        assert says(
            app,
            "Change it without a lease?",
            "! no lease can be had on new.jsonl: the file belongs to another user",
            "still for 2 seconds",
            "a message written at that very moment can be lost",
        )
        assert not says(app, "--no-lease")
        assert buttons(app) == ["[Cancel]", "Change it without a lease"]
        await press(pilot, "enter")
        assert top(app) is BrowserScreen
        assert files(store) == before
        await press(pilot, "p", "right", "enter")
        await pilot.click("#act")
        await settle(pilot)
        assert app.notices == ["removed the last message of new (change 1) · u takes it back"]
    assert tries == [USUAL, USUAL, USUAL._replace(no_lease=True)]


@pytest.mark.exhaustive
async def test_one_session_that_is_busy_is_told_as_if_it_were_the_change(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(store)
    refusing(monkeypatch, compact, (["torn"], busy), (["torn"], busy))
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "c", "right", "enter")
        assert says(app, "Busy", f"! torn.jsonl is open for writing in {DAEMON}")
        assert buttons(app) == ["[Cancel]", "Try again"]
        await press(pilot, "escape")
        assert files(store) == before
        assert app.notices == []
        await press(pilot, "c", "right", "enter", "right", "enter")
        assert app.notices == ["removed 1 damaged line (change 1) · u brings it back"]
    assert files(store)["torn.jsonl"] == before["torn.jsonl"].replace(TORN, b"")


# ---- a part of a change


@pytest.mark.exhaustive
async def test_the_busy_ones_of_several_are_tried_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    tries = refusing(monkeypatch, compact, (["old", "older"], busy), (["older"], busy))
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "space", "space", "space", "c", "right", "enter")
        assert says(app, "1 of 3 sessions compacted", "! old ", "! older ", f"is open for writing in {DAEMON}")
        assert not says(app, "--wait")
        assert buttons(app) == ["[Close]", "Undo", "Try 2 again"]
        assert [name for name, data in files(store).items() if data != before[name]] == ["torn.jsonl"]
        await press(pilot, "right", "right", "enter")
        assert says(app, "1 of 2 sessions compacted", "! older ")
        assert buttons(app) == ["[Close]", "Undo", "Try 1 again"]
        await press(pilot, "right", "right", "enter")
        assert top(app) is BrowserScreen
        assert app.notices == ["removed 1 damaged line (change 3) · u brings it back"]
        assert not app.browser.side.marked
        assert not any(TORN in data for data in files(store).values())
        await press(pilot, "u")
        assert files(store)["older.jsonl"] == before["older.jsonl"]
    assert [each.seconds > USUAL.seconds for each in tries] == [False, True, True]


@pytest.mark.exhaustive
async def test_the_busy_ones_stay_when_the_page_is_closed_and_the_others_can_be_undone(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(store)
    refusing(monkeypatch, cleanup, (["old"], busy))
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", "right", "enter")
        assert says(app, "2 of 3 sessions removed", "! old ")
        assert sorted(files(store)) == ["new.jsonl", "old.jsonl"]
        await press(pilot, "right", "enter")
        assert top(app) is BrowserScreen
    assert files(store) == before


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("module", "key", "went"),
    [(cleanup, "D", "removed"), (migrate, "m", "moved to SQLite")],
    ids=["cleanup", "migrate"],
)
async def test_where_all_are_hindered_it_is_asked_at_once(
    store: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, key: str, went: str
) -> None:
    before = files(store)
    tries = refusing(monkeypatch, module, (list(HOURS), busy), (list(HOURS), unleased))
    async with browsing(store) as (app, pilot):
        await press(pilot, key, "right", "enter")
        assert says(app, "Busy", "! older.jsonl is open for writing")
        await press(pilot, "right", "enter")
        assert says(app, "Change them without a lease?", "! no lease can be had on older.jsonl")
        assert not says(app, "Idle for more hours")
        assert buttons(app) == ["[Cancel]", "Change them without a lease"]
        assert files(store) == before
        await press(pilot, "right", "enter")
        assert says(app, went, "Change 1: u takes all of it back")
    assert tries[-1].no_lease


@pytest.mark.exhaustive
async def test_the_rest_without_a_lease_is_asked_about_first(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    tries = refusing(monkeypatch, migrate, (["old"], unleased))
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right", "enter")
        assert says(app, "3 of 4 sessions moved to SQLite", "! old", "no lease can be had on old.jsonl")
        assert buttons(app) == ["[Close]", "Undo", "Without a lease …"]
        await press(pilot, "right", "right", "enter")
        assert says(app, "Change it without a lease?", "can be lost")
        assert files(store)["old.jsonl"] == before["old.jsonl"]
        await press(pilot, "right", "enter")
        assert says(app, "1 session moved to SQLite", "Change 2: u takes all of it back")
        assert buttons(app) == ["[Close]", "Undo"]
        assert not list(store.glob("*.jsonl"))
    assert [each.no_lease for each in tries] == [False, True]


# ---- undo and redo


@pytest.mark.exhaustive
async def test_an_undo_that_is_hindered_has_a_dialog(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    tries = raising(monkeypatch, undo, busy("new"), busy("new"), unleased("new"), unleased("new"), busy("new"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        shorter = files(store)
        await press(pilot, "u")
        assert top(app) is PageDialog
        assert says(app, "Busy", OPEN, "Nothing was changed.")
        assert buttons(app) == ["[Cancel]", "Try again"]
        await press(pilot, "enter")
        assert top(app) is BrowserScreen
        assert files(store) == shorter
        await press(pilot, "u", "right", "enter")
        assert says(app, "Change it without a lease?")
        await press(pilot, "escape", "u")
        assert says(app, "Change it without a lease?")
        assert files(store) == shorter
        await press(pilot, "right", "enter")
        assert says(app, "Busy")
        await press(pilot, "right", "enter")
        assert top(app) is BrowserScreen
        assert app.notices[1:] == ["undone change 1, pop of new · Ctrl+R redoes it"]
        assert files(store) == before
        assert says(app, "new ─ 2 messages")
        await press(pilot, "ctrl+r")
        assert files(store) == shorter
    assert [each.no_lease for each in tries] == [False, False, False, False, True, False, False]


@pytest.mark.exhaustive
async def test_a_redo_from_the_list_of_changes_too(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        shorter = files(store)
        await press(pilot, "u", "U", "j")
        raising(monkeypatch, undo, busy("new"))
        await press(pilot, "ctrl+r")
        assert top(app) is PageDialog
        await press(pilot, "right", "enter")
        assert top(app) is ChangesScreen
        assert says(app, "Changes · 3 ·")
        assert files(store) == shorter


@pytest.mark.exhaustive
async def test_the_undo_button_of_a_page_too(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(store)
    raising(monkeypatch, undo, unleased("torn"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", "right", "enter", "right", "enter")
        assert top(app) is PageDialog
        await press(pilot, "right", "enter")
        assert files(store) == before


# ---- what is no longer as it was when it was asked about


@pytest.mark.exhaustive
async def test_another_last_message_is_asked_about_anew(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "p")
        newer = b'{"role":"user","content":"one more thing"}\n'
        with (store / "new.jsonl").open("ab") as file:
            file.write(newer)
        await press(pilot, "tab", "enter")
        assert files(store)["new.jsonl"] == ALICE + newer
        assert says(app, "Remove the last message of new?", "! It changed after you were asked", "one more thing")
        assert buttons(app) == ["[Cancel]", "Remove"]
        await press(pilot, "tab", "enter")
        assert files(store)["new.jsonl"] == ALICE
        assert app.notices == ["removed the last message of new (change 1) · u takes it back"]


@pytest.mark.exhaustive
async def test_it_can_be_left_then_and_is_told_where_nothing_is_left_to_do(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "p")
        (store / "new.jsonl").write_bytes(b"")
        await press(pilot, "tab", "enter")
        assert top(app) is BrowserScreen
        assert app.notices == ["new has no message to remove"]


@pytest.mark.exhaustive
async def test_sessions_that_changed_are_planned_anew_where_none_was_done(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, cleanup, (list(HOURS), lambda key: Changed(f"{key}.jsonl")))
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", "right", "enter")
        assert says(app, "Remove 3 sessions?", "! It changed after you were asked", "Idle for more hours than")
        assert len(list(store.glob("*.jsonl"))) == 4
        await press(pilot, "8", "6", "0")
        assert says(app, "Remove 1 session?")
        assert not says(app, "It changed after you were asked")
        await press(pilot, "enter", "right", "enter", "enter")
        assert len(list(store.glob("*.jsonl"))) == 3


# ---- what should be known beforehand


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", ["c", "m", "D"])
async def test_what_a_change_takes_of_the_disk_is_said_where_it_is_much(
    store: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(bounds, "notice", lambda *_: "the journal keeps 2.0 GB of it")
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", key)
        assert says(app, "! the journal keeps 2.0 GB of it")


async def test_what_the_disk_has_no_room_for_is_refused_before_anything_is_written(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "free_bytes", lambda _: 1)
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "c", "right", "enter")
        assert says(app, "That was not done", "of the disk", "Close")
    assert files(store) == before
    assert not list(store.glob(".sessiontui/*.change"))


# ---- waiting


async def waits(pilot: Pilot[None], app: StillApp) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: says(app, f"waiting for {DAEMON}", "Stop"))


@pytest.mark.exhaustive
async def test_who_is_waited_for_is_said_and_the_screen_stays_alive_until_it_closes_the_file(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "writers", lambda *_: (DAEMON,))
    monkeypatch.setattr(blockers, "LONGER", 3600.0)
    raising(monkeypatch, pop, busy("new"))
    with writing(store / "new.jsonl") as close:
        async with browsing(store, SMALL) as (app, pilot):
            await press(pilot, "p", "right", "enter", "right")
            await waits(pilot, app)
            await pilot.press("question_mark")
            assert top(app) is HelpScreen
            await pilot.press("escape")
            assert says(app, f"waiting for {DAEMON}")
            assert files(store)["new.jsonl"] == ALICE
            close()
            await until(pilot, lambda: top(app) is BrowserScreen)
            await settle(pilot)
            assert app.notices == ["removed the last message of new (change 1) · u takes it back"]
    assert files(store)["new.jsonl"] != ALICE


@pytest.mark.exhaustive
@pytest.mark.parametrize("verb", ["pop", "undo"])
async def test_waiting_can_be_called_off(store: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setattr(holders, "writers", lambda *_: (DAEMON,))
    async with browsing(store) as (app, pilot):
        keys = ["p", "right", "enter"]
        if verb == "undo":
            await press(pilot, *keys)
            keys = ["u"]
        before = files(store)
        raising(monkeypatch, pop if verb == "pop" else undo, busy("new"))
        await press(pilot, *keys)
        with writing(store / "new.jsonl"):
            await press(pilot, "right")
            await waits(pilot, app)
            assert top(app) is PageDialog
            await press(pilot, "escape")
            assert top(app) is BrowserScreen
        assert app.notices[-1] == "cancelled; nothing was changed"
        assert files(store) == before


@pytest.mark.exhaustive
async def test_a_change_that_waits_by_itself_is_called_off_where_it_finds_out(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try waits too; who stops it doesn't want to be asked."""
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right")
        loop = get_running_loop()

        def make(*_: object) -> None:
            run_coroutine_threadsafe(pilot.press("escape"), loop).result()
            raise busy("new")

        monkeypatch.setattr(pop, "make", make)
        await press(pilot, "enter")
        assert top(app) is BrowserScreen
        assert app.notices == ["cancelled; nothing was changed"]
