"""The list of changes: each key, what it says of every kind of change, and that undo and redo from it are made."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.outcome import Change
from sessiontui.changes.verbs import compact, pop
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.changes import change_rows
from sessiontui.tui.changes.list import ChangesScreen
from sessiontui.tui.help import HelpScreen
from sessiontui.tui.tasks import journal_reader
from sessiontui.tui.tasks.journal_reader import UndoPreview
from sessiontui.tui.widgets.sheet import Sheet
from tests.support.matrices import few
from tests.support.screens import (
    NARROW,
    NOW,
    SMALL,
    TORN,
    WIDE,
    StillApp,
    browsing,
    folder,
    press,
    says,
    settle,
    shown,
    talk,
)
from tests.support.watch import watched

KEYS = ("alice", "bob", "torn")


def changed(path: Path) -> Path:
    """A store in which five changes were made: 1 pop of alice, 2 compact of torn, 3 pop of bob, 4 undo of 3, 5 pop of
    alice."""
    store = folder(
        path,
        {"alice": talk(5, "alice"), "bob": talk(4, "bob"), "torn": [Message("user", "before"), TORN, *talk(2)]},
    )
    opened = JsonlStore(store)
    pop.make(opened, pop.plan(opened, "alice"))
    compact.make(opened, compact.plan(opened, ["torn"]))
    pop.make(opened, pop.plan(opened, "bob"))
    undo.make(store, undo.plan(store))
    pop.make(opened, pop.plan(opened, "alice"))
    return store


def aged(store: Path) -> None:
    """Let the changes be of a time that no clock moves; by that of the machine they may be too old to be kept."""
    for at, path in enumerate(sorted((store / ".sessiontui").glob("*.change"))):
        header, *rest = path.read_bytes().splitlines(keepends=True)
        when = (NOW - timedelta(days=9 - at, microseconds=1)).isoformat()
        path.write_bytes(json.dumps(json.loads(header) | {"at": when}).encode() + b"\n" + b"".join(rest))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return changed(tmp_path / "sessions")


def files(store: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted(store.glob("*.jsonl"))}


def counts(store: Path) -> dict[str, int]:
    return {key: data.count(b"\n") for key, data in files(store).items()}


def under(app: StillApp) -> object:
    """The change under the cursor."""
    return app.screen.query_one("#list", Sheet).target


# ---- what it says


@pytest.mark.exhaustive
async def test_u_upper_lists_the_changes_newest_first(store: Path) -> None:
    aged(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        assert isinstance(app.screen, ChangesScreen)
        text = "\n".join(shown(app))
        locations = [text.index(f" {id}  {verb}") for id, verb in ((5, "pop"), (4, "undo"), (3, "pop"), (2, "compact"))]
        assert locations == sorted(locations)
        assert says(app, "Changes · 5 ·", "on disk", "alice", "undone", "5d", "9d")
        assert says(app, "Kept for 30 days, up to 1.0 GB", "sessiontui journal --purge")


@pytest.mark.exhaustive
async def test_the_one_under_the_cursor_is_told_in_full(store: Path) -> None:
    aged(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        assert says(app, "5 · pop · done", "2026-02-24 11:59 UTC · 5d ago", "u would  undo change 5")
        assert says(app, "back into alice.jsonl at offset", "kept to undo")
        await press(pilot, "j")
        assert says(app, "4 · undo · undid change 3", "u or Ctrl+R would  redo change 3", "from bob.jsonl at offset")
        await press(pilot, "j")
        assert says(app, "3 · pop · undone by change 4", "Ctrl+R would  redo change 3")
        await press(pilot, "j")
        assert says(app, "2 · compact · done", "give torn.jsonl its", "bytes back", "torn")


@pytest.mark.exhaustive
async def test_why_one_cannot_be_undone_is_told(store: Path) -> None:
    (store / "torn.jsonl").write_bytes(b"another file altogether\n")
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U", "j", "j", "j")
        assert says(app, "It can't be undone", "torn.jsonl")
        assert not says(app, "nothing was changed")
        await press(pilot, "u")
    assert files(store) == before


async def test_where_nothing_was_changed_it_says_what_it_is_for(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {"alice": talk(3)})
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        assert says(app, "Nothing was changed here yet.", "can be undone from here", "--purge")
        assert not app.screen.query_one("#detail", Sheet).display
        await press(pilot, "u", "ctrl+r", "enter")
        assert app.notices == ["there is no change to undo", "there is no change to redo"]


@pytest.mark.exhaustive
async def test_a_journal_that_cannot_be_read_says_why(store: Path) -> None:
    record = store / ".sessiontui" / "00000002.change"
    record.write_bytes(record.read_bytes().replace(b'"format":1', b'"format":9'))
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        assert says(app, "The journal can't be read.", "later version")
        await press(pilot, "escape")
        assert not isinstance(app.screen, ChangesScreen)


async def test_that_a_change_was_interrupted_is_told_until_the_next_one_settles_it(store: Path) -> None:
    record = store / ".sessiontui" / "00000005.change"
    record.write_bytes(record.read_bytes().replace(b'{"done":true}\n', b""))
    async with browsing(store) as (app, pilot):
        assert "1 change was interrupted" in shown(app)[0]
        assert app.notices == [
            "1 change was interrupted: the next change finishes it or rolls it back first · U shows it"
        ]
        await press(pilot, "b", "f5")
        assert "1 change was interrupted" in shown(app)[0]
        await press(pilot, "u")
        assert "interrupted" not in shown(app)[0]
        assert counts(store)["alice"] == 4


async def test_messages_that_wait_in_the_journal_are_told_until_the_next_change_brings_them(store: Path) -> None:
    wait = b'{"role":"user","content":"very late"}\n'
    before = (store / "bob.jsonl").read_bytes() + TORN
    (store / "bob.jsonl").write_bytes(before)
    opened = JsonlStore(store)
    kept = compact.make(opened, compact.plan(opened, ["bob"])).change
    with (store / ".sessiontui" / f"{kept}.1.old").open("ab") as old:
        old.write(wait)
    async with browsing(store) as (app, pilot):
        assert "1 message waits in the journal" in shown(app)[0]
        assert app.notices == ["1 message waits in the journal: the next change brings it into bob first"]
        await press(pilot, "f5")
        assert "1 message waits in the journal" in shown(app)[0]
        assert len(app.notices) == 1
        await press(pilot, "u")
        assert "journal" not in shown(app)[0]
    assert (store / "bob.jsonl").read_bytes() == before + wait


@pytest.mark.exhaustive
async def test_a_change_that_was_broken_off_is_told_apart(store: Path) -> None:
    record = store / ".sessiontui" / "00000005.change"
    record.write_bytes(record.read_bytes().replace(b'{"done":true}\n', b""))
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        assert says(app, " ! broken off", "5 · pop · ! broken off on the way", "settle it first")
        await press(pilot, "u")
        assert counts(store)["alice"] == 4


# ---- undo and redo


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", few("u", "enter"))
async def test_u_and_enter_undo_the_one_under_the_cursor(store: Path, key: str) -> None:
    async with browsing(store) as (app, pilot):
        assert says(app, "alice ─ 3 messages")
        await press(pilot, "U", key)
        assert counts(store)["alice"] == 4
        assert "pop of alice" in app.notices[0]
        assert isinstance(app.screen, ChangesScreen)
        assert under(app) == "00000005"
        assert says(app, " 6  undo", "5 · pop · undone by change 6", "Ctrl+R would  redo change 5")
        await press(pilot, "escape")
        assert says(app, "alice ─ 4 messages", "alice 4")


@pytest.mark.exhaustive
async def test_an_older_one_is_undone_as_its_page_says_and_redone(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U", "j", "j", "j", "u")
        assert TORN in files(store)["torn"]
        assert {key: data for key, data in files(store).items() if key != "torn"} == {
            key: data for key, data in before.items() if key != "torn"
        }
        assert under(app) == "00000002"
        await press(pilot, "ctrl+r")
        assert files(store) == before
        assert "compact of torn" in app.notices[-1]
        assert under(app) == "00000002"
        assert says(app, "2 · compact · done; undone by change 6 and")


@pytest.mark.exhaustive
async def test_the_change_under_the_cursor_stays_on_its_line_when_another_is_made(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "U", "j", "j", "j")
        before = next(at for at, line in enumerate(shown(app)) if " 2  compact" in line)
        await press(pilot, "u")
        assert says(app, "Changes · 6 ·")
        assert next(at for at, line in enumerate(shown(app)) if " 2  compact" in line) == before


@pytest.mark.exhaustive
async def test_redo_gives_again_what_was_undone_before(store: Path) -> None:
    async with browsing(store) as (_, pilot):
        await press(pilot, "U", "j", "j", "ctrl+r")
        assert counts(store)["bob"] == 3


@pytest.mark.exhaustive
async def test_undo_of_an_undo_is_a_redo(store: Path) -> None:
    async with browsing(store) as (_, pilot):
        await press(pilot, "U", "j", "u")
        assert counts(store)["bob"] == 3


@pytest.mark.exhaustive
async def test_redo_of_what_stands_is_refused_and_changes_nothing(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U", "ctrl+r")
        assert len(app.notices) == 1
        assert "not undone" in app.notices[0]
        assert files(store) == before
        assert says(app, "Changes · 5 ·")


@pytest.mark.exhaustive
async def test_two_pops_of_a_session_are_undone_in_turn(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "U", "G")
        assert under(app) == "00000001"
        assert says(app, "It can't be undone", "alice.jsonl can't be put back")
        await press(pilot, "g", "u", "G")
        assert says(app, "u would")
        await press(pilot, "u")
        assert counts(store)["alice"] == 5


@pytest.mark.exhaustive
async def test_where_the_store_must_not_be_changed_nothing_is(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        app.browser.changes.forbidden = "you asked for it"
        await press(pilot, "U", "u", "enter", "ctrl+r")
        assert files(store) == before
        assert set(app.notices) == {"read-only: you asked for it"}


@pytest.mark.exhaustive
async def test_while_an_undo_is_under_way_there_is_no_second_one(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release, real = threading.Event(), undo.make

    def held(*arguments: Any, **named: Any) -> undo.Undone:
        assert release.wait(20)
        return real(*arguments, **named)

    monkeypatch.setattr(undo, "make", held)
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        await pilot.press("u")
        await pilot.pause(0.05)
        await pilot.press("u", "escape")
        release.set()
        await settle(pilot)
        assert "under way" in app.notices[0]
        assert "pop of alice" in app.notices[1]
        assert counts(store)["alice"] == 4
        assert not isinstance(app.screen, ChangesScreen)


# ---- keys


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL])
async def test_the_cursor_walks_and_the_page_follows(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        await press(pilot, "U")
        seen = [under(app)]
        for key, title in (("j", "4 · undo"), ("down", "3 · pop"), ("k", "4 · undo"), ("up", "5 · pop")):
            await press(pilot, key)
            seen.append(under(app))
            assert says(app, f"change        {title}")
        assert seen == ["00000005", "00000004", "00000003", "00000004", "00000005"]
        await press(pilot, "G")
        assert (under(app), says(app, "1 · pop")) == ("00000001", True)
        await press(pilot, "g")
        assert under(app) == "00000005"
        await press(pilot, "pagedown", "pagedown", "pagedown")
        assert under(app) == "00000001"
        await press(pilot, "pageup", "pageup", "pageup")
        assert under(app) == "00000005"


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", few("escape", "q", "U"))
async def test_it_closes_and_leaves_everything_as_it_was(store: Path, key: str) -> None:
    async with browsing(store) as (app, pilot):
        before, data = shown(app), files(store)
        await press(pilot, "U", "j", key)
        assert shown(app) == before
        assert files(store) == data


@pytest.mark.exhaustive
async def test_help_names_its_keys(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "U", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert says(app, "Changes", "Undo the change under the cursor", "Redo it", "Close the list")
        await press(pilot, "escape")
        assert isinstance(app.screen, ChangesScreen)


@pytest.mark.exhaustive
async def test_a_click_chooses_and_a_double_click_undoes(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        row = next(at for at, line in enumerate(shown(app)) if " 2  compact" in line)
        await pilot.click(offset=(20, row))
        await settle(pilot)
        assert under(app) == "00000002"
        assert TORN not in files(store)["torn"]
        await pilot.click(offset=(20, row), times=2)
        await settle(pilot)
        assert TORN in files(store)["torn"]


@pytest.mark.exhaustive
async def test_upper_j_and_k_scroll_what_it_did(tmp_path: Path) -> None:
    keys = [f"session{at:02}" for at in range(30)]
    store = folder(tmp_path / "sessions", {key: [TORN, *talk(1)] for key in keys})
    opened = JsonlStore(store)
    compact.make(opened, compact.plan(opened, keys))
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "U")
        assert says(app, "30 sessions")
        detail = app.screen.query_one("#detail", Sheet)
        await press(pilot, "J", "J")
        assert detail.scroll_y == 2
        await press(pilot, "K")
        assert detail.scroll_y == 1


# ---- reading


@pytest.mark.exhaustive
async def test_a_cursor_that_runs_asks_only_about_where_it_stops(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    async with browsing(store) as (app, pilot):
        await press(pilot, "U")
        request = watched(monkeypatch, undo, "plan")
        monkeypatch.setattr(journal_reader, "sleep", lambda _: release.wait(20))
        await pilot.press("j", "j", "j")
        release.set()
        await settle(pilot)
        assert [arguments[1] for arguments in request] == ["00000002"]
        assert says(app, "2 · compact", "undo change 2")


async def test_reading_the_journal_does_not_hold_the_screen(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release, real = threading.Event(), journal.changes

    def held(folder: Path) -> list[Change]:
        assert release.wait(20)
        return real(folder)

    async with browsing(store) as (app, pilot):
        monkeypatch.setattr(journal, "changes", held)
        await pilot.press("U")
        await pilot.pause(0.05)
        assert says(app, "Reading the journal …")
        release.set()
        await settle(pilot)
        assert says(app, "Changes · 5 ·")


# ---- the lines


def _change(id: str, verb: str, status: Any, undoes: str | None = None, keys: Sequence[str] = ("alice",)) -> Change:
    return Change(id, verb, tuple(keys), NOW, status, undoes, 1234)


def test_hostile_keys_and_many_of_them_are_shown_and_counted() -> None:
    keys = ["\x1b[31m[bold]", "", *(f"k{at}" for at in range(40))]
    change = _change("00000001", "compact", "done", keys=keys)
    foreseen = UndoPreview(change.id, None, "\x1b]0;x\x07 changed", "look")
    rows = change_rows.detail(change, [change], foreseen, NOW, 60)
    text = "\n".join("".join(part for part, _ in row.left) for row in rows)
    assert "\x1b" not in text
    assert "␛[31m[bold]" in text
    assert "(no name)" in text
    assert "… and 22 more" in text
    assert "nothing was changed" not in text


def test_a_change_says_by_which_change_it_was_undone_and_done_again() -> None:
    done = _change("00000001", "pop", "done")
    every = [_change("00000003", "redo", "undo", "00000002"), _change("00000002", "undo", "undo", "00000001"), done]
    said = ["".join(part for part, _ in change_rows.detail(each, every, None, NOW, 200)[0].left) for each in every]
    assert [line.split("· ", 1)[1] for line in said] == [
        "redo · undid change 2",
        "undo · undid change 1; undone by change 3",
        "pop · done; undone by change 2 and redone",
    ]
