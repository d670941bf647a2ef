"""What repair makes of real files: every byte stands, comes back in a record, or is in the journal."""

from __future__ import annotations

import json
import os
import tracemalloc
from base64 import b64decode, b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import hashing
from sessiontui.changes.journal.fragment_file import _encoded
from sessiontui.changes.verbs import repair, repair_plan
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.damage.salvage import Wish
from sessiontui.disk import lines, live_replace, replace
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Cancelled, UnknownKey
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import KEYS, REPLY, TORN, USER, damaged, journal_names, loads, state, valid_lines, written
from tests.support.late import Late, held

DATA = Path(__file__).parents[1] / "data"
A, B = USER[:-1], REPLY[:-1]
GLUED = A + B + b"\n"
REPR = b"{'role': 'user', 'content': 'x'}\n"
SAID = b'{"role":"user","content":"x"}\n'
OPEN = b'{"role":"user","content":"so fa'
CLOSED = OPEN + b'"}\n'


def mend(folder: Path, *keys: str, wish: Wish | None = None, **wishes: Wish) -> RowsOutcome[repair.RepairRow]:
    store = JsonlStore(folder)
    return repair.make(store, repair.plan(store, keys or None, wishes, wish or Wish()))


def fragments(done: RowsOutcome[repair.RepairRow]) -> list[dict[str, Any]]:
    files = [row.fragments for row in done.rows if row.fragments]
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def bytes_of(kept: list[dict[str, Any]]) -> list[bytes]:
    return [b64decode(each["bytes"], validate=True) for each in kept]


# ---- files


@pytest.mark.parametrize("key", KEYS)
def test_a_damaged_file_keeps_its_good_lines_and_undo_gives_back_the_rest(tmp_path: Path, key: str) -> None:
    folder = damaged(tmp_path / "sessions", key)
    path = written(folder, key, (folder / f"{key}.jsonl").read_bytes())
    before = state(folder)
    data = path.read_bytes()
    done = mend(folder, key)
    (row,) = done.rows
    after = path.read_bytes()
    rest = iter(after.split(b"\n"))
    assert all(line.removesuffix(b"\n") in rest for line in valid_lines(data))  # a subsequence: `in` consumes
    assert len(loads(after)) == row.kept + row.recovered
    assert (row.kept, row.bytes_before, row.bytes_after) == (len(valid_lines(data)), len(data), len(after))
    assert len(fragments(done)) == row.dropped
    assert all(data[each["offset"] :].startswith(b64decode(each["bytes"])) for each in fragments(done))
    assert all(data.count(b"\n", 0, each["offset"]) + 1 == each["line"] for each in fragments(done))
    again = mend(folder, key)
    assert (again.change, again.rows[0].status, repair.fragments_path(again.rows)) == (
        None,
        "unchanged",
        None,
    )
    assert path.read_bytes() == after
    if done.change is None:
        assert (row.status, state(folder)) == ("unchanged", before)
        assert not (folder / ".sessiontui").exists()
        return
    assert row.status == "repaired"
    undo.make(folder, undo.plan(folder))
    assert state(folder) == before


@pytest.mark.exhaustive
def test_what_two_real_writers_left_comes_back_whole(tmp_path: Path) -> None:
    """Each wrote the numbers from 0 to 19,999, and much of that came out on one line."""
    data = (DATA / "race-seed.jsonl").read_bytes()
    path = written(tmp_path, "k", data)
    assert len(loads(data)) == 8544
    done = mend(tmp_path)
    (row,) = done.rows
    after = path.read_bytes()
    assert (row.kept, row.recovered, row.dropped, row.left) == (8544, 31456, 0, 0)
    assert repair.fragments_path(done.rows) is None
    assert Counter(message.content for message in loads(after)) == {str(n): 2 for n in range(20000)}
    records = (line for line in after.splitlines() if line)
    stands = comes = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        had = [next(records)]
        while sum(map(len, had)) < len(line):
            had.append(next(records))
        assert b"".join(had) == line
        stands += len(had) == 1
        comes += len(had) > 1
    assert (stands, comes, next(records, None)) == (8544, 15728, None)
    assert mend(tmp_path).change is None


