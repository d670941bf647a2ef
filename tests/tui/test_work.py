"""Work off the screen's thread: newer requests win, cancelled work says so, and no error is swallowed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from sessiontui.changes.verbs import compact
from sessiontui.errors import Cancelled, StoreError
from sessiontui.model import Message
from sessiontui.store.index.index_process import start
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled as Poll
from sessiontui.tui import messages
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.work import helper_output, index_task
from sessiontui.tui.work.background_task import BackgroundTask
from sessiontui.tui.work.helper_output import index_outside
from tests.support.screens import TORN, StillApp, browsing, folder, opened, press, says, settle, talk
from tests.support.watch import watched

Errands = tuple[BackgroundTask, Pilot[Any], list[messages.Report]]


@asynccontextmanager
async def task() -> AsyncIterator[Errands]:
    """An errand of an empty screen, and what it reported."""
    reported: list[messages.Report] = []

    def hook(message: object) -> None:
        if isinstance(message, messages.Report) and not any(message is other for other in reported):
            reported.append(message)

    async with App[None]().run_test(message_hook=hook) as pilot:
        screen: Screen[Any] = pilot.app.screen
        yield BackgroundTask(screen), pilot, reported


def kinds(reported: list[messages.Report]) -> list[str]:
    return [type(report).__name__ for report in reported]


async def test_a_newer_request_cancels_the_older_and_makes_its_reports_stale() -> None:
    async with task() as (work, pilot, reported):
        begun = threading.Event()

        def slow(generation: int, cancelled: Poll) -> None:
            begun.set()
            while not cancelled():
                pass
            work.report(messages.Indexed(generation))

        work.begin(slow)
        while not begun.is_set():
            await pilot.pause(0.01)
        work.begin(lambda generation, _: work.report(messages.Indexed(generation)))
        await settle(pilot)
        indexed = [report for report in reported if isinstance(report, messages.Indexed)]
        assert sorted(work.is_stale(report) for report in indexed) == [False, True]


@pytest.mark.parametrize("error", [StoreError("gone", "look"), Cancelled(), ValueError("a fault of ours")])
async def test_every_error_is_reported(error: Exception) -> None:
    async with task() as (work, pilot, reported):

        def job(_: int, cancelled: Poll) -> None:
            raise error

        work.begin(job)
        await settle(pilot)
        assert kinds(reported) == ["Failed", "Finished"]
        assert isinstance(reported[0], messages.Failed)
        assert reported[0].error is error
        assert not work.running


async def test_interrupted_work_still_says_what_it_did() -> None:
    async with task() as (work, pilot, reported):

        def job(generation: int, cancelled: Poll) -> None:
            while not cancelled():
                pass
            work.report(messages.Indexed(generation))

        work.begin(job)
        work.interrupt()
        await settle(pilot)
        assert [(type(report).__name__, work.is_stale(report)) for report in reported] == [
            ("Indexed", False),
            ("Finished", False),
        ]


async def test_progress_is_told_once_a_percent() -> None:
    async with task() as (work, pilot, reported):

        def job(generation: int, _: Poll) -> None:
            tell = work.progress(generation, "counting")
            for done in range(100_001):
                tell(done, 100_000)

        work.begin(job)
        await settle(pilot)
        told = [report for report in reported if isinstance(report, messages.Progressed)]
        assert 1 <= len(told) <= 101
        assert (told[-1].done, told[-1].total) == (100_000, 100_000)


# ---- the helper process


def test_the_helper_process_indexes_and_ends(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {f"s{at}": talk(200) for at in range(20)})
    total = sum(path.stat().st_size for path in store.iterdir())
    told = list(index_outside(JsonlStore(store), lambda: False))
    assert told[-1] == (total, total)
    assert [session.messages for session in opened(store).sessions()] == [200] * 20


def test_of_a_store_of_one_file_no_other_file_is_indexed(tmp_path: Path) -> None:
    store = JsonlStore(folder(tmp_path / "sessions", {"one": talk(20), "two": talk(300)}), "one")
    assert list(index_outside(store, lambda: False))[-1] == (store.file("one").stat().st_size,) * 2
    assert store.search_index.missing() == 0
    assert JsonlStore(store.path).search_index.missing() > 0


@pytest.mark.exhaustive
def test_a_cancelled_helper_process_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder(tmp_path / "sessions", {"s": talk(20_000)})
    started: list[Any] = []

    def seen(path: Path, only: str | None) -> Any:
        started.append(start(path, only))
        return started[-1]

    monkeypatch.setattr(helper_output, "start", seen)
    assert list(index_outside(JsonlStore(store), lambda: True)) == []
    assert started[0].returncode is not None


@pytest.mark.exhaustive
async def test_a_large_store_is_counted_and_searched_by_way_of_the_helper_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_task, "SMALL", 0)
    rows = [*talk(300), Message("user", "a needle"), TORN]
    store = folder(tmp_path / "sessions", {"one": rows, "two": talk(5)})
    async with browsing(store) as (app, pilot):
        assert says(app, "2 sessions · 306 messages · ! 1 damaged")
        await press(pilot, "slash", *"needle")
        assert says(app, "1 hit · newest")
    request = watched(monkeypatch, helper_output, "index_outside")
    async with browsing(store):
        assert not request
    with (store / "two.jsonl").open("ab") as out:
        out.write(TORN)
    counting = JsonlStore(store)
    assert len(list(counting.counted(counting.sessions()))) == 2
    async with browsing(store):
        assert len(request) == 1  # though all is counted


# ---- in the browser


async def test_counts_are_no_zero_until_they_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder(tmp_path / "sessions", {"one": talk(3)})
    release = threading.Event()
    knowing = index_task.IndexTask._know

    def held(self: index_task.IndexTask, *arguments: Any) -> None:
        assert release.wait(20)
        knowing(self, *arguments)

    monkeypatch.setattr(index_task.IndexTask, "_know", held)
    async with browsing_while_held(store, release) as (app, pilot):
        assert says(app, "1 session · … messages", "one ─ … messages")
        release.set()
        await settle(pilot)
        assert says(app, "1 session · 3 messages", "one ─ 3 messages")


@asynccontextmanager
async def browsing_while_held(store: Path, release: threading.Event) -> AsyncIterator[tuple[Any, Pilot[Any]]]:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        try:
            for _ in range(200):
                await pilot.pause(0.02)
                if app.screen.query_one(SessionList).count and says(app, "line 3"):
                    break
            yield app, pilot
        finally:
            release.set()


async def test_esc_cancels_a_change_that_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder(tmp_path / "sessions", {"torn": [Message("user", "a"), TORN]})
    under_way = threading.Event()

    def endless(*arguments: Any, **named: Any) -> None:
        cancelled: Poll = arguments[2]
        under_way.set()
        while not cancelled():
            pass
        raise Cancelled

    monkeypatch.setattr(compact, "make", endless)
    async with browsing(store) as (app, pilot):
        await press(pilot, "c")
        await pilot.press("right", "enter")
        while not under_way.is_set():
            await pilot.pause(0.01)
        await pilot.press("escape")
        await settle(pilot)
        assert app.notices == ["cancelled; nothing was changed"]


async def test_what_an_error_holds_is_let_go_in_the_thread_that_raised_it() -> None:
    ended: list[int] = []

    def rows() -> Iterator[int]:
        try:
            yield 1
        finally:
            ended.append(threading.get_ident())

    def job(generation: int, cancelled: Poll) -> None:
        held = rows()
        next(held)
        raise Cancelled

    app: App[None] = App()
    async with app.run_test():
        BackgroundTask(app.screen).begin(job)
        await app.workers.wait_for_complete()
    assert len(ended) == 1
    assert ended[0] != threading.get_ident()
