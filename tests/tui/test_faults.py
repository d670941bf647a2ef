"""From fault to fault by e and E: in a session, on to the next that has any, and where nothing is known or left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.model import Entry, Message, Severity
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.memory import MemoryStore
from sessiontui.store.protocol import TranscriptRows, never, silent
from sessiontui.tui.tasks import row_search
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.examples import examples
from tests.support.screens import (
    NARROW,
    TORN,
    StillApp,
    browsing,
    choose,
    focus,
    folder,
    press,
    says,
    talk,
    typed,
)

PRETTY = b'{\n  "role": "user",\n  "content": "x"\n}\n'


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The newest is healthy; two of the others are damaged, one can't be read."""
    long: list[Message | bytes] = [*talk(100), TORN, *talk(100), PRETTY, *talk(100), TORN, *talk(100)]
    path = folder(
        tmp_path / "sessions",
        {"healthy": talk(50), "long": long, "sound": talk(3), "short": [TORN, Message("user", "after it")]},
    )
    (path / "odd.jsonl").mkdir()
    return path


def location(app: StillApp) -> tuple[str | None, int]:
    return app.browser.reading.key, app.browser.query_one(TranscriptView).cursor


# ---- where the keys lead


@pytest.mark.exhaustive
async def test_e_goes_from_fault_to_fault_and_on_to_the_next_session(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        order = list(app.browser.query_one(SessionList).keys)
        assert order == ["odd", "healthy", "long", "sound", "short"]
        await choose(pilot, "healthy")
        app.browser.opener.open("healthy")
        seen = []
        for _ in range(6):
            await press(pilot, "e")
            seen.append(location(app))
        assert seen == [("long", 100), ("long", 201), ("long", 305), ("short", 0), ("odd", 0), ("long", 100)]
        assert app.notices == ["that was the last fault of the list · on from the first"]
        assert focus(app) is SessionList
        session = app.browser.query_one(SessionList).session
        assert session is not None
        assert session.key == "long"


@pytest.mark.exhaustive
async def test_E_goes_the_other_way(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        app.browser.opener.go_to("sound")
        seen = []
        for _ in range(6):
            await press(pilot, "E")
            seen.append(location(app))
        assert seen == [("long", 305), ("long", 201), ("long", 100), ("odd", 0), ("short", 0), ("long", 305)]
        assert app.notices == ["that was the first fault of the list · on from the last"]
        assert focus(app) is TranscriptView


@pytest.mark.exhaustive
async def test_who_has_just_opened_a_session_comes_to_its_first_fault_or_its_last(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "long")
        await press(pilot, "enter", "e")
        assert location(app) == ("long", 100)
        await press(pilot, "G", "E")
        assert location(app) == ("long", 305)
        await press(pilot, "g", "E")
        assert location(app)[0] != "long"


@pytest.mark.exhaustive
async def test_from_the_middle_of_a_fault_one_comes_to_its_beginning(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "long")
        await press(pilot, "enter", "colon", *typed("line 204"), "enter")
        row = app.browser.query_one(TranscriptView).cursor
        await press(pilot, "E")
        assert (location(app), row > 201) == (("long", 201), True)


@pytest.mark.exhaustive
async def test_only_the_sessions_that_the_list_shows_are_gone_to(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *typed("short"), "enter", "e", "e")
        assert location(app) == ("short", 0)
        assert app.notices[-1] == "that was the last fault of the list · on from the first"


async def test_keys_that_are_pressed_quickly_all_count(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "long")
        for _ in range(3):
            app.browser.faults.action_fault(1)
        await press(pilot, "shift")
        assert location(app) == ("long", 305)


@pytest.mark.exhaustive
async def test_where_one_pane_is_shown_it_is_the_transcript(store: Path) -> None:
    async with browsing(store, NARROW) as (app, pilot):
        await choose(pilot, "long")
        await press(pilot, "e")
        assert focus(app) is TranscriptView
        assert says(app, "▚ ! line 101 · torn · the record breaks off")


# ---- where there is nothing


async def test_a_store_without_damage_says_so(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {"a": talk(3), "b": talk(3)})) as (app, pilot):
        await press(pilot, "e", "E")
        assert set(app.notices) == {"no session of the list has damage"}
        assert location(app) == ("a", 2)


@pytest.mark.exhaustive
async def test_the_only_fault_is_said_to_be_the_one_under_the_cursor(tmp_path: Path) -> None:
    async with browsing(folder(tmp_path / "sessions", {"a": [*talk(3), TORN], "b": talk(3)})) as (app, pilot):
        await press(pilot, "e")
        assert app.notices == ["the fault is the one under the cursor"]
        await press(pilot, "e")
        assert location(app) == ("a", 3)
        assert app.notices[1] == "that was the last fault of the list · on from the first"


@pytest.mark.exhaustive
async def test_what_is_not_counted_yet_is_said(store: Path) -> None:
    async with browsing(store) as (app, pilot):
        known = app.browser.side.known
        app.browser.side.learn([known["long"]._replace(messages=None, faults=None)])
        app.browser.opener.open("healthy")
        await press(pilot, "e")
        assert location(app) == ("short", 0)
        assert app.notices == ["1 session not counted yet"]


@pytest.mark.exhaustive
async def test_counts_of_an_earlier_time_lead_nobody_round_for_ever(tmp_path: Path) -> None:
    path = folder(tmp_path / "sessions", {"a": talk(3), "b": talk(3), "c": talk(3)})
    async with browsing(path) as (app, pilot):
        side = app.browser.side
        side.learn([session._replace(faults=1) for session in side.known.values()])
        await press(pilot, "e")
        assert app.notices[-1] == "no session of the list has damage"


async def test_a_store_without_lines_says_so() -> None:
    async with browsing(MemoryStore()) as (app, pilot):
        await press(pilot, "e")
        assert app.notices == ["only files have lines that could be damaged; this store has none"]


@pytest.mark.exhaustive
async def test_a_line_that_may_still_be_being_written_is_none(tmp_path: Path) -> None:
    path = folder(tmp_path / "sessions", {"a": [*talk(3), TORN, Message("user", "x")]})
    with (path / "a.jsonl").open("ab") as out:
        out.write(TORN.removesuffix(b"\n"))
    assert time.time() - (path / "a.jsonl").stat().st_mtime < 5
    async with browsing(path) as (app, pilot):
        await press(pilot, "e")
        assert location(app) == ("a", 3)
        await press(pilot, "e")
        assert location(app) == ("a", 3)
        assert says(app, "▚ … line 6 · may still be being written")


# ---- how they are found


def begins(entry: Entry) -> bool:
    found, span = entry.fault, entry.address.span
    if found is None or found.span is None or span is None or found.severity is not Severity.DAMAGE:
        return False
    return found.span.offset == span.offset


PARTS = st.lists(st.sampled_from([TORN, PRETTY, b"\n", b'{"role":"user","content":"x"}\n', b"text\n"]), max_size=60)


@pytest.mark.exhaustive
@examples(0.5)
@given(PARTS, st.integers(-1, 120), st.sampled_from([1, -1]), st.booleans())
def test_the_nearest_fault_is_the_one_that_looking_at_all_finds(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], row: int, step: int, counted: bool
) -> None:
    row_search.BREATH = 0  # type: ignore[misc]
    path = folder(tmp_path_factory.mktemp("s") / "sessions", {"k": list(parts)})
    store = JsonlStore(path)
    if counted:
        store.index()
    rows = store.transcript("k").scan()
    assert (rows.damaged is not None) is counted
    row = min(row, len(rows))
    firsts = [at for at, entry in enumerate(store.entries("k")) if begins(entry) and (at - row) * step > 0]
    wanted = (min(firsts) if step > 0 else max(firsts)) if firsts else None
    assert row_search.fault(rows, row, step, never, silent) == wanted


@pytest.mark.exhaustive
def test_the_next_of_very_many_faults_costs_one_look(tmp_path: Path) -> None:
    rows: list[Message | bytes] = [part for at in range(10_000) for part in (TORN, Message("user", f"word {at}"))]
    store = JsonlStore(folder(tmp_path / "sessions", {"k": rows}))
    store.index()
    seen: list[tuple[int, int]] = []

    class Watched:
        def __init__(self, rows: TranscriptRows) -> None:
            self.rows = rows
            self.complete = rows.complete
            self.damaged = rows.damaged

        def __len__(self) -> int:
            return len(self.rows)

        def row_of(self, ordinal: int) -> int | None:
            return self.rows.row_of(ordinal)

        def load(self, start: int, stop: int) -> Sequence[Entry]:
            seen.append((start, stop))
            return self.rows.load(start, stop)

    watched = Watched(store.transcript("k").scan())
    assert row_search.fault(watched, 5_000, 1, never, silent) == 5_002
    assert row_search.fault(watched, 5_000, -1, never, silent) == 4_998
    assert seen == [(5_002, 5_003), (4_998, 4_999)]
