"""Pictures of a store that has nothing to show, for four different reasons, and of what goes away while one looks at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.support.screens import StillApp, folder, opened, press, says, settle, talk, until
from tests.support.stores import SealedStore, SlowStore

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(100, 30), (60, 15)], ids=["usual", "small"])


class _Waiting(StillApp):
    """Releases its store when it ends."""

    async def on_unmount(self) -> None:
        assert isinstance(self._store, SlowStore)
        self._store.released.set()


@pytest.fixture
def store() -> Path:
    home = Path(os.environ["HOME"])
    return folder(home / ".zeroclaw" / "workspace" / "sessions", {"alice": talk(4), "bob": talk(6), "carol": talk(2)})


@SIZES
def test_loading(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: says(pilot.app, "Reading the sessions"))  # type: ignore[arg-type]

    assert snap_compare(_Waiting(SlowStore()), terminal_size=size, run_before=run)


@SIZES
def test_cannot_read(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)

    assert snap_compare(StillApp(SealedStore()), terminal_size=size, run_before=run)


@SIZES
def test_empty(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    shutil.rmtree(store)

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)

    assert snap_compare(StillApp(opened(folder(store, {}))), terminal_size=size, run_before=run)


@SIZES
def test_nothing_found(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "slash", *"needle")

    assert snap_compare(StillApp(opened(store)), terminal_size=size, run_before=run)


def test_a_session_that_is_gone(snap_compare: Snap, store: Path) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, StillApp)
        await settle(pilot)
        await press(pilot, "enter")
        (store / "alice.jsonl").unlink()
        await until(pilot, lambda: says(app, "This session is gone."))
        await settle(pilot)

    assert snap_compare(StillApp(opened(store), live=True), terminal_size=(100, 30), run_before=run)
