from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import compact
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.disk import lines
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Cancelled, UnknownKey
from sessiontui.model import Span
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import never, silent
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.damage import covered
from tests.support.folders import (
    KEYS,
    REPLY,
    TORN,
    USER,
    damaged,
    expected,
    journal_names,
    loads,
    state,
    valid_lines,
    written,
)
from tests.support.late import Late, held


def tidy(folder: Path, *keys: str) -> RowsOutcome[compact.CompactRow]:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, keys or None, anyway=True))


@pytest.mark.parametrize("key", ["all_corrupt", "nul_only", "pretty_printed", "utf16le_bom"])
def test_a_file_without_a_valid_line_is_emptied_only_where_it_is_named(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key, "empty", "only_newlines")
    store = JsonlStore(folder)
    before = state(folder)
    for plan in (compact.plan(store, [key]), compact.plan(store, None, anyway=True)):
        rows = {row.key: row for row in plan.rows}
        assert (rows[key].status, rows[key].problem.code, rows[key].dropped, rows[key].drops) == ("refused", 4, 0, ())
        assert rows[key].problem.reason.startswith(f"{key}.jsonl has no message that ZeroClaw reads: it would be empty")
        assert {each: row.status for each, row in rows.items() if each != key} in (
            {},
            {"empty": "unchanged", "only_newlines": "compacted"},
        )
    assert compact.make(store, compact.plan(store, [key])).change is None
    assert state(folder) == before
    (row,) = compact.plan(store, [key], anyway=True).rows
    assert (row.status, row.kept, row.bytes_after) == ("compacted", 0, 0)


@pytest.mark.parametrize("key", KEYS)
def test_a_damaged_file_keeps_its_valid_lines_byte_for_byte(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    path = folder / f"{key}.jsonl"
    before = state(folder)
    data = path.read_bytes()
    done = tidy(folder, key)
    (row,) = done.rows
    assert path.read_bytes() == b"".join(valid_lines(data))
    assert loads(path.read_bytes()) == expected(key, "compact")
    assert (row.bytes_before, row.bytes_after) == (len(data), len(path.read_bytes()))
    assert row.kept == len(valid_lines(data))
    found = list(JsonlStore(damaged(tmp_path / "again", key)).faults(key))
    assert row.dropped == sum(bool(data.split(b"\n")[line - 1].strip()) for line in covered(found))
    assert [fault.line for fault in row.gone] == [fault.line for fault in found]
    if data == path.read_bytes():
        assert (done.change, row.status) == (None, "unchanged")
        assert state(folder) == before
        assert not (folder / ".sessiontui").exists()
        return
    assert row.status == "compacted"
    after = path.read_bytes()
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before
    undo.make(folder, undo.plan(folder, redo=True))
    assert path.read_bytes() == after
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


def test_all_sessions_are_one_change_and_one_undo(tmp_path: Path) -> None:
    folder = damaged(tmp_path / "sessions")
    before = state(folder)
    done = tidy(folder)
    assert len(journal.changes(folder)) == 1
    assert {row.key for row in done.rows} == set(KEYS)
    assert journal.changes(folder)[0].keys == tuple(row.key for row in done.rows if row.status == "compacted")
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


def test_a_plan_touches_nothing(tmp_path: Path) -> None:
    folder = damaged(tmp_path / "sessions")
    before = state(folder)
    compact.plan(JsonlStore(folder), None)
    assert state(folder) == before
    assert not (folder / ".sessiontui").exists()


def test_a_valid_last_line_without_an_end_stays_without(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n\n" + REPLY[:-1])
    tidy(tmp_path, "k")
    assert path.read_bytes() == USER + REPLY[:-1]


def test_no_file_is_made_for_a_key_that_has_none(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey):
        tidy(tmp_path, "ghost")
    assert list(tmp_path.iterdir()) == []


def test_huge_lines_are_judged_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = b'{"role":"user","content":"' + b"x" * 3000 + b'"}\n'
    path = written(tmp_path, "k", USER + huge + b"y" * 3000 + b"\n" + REPLY)
    monkeypatch.setattr(lines, "HUGE", 1024)
    row = tidy(tmp_path, "k").rows[0]
    assert (row.kept, row.dropped) == (3, 1)
    assert path.read_bytes() == USER + huge + REPLY


def test_what_came_since_the_plan_stays_behind(tmp_path: Path) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    path.write_bytes(TORN + b"\n" + USER + REPLY + TORN)
    before = path.read_bytes()
    (row,) = compact.make(store, plan).rows
    assert (row.status, row.problem.code, row.dropped) == ("compacted", 0, 1)
    assert (row.bytes_before, row.bytes_after) == (len(before), len(before) - len(TORN) - 1)
    assert path.read_bytes() == USER + REPLY + TORN
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == before


def test_a_last_line_that_was_being_written_stays_where_it_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path, "k", b"\n" + USER + TORN + b"\n" + REPLY[:20])
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    assert plan.rows[0].bytes_after == len(USER)
    path.write_bytes(path.read_bytes() + REPLY[20:])
    assert compact.make(store, plan).rows[0].status == "compacted"
    assert path.read_bytes() == USER + REPLY


def test_an_unfinished_last_line_goes_where_nobody_goes_on_with_it(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + REPLY[:20])
    tidy(tmp_path, "k")
    assert path.read_bytes() == USER


@pytest.mark.parametrize("data", [TORN + b"\n" + REPLY, USER, b"", b"{" + TORN[1:] + b" \n" + USER[1:] + REPLY])
def test_a_file_that_did_more_than_grow_since_the_plan_is_refused_and_the_others_go_on(
    tmp_path: Path, data: bytes
) -> None:
    written(tmp_path, "a", TORN + b"\n" + USER)
    other = written(tmp_path, "b", TORN + b"\n" + USER)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["a", "b"])
    other.write_bytes(data)
    done = compact.make(store, plan)
    assert [(row.key, row.status, row.problem.code) for row in done.rows] == [
        ("a", "compacted", 0),
        ("b", "refused", 4),
    ]
    assert (done.rows[1].bytes_after, done.rows[1].dropped) == (done.rows[1].bytes_before, 0)
    assert done.rows[1].problem.reason == "b.jsonl changed while it was read; nothing was changed"
    assert other.read_bytes() == data
    assert journal.changes(tmp_path)[0].keys == ("a",)


