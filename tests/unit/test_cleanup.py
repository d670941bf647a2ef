from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.verbs import cleanup
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.disk import replace, stamps
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Refused
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER, journal_names, state, written
from tests.support.late import Late, held

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


def aged(folder: Path, key: str, hours: float, data: bytes = USER) -> Path:
    """A session that was written so long before ``NOW``."""
    return written(folder, key, data, mtime_ns=int((NOW - timedelta(hours=hours)).timestamp() * 10**9))


def clean(folder: Path, ttl: float) -> RowsOutcome[cleanup.CleanupRow]:
    store = JsonlStore(folder)
    return cleanup.make(store, cleanup.plan(store, ttl, NOW))


def test_idle_sessions_go_and_come_back_as_they_were(tmp_path: Path) -> None:
    aged(tmp_path, "old", 49, USER + TORN)
    aged(tmp_path, "older", 100)
    aged(tmp_path, "fresh", 47)
    before = state(tmp_path)
    done = clean(tmp_path, 48)
    assert {(row.key, row.messages, row.status) for row in done.rows} == {
        ("old", 1, "removed"),
        ("older", 1, "removed"),
    }
    assert {row.key: row.last_activity for row in done.rows}["old"] == NOW - timedelta(hours=49)
    assert list(state(tmp_path)) == ["fresh.jsonl"]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) == before
    kept = {(tmp_path / ".sessiontui" / name).stat().st_ino for name in journal_names(tmp_path)}
    assert kept.isdisjoint(path.stat().st_ino for path in tmp_path.glob("*.jsonl"))
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert list(state(tmp_path)) == ["fresh.jsonl"]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) == before


@pytest.mark.parametrize("ttl", [0, -1, -0.5, float("nan"), float("inf"), 1e12])
def test_no_time_to_live_removes_nothing(tmp_path: Path, ttl: float) -> None:
    aged(tmp_path, "k", 100_000)
    done = clean(tmp_path, ttl)
    assert (done.change, done.rows) == (None, ())
    assert (tmp_path / "k.jsonl").exists()
    assert not (tmp_path / ".sessiontui").exists()


def test_a_plan_touches_nothing(tmp_path: Path) -> None:
    aged(tmp_path, "k", 100)
    before = state(tmp_path)
    plan = cleanup.plan(JsonlStore(tmp_path), 48, NOW)
    assert [row.key for row in plan.rows] == ["k"]
    assert state(tmp_path) == before


def test_a_session_with_activity_since_the_plan_stays(tmp_path: Path) -> None:
    aged(tmp_path, "a", 100)
    busy = aged(tmp_path, "b", 100)
    store = JsonlStore(tmp_path)
    plan = cleanup.plan(store, 48, NOW)
    busy.write_bytes(USER + REPLY)
    os.utime(busy, ns=(10**9 * int(NOW.timestamp()),) * 2)
    done = cleanup.make(store, plan)
    assert {(row.key, row.status, row.problem.code) for row in done.rows} == {("a", "removed", 0), ("b", "refused", 4)}
    assert busy.read_bytes() == USER + REPLY


@pytest.mark.parametrize("links", [True, False], ids=["a link is kept", "a copy is kept"])
def test_a_message_of_the_last_instant_brings_the_session_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    path = aged(tmp_path, "k", 100)
    late = Late()
    real = replace.remove

    def step(target: Path) -> None:
        late.append(path, REPLY)
        real(target)

    if not links:
        monkeypatch.setattr(Folder, "link", lambda *_: False)
    monkeypatch.setattr(replace, "remove", step)
    done = clean(tmp_path, 48)
    late.end()
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == USER + REPLY
    assert path.stat().st_mode & 0o777 == 0o640
    assert journal_names(tmp_path) == []


def test_a_session_that_began_anew_in_the_last_instant_has_all_its_messages_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = aged(tmp_path, "k", 100)
    late = Late()
    real = replace.remove

    def step(target: Path) -> None:
        late.append(path, REPLY)
        real(target)
        path.write_bytes(USER + USER)  # by somebody who came when there was none

    monkeypatch.setattr(replace, "remove", step)
    done = clean(tmp_path, 48)
    late.end()
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == USER + REPLY + USER + USER
    assert journal_names(tmp_path) == []


