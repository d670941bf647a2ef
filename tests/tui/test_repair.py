"""Repair from the keyboard: what its dialog shows, yes and no, before compact, what stays, what hinders it, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.widgets import Button

from sessiontui.changes.outcome import Problem
from sessiontui.changes.recoverable import Recoverable
from sessiontui.changes.verbs import compact, repair, repair_plan
from sessiontui.changes.verbs.compact import CompactPlan, CompactRow
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.changes.verbs.repair import RepairPlan, RepairRow
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.damage.salvage import Outcome, Wish
from sessiontui.describe import outcomes
from sessiontui.describe import repair as repairs
from sessiontui.describe.page import LINES, Page, TextLine
from sessiontui.model import Backend, Fault, Message, Salvage, Severity, Span
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.tui.changes.controller import CHANGES
from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.changes.page_box import contents
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.visible import visible
from tests.support import databases
from tests.support.blocked import busy, raising, refusing, unleased
from tests.support.matrices import few
from tests.support.screens import (
    NOW,
    SMALL,
    TORN,
    StillApp,
    browsing,
    folder,
    opened,
    press,
    says,
    settle,
    typed,
    until,
)
from tests.tui.test_dialogs import ALICE, files, request, text

ONE = b'{"role":"user","content":"one"}'
TWO = b'{"role":"user","content":"two"}'
BEGUN = b'{"role":"assistant","content":"then the po'
LAID = b'{\n  "role": "user",\n  "content": "laid out"\n}\n'
TWICE = b'{"role":"user","content":"first","content":"second"}\n'
NAN = b'{"role":"user","content":"none","score":NaN}\n'
MIXED: list[Message | bytes] = [ALICE, ONE + TWO + b"\n", BEGUN + ONE + b"\n", LAID, b"<<<<<<< ours\n", TWICE, NAN]
"""Two messages, then a fault of each outcome, on lines 3, 4, 5 to 8, 9, 10 and 11."""
MENDED = ALICE + ONE + b"\n" + TWO + b"\n" + ONE + b"\n" + b'{"role":"user","content":"laid out"}\n' + TWICE + NAN


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Alice is healthy; of the torn one only a guess can be had back."""
    torn: list[Message | bytes] = [Message("user", "before"), TORN]
    return folder(tmp_path / "sessions", {"mixed": MIXED, "alice": [ALICE], "torn": torn, "glued": [ONE + TWO + b"\n"]})


def dimmed(app: StillApp) -> set[str]:
    """Ids of the keys that do nothing now."""
    return {str(active.binding.id) for active in app.browser.active_bindings.values() if not active.enabled}


def page_of(app: StillApp) -> Page:
    """What the dialog says."""
    assert isinstance(app.screen, PageDialog)
    return app.screen.box.page


# ---- yes and no


@pytest.mark.exhaustive
async def test_the_plan_says_line_by_line_what_becomes_of_each_fault(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "R")
        assert says(app, "Have 4 messages of mixed back?", "+ line 3  2 records stand on one line → 2 messages")
        assert lines(page_of(app)) == [
            "4 messages come back · 2 valid ones stay unchanged · 1 fragment is kept · 374 B → 311 B",
            " ",
            "+ line 3  2 records stand on one line → 2 messages",
            "+ line 4  a whole record stands on the line of a torn one → 1 message, a fragment of 42 B is kept",
            "+ lines 5–8  a record is laid out over several lines → 1 message",
            "- line 9  the line marks one side of a merge conflict → goes: nothing is lost",
            "! line 10 stays  “content” stands in the record twice: 1 message could come back if you say so (x shows it)",
            "! line 11 stays  a number is NaN or Infinity: a guess could have it back (x shows it)",
        ]
        assert page_of(app).undo == (
            "2 faults stay damaged: x shows them. "
            "The fragments and the old file are kept in .sessiontui: afterwards u brings every byte back."
        )
        assert app.screen.focused is app.screen.query_one("#leave")
        await press(pilot, "enter")
        assert app.screen is app.browser
        await press(pilot, "R", "escape")
        assert app.notices == []
    assert files(store) == before
    assert not (store / ".sessiontui").exists()


