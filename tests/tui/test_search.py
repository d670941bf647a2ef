"""Search on the screen: what was asked is what is answered, nothing jumps, and one comes back to where one was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.changes.verbs import migrate
from sessiontui.describe.nothing_found import advice
from sessiontui.dialects.zeroclaw import write
from sessiontui.errors import Cancelled, StoreError
from sessiontui.model import Address, Backend, Found, Hit, Message, Span
from sessiontui.query.ast import Phrase, Query
from sessiontui.query.parse import parse
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, never
from sessiontui.tui import preferences
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.search_bar import KEPT, SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.matrices import few
from tests.support.screens import (
    NARROW,
    NOW,
    WIDE,
    StillApp,
    browsing,
    choose,
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
            "alice": [
                Message("user", "where is the token budget of this month, and who looks after it?"),
                Message("assistant", "in the config"),
            ],
            "build": talk(300, "build"),
            "carol": [Message("user", "budget"), Message("assistant", "which one?"), Message("user", "the budget")],
        },
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"many": [Message("user", f"needle {at}") for at in range(1, 301)]})


def hits(app: StillApp) -> HitList:
    return app.browser.query_one(HitList)


def text(app: StillApp) -> str:
    """What is in the search bar."""
    return str(app.browser.query_one(SearchBar).value)


def transcript(app: StillApp) -> TranscriptView:
    return app.browser.query_one(TranscriptView)


def line_of(app: StillApp, words: str) -> int:
    """The line of the screen in whose left half some words stand."""
    return next(at for at, line in enumerate(shown(app)) if words in line[:60])


def at(app: StillApp) -> tuple[str, int | None] | None:
    """Key and number of the hit under the cursor."""
    hit = hits(app).hit
    return None if hit is None else (hit.key, hit.address.line)


async def until(pilot: Pilot[Any], reached: Callable[[], bool]) -> None:
    """Wait for something while work that is held back goes on."""
    for _ in range(300):
        await pilot.pause(0.02)
        if reached():
            return
    raise AssertionError("it never came to that")


# ---- order


@pytest.mark.exhaustive
async def test_v_sorts_by_relevance_and_back(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"))
        assert says(app, "3 hits · newest")
        assert at(app) == ("alice", 1)
        await press(pilot, "tab", "v")
        assert says(app, "3 hits · by relevance")
        assert at(app) == ("carol", 1), "nobody was at a hit: the best comes first"
        await press(pilot, "v")
        assert says(app, "3 hits · newest")
        assert at(app) == ("alice", 1)


@pytest.mark.exhaustive
async def test_the_hit_that_one_is_at_stays_under_the_cursor_when_the_order_changes(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "down", "down", "tab")
        assert at(app) == ("carol", 1)
        await press(pilot, "v")
        assert says(app, "by relevance")
        assert (at(app), hits(app).cursor) == (("carol", 1), 0)


@pytest.mark.exhaustive
async def test_the_hit_that_one_is_at_is_fetched_where_it_ranks_far_behind(tmp_path: Path) -> None:
    rows: list[Message | bytes] = [Message("user", f"needle {at}") for at in range(1, 300)]
    rows.append(Message("user", "a needle " + "and many other words " * 40))
    async with browsing(folder(tmp_path / "sessions", {"many": rows})) as (app, pilot):
        await press(pilot, "slash", *typed("needle"), "enter")
        assert at(app) == ("many", 300)
        await press(pilot, "v")
        assert at(app) == ("many", 300)
        assert hits(app).cursor == 299


@pytest.mark.exhaustive
async def test_what_cannot_be_ranked_says_so(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {"one": [Message("user", "東京の天気"), Message("user", "東京")]})
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", "東", "京", "tab", "v")
        assert says(app, "2 hits · newest")
        assert "can't be ranked" in app.notices[0]


@pytest.mark.exhaustive
async def test_v_without_a_search_says_what_to_do(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "v")
        assert app.notices == ["there are no hits to sort: / searches"]


# ---- more than is shown


@pytest.mark.exhaustive
async def test_more_hits_are_fetched_near_the_end_and_nothing_jumps(many: Path) -> None:
    async with browsing(many) as (app, pilot):
        await press(pilot, "slash", *typed("needle"))
        assert says(app, "300 hits · newest", "Hits · first 64")
        hits(app).focus()
        for _ in range(30):
            hits(app).action_move(1)
        await pilot.pause()
        assert hits(app).cursor == 30
        assert hits(app).count == 64
        for _ in range(12):
            hits(app).action_move(1)
        before, line = at(app), line_of(app, "needle 258")
        await settle(pilot)
        assert says(app, "Hits · first 256")
        assert (at(app), line_of(app, "needle 258")) == (before, line)
        await press(pilot, "G", "G", "G")
        assert hits(app).count == 300
        assert not says(app, "of 300")
        assert at(app) == ("many", 1)


class Counting(JsonlStore):
    """Tells the number of hits when it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.gate = threading.Event()
        self.numbered: list[Query] = []

    def search(self, query: Query, *, limit: int | None = 50, cancelled: IsCancelled = never, **how: Any) -> Found:
        if limit == 0:
            self.numbered.append(query)
            while not self.gate.wait(0.01) and not cancelled():
                pass
        return super().search(query, limit=limit, cancelled=cancelled, **how)