def test_a_session_that_got_a_message_while_it_was_kept_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = aged(tmp_path, "k", 100)
    inode = path.stat().st_ino
    real = os.link

    def late(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        path.write_bytes(USER + REPLY)

    monkeypatch.setattr(os, "link", late)
    done = clean(tmp_path, 48)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert (path.read_bytes(), path.stat().st_ino) == (USER + REPLY, inode)
    assert journal_names(tmp_path) == []


def test_a_session_that_somebody_has_open_for_writing_stays_and_the_others_go(tmp_path: Path) -> None:
    busy = aged(tmp_path, "a", 100)
    aged(tmp_path, "b", 100)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    with held(busy) as writer:
        done = cleanup.make(store, cleanup.plan(store, 48, NOW), WaitPolicy(0))
    rows = {row.key: row for row in done.rows}
    assert (rows["a"].status, rows["a"].problem.code, rows["b"].status) == ("refused", 4, "removed")
    assert writer in rows["a"].problem.reason
    assert state(tmp_path) == {"a.jsonl": before["a.jsonl"]}


def test_undo_never_writes_over_a_session_that_began_anew(tmp_path: Path) -> None:
    path = aged(tmp_path, "k", 100)
    clean(tmp_path, 48)
    path.write_bytes(REPLY)
    with pytest.raises(Refused, match=r"k\.jsonl exists again") as refused:
        undo.plan(tmp_path)
    assert str(tmp_path / ".sessiontui" / "00000001.1.old") in refused.value.hint
    assert path.read_bytes() == REPLY


def test_what_is_no_file_stays(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").mkdir()
    os.utime(tmp_path / "k.jsonl", (0, 0))
    assert clean(tmp_path, 48).rows == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_comes_back(tmp_path: Path) -> None:
    path = aged(tmp_path, "k", 100)
    os.chown(path, 12345, 54321)
    before = state(tmp_path)
    clean(tmp_path, 48)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) | {"k.jsonl": before["k.jsonl"]} == before
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (12345, 54321, 0o640)


@pytest.mark.parametrize("era", databases.ERAS)
def test_idle_rows_go_with_their_metadata_and_come_back(tmp_path: Path, era: str) -> None:
    path = databases.database(tmp_path, era)
    for key, hours in (("old", 49), ("older", 100), ("fresh", 47)):
        at = (NOW - timedelta(hours=hours)).isoformat(timespec="microseconds")
        databases.append(path, key, "user", key, at)
        databases.append(path, key, "assistant", "yes", at)
    before = databases.contents(path)
    store = SqliteStore(path)
    done = cleanup.make(store, cleanup.plan(store, 48, NOW))
    assert {(row.key, row.messages, row.status) for row in done.rows} == {
        ("old", 2, "removed"),
        ("older", 2, "removed"),
    }
    after = databases.contents(path)
    assert {row[0] for row in after["session_metadata"]} == {b"fresh"}
    assert {row[1] for row in after["sessions"]} == {b"fresh"}
    undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(path) == before
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert databases.contents(path) == after


def test_rows_with_activity_since_the_plan_stay(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    at = (NOW - timedelta(hours=100)).isoformat(timespec="microseconds")
    databases.append(path, "a", "user", "a", at)
    databases.append(path, "b", "user", "b", at)
    store = SqliteStore(path)
    plan = cleanup.plan(store, 48, NOW)
    databases.append(path, "b", "user", "news", NOW.isoformat())
    done = cleanup.make(store, plan)
    assert {(row.key, row.status, row.problem.code) for row in done.rows} == {("a", "removed", 0), ("b", "refused", 4)}
    assert [content for _, content in databases.loaded(path, "b")] == ["b", "news"]


# ---- times that can't be read


UNREADABLE = ["1753900000", "garbage", "", "10000-01-01T00:00:00+00:00", "2026-02-30T00:00:00+00:00", "-1"]


def test_rows_without_a_time_that_can_be_read_never_go(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    for number, at in enumerate(UNREADABLE):
        databases.append(path, f"odd{number}", "user", "x", at)
    databases.append(path, "old", "user", "x", "2026-01-01T00:00:00+00:00")
    databases.append(path, "ahead", "user", "x", "2026-03-16T11:00:00-11:00")
    store = SqliteStore(path)
    plan = cleanup.plan(store, 1, NOW)
    assert [row.key for row in plan.rows] == ["old"]
    assert sorted(plan.undated) == [f"odd{number}" for number in range(len(UNREADABLE))]
    assert [row.status for row in cleanup.make(SqliteStore(path), plan).rows] == ["removed"]
    assert [each.key for each in store.sessions()] == ["ahead", *sorted(plan.undated)]
    odd = cleanup.CleanupPlan((cleanup.CleanupRow("odd0", None, 1),), NOW)
    assert [row.status for row in cleanup.make(SqliteStore(path), odd).rows] == ["refused"]


@pytest.mark.parametrize("seconds", [-(1 << 62), 253_402_300_800], ids=["before every calendar", "year 10000"])
def test_a_file_without_a_time_that_can_be_read_never_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    aged(tmp_path, "odd", 100)
    aged(tmp_path, "old", 200)
    moment = stamps.moment
    at = (tmp_path / "odd.jsonl").stat().st_mtime_ns
    monkeypatch.setattr(stamps, "moment", lambda ns: moment(seconds * 10**9 if ns == at else ns))
    store = JsonlStore(tmp_path)
    assert [each.key for each in store.sessions()] == ["old", "odd"]
    for keys, undated in ((None, ("odd",)), (["old"], ())):
        plan = cleanup.plan(store, 1, NOW, keys)
        assert ([row.key for row in plan.rows], plan.undated) == (["old"], undated)
