from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import append, migrate
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.disk import replace
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Cancelled, Refused, UnknownKey
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.store.sqlite.transaction import Writing
from tests.support import databases
from tests.support.capabilities import keeps_any_name
from tests.support.folders import (
    DATA,
    KEYS,
    REPLY,
    SUMMARY,
    TORN,
    USER,
    damaged,
    expected,
    journal_names,
    state,
    written,
)
from tests.support.late import Late, held
from tests.support.matrices import thinned, third

WORKSPACE = DATA / "zeroclaw" / "jsonl-ws"
REFUSED = {key for key in KEYS if SUMMARY[key]["head_migrate"]["rc"] != 0}


def move(folder: Path, *keys: str) -> RowsOutcome[migrate.MigrateRow]:
    return migrate.make(migrate.plan(folder, keys or None))


def rows_of(database: Path) -> list[tuple[str, str, str]]:
    with databases.writer(database) as connection:
        return list(connection.execute("SELECT session_key, role, content FROM sessions ORDER BY session_key, id"))


def receipts_of(database: Path) -> set[tuple[str, str, str, int]]:
    with databases.writer(database) as connection:
        sql = "SELECT source_name, session_key, source_hash, source_len FROM jsonl_import_receipts"
        return set(connection.execute(sql))


def test_the_workspace_becomes_the_rows_that_zeroclaw_made_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    shutil.copytree(WORKSPACE / "sessions", folder)
    before = state(folder)
    done = move(folder)
    text = (WORKSPACE / "expected" / "_migrate.seed.rows.jsonl").read_text(encoding="utf-8")
    wanted = [json.loads(line) for line in text.split("\n") if line]
    assert rows_of(folder / "sessions.db") == sorted(
        ((row["session_key"], row["role"], row["content"]) for row in wanted), key=lambda row: row[0]
    )
    assert set(state(folder)) == {f"{name}.migrated" for name in before}
    assert {name: seen.data for name, seen in state(folder).items()} == {
        f"{name}.migrated": seen.data for name, seen in before.items()
    }
    assert (folder / "sessions.db").stat().st_mode & 0o777 == 0o600
    assert {row.status for row in done.rows} == {"migrated"}
    assert len(journal.changes(folder)) == 1
    for session in SqliteStore(folder / "sessions.db").sessions():
        assert session.last_activity is not None


