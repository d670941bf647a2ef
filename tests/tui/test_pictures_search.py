"""Pictures of searching, at the widths that the screen is made for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.widgets.search_bar import SearchBar
from tests.support.screens import StillApp, folder, keys, opened, press, sample, settle, typed
from tests.tui.test_search import Failing, Held, until

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

SIZES = {"wide": (140, 40), "usual": (100, 30), "old": (80, 24), "small": (60, 15)}


def sizes(*names: str) -> pytest.MarkDecorator:
    """The same picture at several sizes, named in its file."""
    return pytest.mark.parametrize("size", [SIZES[name] for name in names], ids=names)


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


@pytest.fixture
def many() -> Path:
    rows: list[Message | bytes] = [Message("user", f"the needle of message {at}") for at in range(1, 301)]
    return folder(Path(os.environ["HOME"]) / "sessions", {"telegram_haystack": rows})


def pictured(snap: Snap, store: Path, size: tuple[int, int], *presses: str) -> bool:
    return snap(StillApp(opened(store)), terminal_size=size, run_before=keys(*presses))


@sizes("wide", "usual", "old", "small")
def test_two_words(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("night train"))


@sizes("wide", "small")
def test_by_relevance(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("train"), "tab", "v")


@sizes("wide", "old", "small")
def test_at_the_second_hit(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("train"), "enter", "n")


@sizes("wide", "small")
def test_more_than_are_shown(snap_compare: Snap, many: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, many, size, "slash", *typed("needle"))


def test_the_last_hit(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, SIZES["usual"], "slash", *typed("night train"), "tab", "G", "enter", "n")


@sizes("usual", "small")
def test_nothing_found_for_two_words(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("zebra crossing"))


def test_nothing_found_in_chinese(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, SIZES["usual"], "slash", "動", "物", "園")


def test_punctuation_alone(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, SIZES["usual"], "slash", ".", ".")


def test_the_rest_of_an_earlier_search(snap_compare: Snap, store: Path) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        pilot.app.screen.query_one(SearchBar).earlier = ["night train to Lisbon"]
        await press(pilot, "slash", *typed("night tr"))

    assert snap_compare(StillApp(opened(store)), terminal_size=SIZES["usual"], run_before=run)


@sizes("usual", "small")
def test_searching(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    held = Held(store)
    held.deaf = False

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await press(pilot, "slash", *typed("night"))
        held.gates["nights"] = threading.Event()
        await pilot.press("s")
        bar = pilot.app.screen.query_one(SearchBar)
        await until(pilot, lambda: "searching" in str(bar.border_subtitle))

    assert snap_compare(StillApp(held), terminal_size=size, run_before=run)


def test_the_search_failed(snap_compare: Snap, store: Path) -> None:
    run = keys("slash", *typed("night"))
    assert snap_compare(StillApp(Failing(store)), terminal_size=SIZES["usual"], run_before=run)


@sizes("usual")
def test_what_is_not_indexed_yet(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    class Unindexed(JsonlStore):
        def index(self, *_: Any, **__: Any) -> None:
            """Never."""

    run = keys("slash", *typed("zebra"))
    assert snap_compare(StillApp(Unindexed(store)), terminal_size=size, run_before=run)