@pytest.mark.exhaustive
async def test_how_many_there_are_is_told_when_one_rests(many: Path) -> None:
    store = Counting(many)
    async with browsing(store) as (app, pilot):
        await pilot.press("slash", *typed("ne"))
        await until(pilot, lambda: len(store.numbered) == 1)
        assert says(app, "more than 64 hits · newest", "first 64")
        await pilot.press("down", "down")
        before = shown(app)
        store.gate.set()
        await settle(pilot)
        assert says(app, "300 hits · newest", "first 64")
        assert not says(app, "more than")
        assert [line[:40] for line in shown(app)[6:]] == [line[:40] for line in before[6:]], "nothing moves"
        for _ in range(4):
            await press(pilot, "pagedown")
            assert says(app, "300 hits · newest")
        assert hits(app).count > 64
        assert len(store.numbered) == 1, "it need not be counted again"
        await press(pilot, "tab", "v")
        assert says(app, "300 hits · by relevance")


@pytest.mark.exhaustive
async def test_a_number_of_what_is_no_longer_asked_is_never_told(many: Path) -> None:
    store = Counting(many)
    async with browsing(store) as (app, pilot):
        await pilot.press("slash", *typed("ne"))
        await until(pilot, lambda: len(store.numbered) == 1)
        await pilot.press(*typed("xt"))
        store.gate.set()
        await settle(pilot)
        assert says(app, "0 hits", "Nothing found.")


@pytest.mark.exhaustive
async def test_what_can_not_be_counted_is_still_found(many: Path) -> None:
    class Uncountable(JsonlStore):
        def search(self, query: Query, *, limit: int | None = 50, **how: Any) -> Found:
            if limit == 0:
                raise StoreError("the disk is gone")
            return super().search(query, limit=limit, **how)

    async with browsing(Uncountable(many)) as (app, pilot):
        await press(pilot, "slash", *typed("ne"))
        assert says(app, "more than 64 hits")
        assert app.notices == []


@pytest.mark.exhaustive
async def test_the_wheel_fetches_more_too(many: Path) -> None:
    async with browsing(many) as (app, pilot):
        await press(pilot, "slash", *typed("needle"))
        hits(app).scroll_to(y=100, animate=False, force=True)
        await settle(pilot)
        assert hits(app).count == 256
        assert hits(app).cursor == 0


# ---- an answer that comes late, or grows


