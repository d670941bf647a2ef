from __future__ import annotations

import os
import stat
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import splices
from sessiontui.changes.verbs import append, migrate
from sessiontui.dialects import zeroclaw
from sessiontui.disk import lease, live_replace, replace
from sessiontui.disk.lease import NoLease
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Busy, Refused, StoreError, UnknownKey, Unleased, UsageError
from sessiontui.model import Message, Span
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import (
    KEYS,
    REPLY,
    SUMMARY,
    TORN,
    USER,
    damaged,
    expected,
    journal_names,
    loads,
    state,
    written,
)
from tests.support.late import Late, held

PROBE = expected("clean", "append.load")[-1]


def add(folder: Path, key: str, message: Message = PROBE) -> append.Appended:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, key, message))


@pytest.mark.parametrize("key", KEYS)
def test_a_damaged_file_gets_what_zeroclaw_would_write_and_nothing_is_lost(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    path = folder / f"{key}.jsonl"
    before = path.read_bytes()
    unfinished = b"\n" if before and not before.endswith(b"\n") else b""
    done = add(folder, key)
    assert path.read_bytes() == before + unfinished + zeroclaw.write(PROBE)
    assert loads(path.read_bytes()) == [*expected(key, "load"), PROBE]
    if not SUMMARY[key]["append_lost"] and not unfinished:
        assert loads(path.read_bytes()) == expected(key, "append.load")
    span = done.address.span
    assert span is not None
    assert path.read_bytes()[span.offset : span.stop] == zeroclaw.write(PROBE)[:-1]


@pytest.mark.parametrize("key", KEYS)
def test_an_append_is_taken_back_to_the_byte_and_given_again(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    before = state(folder)
    add(folder, key)
    after = (folder / f"{key}.jsonl").read_bytes()
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before
    undo.make(folder, undo.plan(folder, redo=True))
    assert (folder / f"{key}.jsonl").read_bytes() == after
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


def test_a_plan_says_all_and_touches_nothing(tmp_path: Path) -> None:
    written(tmp_path, "k", USER + TORN)
    before = state(tmp_path)
    plan = append.plan(JsonlStore(tmp_path), "k", PROBE)
    assert (plan.key, plan.new, plan.ends_line, plan.message.content) == ("k", False, True, PROBE.content)
    plan = append.plan(JsonlStore(tmp_path), "a/b c", PROBE)
    assert (plan.key, plan.new, plan.ends_line) == ("a_b_c", True, False)
    assert state(tmp_path) == before
    assert not (tmp_path / ".sessiontui").exists()


def test_a_new_session_is_a_private_file_and_undo_removes_it(tmp_path: Path) -> None:
    done = add(tmp_path, "slack/thread:1")
    path = tmp_path / "slack_thread_1.jsonl"
    assert (done.key, done.address.span) == ("slack_thread_1", Span(0, len(zeroclaw.write(PROBE)) - 1))
    assert path.read_bytes() == zeroclaw.write(PROBE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    undo.make(tmp_path, undo.plan(tmp_path))
    assert not path.exists()
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert path.read_bytes() == zeroclaw.write(PROBE)


def test_undo_of_a_new_session_leaves_what_came_since(tmp_path: Path) -> None:
    add(tmp_path, "k")
    path = tmp_path / "k.jsonl"
    path.write_bytes(path.read_bytes() + USER)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER


def test_the_exact_stem_is_meant_before_the_sanitised_one(tmp_path: Path) -> None:
    written(tmp_path, "a.b", USER)
    written(tmp_path, "a_b", USER)
    assert add(tmp_path, "a.b").key == "a.b"
    assert (tmp_path / "a_b.jsonl").read_bytes() == USER


def test_a_link_inside_the_store_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    target = written(tmp_path, "real", USER)
    (tmp_path / "alias.jsonl").symlink_to("real.jsonl")
    add(tmp_path, "alias")
    assert (tmp_path / "alias.jsonl").is_symlink()
    assert target.read_bytes() == USER + zeroclaw.write(PROBE)


def test_nothing_is_written_through_a_link_out_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    outside = written(tmp_path, "outside", USER)
    (tmp_path / "store" / "k.jsonl").symlink_to(outside)
    with pytest.raises(Refused, match="outside of the store"):
        add(tmp_path / "store", "k")
    assert outside.read_bytes() == USER


def test_a_folder_of_that_name_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").mkdir()
    with pytest.raises(StoreError, match="not a file"):
        add(tmp_path, "k")
    assert journal_names(tmp_path) == []


@pytest.mark.parametrize("suffix", [".migrated", ".importing"])
def test_no_file_is_made_beside_an_imported_one(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"k.jsonl{suffix}").write_bytes(USER)
    with pytest.raises(Refused, match=r"k was moved into sessions\.db"):
        add(tmp_path, "k")
    assert not (tmp_path / "k.jsonl").exists()


def test_once_a_receipt_exists_no_new_file_appears(tmp_path: Path) -> None:
    database = databases.database(tmp_path, "head")
    add(tmp_path, "before")
    with databases.writer(database) as connection:
        connection.execute("INSERT INTO jsonl_import_receipts VALUES ('x.jsonl', 'x', 'hash', 1, ?)", (databases.NOW,))
    with pytest.raises(Refused, match="ZeroClaw would refuse"):
        add(tmp_path, "k")
    assert not (tmp_path / "k.jsonl").exists()
    add(tmp_path, "before")


def test_text_without_a_utf8_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        append.plan(JsonlStore(tmp_path), "k", Message("user", "\ud800"))


def test_a_store_of_one_file_gets_no_other(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    with pytest.raises(UnknownKey):
        append.plan(JsonlStore(tmp_path, "k"), "other", PROBE)


def test_what_another_program_appends_in_the_same_instant_comes_behind_and_is_no_part_of_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER)
    late = Late()

    def write_end(fd: int, data: bytes) -> int:
        late.append(path, REPLY)
        return replace.write_end(fd, data)

    monkeypatch.setattr(splices, "write_end", write_end)
    done = add(tmp_path, "k")
    monkeypatch.undo()
    late.end()
    assert done.address.span == Span(len(USER), len(zeroclaw.write(PROBE)) - 1)
    assert path.read_bytes() == USER + zeroclaw.write(PROBE) + REPLY
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + REPLY


def test_what_was_appended_before_it_got_its_turn_stands_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER)
    real = live_replace.alone

    def alone(path: Path, patience: WaitPolicy) -> AbstractContextManager[live_replace.Alone]:
        path.write_bytes(path.read_bytes() + TORN)
        return real(path, patience)

    monkeypatch.setattr(live_replace, "alone", alone)
    done = add(tmp_path, "k")
    monkeypatch.undo()
    assert path.read_bytes() == USER + TORN + b"\n" + zeroclaw.write(PROBE)
    assert done.address.span == Span(len(USER + TORN) + 1, len(zeroclaw.write(PROBE)) - 1)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + TORN


def test_without_a_lease_somebody_may_be_faster_and_is_no_part_of_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER)

    def none(fd: int, seconds: float = 0) -> NoReturn:
        raise NoLease("there is none here")

    def write_end(fd: int, data: bytes) -> int:
        path.write_bytes(path.read_bytes() + REPLY)
        return replace.write_end(fd, data)

    monkeypatch.setattr(lease, "writing", none)
    monkeypatch.setattr(splices, "write_end", write_end)
    store = JsonlStore(tmp_path)
    plan = append.plan(store, "k", PROBE)
    with pytest.raises(Unleased, match="there is none here"):
        append.make(store, plan)
    assert (path.read_bytes(), journal_names(tmp_path)) == (USER, [])
    done = append.make(store, plan, WaitPolicy(no_lease=True))
    monkeypatch.undo()
    assert done.address.span == Span(len(USER + REPLY), len(zeroclaw.write(PROBE)) - 1)
    assert path.read_bytes() == USER + REPLY + zeroclaw.write(PROBE)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + REPLY


def test_beside_a_reader_it_is_appended_too(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    inode = path.stat().st_ino
    with path.open("rb") as reader:
        done = add(tmp_path, "k")
        assert reader.read() == USER + zeroclaw.write(PROBE)
    assert done.address.span == Span(len(USER), len(zeroclaw.write(PROBE)) - 1)
    assert path.stat().st_ino == inode
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER


@pytest.mark.parametrize("begun", [REPLY, TORN])
def test_beside_a_reader_and_a_writer_who_is_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    path = written(tmp_path, "k", USER)

    def late(target: Path, data: bytes) -> Span:
        path.write_bytes(path.read_bytes() + begun)
        return replace.append(target, data)

    monkeypatch.setattr(splices, "append", late)
    with path.open("rb"):
        done = add(tmp_path, "k")
    monkeypatch.undo()
    between = b"" if begun.endswith(b"\n") else b"\n"
    assert path.read_bytes() == USER + begun + between + zeroclaw.write(PROBE)
    assert done.address.span == Span(len(USER + begun + between), len(zeroclaw.write(PROBE)) - 1)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + begun


def test_beside_a_writer_who_stays_nothing_is_appended(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = append.plan(store, "k", PROBE)
    with held(path) as writer, pytest.raises(Busy) as busy:
        append.make(store, plan, WaitPolicy(0))
    assert busy.value.holders == (writer,)
    assert (path.read_bytes(), journal_names(tmp_path)) == (USER, [])
    append.make(store, plan, WaitPolicy(0))
    assert path.read_bytes() == USER + zeroclaw.write(PROBE)


def test_a_file_that_appears_in_the_same_instant_is_appended_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = JsonlStore(tmp_path)
    plan = append.plan(store, "k", PROBE)
    real = os.link

    def late(*args: object, **kwargs: object) -> None:
        (tmp_path / "k.jsonl").write_bytes(USER)
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", late)
    append.make(store, plan)
    monkeypatch.undo()
    assert (tmp_path / "k.jsonl").read_bytes() == USER + zeroclaw.write(PROBE)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert (tmp_path / "k.jsonl").read_bytes() == USER


@pytest.mark.parametrize("era", databases.ERAS)
def test_a_database_gets_one_row_and_its_metadata(tmp_path: Path, era: str) -> None:
    path = databases.database(tmp_path, era)
    store = SqliteStore(path)
    before = databases.contents(path)
    plan = append.plan(store, "a/b", PROBE)
    assert (plan.key, plan.new, plan.ends_line) == ("a/b", True, False)
    done = append.make(store, plan)
    assert done.address.id == 1
    assert databases.loaded(path, "a/b") == [(PROBE.role, PROBE.content)]
    assert not append.plan(store, "a/b", PROBE).new
    after = databases.contents(path)
    assert after["session_metadata"][0][3] == 1
    undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(path) == before
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert databases.contents(path) == after
    assert [change.verb for change in journal.changes(tmp_path)] == ["redo", "undo", "append"]


def test_a_database_outside_of_the_store_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    outside = databases.database(tmp_path)
    (tmp_path / "store" / "sessions.db").symlink_to(outside)
    before = databases.contents(outside)
    store = SqliteStore(tmp_path / "store" / "sessions.db")
    with pytest.raises(Refused, match="outside of the store"):
        append.make(store, append.plan(store, "k", PROBE))
    written(tmp_path / "store", "k", USER)
    with pytest.raises(Refused, match="outside of the store"):
        migrate.plan(tmp_path / "store")
    assert databases.contents(outside) == before
