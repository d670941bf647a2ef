from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import files
from sessiontui.changes.verbs import pop
from sessiontui.disk import lines
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Busy, Changed, Refused, UnknownKey
from sessiontui.model import Address, Message, Span
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import KEYS, REPLY, TORN, USER, damaged, expected, journal_names, loads, state, written
from tests.support.late import Late, held


def take(folder: Path, key: str, anyway: bool = False) -> pop.Popped:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, key, anyway))


@pytest.mark.parametrize("key", KEYS)
def test_only_the_last_valid_line_of_a_damaged_file_goes_and_comes_back(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    path = folder / f"{key}.jsonl"
    before = state(folder)
    data = path.read_bytes()
    done = take(folder, key, anyway=True)
    assert loads(path.read_bytes()) == expected(key, "pop")
    if done.removed is None:
        assert (done.change, expected(key, "load")) == (None, [])
        assert state(folder) == before
        assert not (folder / ".sessiontui").exists()
        return
    assert done.removed == expected(key, "load")[-1]
    assert done.address is not None
    span = done.address.span
    assert span is not None
    newline = data[span.stop : span.stop + 1]
    assert newline in (b"", b"\n")
    assert path.read_bytes() == data[: span.offset] + data[span.stop + len(newline) :]
    assert done.address.line == data[: span.offset].count(b"\n") + 1
    after = path.read_bytes()
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before
    undo.make(folder, undo.plan(folder, redo=True))
    assert path.read_bytes() == after
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


def test_whole_records_in_a_damaged_line_behind_it_are_named(tmp_path: Path) -> None:
    glued = USER[:-1] + REPLY
    written(tmp_path, "k", USER + glued)
    before = state(tmp_path)
    with pytest.raises(Refused, match="2 whole records stand in damaged lines, at offsets 34, 67;") as refused:
        take(tmp_path, "k")
    assert refused.value.exit_code == 4
    assert "--anyway" in refused.value.hint
    assert state(tmp_path) == before
    assert journal_names(tmp_path) == []
    assert take(tmp_path, "k", anyway=True).removed == Message("user", "hello")
    assert (tmp_path / "k.jsonl").read_bytes() == glued


def test_one_whole_record_in_a_damaged_line_behind_it_is_named(tmp_path: Path) -> None:
    written(tmp_path, "k", USER + b"x" + REPLY)
    with pytest.raises(Refused, match="1 whole record stands in damaged lines, at offset 35;"):
        take(tmp_path, "k")


def test_a_record_over_several_damaged_lines_behind_it_is_named(tmp_path: Path) -> None:
    split = b'{"role":"user","content":"one\ntwo"}\n'
    written(tmp_path, "k", USER + split)
    with pytest.raises(Refused, match="1 whole record stands in damaged lines, at offset 34;"):
        take(tmp_path, "k")
    assert (tmp_path / "k.jsonl").read_bytes() == USER + split


def test_many_damaged_lines_behind_it_are_looked_at_in_several_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop, "MOST", 1)
    torn = USER[:10] + b"\n"
    written(tmp_path, "k", USER + USER[:-1] + REPLY + torn * 4)
    with pytest.raises(Refused, match="2 whole records stand in damaged lines, at offsets 34, 67;"):
        take(tmp_path, "k")
    written(tmp_path, "k", USER + torn * 5)
    assert take(tmp_path, "k").removed == Message("user", "hello")
    assert (tmp_path / "k.jsonl").read_bytes() == torn * 5


def test_a_huge_damaged_line_behind_it_may_hold_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HUGE", 1024)
    written(tmp_path, "k", USER + b"x" * 2000)
    with pytest.raises(Refused, match="2000 bytes stands at offset 34"):
        take(tmp_path, "k")
    take(tmp_path, "k", anyway=True)
    assert (tmp_path / "k.jsonl").read_bytes() == b"x" * 2000