def test_a_file_that_another_took_the_name_of_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    path.rename(tmp_path / "old")
    path.write_bytes(TORN + b"\n" + USER + REPLY)
    done = compact.make(store, plan)
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert path.read_bytes() == TORN + b"\n" + USER + REPLY
    assert journal_names(tmp_path) == []


def test_what_comes_while_it_is_copied_is_carried_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    real = os.link

    def late(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        path.write_bytes(path.read_bytes() + REPLY)

    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    monkeypatch.setattr(os, "link", late)
    monkeypatch.setattr(journal, "SOON", 0)
    done = compact.make(store, plan)
    monkeypatch.undo()
    assert done.rows[0].status == "compacted"
    assert path.read_bytes() == USER + REPLY
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == TORN + b"\n" + USER + REPLY


def test_writers_who_had_to_wait_come_behind_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    late = Late()
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        late.append(path, USER, REPLY)
        real(temp, target)

    monkeypatch.setattr(os, "replace", step)
    monkeypatch.setattr(journal, "SOON", 0)
    done = tidy(tmp_path, "k")
    late.end()
    monkeypatch.undo()
    assert done.rows[0].status == "compacted"
    assert path.read_bytes() == USER + USER + REPLY
    record = (tmp_path / ".sessiontui" / "00000001.change").read_bytes()
    size = len(TORN + b"\n" + USER)
    assert b'\n{"late":1,"to":%d}\n{"made":1}\n{"done":true}\n' % (size + len(USER + REPLY)) in record
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == TORN + b"\n" + USER + USER + REPLY


@pytest.mark.parametrize("soon", [True, False], ids=["a second later", "before the next change"])
def test_what_a_writer_put_into_the_file_that_gave_way_is_brought_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, soon: bool
) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    record = tmp_path / ".sessiontui" / "00000001.1.old"
    late = Late()
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        late.append(path, REPLY)
        real(temp, target)

    def later(seconds: float) -> None:
        assert seconds == 1.0
        assert path.read_bytes() == USER + REPLY
        if soon:
            late.append(record, REPLY)  # whoever opened it long ago and only writes now

    monkeypatch.setattr(os, "replace", step)
    monkeypatch.setattr("sessiontui.changes.history.time", SimpleNamespace(sleep=later))
    tidy(tmp_path, "k")
    late.end()
    monkeypatch.undo()
    if not soon:
        late.append(record, REPLY)
        late.end()
        assert path.read_bytes() == USER + REPLY
        written(tmp_path, "other", TORN)
        tidy(tmp_path, "other")
    assert path.read_bytes() == USER + REPLY + REPLY
    undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert path.read_bytes() == TORN + b"\n" + USER + REPLY + REPLY


def test_a_session_that_somebody_writes_to_all_the_time_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    written(tmp_path, "a", TORN)
    busy = written(tmp_path, "b", TORN)
    store = JsonlStore(tmp_path)
    with held(busy) as writer:
        done = compact.make(store, compact.plan(store, ["a", "b"], anyway=True), patience=WaitPolicy(0))
    assert [(row.status, row.problem.code) for row in done.rows] == [("compacted", 0), ("refused", 4)]
    assert writer in done.rows[1].problem.reason
    assert busy.read_bytes() == TORN
    assert journal.changes(tmp_path)[0].keys == ("a",)


