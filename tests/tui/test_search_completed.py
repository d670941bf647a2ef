"""A search in a database whose index does not cover all messages: what is shown at once, and after all were read."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from sessiontui.errors import Cancelled
from sessiontui.model import Found
from sessiontui.query.ast import Query
from sessiontui.store.protocol import IsCancelled, Progress, never
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.tui.widgets.hit_list import HitList
from tests.support.databases import append, database
from tests.support.lying import without_trigger
from tests.support.screens import browsing, press, says, settle, typed, until


class Held(SqliteStore):
    """Reads all messages when it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.gate = threading.Event()

    def search(
        self, query: Query, *, cancelled: IsCancelled = never, scan: Progress | None = None, **how: Any
    ) -> Found:
        if scan is not None and how.get("key") is None:
            scan(1, 2)
            while not self.gate.wait(0.01):
                if cancelled():
                    raise Cancelled
        return super().search(query, cancelled=cancelled, scan=scan, **how)


def filled(folder: Path) -> Path:
    """Six messages; the index has the second and fourth."""
    path = database(folder)
    for content in ("one", "needle two", "three", "needle four"):
        append(path, "k", "user", content)
    without_trigger(path, "sessions_ai")
    for content in ("needle five", "lost six"):
        append(path, "k", "user", content)
    return path


async def test_hits_of_the_index_stay_where_they_are_when_more_are_found(tmp_path: Path) -> None:
    store = Held(filled(tmp_path))
    async with browsing(store) as (app, pilot):
        await pilot.press("slash", *typed("needle"))
        await until(pilot, lambda: says(app, "reading them … 50 %"))
        hits = app.browser.query_one(HitList)
        assert hits.count == 2
        await pilot.press("down")
        before = hits.hit
        assert before is not None
        store.gate.set()
        await until(pilot, lambda: hits.count == 3)
        await settle(pilot)
        assert hits.hit is not None
        assert hits.hit.is_same(before)
        assert hits.cursor == 2
        assert says(app, "3 hits · newest")


@pytest.mark.exhaustive
async def test_nothing_is_said_to_be_found_before_all_was_read(tmp_path: Path) -> None:
    store = Held(filled(tmp_path))
    async with browsing(store) as (app, pilot):
        await pilot.press("slash", *typed("lost"))
        await until(pilot, lambda: says(app, "reading them … 50 %"))
        assert not says(app, "Nothing found")
        assert not says(app, "0 hits")
        store.gate.set()
        await until(pilot, lambda: says(app, "1 hit"))


@pytest.mark.exhaustive
async def test_esc_ends_the_reading(tmp_path: Path) -> None:
    store = Held(filled(tmp_path))
    async with browsing(store) as (app, pilot):
        await pilot.press("slash", *typed("lost"))
        await until(pilot, lambda: says(app, "reading them …"))
        await press(pilot, "escape", "escape")
        await settle(pilot)
        assert not says(app, "reading them")
