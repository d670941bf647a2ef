"""A last line that somebody may be writing: no fault on the screen, and one by itself once it is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.disk import stamps
from sessiontui.tui.tasks import feed_task
from tests.support.screens import choose, folder, says, talk, until
from tests.support.watch import watched
from tests.tui.test_live import living

BEGUN = b'{"role":"user","content":"nobody goes on wi'


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"one": [*talk(3), BEGUN], "two": talk(2)})


async def test_it_becomes_a_fault_without_a_key_or_a_touch(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    still = False
    monkeypatch.setattr(stamps, "is_idle", lambda _: still)
    before = os.stat(store / "one.jsonl")
    async with living(store) as (app, pilot):
        await choose(pilot, "one")
        await until(pilot, lambda: app.browser.reading.transcript.entry is not None)
        transcript = app.browser.reading.transcript
        await until(pilot, lambda: says(app, "2 sessions · 5 messages"))
        assert transcript.entry is not None
        assert (transcript.entry.fault and transcript.entry.fault.id) == "incomplete"
        assert not says(app, "1 damaged")
        request = watched(monkeypatch, feed_task, "look")
        still = True
        await until(
            pilot, lambda: says(app, "2 sessions · 5 messages · ! 1 damaged", "3 messages · ! 1 damaged line · 153 B")
        )
        await until(
            pilot, lambda: bool(transcript.entry and transcript.entry.fault and transcript.entry.fault.id == "torn")
        )
        assert [keys for _, keys in request] == [frozenset({"one"})]
    after = os.stat(store / "one.jsonl")
    assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)


async def test_nothing_is_looked_at_where_no_line_is_open(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(store, {"one": talk(3)})
    monkeypatch.setattr(stamps, "is_idle", lambda _: False)
    async with living(store) as (app, pilot):
        await until(pilot, lambda: says(app, "2 sessions · 5 messages"))
        request = watched(monkeypatch, feed_task, "look")
        beats = watched(monkeypatch, feed_task, "_settled")
        monkeypatch.setattr(stamps, "is_idle", lambda _: True)
        await until(pilot, lambda: len(beats) > 2)
        assert request == []
