"""Work off the screen's thread: newer starts win, cancelled work says so, and no error is swallowed."""

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
from sessiontui.store.index import index_process
from sessiontui.store.index.index_process import index_outside, start
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled as Poll
from sessiontui.tui.tasks import index_update
from sessiontui.tui.tasks.background_task import BackgroundTask, Job
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.session_map import SessionMap
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.screens import TORN, StillApp, browsing, folder, opened, press, says, settle, talk
from tests.support.watch import watched

Tasks = tuple[BackgroundTask, Pilot[Any], list[tuple[Any, ...]]]


@asynccontextmanager
async def task() -> AsyncIterator[Tasks]:
    """A task of an empty screen, and what it reported."""
    reported: list[tuple[Any, ...]] = []
    async with App[None]().run_test() as pilot:
        work = BackgroundTask(
            pilot.app.screen,
            "task",
            failed=lambda error: reported.append(("failed", error)),
            progressed=lambda *progress: reported.append(("progressed", *progress)),
            ended=lambda: reported.append(("ended",)),
        )
        yield work, pilot, reported


async def test_a_newer_start_cancels_the_older_and_drops_its_reports() -> None:
    async with task() as (work, pilot, reported):
        begun, ended = threading.Event(), threading.Event()

        def slow(job: Job) -> None:
            begun.set()
            while not job.cancelled():
                pass
            job.report(reported.append, ("older",))
            ended.set()

        work.start(slow)
        while not begun.is_set():
            await pilot.pause(0.01)
        work.start(lambda job: job.report(reported.append, ("newer",)))
        await settle(pilot)
        assert ended.is_set()
        assert reported == [("newer",), ("ended",)]


@pytest.mark.parametrize("error", [StoreError("gone", "look"), Cancelled(), ValueError("a fault of ours")])
async def test_every_error_is_reported(error: Exception) -> None:
    async with task() as (work, pilot, reported):

        def fail(job: Job) -> None:
            raise error

        work.start(fail)
        await settle(pilot)
        assert reported == [("failed", error), ("ended",)]
        assert not work.running


async def test_work_that_is_asked_to_stop_reports_what_it_did() -> None:
    async with task() as (work, pilot, reported):

        def slow(job: Job) -> None:
            while not job.cancelled():
                pass
            job.report(reported.append, ("done",))

        work.start(slow)
        work.stop()
        await settle(pilot)
        assert reported == [("done",), ("ended",)]


async def test_of_cancelled_work_nothing_is_heard_again() -> None:
    async with task() as (work, pilot, reported):

        def slow(job: Job) -> None:
            while not job.cancelled():
                pass
            job.report(reported.append, ("done",))

        work.start(slow)
        work.cancel()
        await settle(pilot)
        assert reported == []
        assert not work.running


async def test_what_was_reported_before_a_newer_start_and_is_delivered_after_it_is_dropped() -> None:
    async with task() as (work, pilot, reported):
        begun, release, older = threading.Event(), threading.Event(), threading.Event()

        def held(job: Job) -> None:
            begun.set()
            assert release.wait(20)
            job.report(reported.append, ("older",))
            older.set()

        work.start(held)
        while not begun.is_set():
            await pilot.pause(0.01)
        release.set()
        assert older.wait(20)  # its report waits in the loop, which this holds up
        work.start(lambda job: job.report(reported.append, ("newer",)))
        await settle(pilot)
        assert reported == [("newer",), ("ended",)]


async def test_work_that_is_started_beside_other_work_is_cancelled_with_it() -> None:
    async with task() as (work, pilot, reported):
        release = threading.Event()

        def held(job: Job) -> None:
            assert release.wait(20)
            job.report(reported.append, ("beside",))

        work.start(lambda job: job.report(reported.append, ("first",)))
        work.start_beside(held)
        while len(reported) < 2:
            await pilot.pause(0.01)
        work.cancel()
        release.set()
        await settle(pilot)
        assert reported == [("first",), ("ended",)]