@pytest.mark.exhaustive
async def test_yes_makes_it_and_its_page_says_where_the_rest_is_and_undoes_it(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "R", "right", "enter")
        assert files(store) == before | {"mixed.jsonl": MENDED}
        assert says(app, "1 session repaired", "mixed", "had back", "The fragments are in", "2 faults stay damaged")
        assert says(app, "Change 1: u takes all of it back.", "Close", "Undo")
        await press(pilot, "right", "enter")
        assert app.notices == ["undone change 1, repair of mixed · Ctrl+R redoes it"]
        assert files(store) == before
        await press(pilot, "ctrl+r")
        assert files(store)["mixed.jsonl"] == MENDED


@pytest.mark.exhaustive
async def test_a_sentence_is_enough_where_nothing_is_left(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "G", "R", "right", "enter")
        assert app.screen is app.browser
        assert app.notices == ["had 2 messages back (change 1) · u takes it back"]
        assert files(store)["glued.jsonl"] == ONE + b"\n" + TWO + b"\n"
        assert says(app, "glued ─ 2 messages")
        await press(pilot, "u")
    assert files(store) == before


@pytest.mark.exhaustive
async def test_a_second_repair_has_nothing_to_do(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "R", "right", "enter", "escape", "R")
        assert app.screen is app.browser
        assert app.notices == ["nothing comes back without your say: 2 faults stay; x shows what could be had back"]
    assert files(store)["mixed.jsonl"] == MENDED


@pytest.mark.exhaustive
async def test_repair_means_the_marked_sessions_and_marks_stay_where_damage_does(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "space", "space", "R")
        assert says(
            app,
            "Have 6 messages of 2 sessions back?",
            "torn  nothing comes back; stays as it is",
            "! line 2 stays",
            "glued  2 messages come back · 0 valid ones",
            "alice  every line is valid; stays unchanged",
        )
        await press(pilot, "right", "enter")
        assert says(app, "2 sessions repaired", "mixed", "glued")
        await press(pilot, "enter")
        assert set(app.browser.side.marked) == {"mixed", "torn"}
    assert files(store)["mixed.jsonl"] == MENDED


@pytest.mark.exhaustive
async def test_what_is_wished_for_is_asked_about_and_had_back(store: Path) -> None:
    """As the inspector does it."""
    async with browsing(store) as (app, pilot):
        wish = Wish(lossless=False, marked=frozenset({3}), guessed=frozenset({11}))
        app.browser.changes.change(
            ChangeRequest("repair", app.browser.changes.store, NOW, ("mixed",), wishes={"mixed": wish})
        )
        await settle(pilot)
        assert says(app, "Have 3 messages of mixed back?")
        assert lines(page_of(app))[2:] == [
            "+ line 3  2 records stand on one line → 2 messages",
            "+ line 11  a number is NaN or Infinity → 1 message, a fragment of 3 B is kept",
            "… 4 more faults stay: not chosen",
        ]
        await press(pilot, "right", "enter")
        made = files(store)["mixed.jsonl"]
        assert made.startswith(ALICE + ONE + b"\n" + TWO + b"\n" + BEGUN)
        assert b"NaN" not in made


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("key", "rows", "said"),
    [
        ("alice", [ALICE], "there is nothing to repair: every line is valid"),
        ("torn", [ALICE, TORN], "nothing comes back without your say: 1 fault stays; x shows what could be had back"),
        ("odd", [ALICE, b'{"type":"event"}\n'], "nothing can be had back: 1 fault stays; x shows why"),
    ],
)
async def test_where_nothing_comes_back_it_says_why_and_asks_nothing(
    tmp_path: Path, key: str, rows: list[Message | bytes], said: str
) -> None:
    async with browsing(folder(tmp_path / "sessions", {key: rows})) as (app, pilot):
        await press(pilot, "R")
        assert app.screen is app.browser
        assert app.notices == [said]


async def test_without_a_session_it_says_so(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {})) as (app, pilot):
        await press(pilot, "R")
        assert app.notices == ["no session is open or marked that could be repaired"]


# ---- where it can't be done