def test_a_torn_line_behind_it_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + REPLY + TORN)
    plan = pop.plan(JsonlStore(tmp_path), "k")
    assert (plan.truncates, plan.behind) == (False, len(TORN))
    assert take(tmp_path, "k").removed == Message("assistant", "yes")
    assert path.read_bytes() == USER + TORN
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("behind", [b"", b"\n", b"\n \r\n\xc2\xa0\n", b"\n   "])
def test_blank_lines_behind_it_stay_and_the_inode_too(tmp_path: Path, behind: bytes) -> None:
    path = written(tmp_path, "k", USER + REPLY[:-1] + behind)
    inode = path.stat().st_ino
    assert pop.plan(JsonlStore(tmp_path), "k").truncates
    take(tmp_path, "k")
    assert path.read_bytes() == USER + behind[1:]
    assert path.stat().st_ino == inode
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + REPLY[:-1] + behind


def test_what_is_read_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pop, "COUNTED", 0)
    real = os.pread
    counts = []
    for lengths in (10, 100_000):
        read: list[int] = []

        def counting(fd: int, size: int, at: int, read: list[int] = read) -> bytes:
            data = real(fd, size, at)
            read.append(len(data))
            return data

        written(tmp_path, f"k{lengths}", USER * lengths)
        monkeypatch.setattr(os, "pread", counting)
        done = take(tmp_path, f"k{lengths}")
        monkeypatch.setattr(os, "pread", real)
        assert done.address is not None
        assert done.address.line is None
        counts.append(sum(read))
    assert counts[1] < counts[0] + 256 * 1024
    assert counts[1] < 34 * 100_000 // 4


def test_an_empty_session_has_nothing_to_pop_and_leaves_no_trace(tmp_path: Path) -> None:
    written(tmp_path, "k", b"")
    assert take(tmp_path, "k") == pop.Popped(None, "k", None, None)
    assert journal.changes(tmp_path) == []


def test_an_unknown_key(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey):
        take(tmp_path, "k")


def test_a_message_that_is_no_longer_the_last_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(USER + REPLY)
    with pytest.raises(Changed):
        pop.make(store, plan)
    assert path.read_bytes() == USER + REPLY
    assert journal_names(tmp_path) == []