@pytest.mark.parametrize("key", thinned(KEYS, third))
def test_a_damaged_file_gives_the_messages_that_load_and_stays_whole(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    before = state(folder)
    done = move(folder)
    (row,) = done.rows
    if key in REFUSED:
        assert (row.status, row.problem.code, row.imported, done.change) == ("refused", 4, 0, None)
        assert state(folder) == before
        assert not (folder / "sessions.db").exists()
        assert not (folder / ".sessiontui").exists()
        return
    messages = expected(key, "load")
    assert (
        (row.status, row.imported) == ("migrated", len(messages)) == ("migrated", SUMMARY[key]["head_migrate"]["rows"])
    )
    assert row.left_behind == sum(1 for _ in JsonlStore(damaged(tmp_path / "again", key)).faults(key))
    assert [Message(*pair) for pair in databases.loaded(folder / "sessions.db", key)] == messages
    assert [session.key for session in SqliteStore(folder / "sessions.db").sessions()] == [key]
    after = databases.contents(folder / "sessions.db")
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before
    assert [path.name for path in folder.glob("sessions.db*")] == []
    undo.make(folder, undo.plan(folder, redo=True))
    assert databases.contents(folder / "sessions.db") == after
    assert set(state(folder)) == {f"{key}.jsonl.migrated"}
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


def test_receipts_are_written_where_the_database_knows_them(tmp_path: Path) -> None:
    folder = damaged(tmp_path / "sessions")
    database = databases.database(folder, "head")
    databases.append(database, "other", "user", "was here before")
    before, rows_before = state(folder), databases.contents(database)
    done = move(folder)
    assert {row.key for row in done.rows if row.status == "refused"} == REFUSED
    moved = {row.key for row in done.rows if row.status == "migrated"}
    assert moved == set(KEYS) - REFUSED
    assert receipts_of(database) == {
        (f"{key}.jsonl", key, hashlib.sha256(before[f"{key}.jsonl"].data).hexdigest(), len(before[f"{key}.jsonl"].data))
        for key in moved
    }
    after = databases.contents(database)
    with pytest.raises(Refused, match="ZeroClaw would refuse"):
        append.plan(JsonlStore(folder), "brand-new", Message("user", "x"))
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before
    assert databases.contents(database) == rows_before
    undo.make(folder, undo.plan(folder, redo=True))
    assert databases.contents(database) == after


def test_only_the_sessions_that_were_named(tmp_path: Path) -> None:
    folder = damaged(tmp_path / "sessions")
    done = move(folder, "clean", "empty")
    assert [(row.key, row.status, row.imported) for row in done.rows] == [
        ("clean", "migrated", 4),
        ("empty", "migrated", 0),
    ]
    assert (folder / "bom_first.jsonl").exists()
    with pytest.raises(UnknownKey):
        migrate.plan(folder, ["ghost"])


def test_a_plan_touches_nothing_and_says_that_a_database_is_made(tmp_path: Path) -> None:
    folder = damaged(tmp_path / "sessions", "clean", "all_corrupt")
    before = state(folder)
    plan = migrate.plan(folder)
    assert plan.creates
    assert [(row.key, row.status) for row in plan.rows] == [("all_corrupt", "refused"), ("clean", "migrated")]
    assert not migrate.plan(folder, ["all_corrupt"]).creates
    assert state(folder) == before
    assert not (folder / "sessions.db").exists()


@pytest.mark.parametrize("suffix", [".migrated", ".importing"])
def test_a_file_beside_an_imported_one_is_refused(tmp_path: Path, suffix: str) -> None:
    written(tmp_path, "k", USER)
    written(tmp_path, "other", USER)
    (tmp_path / f"k.jsonl{suffix}").write_bytes(REPLY)
    rows = {row.key: row for row in move(tmp_path).rows}
    assert (rows["k"].status, rows["k"].problem.code) == ("refused", 4)
    assert rows["other"].status == "migrated"
    assert (tmp_path / "k.jsonl").read_bytes() == USER
    assert (tmp_path / f"k.jsonl{suffix}").read_bytes() == REPLY


@pytest.mark.parametrize("era", databases.ERAS)
def test_rows_that_no_receipt_covers_are_refused(tmp_path: Path, era: str) -> None:
    database = databases.database(tmp_path, era)
    databases.append(database, "k", "user", "from the gateway")
    written(tmp_path, "k", USER)
    before = databases.contents(database)
    done = move(tmp_path)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert databases.contents(database) == before
    assert (tmp_path / "k.jsonl").read_bytes() == USER


def test_rows_that_came_since_the_plan_are_refused(tmp_path: Path) -> None:
    database = databases.database(tmp_path)
    written(tmp_path, "k", USER)
    plan = migrate.plan(tmp_path)
    databases.append(database, "k", "user", "from the gateway")
    done = migrate.make(plan)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert (tmp_path / "k.jsonl").read_bytes() == USER
    assert journal_names(tmp_path) == []


def interrupted(folder: Path, data: bytes) -> Path:
    """A database that has the rows and the receipt of k.jsonl, which still has its name."""
    database = databases.database(folder, "head")
    databases.append(database, "k", "user", "hello")
    with databases.writer(database) as connection:
        values = ("k.jsonl", "k", hashlib.sha256(data).hexdigest(), len(data), databases.NOW)
        connection.execute("INSERT INTO jsonl_import_receipts VALUES (?, ?, ?, ?, ?)", values)
    return database


def test_an_import_that_a_daemon_left_unfinished_only_needs_the_name(tmp_path: Path) -> None:
    database = interrupted(tmp_path, USER)
    written(tmp_path, "k", USER)
    before = databases.contents(database)
    done = move(tmp_path)
    assert done.rows[0].status == "migrated"
    assert databases.contents(database) == before
    assert list(state(tmp_path)) == ["k.jsonl.migrated"]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert list(state(tmp_path)) == ["k.jsonl"]
    assert databases.contents(database) == before


@pytest.mark.parametrize("anew", [b"", USER + USER])
def test_a_message_that_comes_while_only_the_name_is_changed_brings_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anew: bytes
) -> None:
    database = interrupted(tmp_path, USER)
    path = written(tmp_path, "k", USER)
    before = databases.contents(database)
    plan = migrate.plan(tmp_path)
    rename = replace.rename
    late = Late()

    def step(old: Path, new: Path) -> None:
        monkeypatch.undo()
        late.append(path, REPLY)
        rename(old, new)
        if anew:
            path.write_bytes(anew)  # by somebody who came when there was none

    monkeypatch.setattr(replace, "rename", step)
    done = migrate.make(plan)
    late.end()
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == USER + REPLY + anew
    assert list(state(tmp_path)) == ["k.jsonl"]
    assert databases.contents(database) == before
    assert journal_names(tmp_path) == []


