"""What others do to the store while it is open: the list, the counts and the open session follow, and nothing jumps."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.dialects.zeroclaw import write
from sessiontui.model import Backend, Message
from sessiontui.store import watcher
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.store.watcher import Touch, touches
from sessiontui.tui.tasks import feed_task
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support import databases
from tests.support.capabilities import unprivileged
from tests.support.screens import StillApp, choose, folder, opened, press, says, settle, shown, talk, until
from tests.support.watch import watched

Live = tuple[StillApp, Pilot[Any]]


@asynccontextmanager
async def living(store: Path | Store, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Live]:
    """The browser, which follows the store already."""
    app = StillApp(opened(store) if isinstance(store, Path) else store, live=True)
    following = threading.Event()
    real = feed_task._look

    def looked(*arguments: Any) -> None:
        try:
            real(*arguments)
        finally:
            following.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed_task, "_look", looked)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await until(pilot, following.is_set)
            yield app, pilot
            assert not [notice for notice in app.notices if "sessiontui itself" in notice]


def append(store: Path, key: str, *texts: str) -> None:
    with (store / f"{key}.jsonl").open("ab") as out:
        out.writelines(write(Message("user", text)) for text in texts)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"one": talk(3), "two": talk(200, "word"), "three": talk(4)})


# ---- the list


@pytest.mark.exhaustive
async def test_a_new_session_appears_and_the_cursor_stays_where_it_is(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "two")
        line = next(y for y, text in enumerate(shown(app)) if " two " in text)
        append(store, "four", "hello", "there")
        await until(pilot, lambda: says(app, "4 sessions · 209 messages"))
        assert app.browser.side.sessions.session is not None
        assert app.browser.side.sessions.session.key == "two"
        assert " two " in shown(app)[line]


@pytest.mark.exhaustive
async def test_counts_and_search_follow_what_is_appended(store: Path) -> None:
    async with living(store) as (app, pilot):
        await press(pilot, "slash", *"needle")
        assert says(app, "Nothing found")
        append(store, "three", "a needle", "another needle")
        await until(pilot, lambda: says(app, "209 messages", "2 hits"))


async def test_a_session_that_is_deleted_leaves_the_list(store: Path) -> None:
    async with living(store) as (app, pilot):
        (store / "three.jsonl").unlink()
        await until(pilot, lambda: says(app, "2 sessions · 203 messages"))
        assert not says(app, "three")


@pytest.mark.exhaustive
async def test_only_what_was_touched_is_looked_at_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = watched(monkeypatch, feed_task, "look")
    async with living(store) as (app, pilot):
        append(store, "one", "x")
        append(store, "three", "x")
        await until(pilot, lambda: says(app, "209 messages"))
        looked = [keys for _, keys in request]
        assert looked[0] is None
        assert set().union(*looked[1:]) == {"one", "three"}


async def test_only_what_was_touched_is_indexed_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[Any] = []
    real = SearchIndex.update

    def update(self: SearchIndex, **how: Any) -> bool:
        named.append(how["names"])
        return real(self, **how)

    monkeypatch.setattr(SearchIndex, "update", update)
    async with living(store) as (app, pilot):
        assert named == [None]
        append(store, "one", "a needle")
        (store / "three.jsonl").unlink()
        await until(pilot, lambda: says(app, "2 sessions · 204 messages"))
        await until(pilot, lambda: {b"one.jsonl", b"three.jsonl"} == {name for names in named[1:] for name in names})


@pytest.mark.exhaustive
async def test_the_first_session_of_an_empty_folder_appears_by_itself(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {})
    async with living(store) as (app, pilot):
        assert says(app, "There are no sessions here yet.")
        append(store, "first", "the very first words")
        await until(pilot, lambda: says(app, "1 session · 1 message", "the very first words"))


async def test_the_journal_and_other_files_are_no_news(store: Path) -> None:
    told: list[Touch] = []
    stop = threading.Event()
    thread = threading.Thread(target=lambda: told.extend(touches(opened(store), stop.is_set)))
    thread.start()
    (store / ".sessiontui").mkdir()
    (store / ".sessiontui" / "1.json").write_text("{}")
    (store / ".sessiontui-x.tmp").write_text("{}")
    (store / "one.jsonl.migrated").write_text("{}")
    assert (store / "one.jsonl").read_bytes()
    stop.wait(1.5)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert told[0] == Touch(None)
    assert set(told[1:]) <= {Touch()}


@pytest.mark.exhaustive
async def test_a_folder_without_events_is_looked_at_now_and_then(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "_is_remote", bool)
    monkeypatch.setattr(watcher, "POLL", 100)
    async with living(store) as (app, pilot):
        append(store, "three", "x")
        await until(pilot, lambda: says(app, "208 messages"))


@pytest.mark.exhaustive
async def test_what_is_written_behind_a_link_is_followed_too(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "POLL", 100)
    away = folder(store.with_name("away"), {"real": talk(4), "late": talk(2)})
    (store / "early.jsonl").symlink_to(away / "real.jsonl")
    async with living(store) as (app, pilot):
        assert says(app, "4 sessions · 211 messages")
        append(away, "real", "x")
        await until(pilot, lambda: says(app, "212 messages"))
        (store / "nowhere.jsonl").symlink_to(away / "new.jsonl")
        await until(pilot, lambda: says(app, "5 sessions · 212 messages", "! 1 damaged"))
        os.rename(away / "late.jsonl", away / "new.jsonl")
        await until(pilot, lambda: says(app, "5 sessions · 214 messages") and not says(app, "! 1 damaged"))


@pytest.mark.exhaustive
async def test_an_open_session_that_may_not_be_read_for_a_while_is_shown_again() -> None:
    with unprivileged():
        made = tempfile.TemporaryDirectory()
        store = folder(Path(made.name, "sessions"), {"one": talk(3)})
    with made:
        async with living(store) as (app, pilot):
            await settle(pilot)
            with unprivileged():  # not before the browser stands: Python itself may lie where only root reads
                (store / "one.jsonl").chmod(0)
                await until(pilot, lambda: says(app, "This session can't be read."))
                (store / "one.jsonl").chmod(0o600)
                await until(pilot, lambda: says(app, "line 3") and reading(app).count == 3)


@pytest.mark.exhaustive
async def test_f5_reads_the_list_again_though_nobody_tells_of_changes(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        append(store, "three", "x")
        append(store, "one", "the newest line")
        await settle(pilot)
        assert says(app, "207 messages")
        await press(pilot, "f5")
        assert says(app, "209 messages")


# ---- the open session


def reading(app: StillApp) -> TranscriptView:
    return app.browser.query_one(TranscriptView)


@pytest.mark.exhaustive
async def test_the_open_session_grows_and_nothing_that_is_looked_at_moves(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "two")
        await press(pilot, "enter", "g")
        await press(pilot, *["pagedown"] * 3)
        before = shown(app)[5:30]
        append(store, "two", "one more", "and one more")
        await until(pilot, lambda: reading(app).count == 202)
        await settle(pilot)
        assert [line[60:] for line in shown(app)[5:30]] == [line[60:] for line in before]
        await press(pilot, "G")
        assert says(app, "and one more")


@pytest.mark.exhaustive
@pytest.mark.parametrize("more", [b"{", b"{\n"])
async def test_a_last_line_that_goes_on_is_shown_as_it_is_now(store: Path, more: bytes) -> None:
    file = store / "one.jsonl"
    file.write_bytes(file.read_bytes() + write(Message("user", "not ended yet")).removesuffix(b"\n"))
    async with living(store) as (app, pilot):
        assert says(app, "not ended yet", "#4")
        with file.open("ab") as out:
            out.write(more)
        await until(pilot, lambda: says(app, "! line 4"))
        assert not says(app, "#4")


@pytest.mark.exhaustive
async def test_a_session_that_is_written_anew_is_shown_at_the_same_message(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "two")
        await press(pilot, "enter", "g", *"J" * 50)
        before = shown(app)[5:30]
        entry = reading(app).entry
        assert entry is not None
        rows = talk(200, "word")[20:]
        (store / "new").write_bytes(b"".join(write(row) for row in rows if isinstance(row, Message)))
        os.replace(store / "new", store / "two.jsonl")
        await until(pilot, lambda: reading(app).count == 180)
        await settle(pilot)
        after = reading(app).entry
        assert after is not None
        assert after.message == entry.message
        assert [line[60:80] for line in shown(app)[5:30]] == [line[60:80] for line in before]


@pytest.mark.exhaustive
async def test_the_place_stays_when_many_damaged_lines_go(store: Path) -> None:
    message = write(Message("user", "here"))
    rows: list[bytes] = [row for at in range(600) for row in (b'{"torn\n', write(Message("user", f"word {at}")))]
    (store / "one.jsonl").write_bytes(b"".join(rows) + message + b"".join(rows))
    async with living(store) as (app, pilot):
        await press(pilot, "enter")
        await press(pilot, "colon", *"601", "enter", *"kkkkk")
        line = next(y for y, text in enumerate(shown(app)) if " here" in text)
        (store / "new").write_bytes(b"".join(rows[1::2]) + message + b"".join(rows[1::2]))
        os.replace(store / "new", store / "one.jsonl")
        await until(pilot, lambda: reading(app).count == 1201)
        await settle(pilot)
        assert " here" in shown(app)[line]


@pytest.mark.exhaustive
async def test_a_session_that_is_deleted_while_it_is_open_says_so_and_comes_back(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "two")
        await press(pilot, "enter", "g", *"J" * 50)
        row = reading(app).cursor
        raw = (store / "two.jsonl").read_bytes()
        (store / "two.jsonl").unlink()
        await until(pilot, lambda: says(app, "This session is gone."))
        await settle(pilot)
        assert says(app, "This session is gone.", "2 sessions")
        (store / "two.jsonl").write_bytes(raw)
        await until(pilot, lambda: reading(app).count == 200)
        await settle(pilot)
        assert (reading(app).cursor, app.browser.reading.key) == (row, "two")


@pytest.mark.exhaustive
async def test_who_moves_on_from_a_session_that_is_gone_reads_the_next(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "one")
        (store / "one.jsonl").unlink()
        await until(pilot, lambda: says(app, "This session is gone."))
        await settle(pilot)
        await press(pilot, "down")
        await until(pilot, lambda: app.browser.reading.key == "three")


# ---- the store


@pytest.mark.exhaustive
async def test_a_store_that_vanishes_is_waited_for_and_shown_again_at_the_same_place(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "three")
        await press(pilot, "space")
        await choose(pilot, "two")
        await press(pilot, "enter", "g", *"J" * 50)
        row = reading(app).cursor
        os.rename(store, store.with_name("away"))
        await until(pilot, lambda: says(app, "The sessions can't be read.", "It can't be read.", "… sessions"))
        assert "It is read again as soon as it is there" in "\n".join(shown(app))
        assert not app.browser.side.marked
        os.rename(store.with_name("away"), store)
        await until(pilot, lambda: says(app, "3 sessions · 207 messages"))
        await until(pilot, lambda: reading(app).count == 200)
        await settle(pilot)
        assert (reading(app).cursor, app.browser.reading.key) == (row, "two")
        assert app.browser.side.marked == ("three",)
        append(store, "one", "x")
        await until(pilot, lambda: says(app, "208 messages"))


@pytest.mark.exhaustive
async def test_another_folder_of_the_same_name_is_shown(store: Path) -> None:
    async with living(store) as (app, pilot):
        shutil.rmtree(store)
        folder(store, {"other": talk(7)})
        await until(pilot, lambda: says(app, "1 session · 7 messages"))
        append(store, "other", "x")
        await until(pilot, lambda: says(app, "8 messages"))


@pytest.mark.exhaustive
async def test_a_store_that_can_not_be_read_at_first_is_waited_for(store: Path) -> None:
    gone = JsonlStore(store)
    os.rename(store, store.with_name("away"))
    app = StillApp(gone, live=True)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: says(app, "The sessions can't be read.", "No such file"))
        os.rename(store.with_name("away"), store)
        await until(pilot, lambda: says(app, "3 sessions"))


@pytest.mark.exhaustive
async def test_a_store_that_comes_back_without_the_open_session_says_so(store: Path) -> None:
    async with living(store) as (app, pilot):
        await choose(pilot, "two")
        os.rename(store, store.with_name("away"))
        await until(pilot, lambda: says(app, "It can't be read."))
        (store.with_name("away") / "two.jsonl").unlink()
        os.rename(store.with_name("away"), store)
        await until(pilot, lambda: says(app, "2 sessions · 7 messages", "This session is gone."))
        await settle(pilot)
        assert not says(app, "It can't be read.")
        await press(pilot, "j")
        await until(pilot, lambda: app.browser.reading.key is not None)


@pytest.mark.exhaustive
async def test_a_store_that_comes_back_with_its_first_sessions_shows_one(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {})
    async with living(store) as (app, pilot):
        os.rename(store, store.with_name("away"))
        await until(pilot, lambda: says(app, "It can't be read."))
        append(store.with_name("away"), "first", "the very first words")
        os.rename(store.with_name("away"), store)
        await until(pilot, lambda: says(app, "1 session · 1 message", "the very first words"))


@pytest.mark.exhaustive
async def test_another_home_that_comes_to_be_is_a_note(store: Path) -> None:
    async with living(store) as (app, pilot):
        databases.database(store)
        await until(pilot, lambda: bool(app.notices))
        assert app.notices == ["sessions.db is in this folder now · in the browser b shows what is there"]
        assert says(app, "jsonl · 3 sessions")


# ---- a database


@pytest.mark.exhaustive
async def test_a_database_is_followed_too(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    databases.append(path, "one", "user", "a")
    async with living(SqliteStore(path)) as (app, pilot):
        assert app.browser.changes.store.backend is Backend.SQLITE
        databases.append(path, "two", "user", "b", at="2026-03-17T00:00:00.000000000+00:00")
        await until(pilot, lambda: says(app, "2 sessions · 2 messages"))
        databases.append(path, "one", "user", "the newest", at="2026-03-18T00:00:00.000000000+00:00")
        await until(pilot, lambda: says(app, "2 sessions · 3 messages", "the newest"))


# ---- the end


async def test_following_ends_with_the_browser(store: Path) -> None:
    async with living(store) as (app, _):
        following = [worker for worker in app.workers if worker.group == "follow"]
        assert len(following) == 1
    assert following[0].is_finished