def test_the_same_message_of_another_place_is_not_the_one_that_was_confirmed(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(USER + USER)
    with pytest.raises(Changed):
        pop.make(store, plan)
    assert path.read_bytes() == USER + USER


def test_whatever_is_last_goes_where_that_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(USER + REPLY)
    done = pop.make(store, plan, latest=True)
    assert (done.removed, done.address) == (Message("assistant", "yes"), Address(2, Span(len(USER), len(REPLY) - 1)))
    assert path.read_bytes() == USER
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + REPLY


def test_nothing_is_last_where_the_file_was_emptied_since(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(b"")
    with pytest.raises(Changed):
        pop.make(store, plan, latest=True)
    assert path.read_bytes() == b""
    assert journal_names(tmp_path) == []


@pytest.mark.parametrize("more", [b"\n", TORN, TORN + b"\n"])
def test_what_came_since_and_is_no_message_keeps_it_the_last(tmp_path: Path, more: bytes) -> None:
    path = written(tmp_path, "k", REPLY + USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(REPLY + USER + more)
    pop.make(store, plan)
    assert path.read_bytes() == REPLY + more
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == REPLY + USER + more


def test_whole_records_that_came_since_in_a_damaged_line_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    path.write_bytes(USER + TORN + REPLY)
    with pytest.raises(Refused, match="1 whole record stands in damaged lines"):
        pop.make(store, plan, latest=True)
    assert path.read_bytes() == USER + TORN + REPLY
    assert journal_names(tmp_path) == []


def test_a_link_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    outside = written(tmp_path, "outside", USER)
    (tmp_path / "store" / "k.jsonl").symlink_to(outside)
    with pytest.raises(Refused, match="outside of the store"):
        take(tmp_path / "store", "k")
    assert outside.read_bytes() == USER


def test_what_is_appended_while_the_file_is_cut_comes_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", REPLY + USER)
    inode = path.stat().st_ino
    late = Late()
    real = os.ftruncate

    def cut(fd: int, length: int) -> None:
        late.append(path, REPLY)
        real(fd, length)

    monkeypatch.setattr(os, "ftruncate", cut)
    take(tmp_path, "k")
    monkeypatch.undo()
    late.end()
    assert path.read_bytes() == REPLY + REPLY
    assert path.stat().st_ino == inode
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == REPLY + USER + REPLY


def test_what_is_appended_while_the_file_is_replaced_is_carried_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n")
    late = Late()
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        late.append(path, REPLY)
        real(temp, target)

    monkeypatch.setattr(os, "replace", step)
    monkeypatch.setattr(journal, "SOON", 0)
    take(tmp_path, "k")
    late.end()
    monkeypatch.undo()
    assert path.read_bytes() == TORN + b"\n" + REPLY
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER + TORN + b"\n" + REPLY


def test_where_somebody_reads_all_the_time_the_file_is_written_anew(tmp_path: Path) -> None:
    path = written(tmp_path, "k", REPLY + USER)
    inode = path.stat().st_ino
    with path.open("rb") as reader:
        take(tmp_path, "k")
        assert path.read_bytes() == REPLY
        assert path.stat().st_ino != inode
        assert reader.read() == REPLY + USER
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == REPLY + USER


def test_where_somebody_writes_all_the_time_nothing_is_changed(tmp_path: Path) -> None:
    path = written(tmp_path, "k", REPLY + USER)
    store = JsonlStore(tmp_path)
    with held(path) as writer, pytest.raises(Busy) as busy:
        pop.make(store, pop.plan(store, "k"), WaitPolicy(0))
    assert busy.value.holders == (writer,)
    assert path.read_bytes() == REPLY + USER
    assert journal_names(tmp_path) == []


@pytest.mark.parametrize("era", databases.ERAS)
def test_the_newest_row_goes_and_comes_back(tmp_path: Path, era: str) -> None:
    path = databases.real(tmp_path, era)
    store = SqliteStore(path)
    key = "telegram_user123"
    before = databases.contents(path)
    messages = databases.loaded(path, key)
    done = pop.make(store, pop.plan(store, key))
    assert done.removed == Message(*messages[-1])
    assert databases.loaded(path, key) == messages[:-1]
    after = databases.contents(path)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(path) == before
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert databases.contents(path) == after


def test_a_row_that_came_since_the_plan_is_not_popped(tmp_path: Path) -> None:
    path = databases.real(tmp_path, "seed")
    store = SqliteStore(path)
    plan = pop.plan(store, "telegram_user123")
    databases.append(path, "telegram_user123", "user", "news")
    before = databases.contents(path)
    with pytest.raises(Changed):
        pop.make(store, plan)
    assert databases.contents(path) == before
    assert journal_names(tmp_path) == []


def test_whatever_row_is_last_goes_where_that_is_wanted(tmp_path: Path) -> None:
    path = databases.real(tmp_path, "seed")
    store = SqliteStore(path)
    plan = pop.plan(store, "telegram_user123")
    databases.append(path, "telegram_user123", "user", "news")
    before = databases.contents(path)
    messages = databases.loaded(path, "telegram_user123")
    done = pop.make(store, plan, latest=True)
    assert done.removed == Message("user", "news")
    assert done.address is not None
    assert plan.address is not None
    assert done.address.id != plan.address.id
    assert databases.loaded(path, "telegram_user123") == messages[:-1]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert databases.contents(path) == before


def test_common_bytes_are_counted_across_pieces(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"-" + b"x" * 100_000 + b"y")
    b.write_bytes(b"x" * 100_001)
    with files.opened(a) as one, files.opened(b) as other:
        assert files.common(one, 1, other, Span(0, 100_001)) == 100_000
        assert files.common(one, 1, other, Span(0, 70_000)) == 70_000
        assert files.common(one, 100_001, other, Span(0, 5)) == 0
        assert files.common(one, 100_002, other, Span(0, 5)) == 0