# ---- what stays, what goes, and where that is


def test_a_fragment_is_in_the_journal_with_its_place_and_goes_with_its_change(tmp_path: Path) -> None:
    torn = b'{"role":"assi'
    written(tmp_path, "a", USER + torn + GLUED)
    written(tmp_path, "b", REPLY + b"INFO one\n" + torn + USER + b"INFO two\n")
    done = mend(tmp_path)
    assert done.change is not None
    files = [tmp_path / ".sessiontui" / f"{done.change}.{n}.fragments" for n in (1, 2)]
    assert [row.fragments for row in done.rows] == files
    assert repair.fragments_path(done.rows) == tmp_path / ".sessiontui" / f"{done.change}.*.fragments"
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    kept = {
        (each["key"], each["line"], each["offset"], each["id"]): b64decode(each["bytes"]) for each in fragments(done)
    }
    begin = len(REPLY)
    assert kept == {
        ("a", 2, len(USER), "fused"): torn,
        ("b", 2, begin, "log-text"): b"INFO one",
        ("b", 3, begin + 9, "fused"): torn,
        ("b", 4, begin + 9 + len(torn + USER), "log-text"): b"INFO two",
    }
    sizes = {each.id: each.bytes for each in journal.changes(tmp_path)}
    assert sizes[done.change] > sum(file.stat().st_size for file in files)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert all(file.exists() for file in files)
    written(tmp_path, "c", GLUED)
    mend(tmp_path, "c")
    journal.purge(tmp_path)
    assert not any(file.exists() for file in files)


def test_a_fragment_has_the_line_on_which_it_stands(tmp_path: Path) -> None:
    wide = (SAID + b"INFO here\n" + SAID).decode().encode("utf-16-le")
    written(tmp_path, "k", b"\xff\xfe" + wide)
    done = mend(tmp_path)
    assert (tmp_path / "k.jsonl").read_bytes() == SAID * 2
    ((each),) = fragments(done)
    assert (each["line"], b64decode(each["bytes"]).decode("utf-16-le").strip()) == (2, "INFO here")


def test_a_large_fragment_is_kept_piece_by_piece(tmp_path: Path) -> None:
    text = bytes(range(97, 123)) * 80_000
    written(tmp_path, "k", USER + text + b"\n")
    done = mend(tmp_path)
    assert bytes_of(fragments(done)) == [text]
    assert done.rows[0].takes in range(len(text) * 4 // 3, len(text) * 4 // 3 + 120)


def test_a_huge_line_stays_for_nobody_looked_into_it(tmp_path: Path) -> None:
    path = written(tmp_path, "k", GLUED + b"x" * (lines.HUGE + 1) + b"\n" + REPLY)
    (row,) = mend(tmp_path).rows
    assert (row.kept, row.recovered, row.left) == (1, 2, 1)
    assert path.read_bytes() == A + b"\n" + REPLY + b"x" * (lines.HUGE + 1) + b"\n" + REPLY


WISHES = [
    (Wish(), A + b"\n" + REPLY + REPR + OPEN + b"\n", 3, 2),
    (Wish(marked=frozenset({2})), A + b"\n" + REPLY + SAID + OPEN + b"\n", 4, 1),
    (Wish(partial=True), A + b"\n" + REPLY + REPR + CLOSED, 4, 1),
    (Wish(guessed=frozenset({3})), A + b"\n" + REPLY + REPR + CLOSED, 4, 1),
    (Wish(lossless=False, marked=frozenset({2})), GLUED + SAID + OPEN + b"\n", 2, 2),
    (Wish(lossless=False), GLUED + REPR + OPEN + b"\n", 1, 3),
]


@pytest.mark.parametrize(("wish", "after", "loaded", "left"), WISHES)
def test_as_much_is_had_back_as_was_wished_for(
    tmp_path: Path, wish: Wish, after: bytes, loaded: int, left: int
) -> None:
    path = written(tmp_path, "k", GLUED + REPR + OPEN + b"\n" + USER)
    other = written(tmp_path, "other", GLUED + REPR)
    done = mend(tmp_path, k=wish)
    assert path.read_bytes() == after + USER
    assert other.read_bytes() == USER + REPLY + REPR
    rows = {row.key: row for row in done.rows}
    assert (rows["k"].kept + rows["k"].recovered, rows["k"].left) == (loaded, left)


def test_a_row_says_what_else_could_be_had_back_and_where_that_is_now(tmp_path: Path) -> None:
    written(tmp_path, "k", GLUED + b"INFO\n" + OPEN + b"\n" + GLUED + REPR + b"{\n" + REPR)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, ["k"])
    (row,) = plan.rows
    assert (row.faults, row.left, row.offered, row.guesses) == (7, 4, (5, 7), 1)
    assert [(each.fault.line, each.stays, len(each.records)) for each in row.outcomes] == [
        (1, False, 2),
        (2, False, 0),
        (3, True, 0),
        (4, False, 2),
        (5, True, 0),
        (6, True, 0),
        (7, True, 0),
    ]
    (made,) = repair.make(store, plan).rows
    after = (tmp_path / "k.jsonl").read_bytes().split(b"\n")
    assert [after[line - 1] + b"\n" for line in made.offered] == [REPR, REPR]
    (again,) = repair.plan(store, ["k"]).rows
    assert (again.offered, again.left, again.guesses) == (made.offered, 4, 1)