def test_a_receipt_of_other_bytes_is_refused(tmp_path: Path) -> None:
    interrupted(tmp_path, USER)
    written(tmp_path, "k", USER + REPLY)
    done = move(tmp_path)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)


def test_odd_files_are_refused_and_the_others_go_on(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    if any_name := keeps_any_name(tmp_path):
        written(tmp_path, odd, USER)
    written(tmp_path, "good", USER)
    (tmp_path / "alias.jsonl").symlink_to("good.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    rows = {row.key: (row.status, row.problem.code) for row in move(tmp_path).rows}
    assert rows == {
        **({odd: ("refused", 4)} if any_name else {}),
        "alias": ("refused", 4),
        "folder": ("refused", 3),
        "pipe": ("refused", 3),
        "good": ("migrated", 0),
    }


def test_a_key_is_the_stem_also_where_it_is_empty_or_unreachable(tmp_path: Path) -> None:
    written(tmp_path, "", USER)
    written(tmp_path, "a.b", REPLY)
    move(tmp_path)
    assert {row[0] for row in rows_of(tmp_path / "sessions.db")} == {"", "a.b"}
    assert set(state(tmp_path)) == {".jsonl.migrated", "a.b.jsonl.migrated"}


def test_what_came_since_the_plan_is_imported_too(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    plan = migrate.plan(tmp_path)
    path.write_bytes(USER + TORN + b"\n" + REPLY)
    (row,) = migrate.make(plan).rows
    assert (row.status, row.imported, row.left_behind) == ("migrated", 2, 1)
    assert rows_of(tmp_path / "sessions.db") == [("k", "user", "hello"), ("k", "assistant", "yes")]
    assert (tmp_path / "k.jsonl.migrated").read_bytes() == USER + TORN + b"\n" + REPLY
    assert not path.exists()


@pytest.mark.parametrize("change", ["shorter", "edited", "replaced", "gone"])
def test_a_file_that_did_more_than_grow_since_the_plan_is_refused(tmp_path: Path, change: str) -> None:
    path = written(tmp_path, "k", USER + REPLY)
    plan = migrate.plan(tmp_path)
    if change == "shorter":
        path.write_bytes(USER)
    elif change == "edited":
        path.write_bytes(REPLY + USER)
    elif change == "replaced":
        path.rename(tmp_path / "old")
        path.write_bytes(USER + REPLY + REPLY)
    else:
        path.unlink()
    before = state(tmp_path)
    done = migrate.make(plan)
    assert (done.change, done.rows[0].status) == (None, "refused")
    assert done.rows[0].problem.code == (3 if change == "gone" else 4)
    assert state(tmp_path) == before
    assert not (tmp_path / "sessions.db").exists()
    assert journal_names(tmp_path) == []


def test_a_file_that_grew_so_that_it_must_not_be_imported_is_refused(tmp_path: Path) -> None:
    database = databases.database(tmp_path, "head")
    path = written(tmp_path, "k", USER)
    plan = migrate.plan(tmp_path)
    path.write_bytes(USER + REPLY)
    databases.append(database, "k", "user", "news")
    before = databases.contents(database)
    done = migrate.make(plan)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == USER + REPLY
    assert databases.contents(database) == before


@pytest.mark.parametrize("step", ["link", "commit", "remove"])
def test_a_file_that_grows_while_it_is_imported_keeps_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    database = databases.database(tmp_path, "head")
    before = databases.contents(database)
    path = written(tmp_path, "k", USER)
    plan = migrate.plan(tmp_path)
    home = Writing if step == "commit" else replace
    real = getattr(home, step)
    late = Late()

    def grow(*args: object) -> None:
        monkeypatch.undo()
        late.append(path, REPLY)
        real(*args)

    monkeypatch.setattr(home, step, grow)
    done = migrate.make(plan)
    late.end()
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == USER + REPLY
    assert not path.with_name("k.jsonl.migrated").exists()
    assert databases.contents(database) == before
    assert journal_names(tmp_path) == []


def test_a_session_that_began_anew_while_it_was_imported_has_all_its_messages_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.database(tmp_path, "head")
    path = written(tmp_path, "k", USER)
    plan = migrate.plan(tmp_path)
    remove = replace.remove
    late = Late()

    def step(target: Path) -> None:
        monkeypatch.undo()
        late.append(path, REPLY)
        remove(target)
        path.write_bytes(USER + USER)  # by somebody who came when there was none

    monkeypatch.setattr(replace, "remove", step)
    done = migrate.make(plan)
    late.end()
    assert (done.rows[0].status, done.rows[0].problem.code) == ("refused", 4)
    assert path.read_bytes() == USER + REPLY + USER + USER
    assert list(state(tmp_path)) == ["k.jsonl"]
    assert rows_of(database) == []
    assert journal_names(tmp_path) == []


def test_a_session_that_somebody_writes_to_all_the_time_is_not_imported_and_the_others_are(tmp_path: Path) -> None:
    busy = written(tmp_path, "a", USER)
    written(tmp_path, "b", REPLY)
    with held(busy) as writer:
        done = migrate.make(migrate.plan(tmp_path), patience=WaitPolicy(0))
    assert [(row.key, row.status, row.problem.code) for row in done.rows] == [("a", "refused", 4), ("b", "migrated", 0)]
    assert writer in done.rows[0].problem.reason
    assert busy.read_bytes() == USER
    assert {row[0] for row in rows_of(tmp_path / "sessions.db")} == {"b"}


def test_a_database_that_does_not_hold_all_of_a_file_in_the_end_gets_none_of_it(tmp_path: Path) -> None:
    database = databases.database(tmp_path, "head")
    with databases.writer(database) as connection:
        connection.execute(
            "CREATE TRIGGER picky BEFORE INSERT ON sessions WHEN NEW.role = 'user' BEGIN SELECT RAISE(IGNORE); END"
        )
    before = databases.contents(database)
    written(tmp_path, "k", USER + REPLY)
    written(tmp_path, "l", REPLY)
    done = move(tmp_path)
    assert [(row.key, row.status) for row in done.rows] == [("k", "refused"), ("l", "migrated")]
    assert done.rows[0].problem.reason.startswith("sessions.db took 1 of the 2 messages of k.jsonl")
    assert (tmp_path / "k.jsonl").read_bytes() == USER + REPLY
    assert rows_of(database) == [("l", "assistant", "yes")]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(database) == before


def test_cancelled_between_and_within_sessions(tmp_path: Path) -> None:
    for key in "abc":
        written(tmp_path, key, USER)
    plan = migrate.plan(tmp_path)
    request = iter([False, False, False, True, True])
    done = migrate.make(plan, cancelled=lambda: next(request))
    assert [(row.status, row.problem.code) for row in done.rows] == [
        ("migrated", 0),
        ("skipped", 130),
        ("skipped", 130),
    ]
    assert rows_of(tmp_path / "sessions.db") == [("a", "user", "hello")]
    assert set(state(tmp_path)) == {"a.jsonl.migrated", "b.jsonl", "c.jsonl"}
    with pytest.raises(Cancelled):
        migrate.plan(tmp_path, cancelled=lambda: True)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert set(state(tmp_path)) == {"a.jsonl", "b.jsonl", "c.jsonl"}


# ---- taking it back


def test_undo_is_refused_where_the_file_exists_again(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    move(tmp_path)
    written(tmp_path, "k", REPLY)
    with pytest.raises(Refused, match=r"k\.jsonl exists again"):
        undo.plan(tmp_path)
    assert (tmp_path / "k.jsonl").read_bytes() == REPLY


def test_undo_is_refused_where_the_session_got_messages_since(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    move(tmp_path)
    databases.append(tmp_path / "sessions.db", "k", "user", "news")
    with pytest.raises(Refused, match="got messages"):
        undo.plan(tmp_path)
    assert databases.loaded(tmp_path / "sessions.db", "k") == [("user", "hello"), ("user", "news")]


def test_undo_is_refused_where_the_file_has_changed_or_is_gone(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    move(tmp_path)
    (tmp_path / "k.jsonl.migrated").write_bytes(REPLY)
    with pytest.raises(Refused, match="has changed since"):
        undo.plan(tmp_path)
    (tmp_path / "k.jsonl.migrated").unlink()
    with pytest.raises(Refused, match="is gone"):
        undo.plan(tmp_path)


def test_a_database_that_holds_other_sessions_by_now_stays(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    move(tmp_path)
    databases.append(tmp_path / "sessions.db", "gateway", "user", "hi")
    undo.make(tmp_path, undo.plan(tmp_path))
    assert (tmp_path / "k.jsonl").read_bytes() == USER
    assert rows_of(tmp_path / "sessions.db") == [("gateway", "user", "hi")]
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert rows_of(tmp_path / "sessions.db") == [("gateway", "user", "hi"), ("k", "user", "hello")]


def test_a_database_that_another_program_has_open_stays(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    move(tmp_path)
    with databases.writer(tmp_path / "sessions.db") as daemon:
        daemon.execute("SELECT count(*) FROM sessions").fetchone()
        undo.make(tmp_path, undo.plan(tmp_path))
        daemon.execute("INSERT INTO sessions (session_key, role, content, created_at) VALUES ('d', 'user', 'x', 't')")
    assert rows_of(tmp_path / "sessions.db") == [("d", "user", "x")]
    assert (tmp_path / "k.jsonl").read_bytes() == USER


# ---- after a crash


class Killed(BaseException):
    """Stands for a kill."""


def dies(*args: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("direction", "step"),
    [("there", "link"), ("there", "commit"), ("there", "remove"), ("back", "rename"), ("back", "commit")],
)
def test_an_import_that_died_is_in_one_home_after_the_next_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, direction: str
) -> None:
    database = databases.database(tmp_path, "head")
    empty = databases.contents(database)
    written(tmp_path, "k", USER + TORN)
    if direction == "back":
        move(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("sessiontui.changes.recovery.settle.after", lambda _: None)
        if step == "commit":
            patch.setattr(Writing, "commit", dies)
        else:
            patch.setattr(replace, step, dies)
        with pytest.raises(Killed):
            move(tmp_path) if direction == "there" else undo.make(tmp_path, undo.plan(tmp_path))
    assert journal.waiting(tmp_path) == 1
    store = SqliteStore(database)
    done = append.make(store, append.plan(store, "other", Message("user", "x")))
    undo.make(tmp_path, undo.plan(tmp_path, done.change))
    assert journal.waiting(tmp_path) == 0
    imported = direction == "back" or step == "remove"
    assert set(state(tmp_path)) == {"k.jsonl.migrated" if imported else "k.jsonl"}
    assert rows_of(database) == ([("k", "user", "hello")] if imported else [])
    assert len(receipts_of(database)) == imported
    if imported:
        undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(database) == empty
    assert state(tmp_path)["k.jsonl"].data == USER + TORN
