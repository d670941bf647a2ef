"""The inspector: each key, what it says of each kind of session, and what it does when files change under it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.describe import signs
from sessiontui.dialects.zeroclaw import write
from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Backend, Message
from sessiontui.store import fault_process as finding
from sessiontui.store import fault_refs
from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.help import HelpScreen
from sessiontui.tui.inspector.details_pane import DetailsPane
from sessiontui.tui.inspector.faults_pane import FaultsPane
from sessiontui.tui.inspector.inspector_screen import InspectorScreen
from sessiontui.tui.tasks import fault_task
from sessiontui.tui.widgets import fault_list
from sessiontui.tui.widgets.fault_list import FaultList
from sessiontui.tui.widgets.hex_view import HexView
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.databases import append, database
from tests.support.matrices import few
from tests.support.safe import is_safe
from tests.support.screens import (
    NARROW,
    SMALL,
    TORN,
    WIDE,
    StillApp,
    browsing,
    choose,
    focus,
    folder,
    opened,
    press,
    says,
    settle,
    shown,
    talk,
    until,
)
from tests.support.watch import watched

MIDDLE = (100, 30)
A, B = Message("user", "a"), Message("assistant", "b")
FUSED = b'{"role":"assi{"role":"user","content":"next"}\n'
GLUED = write(A)[:-1] + write(B)
PRINTED = b"{'role': 'user', 'content': 'print me'}\n"
BAD = b'{"role":"user","content":"one \xe6\x87 of these"}\n'
TAIL = b'ntent":"older text"}\n'
NEXT = b'{"role":"user","content":"next"}\n'


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_task, "PAUSE", 0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two damaged sessions, and one that is well."""
    return folder(
        tmp_path / "sessions",
        {
            "alice": [A, FUSED, B, BAD, GLUED, PRINTED, TORN, B, TAIL],
            "bob": [B, FUSED],
            "well": talk(3),
        },
    )


def inspector(app: StillApp) -> InspectorScreen:
    assert isinstance(app.screen, InspectorScreen)
    return app.screen


def list_of(app: StillApp) -> FaultList:
    return next(screen for screen in app.screen_stack if isinstance(screen, InspectorScreen)).query_one(FaultList)


def ids(app: StillApp) -> list[str]:
    return [item.fault.id for item in list_of(app).items]


def under(app: StillApp) -> tuple[str, int | None]:
    """Kind and line of what is under the cursor."""
    fault = list_of(app).items[list_of(app).cursor].fault
    return fault.id, fault.line


def marks(app: StillApp) -> list[int]:
    pane = next(screen for screen in app.screen_stack if isinstance(screen, InspectorScreen)).query_one(FaultsPane)
    return [ref.line for ref in pane.marked]


def aged(path: Path) -> None:
    """Nobody has written to it for a while."""
    when = time.time() - 3600
    os.utime(path, (when, when))


async def confirm(pilot: Pilot[Any]) -> None:
    """Press the button that does it."""
    assert isinstance(pilot.app.screen, PageDialog)
    await press(pilot, "right", "enter")


# ---- the faults


