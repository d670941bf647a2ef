from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.bounds import Takes
from sessiontui.changes.verbs import delete
from sessiontui.errors import UnknownKey
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER, state, written


def test_the_named_ones_go_and_come_back_as_they_were(tmp_path: Path) -> None:
    for key in "abc":
        written(tmp_path, key, USER + TORN)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    plan = delete.plan(store, ["b", "a", "b"])
    assert [(row.key, row.messages, row.status) for row in plan.rows] == [("b", 1, "removed"), ("a", 1, "removed")]
    assert plan.takes(store) == Takes(2 * len(USER + TORN), 0)
    done = delete.make(store, plan)
    assert [row.status for row in done.rows] == ["removed", "removed"]
    assert list(state(tmp_path)) == ["c.jsonl"]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) == before


def test_a_session_that_grew_since_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "a", USER)
    store = JsonlStore(tmp_path)
    plan = delete.plan(store, ["a"])
    path.write_bytes(USER + REPLY)
    done = delete.make(store, plan)
    assert done.change is None
    assert [(row.status, row.problem.blocker) for row in done.rows] == [("refused", "changed")]
    assert path.read_bytes() == USER + REPLY


def test_what_is_no_session_of_the_store_stays(tmp_path: Path) -> None:
    elsewhere, sessions = tmp_path / "elsewhere", tmp_path / "sessions"
    elsewhere.mkdir()
    sessions.mkdir()
    written(elsewhere, "k", USER)
    written(sessions, "page", b"<!DOCTYPE html>\n<html></html>\n")
    os.symlink("../elsewhere/k.jsonl", sessions / "k.jsonl")
    store = JsonlStore(sessions)
    plan = delete.plan(store, ["page", "k"])
    assert [(row.status, row.problem.code) for row in plan.rows] == [("refused", 4), ("refused", 4)]
    assert plan.is_idle
    assert delete.make(store, plan).change is None
    with pytest.raises(UnknownKey):
        delete.plan(store, ["nobody"])


def test_all_rows_of_a_session_go_in_one_transaction(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    for key in ("a", "b", "c"):
        databases.append(path, key, "user", "one")
    before = databases.contents(path)
    store = SqliteStore(path)
    plan = delete.plan(store, ["a", "b"])
    databases.append(path, "b", "user", "two")
    done = delete.make(store, plan)
    assert [(row.key, row.status) for row in done.rows] == [("a", "removed"), ("b", "refused")]
    assert {each.key for each in store.sessions()} == {"b", "c"}
    undo.make(tmp_path, undo.plan(tmp_path))
    assert len(databases.contents(path)["sessions"]) == len(before["sessions"]) + 1