class Held(JsonlStore):
    """Answers a query when its gate is opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gates: dict[str, threading.Event] = {}
        self.deaf = True
        """It goes on though nobody wants the answer any more."""
        self.request: list[str] = []

    def search(
        self,
        query: Query,
        *,
        limit: int | None = 50,
        relevance: bool = False,
        key: str | None = None,
        keys: Collection[str] | None = None,
        cancelled: IsCancelled = never,
        scan: Progress | None = None,
    ) -> Found:
        words = " ".join(word for term in query.terms if isinstance(term, Phrase) for word in term.words)
        self.request.append(words)
        for _ in range(1_000):
            if words not in self.gates or self.gates[words].wait(0.02):
                break
            if cancelled() and not self.deaf:
                raise Cancelled
        return super().search(query, limit=limit, relevance=relevance, key=key, keys=keys)


async def test_an_answer_that_comes_too_late_is_never_shown(store: Path) -> None:
    held = Held(store)
    held.gates["bu"] = threading.Event()
    async with browsing(held) as (app, pilot):
        await pilot.press("slash", "b", "u")
        await until(pilot, lambda: "bu" in held.request)
        await pilot.press("d")
        await until(pilot, lambda: hits(app).count == 3)
        held.gates["bu"].set()
        await settle(pilot)
        assert (text(app), hits(app).count) == ("bud", 3), "and not 303"
        assert says(app, "3 hits")


@pytest.mark.exhaustive
async def test_what_takes_long_says_so_and_old_hits_are_no_answer(store: Path) -> None:
    held = Held(store)
    held.gates["budgets"] = threading.Event()
    async with browsing(held) as (app, pilot):
        await press(pilot, "slash", *typed("budget"))
        await pilot.press("s")
        await until(pilot, lambda: says(app, "searching …"))
        assert not says(app, "3 hits")
        assert says(app, "alice"), "they stay to be seen"
        await pilot.press("enter")
        await pilot.pause()
        assert focus(app) is SearchBar, "Enter waits for the answer"
        held.gates["budgets"].set()
        await settle(pilot)
        assert says(app, "0 hits", "Nothing found.")
        assert not says(app, "searching …")


@pytest.mark.exhaustive
async def test_enter_before_the_answer_goes_to_the_first_hit_of_the_answer(store: Path) -> None:
    held = Held(store)
    held.gates["config"] = threading.Event()
    async with browsing(held) as (app, pilot):
        await press(pilot, "slash", *typed("bu"))
        await pilot.press(*typed("ild"))
        await settle(pilot)
        for key in ["backspace"] * 5:
            await pilot.press(key)
        await pilot.press(*typed("config"), "enter")
        await until(pilot, lambda: "config" in held.request)
        assert focus(app) is SearchBar
        held.gates["config"].set()
        await settle(pilot)
        assert focus(app) is TranscriptView
        assert (app.browser.reading.key, transcript(app).cursor) == ("alice", 1)


class Failing(JsonlStore):
    """Can't be searched."""

    def search(self, query: Query, **how: Any) -> Found:
        raise StoreError("the index can't be read: disk I/O error", "look at the disk")


async def test_a_search_that_fails_is_no_crash_and_no_answer(store: Path) -> None:
    async with browsing(Failing(store)) as (app, pilot):
        await press(pilot, "slash", *typed("bud"))
        assert app.notices == ["the index can't be read: disk I/O error\nlook at the disk"] * 3
        assert says(app, "the search failed")
        assert len(app._notifications) == 1, "one at a time"


@pytest.mark.exhaustive
async def test_hits_that_come_later_push_nothing(many: Path) -> None:
    async with browsing(many) as (app, pilot):
        await press(pilot, "slash", *typed("needle"), "down")
        before, line = at(app), line_of(app, "needle 299")
        with (many / "many.jsonl").open("ab") as file:
            file.write(write(Message("user", "a new needle")))
        opened(many).index()
        app.browser.search.ask_again()
        await settle(pilot)
        assert says(app, "301 hits · newest")
        assert (at(app), line_of(app, "needle 299")) == (before, line)
        assert not says(app, "a new needle")
        await press(pilot, "pageup")
        assert at(app) == ("many", 301)