async def test_a_database_has_no_lines(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    databases.append(path, "alice", "user", "hello", "2026-01-01T00:00:00+00:00")
    async with browsing(opened(path, Backend.SQLITE)) as (app, pilot):
        assert dimmed(app) == {"repair", "compact"}
        await press(pilot, "R", "c")
        assert app.screen is app.browser
        assert app.notices == [
            f"a database has no lines, so there are no damaged ones to {do}" for do in ("repair", "remove")
        ]


@pytest.mark.exhaustive
async def test_the_palette_says_why_too(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    databases.append(path, "alice", "user", "hello", "2026-01-01T00:00:00+00:00")
    async with browsing(opened(path, Backend.SQLITE)) as (app, pilot):
        await press(pilot, "ctrl+p", *typed("repair damaged"))
        assert says(app, "Repair damaged lines: marked sessions or this", "not now: it says why")
        await press(pilot, "enter")
        assert app.notices == ["a database has no lines, so there are no damaged ones to repair"]


@pytest.mark.exhaustive
async def test_the_other_home_of_a_folder_has_other_keys(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right", "enter", "enter", "b")
        assert says(app, "sqlite · ")
        line = app.browser.query_one(KeyLine)
        for some in ({"repair", "compact"}, set()):
            assert dimmed(app) == some
            assert {each.binding.id for _, _, each in line._shown if not each.enabled} == some, "as it is drawn"
            await press(pilot, "b")


async def test_read_only_it_is_dimmed_and_says_why(store: Path) -> None:
    async with browsing(store, read_only=True) as (app, pilot):
        assert dimmed(app) == CHANGES
        await press(pilot, "R")
        assert app.notices == ["read-only: the browser was opened with --read-only"]


# ---- before compact


@pytest.mark.exhaustive
@pytest.mark.parametrize("keys", few(("R",), ("right", "right", "enter")), ids=["key", "button"])
async def test_compact_offers_to_repair_first(store: Path, keys: tuple[str, ...]) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "c")
        assert says(
            app,
            "Remove 9 damaged lines of mixed?",
            "! The lines that go hold 6 recoverable messages: 4 lossless",
            "! line 3 goes  62 B  2 records stand on one line",
            "! lines 5–8 go  ",
            "Repair first",
        )
        await press(pilot, *keys)
        assert says(app, "Have 4 messages of mixed back?", "Cancel", "Repair")
        assert not says(app, "Compact", "Repair first")
        await press(pilot, "enter")
        assert app.screen is app.browser
        assert files(store) == before
        await press(pilot, "c", *keys, "right", "enter", "enter")
        assert files(store)["mixed.jsonl"] == MENDED
        assert app.screen is app.browser
        await press(pilot, "c")
        assert says(app, "Remove 2 damaged lines of mixed?", "6 valid messages stay")
        assert not says(app, "Repair first")


@pytest.mark.exhaustive
async def test_what_is_marked_for_compact_can_be_compacted_after_repair(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "space", "space", "space", "c", "R")
        assert says(app, "Have 6 messages of 2 sessions back?")
        await press(pilot, "right", "enter", "enter", "c")
        assert says(app, "Remove 3 damaged lines of 2 sessions?", "mixed", "torn")


@pytest.mark.exhaustive
async def test_migrate_offers_to_repair_first(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "m")
        assert says(app, "! Damaged lines are not moved; they hold ", " lossless, ", "R repairs first", "Repair first")
        await press(pilot, "R")
        assert says(app, "Repair ")
        await press(pilot, "escape")
    assert files(store) == before


async def test_migrate_says_of_a_file_that_stays_what_repair_recovers(tmp_path: Path) -> None:
    glued = b'{"role":"user","content":"one"}{"role":"user","content":"two"}\n'
    made = folder(tmp_path / "glued", {"only": [glued]})
    async with browsing(made) as (app, pilot):
        await press(pilot, "m")
        assert says(
            app, "nothing to move: only.jsonl has no message", "2 recoverable messages: 2 lossless", "Repair first"
        )
        await press(pilot, "R", "right", "enter")
    assert files(made) == {"only.jsonl": glued.replace(b"}{", b"}\n{")}


@pytest.mark.exhaustive
async def test_compact_offers_no_repair_that_has_nothing_back(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "j", "c")
        assert says(app, "Remove 1 damaged line of torn?")
        assert not app.screen.query_one("#also", Button).display
        await press(pilot, "R")
        assert says(app, "Remove 1 damaged line of torn?")
        await press(pilot, "escape", "p", "R")
        assert says(app, "Remove the last message of torn?")


def test_compact_says_which_lines_stay_around_a_fault_of_several() -> None:
    gone = Fault("pretty-printed", Severity.DAMAGE, "laid out", 0, Salvage.LOSSLESS, 1, 3, Span(50, 40), lines=7)
    row = CompactRow("k", 5, 8, 0, 100, 50, "compacted", Recoverable(1, 0, 2), (gone, damage(12)))
    assert text(request(CompactPlan((row,)))).splitlines() == [
        "! The lines that go hold 3 recoverable messages: 1 lossless, 2 partial · R repairs first",
        " ",
        "5 valid messages stay unchanged · 100 B → 50 B",
        " ",
        "k  8 damaged lines of 50 B · 100 B → 50 B",
        "  lines 1–2 stay",
        "! lines 3–9 go  40 B  laid out (1 lossless)",
        "  lines 10–11 stay",
        "! line 12 goes  10 B  bad",
        "  the lines behind it stay",
    ]


def test_of_more_faults_than_are_told_only_the_messages_are_counted() -> None:
    row = CompactRow("k", 5, 9, 0, 100, 50, "compacted", Recoverable(8, 2), (damage(3, Salvage.LOSSLESS, 1),))
    assert text(request(CompactPlan((row,)))).startswith(
        "! The lines that go hold 10 recoverable messages: 8 lossless, 2 offered · R repairs first"
    )


# ---- what takes long


@pytest.mark.exhaustive
async def test_repair_first_is_looked_at_with_progress_and_can_be_left(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, ended = files(store), Event()

    def endless(store: Store, keys: object, wishes: object, cancelled: IsCancelled, progress: Progress) -> None:
        progress(43, 100)
        while not cancelled():
            ended.wait(0.01)
        ended.set()

    monkeypatch.setattr(repair, "plan", endless)
    async with browsing(store) as (app, pilot):
        await press(pilot, "c")
        await pilot.press("R")
        await until(pilot, lambda: says(app, "Looking at mixed …", "43%", "Only reads. Esc ends it"))
        assert not app.screen.query_one("#act", Button).display
        await pilot.press("R")
        await press(pilot, "escape")
        assert app.screen is app.browser
        assert app.notices == ["cancelled; nothing was changed"]
        assert ended.is_set()
    assert files(store) == before


async def test_a_repair_that_is_stopped_leaves_every_byte(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, made, go = files(store), repair.make, Event()

    def slow(*given: Any) -> RowsOutcome[RepairRow]:
        go.wait(30)
        return made(*given)

    monkeypatch.setattr(repair, "make", slow)
    async with browsing(store) as (app, pilot):
        await press(pilot, "R", "right")
        await pilot.press("enter")
        await until(pilot, lambda: says(app, "Repairing mixed …", "+ line 3", "Stop leaves the sessions"))
        await pilot.press("escape")
        await until(pilot, lambda: says(app, "Stopping …"))
        go.set()
        await settle(pilot)
        assert app.screen is app.browser
        assert app.notices == ["stopped; nothing was changed"]
    assert files(store) == before


# ---- what hinders it


@pytest.mark.exhaustive
async def test_who_has_the_file_open_is_waited_for_when_it_is_tried_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, repair, busy("mixed"), unleased("mixed"))
    async with browsing(store) as (app, pilot):
        await press(pilot, "R", "right", "enter")
        assert says(app, "Busy", "zeroclaw (pid 4711)", "Nothing was changed.", "Try again")
        await press(pilot, "right", "enter")
        assert says(app, "Change it without a lease?")
        await press(pilot, "right", "enter")
        assert says(app, "1 session repaired")
    assert files(store)["mixed.jsonl"] == MENDED


@pytest.mark.exhaustive
async def test_the_session_that_was_busy_is_tried_again_alone(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, repair, (["glued"], busy))
    async with browsing(store) as (app, pilot):
        await press(pilot, "space", "G", "space", "R", "right", "enter")
        assert says(app, "1 of 2 sessions repaired", "! glued", "Try 1 again")
        assert app.browser.side.marked == ("mixed", "glued"), "damage is left in the first, all of it in the second"
        await press(pilot, "right", "right", "enter")
        assert files(store)["glued.jsonl"] == ONE + b"\n" + TWO + b"\n"


@pytest.mark.exhaustive
async def test_what_changed_meanwhile_is_asked_about_anew(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "R")
        (store / "mixed.jsonl").write_bytes(TWO + ONE + b"\n")
        await press(pilot, "right", "enter")
        assert says(app, "It changed after you were asked", "Have 2 messages of mixed back?")
        assert files(store)["mixed.jsonl"] == TWO + ONE + b"\n"
        await press(pilot, "right", "enter")
    assert files(store)["mixed.jsonl"] == TWO + b"\n" + ONE + b"\n"


async def test_what_came_behind_meanwhile_stays_behind(store: Path) -> None:
    async with browsing(store) as (_, pilot):
        await press(pilot, "R")
        with (store / "mixed.jsonl").open("ab") as file:
            file.write(TWO + b"\n")
        await press(pilot, "right", "enter")
    assert files(store)["mixed.jsonl"] == MENDED + TWO + b"\n"


# ---- the journal


@pytest.mark.exhaustive
async def test_the_list_of_changes_says_what_undoing_would_do(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "R", "right", "enter", "enter", "U")
        assert says(app, "1  repair   mixed", "1 · repair · done", "u would  undo change 1")
        await press(pilot, "u", "escape")
    assert files(store) == before


async def test_a_dialog_fits_a_small_screen(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "c")
        assert says(app, "Cancel", "Compact", "Repair first")
        await press(pilot, "R")
        assert says(app, "Have 4 messages", "Cancel", "Repair")
        await press(pilot, "end")
        assert says(app, "! line 11 stays")
        await press(pilot, "right", "enter")
        assert says(app, "1 session repaired", "Close", "Undo")
        assert isinstance(app.screen, PageDialog)


# ---- words, without a screen


def damage(line: int, salvage: Salvage = Salvage.NONE, recovers: int = 0, lines: int = 1) -> Fault:
    return Fault("x", Severity.DAMAGE, "bad", 0, salvage, recovers, line, Span(10 * line, 10 * lines), lines)


def row(*outcomes: Outcome, key: str = "k", recovered: int = 0, left: int = 0, dropped: int = 0) -> RepairRow:
    return RepairRow(key, 5, dropped, recovered, left, 100, 90, "repaired", outcomes)


def lines(page: Page) -> list[str]:
    return text(page).splitlines()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(damage(2), False, (b"1", b"2")), "+ line 2  bad → 2 messages"),
        (Outcome(damage(2), False, (), (Span(1, 8),)), "~ line 2  bad → a fragment of 8 B is kept"),
        (Outcome(damage(2), False, (), (Span(1, 8), Span(20, 9))), "~ line 2  bad → 2 fragments of 17 B are kept"),
        (Outcome(damage(2, Salvage.LOSSLESS), False), "- line 2  bad → goes: nothing is lost"),
        (Outcome(damage(2, Salvage.LOSSLESS, 7_000_000), False), "+ line 2  bad → 7,000,000 messages"),
        (Outcome(damage(2), False), "- line 2  bad → goes: its bytes are kept"),
        (Outcome(damage(2, lines=3), True), "! lines 2–4 stay  bad: no message is whole in it"),
        (
            Outcome(damage(2, Salvage.PARTIAL, 3), True),
            "! line 2 stays  bad: a guess could have 3 messages back (x shows it)",
        ),
        (
            Outcome(damage(2)._replace(severity=Severity.INCOMPLETE), True),
            "! line 2 stays  bad: it may still be being written",
        ),
        (Outcome(damage(2, Salvage.LOSSLESS, 1), True), "! line 2 stays  bad: it may still be being written"),
    ],
)
def test_what_becomes_of_a_fault(outcome: Outcome, said: str) -> None:
    assert lines(repairs.question(RepairPlan((row(outcome, recovered=1),))))[2] == said


