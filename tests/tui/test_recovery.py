"""A dialog says that recovery comes before the change: what was confirmed is made where it is still the plan then, and
else asked about once more."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from sessiontui.changes.recovery import recover as recovery
from sessiontui.changes.verbs import migrate, repair
from sessiontui.model import Backend, Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.faulty import Crash, DieAt
from tests.support.screens import TORN, browsing, folder, opened, press, says, settle, shown
from tests.tui.test_dialogs import ALICE, files

KEYS = ("one", "two")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    before: list[Message | bytes] = [ALICE, TORN, ALICE[:-1] + ALICE]
    return folder(tmp_path / "sessions", dict.fromkeys(KEYS, before))


def crashed(store: Path, change: Callable[[], object], begun: Callable[[], bool]) -> None:
    """Let a change end at the first step at which it has begun what the next one has to recover."""
    for n in count(1):
        recovery.recover(store)  # what the attempt before left
        with DieAt(n).watching():
            try:
                change()
            except Crash:
                pass
            else:
                raise AssertionError("it did not end before its end")
        if begun():
            return


def has_two_names(store: Path) -> bool:
    return (store / "one.jsonl.migrated").exists() and (store / "one.jsonl").exists()


@pytest.mark.exhaustive
async def test_migrate_recovers_first_and_asks_again(store: Path) -> None:
    before = files(store)
    crashed(store, lambda: migrate.make(migrate.plan(store, ["one"])), lambda: has_two_names(store))
    async with browsing(store) as (app, pilot):
        await press(pilot, "m")
        assert says(
            app,
            "Move 1 session to SQLite?",
            "! Recovery comes first: change 1, migrate, was interrupted.",
            "one  planned after recovery",
            "you are asked once more",
        )
        assert not says(app, "stands beside")
        await press(pilot, "right", "enter")
        assert says(app, "Recovery is done; nothing else was changed.", "Move all 2 sessions to SQLite?")
        assert files(store) == before
        await press(pilot, "right", "enter")
        assert says(app, "2 sessions moved")
    assert files(store) == {f"{name}.migrated": data for name, data in before.items()}


@pytest.mark.exhaustive
async def test_a_change_that_has_to_wait_for_recovery_alone_asks_for_that(store: Path) -> None:
    before = files(store)
    crashed(store, lambda: migrate.make(migrate.plan(store, ["one"])), lambda: has_two_names(store))
    async with browsing(store / "one.jsonl") as (app, pilot):
        await press(pilot, "m")
        assert says(app, "Recover what was interrupted first?", "one  planned after recovery", "Recover", "Cancel")
        await press(pilot, "enter")
        assert has_two_names(store)
        await press(pilot, "m", "right", "enter")
        assert says(app, "Recovery is done; nothing else was changed.", "Move 1 session to SQLite?")
        await press(pilot, "enter")
    assert files(store) == before


async def test_what_recovery_does_not_change_is_asked_about_once(store: Path) -> None:
    def mend() -> object:
        sessions = JsonlStore(store)
        return repair.make(sessions, repair.plan(sessions, ["two"]))

    crashed(store, mend, lambda: any((store / ".sessiontui").glob("*.change")))
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "p")
        assert says(
            app, "Remove the last message of one?", "! Recovery comes first: change 1, repair, was interrupted."
        )
        await press(pilot, "right", "enter")
        await settle(pilot)
        assert app.screen is app.browser
    assert [name for name, data in files(store).items() if data != before[name]] == ["one.jsonl"]


# ---- imports that ZeroClaw did not finish


@pytest.mark.exhaustive
async def test_an_interrupted_import_is_in_the_list_and_finished(store: Path) -> None:
    (store / "one.jsonl").rename(store / "one.jsonl.importing")
    async with browsing(store) as (app, pilot):
        assert says(app, "× one")
        await press(pilot, "m", "right", "enter")
    assert sorted(files(store)) == ["one.jsonl.migrated", "two.jsonl.migrated"]


async def test_an_interrupted_import_is_named_beside_a_database(store: Path) -> None:
    migrate.make(migrate.plan(store, ["two"]))
    (store / "one.jsonl").rename(store / "one.jsonl.importing")
    async with browsing(opened(store, Backend.SQLITE)) as (app, pilot):
        await settle(pilot)
        assert "1 unfinished import" in shown(app)[0]
        assert any("one.jsonl.importing" in notice for notice in app.notices)
        await press(pilot, "b")
        assert says(app, "× one")
