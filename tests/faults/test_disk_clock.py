"""A clock that goes back, or stood in the future when something was done: numbers decide what is newest, not times."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.journal.record import line
from sessiontui.changes.outcome import NONE
from sessiontui.changes.verbs import cleanup
from sessiontui.disk import wait_policy
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import SessiontuiError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import disks, seeing
from tests.support.disks import Tried, every_change
from tests.support.folders import REPLY, USER, written

pytestmark = pytest.mark.usefixtures("never_synced")

FUTURE = 4_000_000_000_123_456_789
AT_ANY_TIME = disks.named("append", "pop", "pop-before-blanks", "pop-before-damage", "compact", "migrate")
PAST = 1_000_000_000_123_456_789


def recorded_at(folder: Path, *times: str) -> None:
    """Let the changes of a journal have been made at these times, the oldest first."""
    for number, at in enumerate(times, 1):
        path = folder / seeing.JOURNAL / f"{number:08}.change"
        header, rest = path.read_bytes().split(b"\n", 1)
        path.write_bytes(line(json.loads(header) | {"at": at}) + rest)


def test_undo_goes_by_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    for _ in range(3):
        disks.add(tmp_path)
    recorded_at(tmp_path, "2096-01-01T00:00:00+00:00", "2095-01-01T00:00:00+00:00", "2001-01-01T00:00:00+00:00")
    assert [each.id for each in journal.changes(tmp_path)] == ["00000003", "00000002", "00000001"]
    for number in (3, 2, 1):
        assert undo.plan(tmp_path).change == f"{number:08}"
        disks.back(tmp_path)
        assert path.read_bytes() == USER * number
    for number in (1, 2, 3):
        assert undo.plan(tmp_path, redo=True).change == f"{number:08}"
        disks.forth(tmp_path)
        assert path.read_bytes() == USER * (number + 1)


def test_ids_grow_whatever_the_clock_says(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    disks.add(tmp_path)
    recorded_at(tmp_path, "2096-01-01T00:00:00+00:00")
    disks.add(tmp_path)
    assert [each.id for each in journal.changes(tmp_path)] == ["00000002", "00000001"]


def test_what_was_done_in_the_future_is_not_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is too old goes with the next change; the newest stays, however old its time says that it is."""
    written(tmp_path, "k", USER)
    for _ in range(3):
        disks.add(tmp_path)
    recorded_at(tmp_path, "2096-01-01T00:00:00+00:00", "2096-01-01T00:00:00+00:00", "2096-01-01T00:00:00+00:00")
    disks.add(tmp_path)
    assert len(journal.changes(tmp_path)) == 4
    recorded_at(tmp_path, *["2001-01-01T00:00:00+00:00"] * 4)
    assert undo.plan(tmp_path).change == "00000004"
    disks.back(tmp_path)
    assert (tmp_path / "k.jsonl").read_bytes() == USER * 4
    assert "00000004" in {each.id for each in journal.changes(tmp_path)}


def test_a_newest_change_of_the_future_does_not_keep_what_is_too_old(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    for _ in range(3):
        disks.add(tmp_path)
    recorded_at(tmp_path, "2001-01-01T00:00:00+00:00", "2001-01-01T00:00:00+00:00", "2096-01-01T00:00:00+00:00")
    disks.add(tmp_path)
    assert [each.id for each in journal.changes(tmp_path)] == ["00000004", "00000003"]


@pytest.mark.parametrize("mtime_ns", [FUTURE, PAST, 0])
@disks.trying(AT_ANY_TIME)
def test_a_file_written_at_any_time_is_changed_and_gets_its_time_back(
    tmp_path: Path, tried: Tried, mtime_ns: int
) -> None:
    tried.prepare(tmp_path)
    os.utime(tmp_path / "k.jsonl", ns=(mtime_ns, mtime_ns))
    start = seeing.seen(tmp_path)
    assert tried.attempt(tmp_path) == NONE
    disks.settled(tmp_path)
    disks.back(tmp_path)
    now = seeing.seen(tmp_path)
    assert seeing.timeless(now) == seeing.timeless(start)
    assert now["k.jsonl"] == start["k.jsonl"]


@every_change
def test_a_clock_that_goes_back_for_good(tmp_path: Path, tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    end = disks.ends_as(tried)
    tried.prepare(tmp_path)
    ago = time.time() - 10**8
    monkeypatch.setattr(time, "time", lambda: ago)
    monkeypatch.setattr(time, "time_ns", lambda: int(ago * 10**9))
    assert tried.attempt(tmp_path) == NONE
    assert seeing.timeless(seeing.seen(tmp_path)) == end
    disks.settled(tmp_path)


def test_a_session_of_the_future_is_not_idle(tmp_path: Path) -> None:
    written(tmp_path, "k", USER, mtime_ns=FUTURE)
    store = JsonlStore(tmp_path)
    assert cleanup.plan(store, 1, datetime.now(UTC)).rows == ()
    assert cleanup.plan(store, 0, datetime(2200, 1, 1, tzinfo=UTC)).rows == ()
    assert cleanup.plan(store, 1e9, datetime.now(UTC)).rows == ()


def test_a_session_that_is_no_longer_idle_by_the_clock_of_the_plan_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER, mtime_ns=disks.OLD)
    store = JsonlStore(tmp_path)
    plan = cleanup.plan(store, 1, datetime.now(UTC))
    assert [row.key for row in plan.rows] == ["k"]
    os.utime(path, ns=(FUTURE, FUTURE))
    done = cleanup.make(store, plan)
    disks.plain(done.rows[0].problem, 4)
    assert path.read_bytes() == USER
    assert done.change is None


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=365)])
def test_stillness_is_looked_at_where_the_time_of_a_file_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    """Somebody has it open and writes to it while we look; its time is of this moment, or of next year."""
    path = written(tmp_path, "k", USER + REPLY)
    monkeypatch.setattr(wait_policy, "IDLE", 0.3)
    sleep = time.sleep
    mtime_ns = time.time_ns() + int(ahead.total_seconds()) * 10**9
    os.utime(path, ns=(mtime_ns, mtime_ns))
    with path.open("ab", buffering=0) as writer:

        def writes(seconds: float) -> None:
            writer.write(USER)
            os.utime(path, ns=(mtime_ns, mtime_ns))
            sleep(min(seconds, 0.01))

        monkeypatch.setattr(time, "sleep", writes)
        found = Tried("pop", lambda _: None, disks.take).attempt(tmp_path, WaitPolicy(0, no_lease=True))
        monkeypatch.setattr(time, "sleep", sleep)
        disks.plain(found, 4)
        data = path.read_bytes()
        assert data.startswith(USER + REPLY + USER)
        assert seeing.kept(tmp_path) == {}
        mtime_ns = time.time_ns() + int(ahead.total_seconds()) * 10**9
        os.utime(path, ns=(mtime_ns, mtime_ns))
        disks.take(tmp_path, WaitPolicy(0, no_lease=True))  # it holds the file open, and writes nothing any more
    assert path.read_bytes() == data.removesuffix(USER)


def test_a_record_whose_time_no_calendar_has_is_named(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    disks.add(tmp_path)
    recorded_at(tmp_path, "+10000-01-01T00:00:00+00:00")
    with pytest.raises(SessiontuiError, match=r"00000001\.change can't be read"):
        journal.changes(tmp_path)