@pytest.mark.exhaustive
async def test_a_search_is_repeated_after_the_one_that_runs_when_the_index_grows(store: Path) -> None:
    held = Held(store)
    held.gates["budget"] = threading.Event()
    async with browsing(held) as (app, pilot):
        await pilot.press("slash", *typed("budget"))
        await until(pilot, lambda: held.request[-1:] == ["budget"])
        for _ in range(3):
            app.browser.search.ask_again()
        await pilot.pause()
        assert held.request.count("budget") == 1, "what runs is not begun again"
        held.gates["budget"].set()
        await settle(pilot)
        assert held.request.count("budget") == 2
        assert says(app, "3 hits")


# ---- going to hits


async def test_n_goes_through_the_hits_of_all_sessions_and_says_where_they_end(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "tab")
        seen = []
        for _ in range(4):
            await press(pilot, "n")
            seen.append((app.browser.reading.key, transcript(app).cursor))
        assert seen == [("alice", 0), ("carol", 2), ("carol", 0), ("carol", 0)]
        assert app.notices == ["this is the last hit"]
        await press(pilot, "N", "shift+f3", "N")
        assert (app.browser.reading.key, transcript(app).cursor) == ("alice", 0)
        assert app.notices[1:] == ["this is the first hit"]


@pytest.mark.exhaustive
@pytest.mark.parametrize("noticed", [False, True])
async def test_a_hit_in_a_session_that_is_gone_says_so_and_the_others_are_still_gone_to(
    store: Path, noticed: bool
) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "tab", "n")
        (store / "carol.jsonl").unlink()
        if noticed:
            app.browser.side.known.pop("carol")  # type: ignore[attr-defined]  # as if it was listed anew
        await press(pilot, "n")
        assert says(app, "This session is gone.", "u brings it back")
        await press(pilot, "n", "N", "N")
        assert app.browser.reading.key == "alice"


@pytest.mark.exhaustive
async def test_v_and_n_while_a_search_runs_are_of_its_answer(store: Path) -> None:
    held = Held(store)
    held.gates["budget"] = threading.Event()
    async with browsing(held) as (app, pilot):
        await pilot.press("slash", *typed("budget"))
        await until(pilot, lambda: "budget" in held.request)
        await pilot.press("tab", "v", "v", "v", "n")
        await pilot.pause()
        assert focus(app) is not TranscriptView
        held.gates["budget"].set()
        await settle(pilot)
        assert says(app, "3 hits · by relevance")
        assert (focus(app), app.browser.reading.key, transcript(app).cursor) == (TranscriptView, "carol", 0)


@pytest.mark.exhaustive
async def test_b_while_a_search_runs_shows_no_hit_of_the_store_before(tmp_path: Path) -> None:
    held = Held(sample(tmp_path))
    held.gates["the"] = threading.Event()
    held.deaf = True
    async with browsing(held) as (app, pilot):
        await pilot.press("slash", *typed("the"))
        await until(pilot, lambda: "the" in held.request)
        await pilot.press("tab", "b")
        await until(pilot, lambda: app.browser.changes.store.backend is Backend.SQLITE)
        held.gates["the"].set()
        await settle(pilot)
        assert (text(app), hits(app).count, focus(app)) == ("", 0, SessionList)
        await press(pilot, "slash", *typed("the"))
        assert {hit.backend for hit in hits(app).items} == {Backend.SQLITE}


@pytest.mark.exhaustive
async def test_f3_works_while_one_types(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "f3")
        assert focus(app) is TranscriptView
        assert app.browser.reading.key == "alice"
        await press(pilot, "f3")
        assert app.browser.reading.key == "carol"


@pytest.mark.exhaustive
async def test_the_open_session_knows_which_of_its_hits_one_is_at(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "down", "enter")
        assert says(app, "carol ─ 3 messages", "1/2")
        await press(pilot, "n")
        assert says(app, "2/2")
        await press(pilot, "slash", *typed("x"))
        assert not says(app, "2/2")