def test_a_newline_that_is_missing_is_put_there() -> None:
    page = repairs.question(RepairPlan((row(),)))
    assert (page.title, page.act) == ("Repair k?", "Repair")
    assert lines(page)[0] == "5 valid messages stay unchanged · 100 B → 90 B"
    assert lines(page)[-1] == "· a newline is put behind the last record, which nobody ended"


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted() -> None:
    told = (Outcome(damage(1), True), *(Outcome(damage(at), False, (b"1",)) for at in range(2, 1_001)))
    [*_, last] = repairs._outcomes(replace(row(*told, recovered=5_000, left=7), faults=5_007))
    assert contents([last])[0].plain == "… 4,001 more messages back, 6 more faults stay"


@pytest.mark.exhaustive
def test_no_more_lines_are_made_than_a_dialog_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Outcome] = []
    real = repairs._goes

    def goes(found: Outcome) -> TextLine:
        made.append(found)
        return real(found)

    monkeypatch.setattr(repairs, "_goes", goes)
    many = [row(*(Outcome(damage(at), False, (b"1",)) for at in range(1, 700)), recovered=699) for _ in range(50)]
    page = repairs.question(RepairPlan(tuple(many)))
    assert lines(page)[0].startswith("34,950 messages come back")
    assert lines(page)[-1] == "… and more lines"
    assert (len(page.body), len(made)) == (2 + LINES + 1, LINES - 1)