async def test_progress_is_reported_once_a_percent() -> None:
    async with task() as (work, pilot, reported):

        def count(job: Job) -> None:
            progress = job.progress("counting")
            for done in range(100_001):
                progress(done, 100_000)

        work.start(count)
        await settle(pilot)
        *progressed, end = reported
        assert end == ("ended",)
        assert [done for _, _, done, _ in progressed] == [1_000 * percent for percent in range(101)]
        assert progressed[-1] == ("progressed", "counting", 100_000, 100_000)


# ---- the helper process


@pytest.mark.exhaustive
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

    monkeypatch.setattr(index_process, "start", seen)
    assert list(index_outside(JsonlStore(store), lambda: True)) == []
    assert started[0].returncode is not None


@pytest.mark.exhaustive
async def test_a_large_store_is_counted_and_searched_by_way_of_the_helper_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_update, "SMALL", 0)
    rows = [*talk(300), Message("user", "a needle"), TORN]
    store = folder(tmp_path / "sessions", {"one": rows, "two": talk(5)})
    async with browsing(store) as (app, pilot):
        assert says(app, "2 sessions · 306 messages · ! 1 damaged")
        await press(pilot, "slash", *"needle")
        assert says(app, "1 hit · newest")
    request = watched(monkeypatch, index_process, "index_outside")
    async with browsing(store):
        assert not request
    with (store / "two.jsonl").open("ab") as out:
        out.write(TORN)
    counting = JsonlStore(store)
    assert len(list(counting.counted(counting.sessions()))) == 2
    async with browsing(store):
        assert len(request) == 1  # though all is counted


# ---- in the browser


@pytest.mark.exhaustive
async def test_counts_are_no_zero_until_they_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder(tmp_path / "sessions", {"one": talk(3)})
    release = threading.Event()
    running = index_update.IndexUpdate._run

    def held(self: index_update.IndexUpdate, *arguments: Any) -> None:
        assert release.wait(20)
        running(self, *arguments)

    monkeypatch.setattr(index_update.IndexUpdate, "_run", held)
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


@pytest.mark.exhaustive
async def test_esc_cancels_a_change_that_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder(tmp_path / "sessions", {"torn": [Message("user", "a"), TORN]})
    under_way = threading.Event()

    def endless(*arguments: Any, **named: Any) -> None:
        cancelled: Poll = arguments[3]
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

    def fail(job: Job) -> None:
        held = rows()
        next(held)
        raise Cancelled

    async with task() as (work, pilot, _):
        work.start(fail)
        await pilot.app.workers.wait_for_complete()
    assert len(ended) == 1
    assert ended[0] != threading.get_ident()


# ---- what is painted


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of what lines are drawn, a name for each, and of the layouts of the whole screen."""
    seen: list[str] = []

    def watch(kind: type[Any], method: str, name: str) -> None:
        was = getattr(kind, method)

        def called(self: Any, *values: Any, **named: Any) -> Any:
            seen.append(name)
            return was(self, *values, **named)

        monkeypatch.setattr(kind, method, called)

    watch(TranscriptView, "render_line", "transcript")
    watch(SessionMap, "render_line", "map")
    watch(Screen, "_refresh_layout", "layout")
    return seen


async def test_a_page_of_a_large_session_paints_the_transcript_alone(tmp_path: Path, painted: list[str]) -> None:
    async with browsing(folder(tmp_path / "sessions", {"alice": talk(30_000)})) as (_, pilot):
        await press(pilot, "enter", "g", "pagedown")
        painted.clear()
        await press(pilot, "pagedown")
        assert set(painted) == {"transcript"}
        assert len(painted) <= 40, "it was painted more than once"


async def test_a_letter_paints_the_transcript_only_where_it_is_found_there(tmp_path: Path, painted: list[str]) -> None:
    sessions = {"alice": talk(40, "rain"), "bob": talk(40, "snow")}
    async with browsing(folder(tmp_path / "sessions", sessions)) as (app, pilot):
        open_now = app.screen.query_one("#transcript", TranscriptView)
        here, there = ("rain", "snow") if "rain" in str(open_now.entry) else ("snow", "rain")
        await press(pilot, "slash", there[0])
        painted.clear()
        await press(pilot, there[1])
        assert not painted
        await press(pilot, "ctrl+u", here[0])
        painted.clear()
        await press(pilot, "x")
        assert set(painted) == {"transcript"}
