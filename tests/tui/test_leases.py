"""Beside programs that really hold a file: a writer that has it open, and a change of another sessiontui under a lease."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sessiontui.disk import lines
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.blocked import leased, writing
from tests.support.databases import database
from tests.support.screens import NARROW, TORN, browsing, choose, folder, press, says, settle, shown, talk, until
from tests.tui.test_dialogs import files


@pytest.fixture
def store(tmp_path: Path) -> Path:
    torn: list[Message | bytes] = [Message("user", "before"), TORN, Message("assistant", "after")]
    return folder(tmp_path / "sessions", {"alice": talk(3, "alice"), "torn": torn, "bob": talk(4, "bob")})


@pytest.mark.exhaustive
async def test_a_writer_is_named_waited_for_and_loses_nothing(store: Path) -> None:
    before = files(store)
    last = b'{"role":"user","content":"alice 3"}\n'
    with writing(store / "alice.jsonl") as close:
        async with browsing(store, NARROW) as (app, pilot):
            await press(pilot, "p", "right", "enter")
            assert says(app, "Busy", "! alice.jsonl is open for writing in python", "(pid ", "Cancel", "Try again")
            assert files(store) == before
            await press(pilot, "right")
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "waiting for python", "Stop"))
            close()
            await settle(pilot)
            assert app.screen is app.browser
            assert app.notices == ["removed the last message of alice (change 1) · u takes it back"]
            assert files(store) == before | {"alice.jsonl": before["alice.jsonl"].removesuffix(last)}


@pytest.mark.exhaustive
async def test_an_undo_waits_too(store: Path) -> None:
    before = files(store)
    async with browsing(store, NARROW) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        after = files(store)
        with writing(store / "alice.jsonl") as close:
            await press(pilot, "u")
            assert says(app, "Busy", "! alice.jsonl is open for writing in python", "(pid ")
            assert files(store) == after
            await press(pilot, "right")
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "waiting for python", "Stop"))
            close()
            await settle(pilot)
        assert app.notices[1:] == ["undone change 1, pop of alice · Ctrl+R redoes it"]
    assert files(store) == before


@pytest.mark.exhaustive
async def test_one_busy_session_of_several_leaves_the_others_done(store: Path) -> None:
    with writing(store / "bob.jsonl") as close:
        async with browsing(store) as (app, pilot):
            await press(pilot, "m", "right", "enter")
            assert says(app, "2 of 3 sessions moved to SQLite", "! bob", "bob.jsonl is open for writing in python")
            await press(pilot, "right", "right")
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "Moving bob …", "waiting for python", "! bob.jsonl is open"))
            assert not says(app, "alice")
            close()
            await settle(pilot)
            assert says(app, "1 session moved to SQLite")
    assert sorted(files(store)) == ["alice.jsonl.migrated", "bob.jsonl.migrated", "torn.jsonl.migrated"]


# ---- reading beside a change of another sessiontui


HELD = 0.2
"""Seconds, of which a change takes a few thousandths."""


async def test_a_session_under_a_lease_is_shown_as_soon_as_that_is_over(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        with leased(store / "torn.jsonl", HELD):
            await pilot.press("j", "enter")
            while not says(app, "torn ─ 2 messages", "before", "after"):
                assert not says(app, "can't be read")
                assert not says(app, "busy")
                await pilot.pause(0.01)
            await settle(pilot)
        assert app.notices == []


@pytest.mark.exhaustive
async def test_a_store_under_a_lease_is_listed_and_counted(store: Path) -> None:
    with leased(store / "bob.jsonl", HELD):
        async with browsing(JsonlStore(store)) as (app, _):
            assert says(app, "3 sessions · 9 messages · ! 1 damaged")
            assert app.notices == []


@pytest.mark.exhaustive
async def test_a_session_that_is_followed_stays_as_it_is_under_a_lease(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "bob")
        with leased(store / "bob.jsonl", HELD):
            await pilot.press("f5")
            while [each.name for each in app.workers if not each.is_finished]:
                assert says(app, "bob 4", "3 sessions")
                await pilot.pause(0.01)
            await settle(pilot)
            assert says(app, "bob ─ 4 messages", "3 sessions · 9 messages · ! 1 damaged")
        assert app.notices == []


async def test_what_is_held_for_longer_is_no_damage_and_counted_later(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LEASED", 0.01)
    with leased(store / "bob.jsonl", 30) as held:
        async with browsing(store) as (app, pilot):
            [row] = [line for line in shown(app) if "bob" in line]
            assert "…" in row
            assert "×" not in row
            held.kill()
            held.wait()
            await press(pilot, "f5")
            assert says(app, "3 sessions · 9 messages · ! 1 damaged")


# ---- what is locked


@pytest.mark.exhaustive
@pytest.mark.parametrize("undoing", [False, True])
async def test_another_sessiontui_is_waited_for(store: Path, undoing: bool) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        before = files(store)
        with (store / ".sessiontui" / "lock").open("rb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            await press(pilot, *(["u"] if undoing else ["p", "right", "enter"]))
            assert says(app, "Busy", "! another sessiontui is changing this store", "Try again", "Nothing was changed.")
            assert not says(app, "--wait")
            await press(pilot, "enter")
            assert app.screen is app.browser
            await press(pilot, *(["u", "right"] if undoing else ["p", "right", "enter", "right"]))
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "waiting for another sessiontui", "Stop"))
            assert files(store) == before
        await settle(pilot)
        assert app.screen is app.browser
    assert files(store)["alice.jsonl"].count(b"\n") == (3 if undoing else 1)


@pytest.mark.exhaustive
async def test_a_locked_database_is_waited_for(store: Path) -> None:
    before = files(store)
    with closing(sqlite3.connect(database(store), isolation_level=None)) as other:
        async with browsing(store) as (app, pilot):
            other.execute("BEGIN IMMEDIATE")
            await press(pilot, "m", "right", "enter")
            assert says(app, "Busy", "! sessions.db is locked by another program", "Try again")
            assert files(store) == before
            await press(pilot, "right")
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "waiting for another program", "Stop"))
            await pilot.press("escape")
            await until(pilot, lambda: bool(app.notices) and app.notices[-1] == "cancelled; nothing was changed")
            assert files(store) == before
            await press(pilot, "m", "right", "enter", "right")
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "waiting for another program"))
            other.execute("ROLLBACK")
            await settle(pilot)
            assert says(app, "3 sessions moved to SQLite")
