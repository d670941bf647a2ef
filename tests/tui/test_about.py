"""The page about a session: each key, what it says in each home, and what counting does while the page is open."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from sessiontui.describe.about import Facts
from sessiontui.errors import Cancelled, Changed, StoreError
from sessiontui.model import Backend, Fault, Message, Session, Severity
from sessiontui.store import survey as surveys
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.store.session_stats import SessionStats, StatsTally
from sessiontui.tui import about as about_rows
from sessiontui.tui.about import AboutScreen
from sessiontui.tui.help import HelpScreen
from sessiontui.tui.tasks import background_task, stats_task
from sessiontui.tui.widgets.sheet import Sheet
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.databases import append, database
from tests.support.matrices import few
from tests.support.screens import (
    NARROW,
    NOW,
    SMALL,
    TORN,
    WIDE,
    browsing,
    focus,
    folder,
    opened,
    press,
    says,
    settle,
    shown,
    talk,
)
from tests.support.watch import watched

HOSTILE = Message("\x1b[31mred[bold]", "\x1b]52;c;!\x07[@click=app.quit]\u202e" + "x" * 3000)


@pytest.fixture
def near() -> Iterator[Path]:
    """A folder with a path so short that a page shows it in one line."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture
def store(near: Path) -> Path:
    rows: list[Message | bytes] = [*talk(300), TORN, Message("user", "the longest of them all"), b"\n", TORN]
    return folder(near / "sessions", {"alice": rows, "bob": talk(2), "quiet": []})


@pytest.fixture
def timed(near: Path) -> Path:
    path = near / "sessions"
    path.mkdir()
    found = database(path)
    for at in range(40):
        when = NOW - timedelta(days=40 - at // 2)
        append(found, "alice", ("user", "assistant")[at % 2], "word " * at, when.isoformat(timespec="microseconds"))
    for _ in range(4):
        append(found, "moved", "user", "imported", (NOW - timedelta(days=50)).isoformat(timespec="microseconds"))
    return path


# ---- what it says


async def test_i_tells_what_a_file_is_made_of(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert isinstance(app.screen, AboutScreen)
        assert says(app, "alice", "alice.jsonl", "JSONL: a file, one message a line", "loads it by this key")
        assert says(app, "304 lines: 301 messages, 2 damaged, 1 blank", "not known: JSONL keeps no times")
        assert says(app, "2026-03-01 11:59 UTC · 1m ago, when the file was written")
        assert says(
            app,
            "! 2 damaged lines",
            "By role",
            "Lengths",
            "characters a message, on average of each",
            "Longest messages",
        )
        assert says(app, "#301 user       23  the longest of them all")


@pytest.mark.exhaustive
async def test_i_tells_what_a_session_of_a_database_is_made_of_and_when_it_came(timed: Path) -> None:
    async with browsing(opened(timed, Backend.SQLITE)) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "SQLite: a database, one message a row", "sessions.db", "40 rows: 40 messages")
        assert says(app, "first message 2026-01-20 12:00 UTC · 40d ago", "last message  2026-02-08 12:00 UTC · 21d ago")
        assert says(app, "Activity  messages in six hours, UTC", "2026-01-20", "2026-02-08")
        assert not says(app, "imported", "damaged")


@pytest.mark.exhaustive
async def test_the_time_of_an_import_is_not_told_as_that_of_messages(timed: Path) -> None:
    async with browsing(opened(timed, Backend.SQLITE)) as (app, pilot):
        await press(pilot, "j", "i")
        assert says(app, "moved", "all messages came by an import, 2026-01-10 12:00 UTC · 50d ago", "is not known")
        assert says(app, "Lengths  along the conversation: characters of each message")
        assert not says(app, "first message")
        assert not says(app, "Activity")


@pytest.mark.exhaustive
async def test_an_empty_session_is_told_to_be_empty(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "G", "i")
        assert says(app, "quiet", "0 lines: 0 messages, 0 damaged, 0 blank")
        assert not says(app, "By role")


async def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {})
    (store / "a_folder.jsonl").mkdir()
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "trouble", "×", "folder")
        assert not says(app, "counting")


@pytest.mark.exhaustive
async def test_where_no_session_is_open_it_says_so(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {})) as (app, pilot):
        await press(pilot, "i")
        assert not isinstance(app.screen, AboutScreen)
        assert app.notices == ["no session is open"]