# ---- the end of the file


@pytest.mark.parametrize(
    ("data", "after"),
    [
        pytest.param(USER + B, USER + REPLY, id="a record without a newline"),
        pytest.param(A + b" ", A + b" \n", id="and white space behind it"),
        pytest.param(GLUED + B, USER + REPLY + REPLY, id="and damage elsewhere"),
        pytest.param(USER + b"  ", None, id="white space alone"),
        pytest.param(USER + TORN, None, id="a torn one"),
        pytest.param(USER + GLUED[:-1], USER + USER + REPLY, id="a glued one"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(USER + b"\0" * 9, USER, id="NULs"),
    ],
)
def test_the_end_of_a_file_that_is_still(tmp_path: Path, data: bytes, after: bytes | None) -> None:
    path = written(tmp_path, "k", data)
    done = mend(tmp_path)
    assert path.read_bytes() == (data if after is None else after)
    assert (done.rows[0].bytes_after, done.change is None) == (len(path.read_bytes()), after is None)


@pytest.mark.parametrize(
    ("end", "after"),
    [
        pytest.param(B, B, id="a record"),
        pytest.param(OPEN, OPEN, id="a torn one"),
        pytest.param(TORN + B + TORN, TORN + B + TORN, id="a whole one between torn ones"),
        pytest.param(B + OPEN, B + OPEN, id="a whole one before a torn one"),
        pytest.param(TORN + B, REPLY, id="a whole one behind a torn one"),
        pytest.param(OPEN + b"\n", CLOSED, id="a torn one that is ended"),
    ],
)
def test_the_end_of_a_file_that_was_just_written(tmp_path: Path, end: bytes, after: bytes) -> None:
    path = tmp_path / "k.jsonl"
    path.write_bytes(GLUED + end)
    (row,) = mend(tmp_path, wish=Wish(partial=True)).rows
    assert path.read_bytes() == USER + REPLY + after
    assert row.left == 0


def test_text_in_two_bytes_is_had_back_at_once(tmp_path: Path) -> None:
    """Its last newline is two bytes, of which one stands behind the last line."""
    path = tmp_path / "k.jsonl"
    path.write_bytes((USER + REPLY).decode().encode("utf-16"))
    mend(tmp_path)
    assert path.read_bytes() == USER + REPLY


# ---- what happens between the plan and the change


@pytest.mark.parametrize(
    ("end", "came", "after"),
    [
        pytest.param(b"", REPLY, USER + REPLY + REPLY, id="behind whole lines"),
        pytest.param(TORN, b"x\n" + REPLY, USER + REPLY + TORN + b"x\n" + REPLY, id="behind a torn one"),
        pytest.param(GLUED[:-1], b"\n" + REPLY, USER + REPLY + GLUED + REPLY, id="behind a glued one"),
        pytest.param(A, b"\n" + REPLY, USER + REPLY + USER + REPLY, id="behind a record without a newline"),
        pytest.param(b"INFO", b"RMATION\n", USER + REPLY + b"INFORMATION\n", id="behind a text"),
    ],
)
def test_what_came_since_the_plan_stays_behind_what_it_came_behind(
    tmp_path: Path, end: bytes, came: bytes, after: bytes
) -> None:
    path = written(tmp_path, "k", GLUED + end)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    with path.open("ab") as file:
        file.write(came)
    (row,) = repair.make(store, plan).rows
    assert (row.status, path.read_bytes()) == ("repaired", after)
    assert row.bytes_after == len(after)


@pytest.mark.parametrize("end", [B, GLUED[:-1], b"INFO"])
def test_where_that_was_all_there_was_to_do_nothing_is_done(tmp_path: Path, end: bytes) -> None:
    path = written(tmp_path, "k", USER + end)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    with path.open("ab") as file:
        file.write(b"\n")
    done = repair.make(store, plan)
    assert (done.change, done.rows[0].status, done.rows[0].problem.blocker) == (None, "refused", "changed")
    assert path.read_bytes() == USER + end + b"\n"
    assert journal_names(tmp_path) == []


@pytest.mark.parametrize("data", [b"", GLUED, USER + GLUED, REPR * 9])
def test_a_file_that_became_another_is_refused(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, "k", GLUED + USER)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    path.write_bytes(data)
    done = repair.make(store, plan)
    assert (done.change, repair.fragments_path(done.rows)) == (None, None)
    assert (done.rows[0].status, done.rows[0].recovered, done.rows[0].bytes_after) == ("refused", 0, len(GLUED + USER))
    assert path.read_bytes() == data


@pytest.mark.parametrize("wish", [Wish(marked=frozenset({1, 9})), Wish(guessed=frozenset({9, 1}))])
def test_a_fault_that_is_not_there_is_refused_by_its_line(tmp_path: Path, wish: Wish) -> None:
    path = written(tmp_path, "k", GLUED + REPR)
    (row,) = mend(tmp_path, k=wish).rows
    assert (row.status, row.problem.code) == ("refused", 4)
    assert row.problem.reason == "no fault begins on line 9 of k.jsonl; nothing was changed"
    assert path.read_bytes() == GLUED + REPR


def test_what_is_marked_for_nothing_is_told(tmp_path: Path) -> None:
    written(tmp_path, "k", GLUED + REPR + OPEN + b"\n")
    (row,) = repair.plan(JsonlStore(tmp_path), ["k"], {"k": Wish(marked=frozenset({1, 2, 3}))}).rows
    assert (row.unoffered, row.offered) == ((1, 3), ())


# ---- when it can't be done


def test_a_session_that_somebody_writes_to_leaves_no_fragments(tmp_path: Path) -> None:
    log = b"INFO here\n"
    written(tmp_path, "a", USER + log)
    busy = written(tmp_path, "b", USER + log)
    written(tmp_path, "c", USER + log)
    store = JsonlStore(tmp_path)
    with held(busy):
        done = repair.make(store, repair.plan(store, ["a", "b", "c"]), patience=WaitPolicy(0))
    assert [row.status for row in done.rows] == ["repaired", "refused", "repaired"]
    assert [each["key"] for each in fragments(done)] == ["a", "c"]
    assert busy.read_bytes() == USER + log


@pytest.mark.parametrize(("first", "kept"), [(USER + b"INFO here\n", ["a"]), (GLUED, [])])
def test_the_last_session_leaves_no_fragments_either(tmp_path: Path, first: bytes, kept: list[str]) -> None:
    written(tmp_path, "a", first)
    busy = written(tmp_path, "b", USER + b"INFO here\n")
    store = JsonlStore(tmp_path)
    with held(busy):
        done = repair.make(store, repair.plan(store, ["a", "b"]), patience=WaitPolicy(0))
    assert [row.status for row in done.rows] == ["repaired", "refused"]
    assert [each["key"] for each in fragments(done)] == kept
    assert sum(name.endswith(".fragments") for name in journal_names(tmp_path)) == len(kept)


def test_a_change_of_which_nothing_stands_leaves_nothing(tmp_path: Path) -> None:
    busy = written(tmp_path, "b", USER + b"INFO here\n")
    store = JsonlStore(tmp_path)
    with held(busy):
        done = repair.make(store, repair.plan(store, None), patience=WaitPolicy(0))
    assert (done.change, repair.fragments_path(done.rows), journal_names(tmp_path)) == (None, None, [])


def test_begun_again_it_keeps_each_fragment_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", b"INFO one\n" + USER)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    real = live_replace.swap
    came = iter([True])

    def swap(*args: Any) -> Any:
        if next(came, False):
            raise live_replace.Again
        return real(*args)

    monkeypatch.setattr(live_replace, "swap", swap)
    done = repair.make(store, plan)
    assert bytes_of(fragments(done)) == [b"INFO one"]
    assert path.read_bytes() == USER


def test_a_disk_without_room_for_a_fragment_leaves_all_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "a", b"INFO one\n" + USER)
    written(tmp_path, "b", b"INFO two\n" + USER)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)

    def full(fd: int, data: bytes) -> None:
        os.write(fd, data[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sessiontui.changes.journal.fragment_file.write_all", full)
    done = repair.make(store, plan)
    assert [(row.status, row.problem.code) for row in done.rows] == [("failed", 3)] * 2
    assert "No space left" in done.rows[0].problem.reason
    assert (state(tmp_path), journal_names(tmp_path)) == (before, [])


def test_what_leaves_the_file_is_on_the_disk_before_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", b"INFO one\n" + USER)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    order: list[str] = []
    real_sync, real_replace = replace.sync, os.replace

    def sync(fd: int) -> None:
        order.append(os.path.basename(os.readlink(f"/proc/self/fd/{fd}")))
        real_sync(fd)

    def swap(*args: Any, **kwargs: Any) -> None:
        order.append("swap")
        real_replace(*args, **kwargs)

    monkeypatch.setattr("sessiontui.changes.journal.fragment_file.sync", sync)
    monkeypatch.setattr(os, "replace", swap)
    repair.make(store, plan)
    assert order == ["00000001.1.fragments", "swap"]


@pytest.mark.exhaustive
def test_cancelled_within_a_session_nothing_is_left_behind(tmp_path: Path) -> None:
    written(tmp_path, "a", (b"INFO here\n" + USER) * 30_000)
    before = state(tmp_path)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    request = iter([False] * 40 + [True] * 40)
    done = repair.make(store, plan, cancelled=lambda: next(request))
    assert (done.change, done.rows[0].status, done.rows[0].problem.code) == (None, "cancelled", 130)
    assert (state(tmp_path), journal_names(tmp_path)) == (before, [])


def test_a_cancelled_plan_and_an_unknown_key(tmp_path: Path) -> None:
    written(tmp_path, "a", USER)
    with pytest.raises(Cancelled):
        repair.plan(JsonlStore(tmp_path), None, cancelled=lambda: True)
    with pytest.raises(UnknownKey):
        repair.plan(JsonlStore(tmp_path), ["b"])
    with pytest.raises(UnknownKey):
        repair.plan(JsonlStore(tmp_path), ["a"], {"b": Wish()})


def test_what_can_not_be_read_has_its_row(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "gone.jsonl").symlink_to("nowhere.jsonl")
    written(tmp_path, "k", GLUED)
    rows = {row.key: row for row in mend(tmp_path).rows}
    assert {key: (row.status, row.problem.code) for key, row in rows.items()} == {
        "folder": ("failed", 3),
        "gone": ("failed", 3),
        "k": ("repaired", 0),
    }


def test_a_database_has_no_lines(tmp_path: Path) -> None:
    path = databases.real(tmp_path, "head")
    store = SqliteStore(path)
    before = databases.contents(path)
    done = repair.make(store, repair.plan(store, None))
    assert done.change is None
    assert {(row.status, row.problem.reason) for row in done.rows} == {
        ("unchanged", "a database has no lines that could be damaged")
    }
    assert databases.contents(path) == before
    assert not (tmp_path / ".sessiontui").exists()


def test_a_message_that_comes_while_the_file_gives_way_is_carried_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", GLUED + b"INFO\n")
    late = Late()
    real = os.replace

    def step(source: Any, target: Any, **kwargs: Any) -> None:
        if str(target).endswith("k.jsonl"):
            late.append(path, REPLY, USER)
        real(source, target, **kwargs)

    monkeypatch.setattr(os, "replace", step)
    mend(tmp_path)
    late.end()
    assert path.read_bytes() == USER + REPLY + REPLY + USER


# ---- size


@pytest.mark.exhaustive
def test_nothing_that_grows_with_the_file_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PART", 1 << 16)
    line = b'{"role":"user","content":"' + b"x" * 400 + b'"}'
    peaks = []
    for n in (350, 1050):
        written(tmp_path, "k", (line + line + b"\nINFO " + b"y" * 400 + b"\n" + OPEN + b"\n" + line + b"\n") * n)
        tracemalloc.start()
        (row,) = mend(tmp_path).rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (row.recovered, row.dropped, row.left, row.kept) == (2 * n, n, n, n)
        assert len(row.outcomes) == 1000
    assert peaks[1] < peaks[0] * 1.3


def test_many_windows_of_one_matter_are_one_fault(tmp_path: Path) -> None:
    data = SAID.decode().encode("utf-16-be") * 5000
    path = written(tmp_path, "k", data)
    (row,) = repair.plan(JsonlStore(tmp_path), None).rows
    assert (row.faults, row.left, row.offered, row.status) == (1, 1, (1,), "unchanged")
    (row,) = mend(tmp_path, k=Wish(marked=frozenset({1}))).rows
    (outcome,) = row.outcomes
    assert (row.recovered, outcome.fault.recovers, len(outcome.records), row.left) == (5000, 5000, 5000, 0)
    assert path.read_bytes() == SAID * 5000


def test_only_so_much_is_told_of_all_sessions_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair_plan, "NAMED", 3)
    monkeypatch.setattr(repair_plan.Room, "__init__", lambda self: _room(self, 3, 300))
    for key in "abc":
        written(tmp_path, key, GLUED * 2)
    rows = repair.plan(JsonlStore(tmp_path), ["a", "b", "c"]).rows
    assert [len(row.outcomes) for row in rows] == [2, 1, 0]
    assert [len(outcome.records) for row in rows for outcome in row.outcomes] == [2, 0, 0]
    assert [row.recovered for row in rows] == [4, 4, 4]


def test_what_was_chosen_is_told_however_many_others_stand_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repair_plan.Room, "__init__", lambda self: _room(self, 2, 300))
    written(tmp_path, "k", GLUED * 9)
    (row,) = repair.plan(JsonlStore(tmp_path), ["k"], {"k": Wish(lossless=False, marked=frozenset({8}))}).rows
    assert [(outcome.fault.line, outcome.stays) for outcome in row.outcomes] == [(8, False)]
    assert (row.faults, row.left, row.recovered) == (9, 8, 2)


def _room(room: repair_plan.Room, outcomes: int, size: int) -> None:
    room.outcomes, room.bytes = outcomes, size


@pytest.mark.parametrize("size", range(1, 9))
def test_pieces_of_any_length_make_the_same_base64(size: int) -> None:
    for length in range(26):
        text = bytes(range(97, 97 + length))
        pieces = (text[at : at + size] for at in range(0, length, size))
        assert b"".join(_encoded(pieces)) == b64encode(text)


def test_what_was_changed_has_its_fragments_though_that_could_not_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a", b"INFO here\n" + USER)
    store = JsonlStore(tmp_path)
    plan = repair.plan(store, None)
    real = live_replace.swap

    def swap(*args: Any) -> None:
        real(*args)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(live_replace, "swap", swap)
    repair.make(store, plan)
    (line,) = (tmp_path / ".sessiontui" / "00000001.1.fragments").read_bytes().splitlines()
    assert (path.read_bytes(), b64decode(json.loads(line)["bytes"])) == (USER, b"INFO here")
