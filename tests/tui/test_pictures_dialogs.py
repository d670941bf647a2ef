"""Pictures of every state of a change: looked at, asked about, made, stopped, told of, refused, forbidden."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.changes import undo
from sessiontui.changes.verbs import compact, migrate, pop
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Refused
from sessiontui.model import Backend
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store
from tests.support.screens import NOW, Run, StillApp, choose, opened, press, sample, says, settle, typed, until
from tests.tui.test_snapshots import OLD, TRAIN, USUAL, Snap, sizes

pytestmark = pytest.mark.exhaustive

HAND, WRITERS = "telegram_by-hand", "slack_two-writers"
WIDE_OLD_SMALL = sizes("wide", "old", "small")


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


def pictured(snap: Snap, store: Path, size: tuple[int, int], run: Run) -> bool:
    return snap(StillApp(opened(store)), terminal_size=size, run_before=run)


def marked(*presses: str, first: str = TRAIN) -> Run:
    """Press keys with three sessions marked, a damaged one among them."""

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await choose(pilot, first)
        await press(pilot, "space", "space", "space", *presses)

    return run


def pressed(*presses: str, session: str | None = None) -> Run:
    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if session is not None:
            await choose(pilot, session)
        await press(pilot, *presses)

    return run


@WIDE_OLD_SMALL
def test_compact_several(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, marked("c"))


@WIDE_OLD_SMALL
def test_compacted(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, marked("c", "right", "enter"))


@WIDE_OLD_SMALL
def test_compact_offers_repair(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("c", session=HAND))


@WIDE_OLD_SMALL
def test_repair(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("R", session=HAND))


@sizes("wide", "small")
def test_repair_several(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, marked("R", first=WRITERS))


@WIDE_OLD_SMALL
def test_repaired(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("R", "right", "enter", session="gateway_redirected"))


@sizes("wide", "small")
def test_repaired_several(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, marked("R", "right", "enter", first=WRITERS))


@sizes("usual", "small")
def test_repaired_whole(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    """A sentence says it all."""
    assert pictured(snap_compare, store, size, pressed("R", "right", "enter", session=WRITERS))


@pytest.mark.parametrize(
    "session",
    ["telegram_autumn-trip", "gateway_other-program", "slack_compressed"],
    ids=["healthy", "guesses", "nothing"],
)
def test_nothing_to_repair(snap_compare: Snap, store: Path, session: str) -> None:
    assert pictured(snap_compare, store, OLD, pressed("R", session=session))


def test_repair_in_sqlite(snap_compare: Snap, store: Path) -> None:
    assert snap_compare(StillApp(opened(store, Backend.SQLITE)), terminal_size=USUAL, run_before=pressed("R"))


def test_pop_beside_marks(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, marked("g", "p"))


@WIDE_OLD_SMALL
def test_migrated(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("m", "right", "enter"))


@WIDE_OLD_SMALL
def test_cleanup(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("D", *typed("10")))


def test_cleanup_of_nothing(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, OLD, pressed("D", *typed("0")))


def test_cleanup_by_no_number(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, OLD, pressed("D", *typed("1"), "x"))


@sizes("wide", "small")
def test_cleaned_up(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, pressed("D", *typed("10"), "enter", "right", "enter"))


@sizes("usual", "small")
def test_looking(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(folder: Path, keys: object, cancelled: IsCancelled, progress: Progress) -> None:
        progress(167_000_000, 389_000_000)
        while not cancelled():
            Event().wait(0.01)

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("m")
        await until(pilot, lambda: says(pilot.app, "Looking at all sessions", "43%"))  # type: ignore[arg-type]

    monkeypatch.setattr(migrate, "plan", slow)
    assert pictured(snap_compare, store, size, run)


@sizes("usual", "small")
def test_making_and_stopping(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(store: Store, plan: object, patience: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> None:
        progress(167_000_000, 389_000_000)
        while not cancelled():
            Event().wait(0.01)

    async def run(pilot: Pilot[Any]) -> None:
        await marked("c", "right")(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: says(pilot.app, "Compacting 3 sessions", "43%"))  # type: ignore[arg-type]

    monkeypatch.setattr(compact, "make", slow)
    assert pictured(snap_compare, store, size, run)


@sizes("usual", "small")
def test_stopped(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    made = migrate.make

    def stopped(
        plan: migrate.MigratePlan, patience: WaitPolicy, cancelled: IsCancelled, progress: Progress
    ) -> RowsOutcome[migrate.MigrateRow]:
        looks = iter(range(100_000))
        return made(plan, patience, lambda: next(looks) > 5, progress)

    monkeypatch.setattr(migrate, "make", stopped)
    assert pictured(snap_compare, store, size, pressed("m", "right", "enter"))


@sizes("usual", "small")
def test_an_undo_is_refused(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Refused(
            "telegram_autumn-trip.jsonl can't be put back: the bytes before or at that place have changed; nothing was changed",
            "the bytes are in /home/me/.zeroclaw/workspace/sessions/.sessiontui/00000001.1.bytes; undo later changes of "
            "this session first",
        )

    monkeypatch.setattr(undo, "plan", refused)
    assert pictured(snap_compare, store, size, pressed("p", "right", "enter", "u", session="telegram_autumn-trip"))


@sizes("usual", "old", "small")
@pytest.mark.parametrize("key", ["m", "R"], ids=["migrate", "repair"])
def test_read_only(snap_compare: Snap, store: Path, size: tuple[int, int], key: str) -> None:
    app = StillApp(opened(store), read_only=True)
    assert snap_compare(app, terminal_size=size, run_before=pressed(key))


@sizes("usual", "small")
def test_interrupted(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    """A program died on the way: said by a notice, and in the title until the next change settles it."""
    jsonl = JsonlStore(store)
    pop.make(jsonl, pop.plan(jsonl, TRAIN, anyway=True))
    (record,) = (store / ".sessiontui").glob("*.change")
    record.write_bytes(record.read_bytes().replace(b'{"done":true}\n', b""))
    when = NOW.timestamp()
    os.utime(store / f"{TRAIN}.jsonl", (when, when))
    assert pictured(snap_compare, store, size, pressed())