async def test_x_shows_what_is_wrong_in_the_open_session(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x")
        assert ids(app) == ["fused", "invalid-utf8", "glued", "python-repr", "torn", "stale-tail"]
        assert says(app, "alice ─ 6 faults")
        assert says(app, "+1 lossless", "+2 lossless", "?1 offered", "≈1 partial", "~ apart", "none")


@pytest.mark.exhaustive
async def test_it_begins_at_the_fault_where_the_transcript_is(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x")
        assert under(app) == ("stale-tail", 9), "the last one: the transcript is at its end"
        await press(pilot, "escape", "enter", "g", "J", "J", "x")
        assert under(app) == ("invalid-utf8", 4), "the next one behind the line"
        await press(pilot, "escape", "J", "J", "x")
        assert under(app) == ("glued", 5), "the very one"


@pytest.mark.exhaustive
async def test_the_list_walks_like_every_other(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        assert under(app) == ("fused", 2)
        await press(pilot, "j", "down", "k")
        assert under(app) == ("invalid-utf8", 4)
        await press(pilot, "G")
        assert under(app) == ("stale-tail", 9)
        await pilot.click(FaultList, offset=(20, 4))
        await settle(pilot)
        assert under(app) == ("glued", 5)


@pytest.mark.exhaustive
async def test_s_looks_into_all_sessions_and_back(store: Path) -> None:
    async with browsing(store, WIDE) as (app, pilot):
        await press(pilot, "x", "s")
        assert ids(app)[-2:] == ["stale-tail", "fused"]
        assert says(app, "2 sessions ─ 7 faults", "bob", "session       alice")
        await press(pilot, "G")
        assert says(app, "session       bob")
        await press(pilot, "s")
        assert len(ids(app)) == 6


@pytest.mark.exhaustive
async def test_where_sessions_are_marked_those_are_meant(store: Path) -> None:
    async with browsing(store, WIDE) as (app, pilot):
        await choose(pilot, "bob")
        await press(pilot, "space", "x", "s")
        assert ids(app) == ["fused"]
        assert says(app, "1 session ─ 1 fault")


@pytest.mark.exhaustive
async def test_n_shows_notes_too(store: Path) -> None:
    with (store / "alice.jsonl").open("ab") as file:
        file.write(b"\n")
    aged(store / "alice.jsonl")
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "n", "G")
        assert under(app) == ("blank", 10)
        assert says(app, "6 faults · 2 notes", "ZeroClaw      Skips it.", "It is no damage")
        await press(pilot, "n")
        assert "blank" not in ids(app)


@pytest.mark.exhaustive
async def test_a_name_that_zeroclaw_never_lists_is_damage_here_too(store: Path) -> None:
    (store / "well.jsonl").rename(store / os.fsdecode(b"w\xe9ll.jsonl"))
    async with browsing(store, WIDE) as (app, pilot):
        assert says(app, "! 7 damaged lines and 1 file", "! w�ll")
        await choose(pilot, os.fsdecode(b"w\xe9ll"))
        await press(pilot, "x", "3")
        assert under(app) == ("odd-name", None)
        assert says(app, "1 fault", "Rename the file")
        await press(pilot, "s")
        assert "odd-name" in ids(app)


# ---- the three views


async def test_1_2_3_and_the_arrows_choose_the_view(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        assert says(app, "what is wrong", "A whole record stands on the line")
        assert says(app, "ZeroClaw      Drops", "1 message, for certain (lossless)")
        await press(pilot, "1")
        assert says(app, "~7B~22~72", '{"role":')
        assert not says(app, "what is wrong")
        await press(pilot, "3")
        assert says(app, "Line 2, as it stands", "becomes", '~ {"role":"assi', '+ {"role":"user","content":"next"}')
        await press(pilot, "right")
        assert says(app, "~7B~22~72")
        await press(pilot, "left", "left")
        assert says(app, "what is wrong")


@pytest.mark.exhaustive
async def test_a_click_on_the_name_of_a_view_shows_it(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        row = shown(app)[0]
        for name, id in (("3 proposal", "#proposal"), ("1 bytes", "#bytes"), ("2 meaning", "#meaning")):
            for at in (row.index(name), row.index(name) + len(name) - 1):
                await pilot.click(offset=(at, 0))
                await settle(pilot)
                assert app.screen.query_one(id).display, name
                assert app.screen.query_one(id).size.width, name


@pytest.mark.exhaustive
async def test_characters_stand_where_their_first_bytes_do(tmp_path: Path) -> None:
    line = '{"role":"user","content":"é 夜行 🚂 \u0301\u202e"'.encode() + b"\xff,\n"
    async with browsing(folder(tmp_path / "sessions", {"s": [line]}), WIDE) as (app, pilot):
        await press(pilot, "x", "1", "g")
        assert says(app, '{"role":"user","', 'content":"é  夜 ', "行  🚂   ··�")
        assert all(is_safe(row) for row in shown(app))


@pytest.mark.exhaustive
async def test_in_a_wide_terminal_all_three_stand_together(store: Path) -> None:
    async with browsing(store, WIDE) as (app, pilot):
        await press(pilot, "x", "g")
        assert says(app, "1 bytes", "2 meaning", "3 proposal", "~7B~22~72", "what is wrong", "becomes")
        for key, id in (("1", "bytes"), ("2", "meaning"), ("3", "proposal")):
            await press(pilot, key)
            assert app.focused is not None
            assert app.focused.id == id


@pytest.mark.exhaustive
async def test_tab_goes_into_the_view_where_its_keys_scroll(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "x", "g", "tab")
        assert app.focused is not None
        assert app.focused.id == "meaning"
        before = shown(app)
        await press(pilot, "j", "j")
        assert shown(app) != before
        await press(pilot, "1")
        assert focus(app) is HexView
        await press(pilot, "shift+tab")
        assert focus(app) is FaultList


@pytest.mark.exhaustive
async def test_J_and_K_scroll_the_view_from_the_list(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "x", "g")
        before = shown(app)
        await press(pilot, "J", "J")
        assert shown(app) != before
        await press(pilot, "K", "K")
        assert shown(app) == before
        assert under(app) == ("fused", 2)


async def test_the_bad_byte_is_in_brackets_and_w_goes_back_to_it(tmp_path: Path) -> None:
    line = b'{"role":"user","content":"' + b"x" * 5000 + b"\x01" + b"y" * 5000 + b'"}\n'
    async with browsing(folder(tmp_path / "sessions", {"s": [line]}), MIDDLE) as (app, pilot):
        await press(pilot, "x", "1")
        assert says(app, "5,024  5,024  78 78[01]79")
        await press(pilot, "tab", "g")
        assert says(app, "7B 22 72")
        assert not says(app, "[01]")
        await press(pilot, "G")
        assert says(app, "22 7D")
        await press(pilot, "w")
        assert says(app, "[01]")


@pytest.mark.exhaustive
async def test_a_byte_that_is_missing_has_a_sign_too(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "j", "j", "j", "j", "1")
        assert under(app) == ("torn", 7)
        assert says(app, "64 69◂")


@pytest.mark.exhaustive
async def test_what_is_under_the_cursor_stays_when_a_row_holds_more_bytes(tmp_path: Path) -> None:
    line = b'{"role":"user","content":"' + bytes(range(32, 34)) * 3000 + b"\n"
    async with browsing(folder(tmp_path / "sessions", {"s": [line]}), MIDDLE) as (app, pilot):
        await press(pilot, "x", "1", "tab", "g", "pagedown", "pagedown")
        view = app.screen.query_one(HexView)
        at = view.cursor * 8
        await pilot.resize_terminal(139, 40)
        await settle(pilot)
        assert (view.items.step, view.cursor) == (16, at // 16)


@pytest.mark.exhaustive
async def test_the_view_follows_the_cursor(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "3", "j", "j")
        assert says(
            app, "Line 5, as it stands", '+ {"role":"assistant","content":"b"}', "2 messages had back, exactly."
        )
        await press(pilot, "k")
        assert says(app, "No proposal", "Nothing can be had back of it")
        await press(pilot, "G")
        assert says(app, "kept apart (~) in the journal's folder")


# ---- accepting


@pytest.mark.exhaustive
async def test_a_has_one_back_after_a_look_at_the_whole_plan(store: Path) -> None:
    before = (store / "alice.jsonl").read_bytes()
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "a")
        assert isinstance(app.screen, PageDialog)
        assert (store / "alice.jsonl").read_bytes() == before
        await confirm(pilot)
        assert (store / "alice.jsonl").read_bytes() == before.replace(FUSED, NEXT)
        assert says(app, "u takes all of it back")
        await press(pilot, "escape")
        assert under(app) == ("invalid-utf8", 4), "the one that came into its place"
        await press(pilot, "u")
        assert (store / "alice.jsonl").read_bytes() == before
        assert len(ids(app)) == 6


async def test_what_is_not_confirmed_is_not_done(store: Path) -> None:
    before = (store / "alice.jsonl").read_bytes()
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "a", "enter")
        assert isinstance(app.screen, InspectorScreen)
        assert ((store / "alice.jsonl").read_bytes(), under(app)) == (before, ("fused", 2))


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("down", "bytes_", "becomes"),
    [
        (3, PRINTED, b'{"role":"user","content":"print me"}\n'),
        (4, TORN, b'{"role":"assistant","content":"the machine di"}\n'),
        (5, TAIL, b""),
    ],
    ids=["offered", "partial", "kept apart"],
)
async def test_what_is_not_certain_is_done_when_a_person_says_so(
    store: Path, down: int, bytes_: bytes, becomes: bytes
) -> None:
    before = (store / "alice.jsonl").read_bytes()
    async with browsing(store, MIDDLE) as (_, pilot):
        await press(pilot, "x", "g", *["j"] * down, "a")
        await confirm(pilot)
        assert (store / "alice.jsonl").read_bytes() == before.replace(bytes_, becomes)


@pytest.mark.exhaustive
async def test_what_cannot_be_had_back_says_so(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "j", "a", "space")
        assert isinstance(app.screen, InspectorScreen)
        assert app.notices == ["nothing is proposed for this one: 3 says why"] * 2


@pytest.mark.exhaustive
async def test_A_has_back_all_that_is_lossless(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "A")
        await confirm(pilot)
        await press(pilot, "escape")
        assert ids(app) == ["invalid-utf8", "python-repr", "torn"]
        await press(pilot, "A")
        assert isinstance(app.screen, InspectorScreen)
        assert "without a guess" in app.notices[-1]


@pytest.mark.exhaustive
async def test_A_means_all_sessions_where_those_are_shown(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "s", "A")
        await confirm(pilot)
        assert (store / "bob.jsonl").read_bytes() == write(B) + NEXT
        await press(pilot, "escape")
        assert ids(app) == ["invalid-utf8", "python-repr", "torn"]


@pytest.mark.exhaustive
async def test_space_marks_and_enter_applies_what_is_marked(store: Path) -> None:
    before = (store / "alice.jsonl").read_bytes()
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "space", "j", "space", "space")
        assert (marks(app), says(app, "● 3 marked · Enter applies")) == ([2, 5, 6], True)
        await press(pilot, "k", "space")
        assert marks(app) == [2, 5]
        await press(pilot, "enter")
        await confirm(pilot)
        await press(pilot, "escape")
        assert (store / "alice.jsonl").read_bytes() == before.replace(FUSED, NEXT).replace(GLUED, write(A) + write(B))
        assert marks(app) == []
        await press(pilot, "enter")
        assert app.notices[-1].startswith("nothing is marked")


@pytest.mark.exhaustive
async def test_enter_means_the_same_in_every_view(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "space", "tab")
        for view in ("1", "2", "3"):
            await press(pilot, view, "enter")
            assert isinstance(app.screen, PageDialog), view
            await press(pilot, "escape")


@pytest.mark.exhaustive
async def test_marks_are_made_with_the_mouse_and_all_at_once(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x")
        await pilot.click(FaultList, offset=(2, 2))
        await settle(pilot)
        assert marks(app) == [2]
        await press(pilot, "asterisk")
        assert marks(app) == [2, 5, 6, 7, 9]
        await press(pilot, "ctrl+a")
        assert marks(app) == []


@pytest.mark.exhaustive
async def test_marks_stay_on_what_they_were_put_on(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "j", "j", "space", "g", "j", "j", "j", "j", "space")
        assert marks(app) == [5, 7]
        await press(pilot, "g", "a")
        await confirm(pilot)
        await press(pilot, "escape")
        assert (marks(app), under(app)) == ([5, 7], ("invalid-utf8", 4))
        await press(pilot, "j", "a")
        await confirm(pilot)
        await press(pilot, "escape")
        assert (marks(app), under(app)) == ([8], ("python-repr", 7))


async def test_where_nothing_may_be_changed_the_keys_say_why(store: Path) -> None:
    before = (store / "alice.jsonl").read_bytes()
    async with browsing(store, MIDDLE, read_only=True) as (app, pilot):
        await press(pilot, "x", "g", "space")
        for key in ("a", "A", "enter", "u"):
            assert not app.screen.active_bindings[key].enabled
            app.notices.clear()
            await press(pilot, key)
            assert app.notices == ["read-only: the browser was opened with --read-only"], key
            assert isinstance(app.screen, InspectorScreen)
        assert (store / "alice.jsonl").read_bytes() == before


# ---- leaving


@pytest.mark.parametrize("key", few("escape", "q", "x"))
async def test_it_closes_and_the_browser_is_as_it_was(store: Path, key: str) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "enter")
        before = shown(app)
        await press(pilot, "x", key)
        assert (app.screen, focus(app), shown(app)) == (app.browser, TranscriptView, before)


@pytest.mark.exhaustive
async def test_l_goes_to_the_line_in_the_transcript(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "s", "g", "j", "l")
        assert (app.browser.reading.key, focus(app), app.browser.reading.transcript.cursor) == (
            "alice",
            TranscriptView,
            3,
        )
        await press(pilot, "x", "s", "G", "l")
        assert (app.browser.reading.key, app.browser.reading.transcript.cursor) == ("bob", 1)


@pytest.mark.exhaustive
async def test_help_tells_of_the_inspector_and_of_what_has_the_focus(store: Path) -> None:
    async with browsing(store, WIDE) as (app, pilot):
        await press(pilot, "x", "1", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        text = "\n".join(str(line) for line in app.screen._lines)
        for said in ("Bytes", "To where it goes wrong", "Inspector", "Accept what is proposed for this fault"):
            assert said in text


# ---- what there may be instead of faults


@pytest.mark.exhaustive
async def test_a_session_that_is_well_says_so(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await choose(pilot, "well")
        await press(pilot, "x")
        assert says(app, "Nothing is damaged here.", "`sessiontui check`", "n shows notes", "s looks into all sessions")
        await press(pilot, "a", "A", "space", "enter", "1", "J", "l", "asterisk")
        assert app.screen is inspector(app)
        await press(pilot, "n")
        assert says(app, "there is nothing to note")


@pytest.mark.exhaustive
async def test_a_database_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "sessions"
    path.mkdir()
    append(database(path), "alice", "user", "hello", "2026-02-01T12:00:00.000000+00:00")
    async with browsing(opened(path, Backend.SQLITE), MIDDLE) as (app, pilot):
        await press(pilot, "x")
        assert says(app, "A database has no lines, so none can be damaged.")
        await press(pilot, "s", "n", "f5", "a", "A", "space", "enter", "3")
        assert says(app, "A database has no lines, so none can be damaged.")


@pytest.mark.exhaustive
async def test_what_is_no_file_has_its_fault_and_no_bytes(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {})
    (store / "a_folder.jsonl").mkdir()
    (store / "b_link.jsonl").symlink_to("/nowhere/at-all.jsonl")
    async with browsing(store, MIDDLE) as (app, pilot):
        await choose(pilot, "a_folder")
        await press(pilot, "x")
        assert says(app, "not-a-file", "A folder, not a file: ZeroClaw hangs", "the whole file")
        await press(pilot, "1")
        assert says(app, "There are no bytes to show")
        await press(pilot, "3")
        assert says(app, "No proposal", "There is no file")
        await press(pilot, "s", "G", "2")
        assert {"dangling", "not-a-file"} == set(ids(app))


@pytest.mark.exhaustive
async def test_where_no_session_is_open_it_says_so(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {})) as (app, pilot):
        await press(pilot, "x")
        assert app.screen is app.browser
        assert app.notices == ["no session is open that could be inspected"]


async def test_what_may_still_be_written_is_not_accepted(store: Path) -> None:
    (store / "bob.jsonl").write_bytes(write(B) + TORN[:-1])
    async with browsing(store, MIDDLE) as (app, pilot):
        await choose(pilot, "bob")
        await press(pilot, "x")
        assert ids(app) == ["incomplete"]
        await press(pilot, "a")
        assert "may still be being written" in app.notices[-1]
        aged(store / "bob.jsonl")
        await press(pilot, "f5")
        assert ids(app) == ["torn"]


@pytest.mark.exhaustive
async def test_of_several_readings_a_person_chooses_one(tmp_path: Path) -> None:
    folded = b'{"role":"user","content":"the moon\nrises."}\n'
    async with browsing(folder(tmp_path / "sessions", {"k": [A, folded]}), WIDE) as (app, pilot):
        await press(pilot, "x", "3")
        assert says(app, "Reading 1 of 3: joined with nothing")
        await press(pilot, "full_stop")
        assert says(app, "Reading 2 of 3: joined with a blank")
        await press(pilot, "full_stop", "full_stop", "comma", "comma", "2")
        assert says(app, "○ joined with nothing", "● joined with a blank", "○ joined with a newline")
        await press(pilot, "a")
        await confirm(pilot)
    after = (tmp_path / "sessions" / "k.jsonl").read_bytes()
    assert after == write(A) + b'{"role":"user","content":"the moon rises."}\n'


@pytest.mark.exhaustive
async def test_what_can_be_read_in_one_way_has_no_other(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "full_stop")
        assert app.notices == ["there is only one way to read this one"]


@pytest.mark.exhaustive
async def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    line = b'{"role":"user","content":"\x1b[31mred[bold] \x1b]52;c;!\x07 \xe2\x80\xae [@click=app.quit]"}\n'
    async with browsing(folder(tmp_path / "sessions", {"\x1b[31mkey": [line]}), WIDE) as (app, pilot):
        await press(pilot, "x")
        assert all(is_safe(row) for row in shown(app))
        assert says(app, "␛[31mred[bold] ␛]52;c;!␇", "␛[31mkey")


# ---- files that change


@pytest.mark.exhaustive
async def test_a_file_that_grows_is_looked_at_on(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "3")
        with (store / "alice.jsonl").open("ab") as file:
            file.write(FUSED)
        await press(pilot, "j", "k")
        assert says(app, "Line 2, as it stands")
        assert len(ids(app)) == 6
        await press(pilot, "f5")
        assert (len(ids(app)), under(app)) == (7, ("fused", 2))


@pytest.mark.exhaustive
async def test_a_file_that_is_another_is_read_again(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g", "3")
        (store / "alice.jsonl").write_bytes(write(A) * 3 + GLUED + FUSED)
        await press(pilot, "j")
        assert ids(app) == ["glued", "fused"]
        assert not says(app, "Line 4, as it stands", "\\xe6")
        assert says(app, "Line 5, as it stands")


@pytest.mark.exhaustive
async def test_what_is_no_longer_there_is_not_accepted(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        for lines, key in enumerate(("a", "A", "enter"), 3):
            await press(pilot, "space", "k")
            (store / "alice.jsonl").write_bytes(write(A) * lines + FUSED + GLUED)
            app.notices.clear()
            await press(pilot, key)
            assert isinstance(app.screen, InspectorScreen)
            assert app.notices[0].startswith("the file is not as it was"), key
            assert under(app)[0] == "fused"
            await press(pilot, "g")


@pytest.mark.exhaustive
async def test_a_file_that_is_gone_leaves_nothing_to_look_at(store: Path) -> None:
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        (store / "alice.jsonl").unlink()
        await press(pilot, "j")
        assert ids(app) == []
        await press(pilot, "a", "escape")
        assert app.screen is app.browser


@pytest.mark.exhaustive
async def test_what_changes_all_the_time_is_not_read_for_ever(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(*_: object) -> None:
        raise Changed("alice.jsonl")

    async with browsing(store, MIDDLE) as (app, pilot):
        monkeypatch.setattr(fault_refs, "whole", changed)
        await press(pilot, "x", "g")
        assert "changes all the time" in app.notices[-1]
        assert says(app, "fused")


# ---- much of it


@pytest.mark.exhaustive
async def test_ten_thousand_faults_are_shown_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [write(Message("user", f"message {at}")) + FUSED for at in range(10_000)]
    drawn = watched(monkeypatch, fault_list, "_back")
    looked = watched(monkeypatch, fault_refs, "whole")
    async with browsing(folder(tmp_path / "sessions", {"s": [b"".join(rows)]}), MIDDLE) as (app, pilot):
        await press(pilot, "x", "g")
        assert says(app, "╭─ s ─ 10,000 faults ·")
        assert len(looked) <= 2, "none is read but what is under the cursor"
        drawn.clear()
        await press(pilot, "G")
        assert under(app) == ("fused", 20_000)
        assert len(drawn) < 200, "none is drawn but what is in view"
        await press(pilot, "asterisk", "enter")
        assert isinstance(app.screen, PageDialog)
        assert says(app, "10,000 messages")


@pytest.mark.exhaustive
async def test_of_more_than_a_person_can_use_some_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessiontui.store.fault_process.MOST", 50)
    async with browsing(folder(tmp_path / "sessions", {"s": [FUSED * 80]}), MIDDLE) as (app, pilot):
        await press(pilot, "x")
        assert len(ids(app)) == 50
        assert "are shown" in app.notices[-1]


@pytest.mark.exhaustive
async def test_every_byte_of_a_huge_line_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = 30_000_000
    line = b'{"role":"user","content":"' + b"x" * size + b"\x01 end"
    read = watched(monkeypatch, fault_refs, "piece")
    async with browsing(folder(tmp_path / "sessions", {"s": [A, line + b'"}\n', B]}), MIDDLE) as (app, pilot):
        await press(pilot, "x", "1")
        assert says(app, "[01]", "30,000,0")
        await press(pilot, "tab", "G")
        assert says(app, "20 65 6E 64 22", " 7D  ")
        await press(pilot, "g")
        assert says(app, "7B 22 72 6F 6C 65 22 3A")
        assert len(read) <= 6
        await press(pilot, "3")
        assert says(app, "No proposal", "A line of more than 8 MiB is not taken")


@pytest.mark.exhaustive
async def test_large_files_are_looked_at_in_a_process_of_their_own(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_task, "SMALL", 10)
    started = watched(monkeypatch, finding, "start")
    async with browsing(store, MIDDLE) as (app, pilot):
        await press(pilot, "x")
        assert (len(ids(app)), len(started)) == (6, 1)


async def test_esc_ends_the_search_before_it_closes(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object, **how: object) -> bool:
        cancelled = _[3]
        while not cancelled():  # type: ignore[operator]
            time.sleep(0.005)
        raise Cancelled

    monkeypatch.setattr(finding, "look", endless)
    async with browsing(store, MIDDLE) as (app, pilot):
        await pilot.press("x")
        await until(pilot, lambda: says(app, "Looking for damage …"))
        await pilot.press("escape")
        await settle(pilot)
        assert says(app, "The search was stopped.", "F5 begins again")
        await press(pilot, "escape")
        assert app.screen is app.browser


@pytest.mark.parametrize("size", few(SMALL, WIDE, MIDDLE, NARROW, (60, 20), (40, 10)), ids=str)
async def test_it_fits_every_terminal(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        await press(pilot, "x", "g", "1", "3", "s", "n", "2")
        assert all(len(row) <= size[0] for row in shown(app))
        assert says(app, "fused") or size == (40, 10)
        pane = app.screen.query_one(DetailsPane)
        assert pane.size.height > 0


def test_every_severity_and_salvage_has_a_sign() -> None:
    assert len(set(signs.SEVERITIES.values())) == len(signs.SEVERITIES) == 3
    assert len(set(signs.SALVAGES.values())) == len(signs.SALVAGES) == 4