@pytest.mark.exhaustive
async def test_who_leaves_the_bar_sees_how_many_hits_the_open_session_has(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"))
        assert not says(app, "1 hit")
        await press(pilot, "tab")
        assert says(app, "3 hits", "1 hit")
        await press(pilot, "slash", "escape")
        assert not says(app, "1 hit")


@pytest.mark.exhaustive
async def test_esc_goes_back_to_session_row_and_focus(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "build")
        await press(pilot, "enter", "g", "J", "J", "slash", *typed("budget"), "enter", "n", "n")
        assert app.browser.reading.key == "carol"
        await press(pilot, "escape")
        assert (app.browser.reading.key, transcript(app).cursor, focus(app)) == ("build", 2, TranscriptView)
        assert text(app) == "budget"
        await press(pilot, "n")
        assert app.browser.reading.key == "carol", "the hit one came from"


@pytest.mark.exhaustive
async def test_esc_goes_back_to_the_list_where_one_came_from_there(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        await press(pilot, "j", "slash", *typed("config"), "enter")
        assert (app.browser.reading.key, focus(app)) == ("alice", TranscriptView)
        await press(pilot, "escape")
        assert (app.browser.reading.key, focus(app)) == ("build", HitList)
        assert not app.browser.has_class("-reading")
        await press(pilot, "escape")
        assert (text(app), focus(app)) == ("", SessionList)


async def test_esc_in_the_bar_clears_then_goes_back_to_what_had_the_focus(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        await press(pilot, "enter", "slash", "b", "escape")
        assert (text(app), focus(app)) == ("", SearchBar)
        await press(pilot, "escape")
        assert focus(app) is TranscriptView
        assert app.browser.has_class("-reading")


@pytest.mark.exhaustive
async def test_page_down_in_the_bar_walks_a_page_of_hits(many: Path) -> None:
    async with browsing(many) as (app, pilot):
        await press(pilot, "slash", *typed("needle"), "pagedown")
        page = hits(app).cursor
        assert page > 5
        await press(pilot, "pageup", "down", "down", "up")
        assert (hits(app).cursor, focus(app)) == (1, SearchBar)


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", few(WIDE, NARROW))
async def test_tab_goes_from_list_to_transcript_to_bar_and_shift_tab_back(store: Path, size: tuple[int, int]) -> None:
    async with browsing(store, size) as (app, pilot):
        seen = [focus(app)]
        for _ in range(3):
            await press(pilot, "tab")
            seen.append(focus(app))
        assert seen == [SessionList, TranscriptView, SearchBar, SessionList]
        seen = []
        for _ in range(3):
            await press(pilot, "shift+tab")
            seen.append(focus(app))
        assert seen == [SearchBar, TranscriptView, SessionList]


# ---- earlier searches


@pytest.mark.exhaustive
async def test_ctrl_up_walks_through_earlier_searches_and_down_comes_back_to_what_was_typed(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *typed("budget"), "enter", "slash", "escape", *typed("config"), "tab")
        await press(pilot, "slash", "escape", *typed("buil"))
        seen = []
        for key in ["ctrl+up", "ctrl+up", "ctrl+up", "ctrl+down", "ctrl+down", "ctrl+down"]:
            await press(pilot, key)
            seen.append(text(app))
        assert seen == ["config", "budget", "budget", "config", "buil", "buil"]
        assert hits(app).hit is not None
        assert preferences.load().searches == ("config", "budget")


@pytest.mark.exhaustive
async def test_a_search_is_remembered_once_and_the_oldest_is_forgotten(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        bar = app.browser.query_one(SearchBar)
        bar.earlier = [f"search {at}" for at in range(KEPT + 10)]
        assert len(bar.earlier) == KEPT
        await press(pilot, "slash", *typed("search 7"), "tab")
        assert bar.earlier[:3] == ("search 7", "search 0", "search 1")
        assert len(bar.earlier) == KEPT
        assert bar.earlier.count("search 7") == 1


@pytest.mark.exhaustive
async def test_right_at_the_end_takes_the_rest_of_an_earlier_search(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        app.browser.query_one(SearchBar).earlier = ["token budget", "tok\x1b[31m"]
        await press(pilot, "slash", *typed("Tok"))
        assert says(app, "Token budget")
        await press(pilot, "right")
        assert text(app) == "token budget"
        assert says(app, "1 hit · newest")
        await press(pilot, "left", "left", "right")
        assert text(app) == "token budget"


# ---- nothing found


@pytest.mark.parametrize(
    ("typed_text", "note", "said", "unsaid"),
    [
        ("zebra", "", "The beginning of a word finds more", "Fewer"),
        ("zebra crossing", "", "fewer words find more", "beginning"),
        ('"zebra crossing"', "", "Without the quotation marks", "fewer"),
        ("動物園", "", "exactly as they stand", "beginning"),
        ("...", "not all", "Punctuation alone", "Not all"),
        ("zebra", "some is not indexed yet", "\nSome is not indexed yet\n", "Fewer"),
    ],
)
def test_what_to_try_next(typed_text: str, note: str, said: str, unsaid: str) -> None:
    lines = advice(typed_text, parse(typed_text, live=True), note)
    assert lines.startswith("Nothing found.\n")
    assert lines.endswith("Esc clears the search")
    assert said in lines
    assert unsaid not in lines


# ---- in a database


async def test_hits_of_a_database_have_a_time_and_are_gone_to(tmp_path: Path) -> None:
    sample(tmp_path)
    found = opened(tmp_path / ".zeroclaw" / "workspace", Backend.SQLITE)
    async with browsing(found) as (app, pilot):
        await press(pilot, "slash", *typed("the"))
        hit = hits(app).hit
        assert hit is not None
        assert hit.address.created_at is not None
        await press(pilot, "enter", "n")
        hit, entry = hits(app).hit, transcript(app).entry
        assert hit is not None
        assert entry is not None
        assert (app.browser.reading.key, entry.address.id) == (hit.key, hit.address.id)


# ---- how a hit is drawn


@pytest.mark.exhaustive
async def test_a_hit_tells_its_time_and_shows_one_of_two_words_that_stand_far_apart(tmp_path: Path) -> None:
    words = Message("user", "alpha " + "and so on " * 40 + "omega")
    async with browsing(folder(tmp_path / "sessions", {"one": [words]})) as (app, pilot):
        await press(pilot, "slash", *typed("omega alpha"))
        assert hits(app)._spans("alpha and so on") == [(0, 5)]
        address = Address(span=Span(0, 1), created_at=NOW - timedelta(days=3))
        hits(app).show([Hit("one", Backend.SQLITE, "user", "alpha", 7, address)], hits(app)._spans)
        await pilot.pause()
        assert any(line.split()[1:5] == ["one", "user", "#7", "3d"] for line in shown(app))


# ---- copying


@pytest.mark.exhaustive
@pytest.mark.parametrize("backend", few(Backend.JSONL, Backend.SQLITE))
async def test_y_in_the_list_of_hits_copies_the_hit(store: Path, tmp_path: Path, backend: Backend) -> None:
    home = store if backend is Backend.JSONL else sample(tmp_path)
    word = "budget" if backend is Backend.JSONL else "seven"
    async with browsing(opened(home, backend)) as (app, pilot):
        await press(pilot, "slash", *typed(word), "tab")
        assert app.browser.focused is hits(app)
        await press(pilot, "j", "y")
        hit = hits(app).hit
        assert hit is not None
        assert word in app.clipboard.lower()
        message = list(app.browser.changes.store.messages(hit.key))[(hit.ordinal or 0) - 1]
        assert app.clipboard == message.content
        assert app.notices[-1].startswith(f"copied message #{hit.ordinal} of {hit.key} · ")


@pytest.mark.exhaustive
async def test_a_hit_that_is_gone_is_not_copied(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *"month", "tab")
        file = store / "alice.jsonl"
        file.write_bytes(write(Message("user", "another")) + file.read_bytes())
        await press(pilot, "y")
        assert app.clipboard == ""
        assert "changed while it was read" in app.notices[-1]


@pytest.mark.exhaustive
async def test_a_huge_hit_is_copied_whole(store: Path) -> None:
    (store / "huge.jsonl").write_bytes(write(Message("user", "needle " + "x" * 9_000_000)))
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", *"needle", "tab", "y")
        assert "message #1 of huge: 9.0 MB, too long for a clipboard" in app.notices[-1]


# ---- hits within the filter


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    cake: list[Message | bytes] = [Message("user", "a cake"), Message("assistant", "which cake?")]
    return folder(
        tmp_path / "sessions", {"corner": cake, "baker": [*cake, *cake], "cornwall": talk(3), "corinth": cake}
    )


def found(app: StillApp) -> list[str]:
    return [hit.key for hit in app.browser.side.hits.items]


@pytest.mark.exhaustive
@pytest.mark.parametrize("backend", [Backend.JSONL, Backend.SQLITE])
async def test_the_filter_leaves_only_its_own_hits(shops: Path, backend: Backend) -> None:
    if backend is Backend.SQLITE:
        migrate.make(migrate.plan(shops))
    async with browsing(opened(shops, backend)) as (app, pilot):
        await press(pilot, "f", *typed("cor"), "enter", "slash", *typed("cake"))
        assert sorted(found(app)) == ["corinth", "corinth", "corner", "corner"]
        assert says(app, "4 hits · newest · only in sessions that fit “cor”")
        await press(pilot, "down", "enter", "v")
        assert sorted(found(app)) == ["corinth", "corinth", "corner", "corner"]
        assert says(app, "4 hits · by relevance · only in sessions that fit “cor”")


@pytest.mark.exhaustive
async def test_hits_follow_the_filter_while_they_are_up(shops: Path) -> None:
    async with browsing(shops) as (app, pilot):
        await press(pilot, "slash", *typed("cake"))
        assert len(found(app)) == 8
        await press(pilot, "enter", "f", *typed("cori"))
        assert found(app) == ["corinth", "corinth"]
        await press(pilot, "backspace", "n")
        assert (set(found(app)), len(found(app))) == ({"corner", "corinth"}, 4)
        await press(pilot, "escape", "escape")
        assert len(found(app)) == 8
        assert says(app, "8 hits · newest")
        assert not says(app, "that fit")


async def test_where_nothing_is_found_it_says_where_it_looked(shops: Path) -> None:
    async with browsing(shops) as (app, pilot):
        await press(pilot, "f", *typed("cornw"), "enter", "slash", *typed("cake"))
        assert found(app) == []
        assert says(app, "Nothing found.", "Searched only in sessions that fit “cornw”")


@pytest.mark.exhaustive
async def test_further_hits_are_within_the_filter_too(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {"corner": talk(300, "cake"), "baker": talk(300, "cake")})
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("cor"), "enter", "slash", *typed("cake"), "enter")
        app.browser.side.hits.focus()
        await press(pilot, "G", "G", "G")
        assert found(app) == ["corner"] * 300
        assert says(app, "300 hits · newest · only in sessions that fit “cor”")


async def test_enter_before_the_answer_comes_to_the_line_of_the_hit(tmp_path: Path) -> None:
    long: list[Message | bytes] = [Message("user", "many words " * 2_000 + "needle")]
    async with browsing(folder(tmp_path / "sessions", {"alice": long})) as (app, pilot):
        await press(pilot, "enter", "g")
        await pilot.press("slash", *typed("needle"), "enter")
        await settle(pilot)
        row, line = app.screen.query_one(TranscriptView)._view.anchor
        assert (row, line > 100) == (0, True)