def test_a_session_that_is_left_alone_says_why() -> None:
    refused = RepairRow("far", 0, 0, 0, 0, 9, 9, "refused", problem=Problem("it is a link; nothing was changed", "", 4))
    assert "far  ! left alone: it is a link" in text(repairs.question(RepairPlan((row(recovered=1), refused))))
    assert repairs.question(RepairPlan((refused,))).title == "it is a link; nothing was changed"


def test_healthy_sessions_are_counted_at_the_end() -> None:
    healthy = [RepairRow(str(at), 1, 0, 0, 0, 9, 9, "unchanged") for at in range(2_000)]
    found = lines(repairs.question(RepairPlan((*healthy, row(Outcome(damage(2), True), recovered=1)))))
    assert found[2].startswith("k  1 message comes back")
    assert found[-1] == "2,000 sessions  every line is valid; stay unchanged"


def test_a_last_line_that_may_be_being_written_is_no_damage() -> None:
    open_end = Outcome(damage(2)._replace(severity=Severity.INCOMPLETE), True)
    plan = RepairPlan((RepairRow("k", 1, 0, 0, 0, 9, 9, "unchanged", (open_end,)),))
    assert repairs.question(plan).title == "there is nothing to repair: the last line may still be being written"


def KEYS(action: str) -> str:
    return {"undo": "u", "inspect": "x"}[action]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (row(recovered=1), "had 1 message back (change 7) · u takes it back"),
        (row(dropped=2), "set 2 fragments aside (change 7) · u takes it back"),
        (row(), "removed what was damaged (change 7) · u takes it back"),
    ],
)
def test_what_was_done_in_a_sentence(given: RepairRow, said: str) -> None:
    assert outcomes.sentence(RowsOutcome("repair", "00000007", (given,)), KEYS) == said