@pytest.mark.exhaustive
async def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    name = "\x1b[31mkey"
    store = folder(tmp_path / "sessions", {name: [HOSTILE, b"\x1b]0;title\x07\xff\n"]})
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        screen = "\n".join(shown(app))
        assert "\x1b" not in screen
        assert "\u202e" not in screen
        assert says(app, "␛[31mkey", "␛[31mred[…", "␛]52;c;!␇[@click=app.quit]")


# ---- keys


@pytest.mark.exhaustive
async def test_enter_goes_to_the_message_under_the_cursor(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i", "j", "enter")
        assert not isinstance(app.screen, AboutScreen)
        assert focus(app) is TranscriptView
        assert app.browser.query_one(TranscriptView).location == 301
        assert says(app, "the longest of them all")


@pytest.mark.exhaustive
async def test_enter_on_a_kind_of_damage_goes_to_its_first_line(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i", "enter")
        assert app.browser.query_one(TranscriptView).location == 300


@pytest.mark.exhaustive
async def test_the_cursor_walks_over_what_can_be_gone_to(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        sheet = app.screen.query_one(Sheet)
        seen = [sheet.target]
        for key in ("down", "j", "up", "k"):
            await press(pilot, key)
            seen.append(sheet.target)
        assert seen[:2] == [300, 301]
        assert seen[2] not in seen[:2]
        assert seen[3:] == [301, 300]


@pytest.mark.exhaustive
async def test_a_small_screen_scrolls_through_all_of_it(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "kept as", "JSONL: a file")
        assert not says(app, "Longest")
        seen = set(shown(app))
        for _ in range(60):
            await press(pilot, "j")
            seen |= set(shown(app))
        assert any("#301 user" in line for line in seen)
        assert any("Lengths" in line for line in seen)
        sheet = app.screen.query_one(Sheet)
        assert sheet.max_scroll_y > 0
        assert sheet.scroll_y == sheet.max_scroll_y
        await press(pilot, "g")
        assert sheet.scroll_y == 0
        await press(pilot, "pagedown")
        assert sheet.scroll_y > 0
        await press(pilot, "pageup")
        assert sheet.scroll_y == 0
        await press(pilot, "G")
        assert sheet.scroll_y == sheet.max_scroll_y
        await press(pilot, "enter")
        assert focus(app) is TranscriptView


@pytest.mark.exhaustive
async def test_enter_goes_nowhere_while_what_is_chosen_is_out_of_view(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "j", "i", "enter")
        assert isinstance(app.screen, AboutScreen)


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", few("escape", "q", "i"))
async def test_it_closes_and_leaves_everything_as_it_was(store: Path, key: str) -> None:
    async with browsing(store) as (app, pilot):
        before = shown(app)
        await press(pilot, "i", "j", key)
        assert shown(app) == before


@pytest.mark.exhaustive
async def test_help_names_its_keys(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert says(app, "About a session", "Close, and stop counting", "≠", "ZeroClaw can't load it by this name")
        await press(pilot, "escape")
        assert isinstance(app.screen, AboutScreen)


@pytest.mark.exhaustive
async def test_help_of_the_browser_names_i(store: Path) -> None:
    async with browsing(store) as (app, _):
        found = [active.binding for active in app.screen.active_bindings.values() if active.binding.key == "i"]
        assert [(binding.id, bool(binding.tooltip)) for binding in found] == [("about", True)]


@pytest.mark.exhaustive
async def test_a_click_on_a_message_goes_to_it_and_one_beside_does_not(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        lines = shown(app)
        row = next(at for at, line in enumerate(lines) if "the longest of them all" in line)
        heading = next(at for at, line in enumerate(lines) if "By role" in line)
        await pilot.click(offset=(60, heading))
        await settle(pilot)
        assert isinstance(app.screen, AboutScreen)
        await pilot.click(offset=(60, row))
        await settle(pilot)
        assert app.browser.query_one(TranscriptView).location == 301


@pytest.mark.exhaustive
async def test_the_wheel_scrolls(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "i")
        sheet = app.screen.query_one(Sheet)
        await pilot._post_mouse_events([_scroll_down()], widget=sheet)
        await settle(pilot)
        assert sheet.scroll_y > 0


def _scroll_down() -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown


@pytest.mark.exhaustive
async def test_another_width_lays_it_out_anew_and_keeps_what_is_chosen(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "i", "j", "j")
        sheet = app.screen.query_one(Sheet)
        chosen = sheet.target
        for size in (NARROW, SMALL, WIDE):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert sheet.target == chosen
            assert all(len(line) <= size[0] for line in shown(app))


# ---- counting


@pytest.mark.exhaustive
async def test_what_is_known_shows_at_once_and_the_rest_when_it_is_counted(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def held(store: Store, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats:
        progress(43, 100)
        while not release.is_set() and not cancelled():
            release.wait(0.01)
        return surveys.survey(store, key, cancelled)

    monkeypatch.setattr(stats_task, "survey", held)
    async with browsing(store) as (app, pilot):
        await pilot.press("i")
        for _ in range(200):
            await pilot.pause(0.01)
            if says(app, "counting … 43 %"):
                break
        assert says(app, "alice.jsonl", "counting … 43% ▰▰▰▱▱▱") or says(app, "counting … 43 %")
        assert not says(app, "By role")
        top = [line for line in shown(app) if "key  " in line or "where  " in line]
        release.set()
        await settle(pilot)
        assert says(app, "By role", "2 damaged")
        assert [line for line in shown(app) if "key  " in line or "where  " in line] == top


@pytest.mark.exhaustive
async def test_esc_ends_the_counting(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def endless(store: Store, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats:
        while not cancelled():
            ended.wait(0.01)
        ended.set()
        raise Cancelled

    monkeypatch.setattr(stats_task, "survey", endless)
    async with browsing(store) as (app, pilot):
        await pilot.press("i")
        await pilot.pause(0.1)
        await press(pilot, "escape")
        assert ended.wait(20)
        assert not isinstance(app.screen, AboutScreen)
        assert app.notices == []


@pytest.mark.exhaustive
async def test_a_large_session_is_counted_in_a_helper_process(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats_task, "SMALL", 0)
    here, outside = watched(monkeypatch, stats_task, "survey"), watched(monkeypatch, stats_task, "heard")
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "304 lines: 301 messages, 2 damaged, 1 blank", "#301 user")
    assert (len(here), len(outside)) == (0, 1)


@pytest.mark.exhaustive
async def test_where_the_helper_process_dies_it_is_counted_here(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats_task, "SMALL", 0)
    monkeypatch.setattr(stats_task, "heard", lambda process, _: _killed(process))
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "304 lines: 301 messages")


def _killed(process: Any) -> tuple[()]:
    process.kill()
    process.communicate()
    return ()


async def test_a_session_that_changes_while_it_is_counted_is_counted_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def changing(store: Store, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats:
        tries.append(key)
        if len(tries) < background_task.TRIES:
            raise Changed("alice.jsonl")
        return surveys.survey(store, key, cancelled)

    monkeypatch.setattr(stats_task, "survey", changing)
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "304 lines")
        assert len(tries) == background_task.TRIES


@pytest.mark.exhaustive
async def test_an_error_is_told_where_the_counts_would_be(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*arguments: object) -> SessionStats:
        raise StoreError("the disk is on fire", "put it out")

    monkeypatch.setattr(stats_task, "survey", failing)
    async with browsing(store) as (app, pilot):
        await press(pilot, "i")
        assert says(app, "alice.jsonl", "× It can't be counted: the disk is on fire", "put it out")


# ---- the lines


@pytest.mark.parametrize("width", [1, 9, 30, 56, 80, 130])
@pytest.mark.parametrize("backend", [Backend.JSONL, Backend.SQLITE])
def test_the_page_is_laid_out_for_any_width(width: int, backend: Backend) -> None:
    tally = StatsTally()
    for at in range(200):
        when = NOW - timedelta(days=200 - at) if backend is Backend.SQLITE else None
        tally.message("言葉" * 9, "🧠 " * 5 * (at % 7) ** 5, at=when)
        tally.fault(Fault("torn", Severity.DAMAGE, f"torn {chr(97 + at % 26)}", 0))
    session = Session("k" * 300, backend, None, 200, 5_000_000, None, NOW, "name " * 30, reachable=False)
    facts = Facts(session, "/where" * 40, NOW)
    for about in (None, tally.about()):
        rows = about_rows.rows(facts, about, "counting … 43 %", width)
        cells = [sum(cell_len(text) for text, _ in (*row.left, *row.right)) for row in rows]
        assert max(cells) <= max(width, 56)
