"""The browser over real folders: each key, what it shows, and where the focus is afterwards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.errors import StoreError
from sessiontui.model import Backend, Message, Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.browser.screen import BrowserScreen
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.matrices import few
from tests.support.screens import (
    NARROW,
    TORN,
    WIDE,
    StillApp,
    browsing,
    focus,
    folder,
    opened,
    press,
    sample,
    says,
    settle,
    shown,
    talk,
    typed,
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(
        tmp_path / "sessions",
        {
            "telegram_alice": [
                Message("user", "where is the token budget?"),
                Message("assistant", "in the **config**"),
            ],
            "discord_build": talk(300, "build"),
            "slack_torn": [Message("user", "before"), TORN, b"\n", Message("assistant", "after the budget")],
            "matrix_quiet": [],
        },
    )


def cursor(app: StillApp) -> str | None:
    session = app.browser.query_one(SessionList).session
    return None if session is None else session.key


# ---- the list and the transcript


async def test_the_newest_session_is_open_at_its_end(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        assert says(app, "4 sessions · 304 messages · ! 1 damaged", "telegram_alice ─ 2 messages", "in the **config**")
        assert cursor(app) == "telegram_alice"
        await press(pilot, "j")
        assert says(app, "discord_build ─ 300 messages", "build 300")
        await press(pilot, "j")
        assert says(app, "! slack_torn", "▚ ! line 2 · torn · the record breaks off", "after the budget")
        await press(pilot, "j")
        assert says(app, "∅ matrix_quiet", "This session has no messages yet.")


@pytest.mark.exhaustive
async def test_enter_goes_into_the_transcript_and_esc_comes_back(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "enter")
        assert focus(app) is TranscriptView
        await press(pilot, "g")
        assert says(app, "build 1 ".rstrip(), "#1 ")
        assert not says(app, "build 300")
        await press(pilot, "G")
        assert says(app, "build 300")
        await press(pilot, "escape")
        assert focus(app) is SessionList


@pytest.mark.exhaustive
async def test_tab_goes_round(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        seen = []
        for _ in range(3):
            seen.append(type(app.focused))
            await press(pilot, "tab")
        assert seen == [SessionList, TranscriptView, SearchBar]
        assert focus(app) is SessionList


@pytest.mark.exhaustive
async def test_raw_shows_every_physical_line(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "j", "r")
        assert says(
            app,
            '{"role":"user","content":"before"}',
            "byte 0 of the file · 34 B",
            "raw lines",
            "▚ ! line 2",
            "blank · line 3",
        )
        await press(pilot, "r")
        assert not says(app, '"content":"before"')


@pytest.mark.exhaustive
async def test_a_long_session_opens_at_its_end_and_knows_its_lines(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {"long": talk(20_000)})) as (app, pilot):
        assert says(app, "long ─ 20,000 messages", "line 20000", "#20,000")
        await press(pilot, "tab", "g")
        assert says(app, "line 1")
        await press(pilot, "pagedown")
        assert says(app, "line 12")


@pytest.mark.exhaustive
async def test_what_cannot_be_read_says_why(store: Path) -> None:
    (store / "odd.jsonl").mkdir()
    (store / "gone.jsonl").symlink_to("nowhere")
    os.utime(store / "gone.jsonl", (1, 1), follow_symlinks=False)
    async with browsing(store) as (app, pilot):
        assert says(app, "! 1 damaged line and 2 files")
        assert cursor(app) == "odd"
        assert says(app, "× odd", "× gone", "ZeroClaw hangs")
        await press(pilot, "p")
        assert len(app.notices) == 1


# ---- narrow and small


@pytest.mark.exhaustive
async def test_below_100_columns_list_and_transcript_take_turns(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        assert says(app, "discord_build")
        assert not says(app, "in the **config**")
        await press(pilot, "enter")
        assert says(app, "in the **config**")
        assert not says(app, "discord_build")
        await press(pilot, "escape")
        assert says(app, "discord_build")
        await pilot.resize_terminal(*WIDE)
        await settle(pilot)
        assert says(app, "discord_build", "in the **config**")


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", few((20, 5), (60, 15), (40, 10), (3, 2), (1, 1)))
async def test_nothing_breaks_on_a_small_screen(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        await press(pilot, "j", "enter", "g", "r", "pagedown", "question_mark", "escape", "c", "escape", "slash", "b")
        await press(pilot, "enter", "escape", "escape", "escape", "f", "x", "escape", "escape", "G", "p", "escape")
        assert len(shown(app)) == size[1]


@pytest.mark.parametrize(("width", "fits"), [(140, True), (60, False)])
async def test_the_key_line_shows_what_fits_and_always_help(store: Path, width: int, fits: bool) -> None:
    async with browsing(store, (width, 24)) as (app, _):
        line = shown(app)[-1]
        assert "? help" in line
        assert ("backend" in line) is fits
        assert len(line) <= width


@pytest.mark.exhaustive
async def test_a_word_of_the_key_line_can_be_clicked(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await pilot.click(KeyLine, offset=(shown(app)[-1].index("search"), 0))
        await settle(pilot)
        assert focus(app) is SearchBar


# ---- search


@pytest.mark.exhaustive
async def test_search_is_live_and_enter_goes_to_the_hit(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budg"))
        assert says(app, "2 hits · newest", "telegram_alice", "slack_torn", "where is the token budget?")
        await press(pilot, "down", "enter")
        assert focus(app) is TranscriptView
        assert says(app, "slack_torn ─ 2 messages", "after the budget")
        transcript = app.browser.query_one(TranscriptView)
        assert transcript.cursor == 3
        await press(pilot, "N")
        assert says(app, "telegram_alice ─ 2 messages")
        await press(pilot, "n")
        assert says(app, "slack_torn ─ 2 messages")


@pytest.mark.exhaustive
async def test_hits_are_seen_where_the_transcript_had_the_whole_width(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        await press(pilot, "enter", "slash", *typed("budget"))
        assert says(app, "2 hits", "telegram_alice", "slack_torn")
        await press(pilot, "enter")
        assert says(app, "where is the token budget?")


@pytest.mark.exhaustive
async def test_a_hit_deep_in_a_long_session_is_brought_to_the_screen(tmp_path: Path) -> None:
    rows = talk(5_000)
    rows[2_499] = Message("user", "a needle in it")
    async with browsing(folder(tmp_path / "sessions", {"long": rows})) as (app, pilot):
        await press(pilot, "slash", *typed("needle"), "enter")
        assert says(app, "a needle in it", "#2,500", "#2,501")
        assert app.browser.query_one(TranscriptView).cursor == 2_499


@pytest.mark.exhaustive
async def test_esc_clears_leaves_and_goes_back(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "tab", "g", "J", "J")
        await press(pilot, "slash", *typed("config"), "enter")
        assert says(app, "telegram_alice ─ 2 messages")
        await press(pilot, "escape")
        assert says(app, "discord_build ─ 300 messages", "build 3")
        assert cursor(app) == "discord_build"
        assert app.browser.query_one(TranscriptView).cursor == 2
        assert focus(app) is TranscriptView
        await press(pilot, "slash", "escape")
        assert app.browser.query_one(SearchBar).value == ""
        assert focus(app) is SearchBar
        assert not says(app, "Hits")
        await press(pilot, "escape")
        assert focus(app) is TranscriptView


@pytest.mark.exhaustive
async def test_nothing_found_is_a_picture_of_its_own(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("zzz"))
        assert says(app, "0 hits", "Nothing found.", "Esc clears the search")
        await press(pilot, "enter")
        assert focus(app) is SearchBar


@pytest.mark.exhaustive
async def test_any_text_is_a_legal_query(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", "quotation_mark", "asterisk", "left_parenthesis", "A", "N", "D", "colon", "minus")
        assert app.notices == []


@pytest.mark.exhaustive
async def test_n_without_a_search_says_what_to_do(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "n")
        assert app.notices == ["there are no hits to go to: / searches"]


# ---- filter, backend, help


@pytest.mark.exhaustive
async def test_the_filter_narrows_the_list_and_esc_takes_it_away(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("torn"))
        assert says(app, "Sessions · 1 of 4 ", "slack_torn ─ 2 messages")
        await press(pilot, "enter")
        assert focus(app) is SessionList
        await press(pilot, "f")
        assert focus(app) is FilterBar
        await press(pilot, "escape", "escape")
        assert focus(app) is SessionList
        assert cursor(app) == "slack_torn"
        assert app.browser.query_one(SessionList).count == 4


@pytest.mark.exhaustive
async def test_b_shows_the_other_backend_and_back(tmp_path: Path) -> None:
    async with browsing(sample(tmp_path)) as (app, pilot):
        assert says(app, "jsonl · 32 sessions")
        await press(pilot, "b")
        assert says(app, "sqlite · 3 sessions", "#1")
        await press(pilot, "b")
        assert says(app, "jsonl · 32 sessions")


@pytest.mark.exhaustive
async def test_b_without_another_backend_says_so(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "b")
        assert len(app.notices) == 1
        assert "no sqlite store" in app.notices[0]
        assert "m moves sessions into one" in app.notices[0]
        assert says(app, "4 sessions")


@pytest.mark.exhaustive
async def test_help_is_about_what_has_the_focus(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "question_mark")
        assert says(app, "Sessions", "Find", "Search all messages", "Next hit")
        assert not says(app, "Next message")
        await press(pilot, "end")
        assert says(app, "Everywhere", "≠", "ZeroClaw can't load it by this name")
        await press(pilot, "pageup", "pageup")
        assert says(app, "Everywhere", "Remove the last message")
        await press(pilot, "escape", "tab", "question_mark")
        assert says(app, "Transcript", "Next message")
        await press(pilot, "q")
        assert focus(app) is TranscriptView


async def test_q_leaves(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0


# ---- pictures


@pytest.mark.exhaustive
async def test_an_empty_store_says_so(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    async with browsing(tmp_path / "sessions") as (app, pilot):
        assert says(app, "There are no sessions here yet.", "0 sessions")
        await press(pilot, "p", "c", "enter", "j", "r", "n")
        assert not [notice for notice in app.notices if "fault" in notice]


class Unreadable(JsonlStore):
    def sessions(self) -> list[Session]:
        raise StoreError("/there can't be read: Permission denied", "ask who owns it")


async def test_a_store_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    async with browsing(Unreadable(tmp_path)) as (app, _):
        assert says(app, "The sessions can't be read.", "/there can't be read", "ask who owns it")


async def test_a_session_that_is_gone_when_it_is_opened_is_no_crash(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        (store / "discord_build.jsonl").unlink()
        await press(pilot, "j")
        assert says(app, "discord_build")
        assert app.is_running


@pytest.mark.exhaustive
async def test_a_session_that_is_rewritten_while_it_is_read_is_opened_again(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "enter")
        (store / "discord_build.jsonl").write_bytes(b'{"role":"user","content":"all is new"}\n')
        await press(pilot, "g")
        assert says(app, "all is new")


# ---- what browsing leaves alone


async def test_browsing_changes_no_byte_and_no_time(tmp_path: Path) -> None:
    sessions = sample(tmp_path)

    def state() -> dict[str, tuple[object, ...]]:
        return {
            path.name: (path.lstat().st_mtime_ns, path.lstat().st_ino, path.read_bytes() if path.is_file() else b"")
            for path in sorted(sessions.iterdir())
        }

    before = state()
    async with browsing(sessions) as (_, pilot):
        await press(pilot, "j", "j", "enter", "r", "g", "slash", *typed("train"), "enter", "b", "j", "c", "escape", "b")
    assert state() == before


@pytest.mark.exhaustive
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another")
async def test_sqlite_sessions_show_their_times(tmp_path: Path) -> None:
    store = opened(sample(tmp_path), Backend.SQLITE)
    async with browsing(store) as (app, _):
        assert says(app, "2026-02-", "· #1")


async def test_what_the_keys_do_is_asked_once_until_it_may_have_changed(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions: list[str] = []
    check = BrowserScreen.check_action

    def counting(self: BrowserScreen, action: str, parameters: tuple[object, ...]) -> bool | None:
        actions.append(action)
        return check(self, action, parameters)

    async with browsing(store) as (app, pilot):
        assert app.screen.active_bindings
        monkeypatch.setattr(BrowserScreen, "check_action", counting)
        await press(pilot, "j")
        assert len(actions) <= 2
        app.screen.refresh_bindings()
        await press(pilot, "j")
        assert len(actions) > len(app.screen.BINDINGS)


@pytest.mark.exhaustive
async def test_a_sentence_that_still_stands_is_not_said_twice(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "n", "n", "n")
        assert app.notices == [app.notices[0]] * 3
        assert len(app._notifications) == 1