def test_a_sentence_promises_no_key_that_does_nothing() -> None:
    done = RowsOutcome("repair", "00000007", (row(recovered=1, left=2),))
    assert outcomes.sentence(done, lambda _: "") == "had 1 message back (change 7)"
    page = outcomes.page(done, lambda _: "")
    assert page is not None
    assert (page.undo, lines(page)[-1]) == ("Change 7.", "! 2 faults stay damaged")


def test_a_stopped_repair_says_how_far_it_came() -> None:
    stopped = RepairRow("z", 0, 0, 0, 0, 9, 9, "cancelled", problem=Problem("stopped", "", 130))
    page = outcomes.page(RowsOutcome("repair", "00000007", (row(recovered=1), stopped)), KEYS)
    assert page is not None
    assert page.title == "Stopped: 1 of 2 sessions repaired"
    assert lines(page)[0] == "! 1 session not begun when it was stopped; nothing was changed there"


def test_no_text_of_a_store_is_obeyed() -> None:
    nasty = "evil\x1b]52;c;eA==\x07[red]"
    bad = damage(2)._replace(reason=nasty)
    told = repairs.question(RepairPlan((row(Outcome(bad, True), key=nasty, recovered=1), row(key=nasty))))
    repaired = replace(row(key=nasty, left=1), fragments=Path(f"/{nasty}/x"))
    done = repairs.rows(RowsOutcome("repair", "1", (repaired,)), KEYS)
    whole = visible(told.title) + text(told) + "".join(line.plain for line in contents(done))
    assert not {"\x1b", "\x07"} & set(whole)
    assert whole.count("evil␛]52;c;eA==␇[red]") == 5


def test_compact_and_repair_name_as_many_faults() -> None:
    assert compact.NAMED == repair_plan.NAMED
