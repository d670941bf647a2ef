"""Every change from the keyboard: what the dialog shows, that no means no, that yes is made, and that u takes it back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from sessiontui.changes.outcome import Problem
from sessiontui.changes.verbs.compact import CompactPlan, CompactRow
from sessiontui.changes.verbs.migrate import MigratePlan, MigrateRow
from sessiontui.changes.verbs.pop import PopPlan
from sessiontui.changes.verbs.request import ChangeRequest, VerbName
from sessiontui.describe.page import Page
from sessiontui.describe.questions import Planned, question
from sessiontui.model import Fault, Message, Severity
from sessiontui.store.memory import MemoryStore
from sessiontui.tui.changes.dialog import PageDialog
from sessiontui.tui.changes.page_box import contents
from sessiontui.visible import visible
from tests.support.screens import NOW, SMALL, TORN, browsing, clock, folder, press, says, settle, shown

Plan = PopPlan | CompactPlan | MigratePlan

ALICE = b'{"role":"user","content":"first"}\n{"role":"assistant","content":"the last one"}\n'
BLANK = b"\n"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    torn: list[Message | bytes] = [Message("user", "before"), TORN, BLANK, Message("assistant", "after")]
    return folder(tmp_path / "sessions", {"alice": [ALICE], "torn": torn})


def files(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(store.glob("*.jsonl*"))}


# ---- pop


async def test_pop_shows_what_goes_and_enter_alone_cancels(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "p")
        assert says(app, "Remove the last message of alice?", "the last one", "u puts it back", "Cancel", "Remove")
        await press(pilot, "enter")
        assert not isinstance(app.screen, PageDialog)
        await press(pilot, "p", "escape")
        assert not isinstance(app.screen, PageDialog)
        assert app.notices == []
    assert files(store) == before


async def test_pop_removes_one_message_and_u_and_ctrl_r_go_back_and_forth(store: Path) -> None:
    before = files(store)
    shorter = before | {"alice.jsonl": ALICE.splitlines(keepends=True)[0]}
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "tab", "enter")
        assert app.notices == ["removed the last message of alice (change 1) · u takes it back"]
        assert files(store) == shorter
        assert says(app, "alice ─ 1 message", "first")
        assert not says(app, "the last one")
        await press(pilot, "u")
        assert app.notices[1] == "undone change 1, pop of alice · Ctrl+R redoes it"
        assert files(store) == before
        assert says(app, "alice ─ 2 messages", "the last one")
        await press(pilot, "ctrl+r")
        assert files(store) == shorter
        assert app.notices[2].startswith("redone change 1, pop of alice")


@pytest.mark.exhaustive
async def test_the_buttons_can_be_clicked(store: Path) -> None:
    async with browsing(store) as (_, pilot):
        await press(pilot, "p")
        await pilot.click("#leave")
        await settle(pilot)
        assert files(store)["alice.jsonl"] == ALICE
        await press(pilot, "p")
        await pilot.click("#act")
        await settle(pilot)
        assert files(store)["alice.jsonl"] != ALICE


@pytest.mark.exhaustive
async def test_pop_of_an_empty_session_says_so_and_asks_nothing(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {"empty": []})) as (app, pilot):
        await press(pilot, "p")
        assert app.notices == ["empty has no message to remove"]


@pytest.mark.exhaustive
async def test_whole_records_behind_the_message_are_named_before_anything_is_removed(tmp_path: Path) -> None:
    glued = b'{"role":"user","content":"a"}{"role":"user","content":"b"}\n'
    store = folder(tmp_path / "sessions", {"glued": [Message("user", "one"), glued]})
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "p")
        assert says(app, "Remove anyway", "whole records", "one")
        assert not says(app, "nothing was changed")
        await press(pilot, "enter")
        assert files(store) == before
        await press(pilot, "p", "right", "enter")
        assert files(store) == {"glued.jsonl": glued}
        await press(pilot, "u")
    assert files(store) == before


@pytest.mark.exhaustive
async def test_a_refusal_is_told_with_its_hint(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "p", "right", "enter")
        (store / "alice.jsonl").write_bytes(b'{"role":"user","content":"another file"}\n')
        await press(pilot, "u")
        assert says(app, "That was not done", "alice.jsonl", "Close")
        assert ".sessiontui/00000001" in "".join(line.strip(" │") for line in shown(app))
        await press(pilot, "enter")
        assert app.screen is app.browser
    assert files(store)["alice.jsonl"] == b'{"role":"user","content":"another file"}\n'


@pytest.mark.exhaustive
async def test_no_notice_lies_above_a_dialog_and_only_the_newest_change_is_told_of(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        await press(pilot, "p", "tab", "enter")
        assert len(app._notifications) == 1
        await press(pilot, "j", "c")
        assert says(app, "Cancel", "Compact")
        assert not app._notifications
        await press(pilot, "escape", "u")
        assert [notice.message for notice in app._notifications] == app.notices[1:]
        await press(pilot, "question_mark")
        assert not app._notifications


@pytest.mark.exhaustive
async def test_what_is_refused_since_the_session_is_gone_leaves_the_list_too(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        (store / "alice.jsonl").unlink()
        await press(pilot, "p")
        assert len(app.notices) == 1
        assert "alice" in app.notices[0]
        assert says(app, "1 session ·", "torn ─ 2 messages")


@pytest.mark.exhaustive
async def test_u_with_nothing_to_undo_says_so(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "u", "ctrl+r")
        assert len(app.notices) == 2


# ---- compact


@pytest.mark.exhaustive
async def test_compact_says_line_by_line_what_stays_and_goes(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "j", "c")
        assert says(app, "Remove 1 damaged line of torn?", "line 1 stays", "! line 2 goes", "the lines behind it stay")
        assert says(app, "2 valid messages stay unchanged")
        await press(pilot, "enter")
        assert files(store) == before
        await press(pilot, "c", "right", "enter")
        assert files(store)["torn.jsonl"] == before["torn.jsonl"].replace(TORN + BLANK, b"")
        assert app.notices == ["removed 1 damaged line (change 1) · u brings it back"]
        assert says(app, "2 sessions · 4 messages")
        assert not says(app, "▚")
        await press(pilot, "u")
        assert files(store) == before
        assert says(app, "▚ ! line 2")


@pytest.mark.exhaustive
async def test_compact_of_a_healthy_session_says_so(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "c")
        assert app.notices == ["there is nothing to remove: every line is valid"]


# ---- delete


async def test_delete_shows_the_sessions_and_can_be_undone(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "X")
        assert says(
            app, "Delete alice?", "1 session with 2 messages", "afterwards u brings them all", "Cancel", "Delete"
        )
        await press(pilot, "enter")
        assert files(store) == before
        await press(pilot, "X", "right", "enter")
        assert says(app, "1 session removed", "Change 1: u takes all of it back")
        await press(pilot, "enter")
        assert sorted(files(store)) == ["torn.jsonl"]
        await press(pilot, "u")
        assert files(store) == before


@pytest.mark.exhaustive
async def test_delete_takes_all_that_are_marked(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "asterisk", "X")
        assert says(app, "Delete 2 sessions?", "2 sessions with 4 messages")
        await press(pilot, "right", "enter")
        assert files(store) == {}
        assert says(app, "2 sessions removed")


# ---- migrate


@pytest.mark.exhaustive
async def test_migrate_shows_a_row_a_session_and_can_be_undone(store: Path) -> None:
    before = files(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "m")
        assert says(app, "Move all 2 sessions to SQLite?", "left behind", "1 line", "which is created")
        await press(pilot, "enter")
        assert files(store) == before
        await press(pilot, "m", "right", "enter")
        assert says(
            app,
            "2 sessions moved",
            "Verified: sessions.db held 4 messages of 2 sessions",
            "Change 1: u takes all of it back",
            "Close",
            "Undo",
        )
        await press(pilot, "enter")
        assert app.notices == []
        assert sorted(files(store)) == ["alice.jsonl.migrated", "torn.jsonl.migrated"]
        with closing(connect(store / "sessions.db")) as database:
            assert database.execute("SELECT count(*) FROM sessions").fetchone() == (4,)
        assert says(app, "There are no sessions here yet.")
        await press(pilot, "u")
        assert files(store) == before
        assert says(app, "2 sessions · 4 messages")


@pytest.mark.exhaustive
async def test_migrate_in_sqlite_says_so(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right", "enter", "enter", "b", "m")
        assert "in SQLite already" in app.notices[-1]
        assert says(app, "sqlite · 2 sessions")


@pytest.mark.exhaustive
async def test_pop_works_in_sqlite_too(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "m", "right", "enter", "enter", "b", "p")
        assert isinstance(app.screen, PageDialog)
        await press(pilot, "right", "enter")
        assert says(app, "sqlite · 2 sessions · 3 messages")
        await press(pilot, "u")
        assert says(app, "sqlite · 2 sessions · 4 messages")


@pytest.mark.exhaustive
async def test_a_dialog_fits_a_small_screen(store: Path) -> None:
    async with browsing(store, SMALL) as (app, pilot):
        for key in ("p", "c", "m"):
            await press(pilot, "j", key)
            assert says(app, "Cancel")
            await press(pilot, "escape", "k")


# ---- words: what plans say, without a screen


def text(request: Page) -> str:
    return "\n".join(line.plain for line in contents(request.body))


def request(plan: Plan, keys: tuple[str, ...] | None = None, hours: float = 720) -> Page:
    """The page that asks about a plan; which store it is of makes no difference to the words."""
    verb = VERBS_OF[type(plan)]
    return question(ChangeRequest(verb, MemoryStore(clock), NOW, keys, hours), Planned(plan))


VERBS_OF: dict[type, VerbName] = {
    PopPlan: "pop",
    CompactPlan: "compact",
    MigratePlan: "migrate",
}
NASTY = "evil\x1b]52;c;eA==\x07[red]"


def pop(content: str, behind: int = 0, key: str = "alice") -> PopPlan:
    return PopPlan(key, Message("user", content), None, truncates=not behind, behind=behind)


@pytest.mark.parametrize(
    "plan",
    [
        pop(NASTY, key=NASTY),
        CompactPlan(
            (CompactRow(NASTY, 1, 1, 0, 9, 3, "compacted", gone=(Fault("x", Severity.DAMAGE, NASTY, 0, line=1),)),)
        ),
        MigratePlan(Path("/x"), False, (MigrateRow(NASTY, 1, 2, "migrated"), MigrateRow(NASTY, 0, 0, "refused"))),
        MigratePlan(Path("/x"), False, (MigrateRow("a", 0, 0, "refused", Problem(NASTY, "", 4)),)),
    ],
)
def test_no_text_of_a_store_is_obeyed_in_a_dialog(plan: Plan) -> None:
    page = request(plan)
    whole = visible(page.title) + text(page) + visible(page.undo)
    assert "\x1b" not in whole
    assert "\x07" not in whole
    assert "evil␛]52;c;eA==␇[red]" in whole


def test_a_long_message_is_cut_with_a_figure() -> None:
    assert "… 6,000 more characters" in text(request(pop("x" * 106_000)))


def test_what_stands_behind_is_said() -> None:
    assert "1.2 kB of damaged or blank lines behind it stay." in text(request(pop("x", 1_200)))


def test_more_faults_than_are_listed_are_counted() -> None:
    gone = tuple(Fault("x", Severity.DAMAGE, "torn", 0, line=line) for line in (2, 3, 9))
    row = CompactRow("k", 5, 10, 0, 100, 50, "compacted", gone=gone)
    assert text(request(CompactPlan((row,)))).splitlines() == [
        "5 valid messages stay unchanged · 100 B → 50 B",
        " ",
        "k  10 damaged lines of 50 B · 100 B → 50 B",
        "  line 1 stays",
        "! line 2 goes  torn",
        "! line 3 goes  torn",
        "  lines 4–8 stay",
        "! line 9 goes  torn",
        "… and 7 more damaged lines go",
    ]


def test_a_plan_of_thousands_of_sessions_shows_a_thousand() -> None:
    rows = tuple(MigrateRow(f"key_{at}", 1, 0, "migrated") for at in range(5_000))
    page = request(MigratePlan(Path("/x"), True, rows))
    assert page.title == "Move all 5,000 sessions to SQLite?"
    assert text(page).splitlines()[-1] == "… and 4,001 more lines"  # one is the head of the table


def test_nothing_to_do_is_no_question() -> None:
    assert request(PopPlan("k", None, None, True, 0)).act is None
    assert request(MigratePlan(Path("/x"), False, ())).act is None
    assert request(CompactPlan((CompactRow("k", 1, 0, 0, 9, 9, "unchanged"),))).act is None
