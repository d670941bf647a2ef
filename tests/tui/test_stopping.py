"""Changes that take long: progress, stopping while they are planned and made, and that there is never more than one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.widgets import Button, Input

from sessiontui.changes import undo
from sessiontui.changes.verbs import cleanup, compact, migrate
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.tui.changes import flow
from sessiontui.tui.changes.dialog import PageDialog
from tests.support.screens import SMALL, TORN, browsing, folder, press, says, settle, typed, until
from tests.support.watch import watched
from tests.tui.test_dialogs import ALICE, files

KEYS = ("a", "b", "c")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {key: [ALICE, TORN] for key in KEYS})


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Event]:
    """Make a function of ``changes`` wait, from its second call on, until it is let through."""

    def held(module: object, name: str, after: int = 1) -> Event:
        go, calls, real = Event(), [0], getattr(module, name)

        def slow(*given: Any, **named: Any) -> Any:
            calls[0] += 1
            if calls[0] > after:
                go.wait(30)
            return real(*given, **named)

        monkeypatch.setattr(module, name, slow)
        return go

    return held


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", [(140, 40), SMALL])
async def test_looking_shows_progress_and_esc_ends_it(
    store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = Event()

    def endless(store: Store, keys: object, cancelled: IsCancelled, progress: Progress) -> None:
        progress(43, 100)
        while not cancelled():
            ended.wait(0.01)
        ended.set()

    monkeypatch.setattr(compact, "plan", endless)
    before = files(store)
    async with browsing(store, size) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: says(app, "Looking at a …", "43%", "Cancel", "Only reads. Esc ends it"))
        assert not app.screen.query_one("#act", Button).display
        await press(pilot, "escape")
        assert app.screen is app.browser
        assert app.notices == ["cancelled; nothing was changed"]
        assert ended.is_set()
    assert files(store) == before


@pytest.mark.exhaustive
async def test_what_is_planned_at_once_is_seen_only_when_it_is_whole(
    store: Path, gate: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "SOON", 3600)
    go = gate(compact, "plan", after=0)
    async with browsing(store) as (app, pilot):
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, PageDialog)
        assert not says(app, "Looking at")
        assert not says(app, "Cancel")
        await pilot.press("x")  # means nothing here, and nothing to the screen below
        go.set()
        await settle(pilot)
        assert says(app, "Remove 1 damaged line of a?", "Cancel")
        assert app.screen.query_one("#leave").has_focus


async def test_a_dialog_that_has_closed_takes_no_notice_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer that shows it may fire after it closed, and before it is gone."""
    monkeypatch.setattr(flow, "SOON", 3600)
    begun = watched(monkeypatch, flow.ChangeFlow, "begin")
    async with browsing(folder(tmp_path / "healthy", {"a": [ALICE]})) as (app, pilot):
        await press(pilot, "R")
        assert app.screen is app.browser
        begun[0][0]._appear()
        assert len(app._notifications) == 1


@pytest.mark.exhaustive
async def test_migrate_stopped_in_the_middle_says_what_was_done_and_takes_it_back(
    store: Path, gate: Callable[..., Event]
) -> None:
    before = files(store)
    go = gate(migrate, "_import")
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right")
        await pilot.press("enter")
        await until(pilot, lambda: says(app, "Moving all sessions …", "Stop"))
        await until(pilot, lambda: says(app, "33%"))
        await pilot.press("enter")  # one too many: nothing has the focus
        await pilot.pause()
        assert not says(app, "Stopping …")
        await pilot.press("escape")
        await pilot.pause()
        assert says(app, "Stopping …")
        go.set()
        await settle(pilot)
        assert says(app, "Stopped: 1 of 3 sessions moved to SQLite", "2 sessions not begun", "Change 1: u takes")
        assert sorted(files(store)) == ["a.jsonl.migrated", "b.jsonl", "c.jsonl"]
        await press(pilot, "tab", "enter")
        assert app.screen is app.browser
    assert files(store) == before


@pytest.mark.exhaustive
async def test_compact_stopped_before_anything_is_written_leaves_nothing_to_undo(
    store: Path, gate: Callable[..., Event]
) -> None:
    before = files(store)
    go = gate(compact, "_made", after=0)
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "c", "right")
        await pilot.press("enter")
        await until(pilot, lambda: says(app, "Compacting 2 sessions …", "Stop"))
        await pilot.click("#leave")
        go.set()
        await settle(pilot)
        assert says(app, "Stopped: 0 of 2 sessions compacted", "Nothing was changed", "Close")
        assert not app.screen.query_one("#act", Button).display
        await press(pilot, "enter")
        assert app.screen is app.browser
    assert files(store) == before


@pytest.mark.exhaustive
async def test_cleanup_stopped_in_the_middle(store: Path, gate: Callable[..., Event]) -> None:
    before = files(store)
    go = gate(cleanup, "_without_file")
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", *typed("0.001"), "enter", "right")
        await pilot.press("enter")
        await until(pilot, lambda: says(app, "Removing idle sessions …", "1 of 3 sessions"))
        await pilot.press("escape")
        go.set()
        await settle(pilot)
        assert says(app, "Stopped: 2 of 3 sessions removed", "1 session not begun")
        await press(pilot, "enter", "u")
    assert files(store) == before


@pytest.mark.exhaustive
async def test_only_the_newest_plan_can_be_made(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, go = cleanup.plan, Event()

    def slow(store: Store, hours: float, *more: Any) -> cleanup.CleanupPlan:
        if hours == 0.0012:
            go.wait(30)
            return real(store, hours, *more[:2])  # deaf to being cancelled, so its report comes too late
        return real(store, hours, *more)

    monkeypatch.setattr(cleanup, "plan", slow)
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "D", *typed("0.001"))
        assert says(app, "Remove 3 sessions?")
        await pilot.press("2")  # planned for a long time; what is shown meanwhile can't be made
        await pilot.click("#act")
        await pilot.pause()
        assert files(store) == before
        assert isinstance(app.screen, PageDialog)
        app.screen.query_one(Input).value = "10"
        await until(pilot, lambda: says(app, "no session has been idle for longer than 10 hours"))
        go.set()
        await settle(pilot)
        assert says(app, "no session has been idle for longer than 10 hours")
    assert files(store) == before


@pytest.mark.exhaustive
async def test_no_change_begins_while_one_is_taken_back(store: Path, gate: Callable[..., Event]) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        go = gate(undo, "make", after=0)
        await pilot.press("u")
        await pilot.press("p")
        await pilot.pause()
        assert app.screen is app.browser
        assert "an undo is under way" in app.notices[-1]
        go.set()
        await settle(pilot)
        assert app.notices[-1].startswith("undone change 1")


@pytest.mark.exhaustive
async def test_a_change_that_another_program_makes_is_waited_for_and_told(store: Path) -> None:
    from sessiontui.changes import history as journal

    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right")
        with journal.change(store, "pop", ["a"], WaitPolicy(1.0)):
            await pilot.press("enter")
            await until(pilot, lambda: says(app, "another sessiontui is changing this store", "Try again"))
        await settle(pilot)
    assert files(store) == before
