"""Pictures of what hinders a change: busy, still busy, waited for, without a lease, a part of it, an undo, asked anew."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.changes import bounds, undo
from sessiontui.changes.verbs import migrate, pop, repair
from sessiontui.describe import blockers
from sessiontui.disk import holders
from tests.support.blocked import DAEMON, busy, raising, refusing, unleased
from tests.support.screens import Run, press, sample, says, until
from tests.tui.test_pictures_dialogs import marked, pictured, pressed
from tests.tui.test_snapshots import TRAIN, Snap, sizes

pytestmark = pytest.mark.exhaustive

SIZES = sizes("wide", "old", "small")
TRIP = "telegram_autumn-trip"


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


@SIZES
def test_busy(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, pop, busy(TRIP))
    assert pictured(snap_compare, store, size, pressed("p", "right", "enter", session=TRIP))


@SIZES
def test_repair_is_busy(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, repair, busy(TRAIN))
    assert pictured(snap_compare, store, size, pressed("R", "right", "enter", session=TRAIN))


@SIZES
def test_still_busy(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, pop, busy(TRIP), busy(TRIP))
    assert pictured(snap_compare, store, size, pressed("p", "right", "enter", "right", "enter", session=TRIP))


@SIZES
def test_waiting(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, pop, busy(TRIP))
    monkeypatch.setattr(holders, "writers", lambda *_: (DAEMON,))
    monkeypatch.setattr(blockers, "LONGER", 3600.0)
    with ExitStack() as stack:
        assert pictured(snap_compare, store, size, waited_for(store, stack))


def waited_for(store: Path, stack: ExitStack) -> Run:
    """Try again while the file is open for writing, until ``stack`` ends."""

    async def run(pilot: Pilot[Any]) -> None:
        await pressed("p", "right", "enter", "right", session=TRIP)(pilot)
        stack.enter_context((store / f"{TRIP}.jsonl").open("ab"))
        await pilot.press("enter")
        await until(pilot, lambda: says(pilot.app, f"waiting for {DAEMON}", "Stop ends"))  # type: ignore[arg-type]

    return run


@SIZES
def test_without_a_lease(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, pop, unleased(TRIP))
    assert pictured(snap_compare, store, size, pressed("p", "right", "enter", session=TRIP))


@SIZES
def test_several_are_busy(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, migrate, ([TRAIN, TRIP], busy))
    assert pictured(snap_compare, store, size, marked("m", "right", "enter"))


@SIZES
def test_an_undo_is_busy(
    snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, undo, busy(TRIP))
    assert pictured(snap_compare, store, size, pressed("p", "right", "enter", "u", session=TRIP))


@SIZES
def test_asked_anew(snap_compare: Snap, store: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bounds,
        "notice",
        lambda *_: (
            "the journal keeps 2.1 GB so that this can be undone, more than the 1.0 GB that it is bounded to: it drops "
            "every older change"
        ),
    )

    async def run(pilot: Pilot[Any]) -> None:
        await pressed("p", session=TRIP)(pilot)
        path = store / f"{TRIP}.jsonl"
        before = path.stat()
        with path.open("ab") as file:
            file.write(b'{"role":"user","content":"And one more thing."}\n')
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        await press(pilot, "right", "enter")

    assert pictured(snap_compare, store, size, run)