def test_what_can_not_be_read_has_its_row(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    written(tmp_path, "k", TORN + b"\n" + USER)
    rows = {row.key: row for row in tidy(tmp_path).rows}
    assert (rows["folder"].status, rows["folder"].problem.code) == ("failed", 3)
    assert rows["k"].status == "compacted"


def test_cancelled_between_sessions(tmp_path: Path) -> None:
    for key in "abc":
        written(tmp_path, key, TORN)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["a", "b", "c"], anyway=True)
    request = iter([False, False, True, True])
    done = compact.make(store, plan, cancelled=lambda: next(request))
    assert [row.status for row in done.rows] == ["compacted", "cancelled", "cancelled"]
    assert done.rows[1].problem.code == 130
    assert state(tmp_path)["b.jsonl"] == before["b.jsonl"]
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) == before


def test_cancelled_within_a_session(tmp_path: Path) -> None:
    written(tmp_path, "a", TORN + b"\n" + USER * 100_000)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["a"])
    request = iter([False, False, True])
    done = compact.make(store, plan, cancelled=lambda: next(request))
    assert (done.change, done.rows[0].status) == (None, "cancelled")
    assert state(tmp_path) == before
    assert journal_names(tmp_path) == []


def test_a_cancelled_plan(tmp_path: Path) -> None:
    written(tmp_path, "a", USER)
    with pytest.raises(Cancelled):
        compact.plan(JsonlStore(tmp_path), None, cancelled=lambda: True)


def test_progress_is_in_bytes_and_ends_at_all(tmp_path: Path) -> None:
    written(tmp_path, "a", TORN)
    written(tmp_path, "b", USER)
    told: list[tuple[int, int]] = []
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["a", "b"], progress=lambda done, total: told.append((done, total)), anyway=True)
    assert told[-1] == (len(TORN) + len(USER), len(TORN) + len(USER))
    told.clear()
    compact.make(store, plan, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, len(TORN)), (len(TORN), len(TORN))]


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_there_are_no_hard_links_a_copy_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    before = state(tmp_path)

    def no_links(*args: object, **kwargs: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "link", no_links)
    tidy(tmp_path, "k")
    assert path.read_bytes() == USER
    assert (tmp_path / ".sessiontui" / "00000001.1.old").read_bytes() == TORN + b"\n" + USER
    undo.make(tmp_path, undo.plan(tmp_path))
    assert state(tmp_path) == before


def test_a_live_name_is_never_given_to_an_inode_of_the_journal(tmp_path: Path) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    first = path.stat().st_ino
    tidy(tmp_path, "k")
    assert (tmp_path / ".sessiontui" / "00000001.1.old").stat().st_ino == first
    undo.make(tmp_path, undo.plan(tmp_path))
    kept = {(tmp_path / ".sessiontui" / name).stat().st_ino for name in journal_names(tmp_path)}
    assert path.stat().st_ino not in kept
    assert path.stat().st_nlink == 1


def test_a_link_inside_the_store_stays_a_link(tmp_path: Path) -> None:
    target = written(tmp_path, "real", TORN + b"\n" + USER)
    (tmp_path / "alias.jsonl").symlink_to("real.jsonl")
    tidy(tmp_path, "alias")
    assert (tmp_path / "alias.jsonl").is_symlink()
    assert target.read_bytes() == USER


def test_a_link_out_of_the_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    outside = written(tmp_path, "outside", TORN)
    (tmp_path / "store" / "k.jsonl").symlink_to(outside)
    done = tidy(tmp_path / "store", "k")
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "refused", 4)
    assert outside.read_bytes() == TORN


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_spans_that_go_may_lie_anywhere_in_the_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    data = bytes(range(20))
    drops = (Span(0, 2), Span(5, 1), Span(9, 6), Span(19, 1))
    (tmp_path / "f").write_bytes(data)
    real = lines.pieces
    monkeypatch.setattr(lines, "pieces", lambda fd, span: real(fd, span, size))
    heard: list[bytes] = []
    with (tmp_path / "f").open("rb") as file:

        def read(span: Span) -> Iterator[bytes]:
            for piece in lines.pieces(file.fileno(), span):
                heard.append(piece)
                yield piece

        content = b"".join(compact.without(drops, 20, read, never, silent))
    assert content == data[2:5] + data[6:9] + data[15:19]
    assert b"".join(heard) == data


def test_a_database_has_no_lines_to_drop(tmp_path: Path) -> None:
    path = databases.real(tmp_path, "head")
    store = SqliteStore(path)
    before = databases.contents(path)
    done = compact.make(store, compact.plan(store, ["telegram_user123"]))
    assert (done.change, done.rows[0].status, done.rows[0].kept) == (None, "unchanged", 4)
    assert databases.contents(path) == before
    assert not (tmp_path / ".sessiontui").exists()


def test_a_file_that_shrinks_while_it_is_copied_is_refused_by_its_name(tmp_path: Path) -> None:
    store = JsonlStore(tmp_path)
    path = written(tmp_path, "k", USER * 60_000 + TORN)
    plan = compact.plan(store, ["k"])

    def shrink() -> bool:
        path.write_bytes(USER)
        return False

    (row,) = compact.make(store, plan, cancelled=shrink).rows
    assert (row.status, row.problem.code, row.problem.reason[:23]) == ("refused", 4, "k.jsonl changed while i")
    assert path.read_bytes() == USER
    assert journal_names(tmp_path) == []
