"""The last line of a session file: no damage while somebody may be writing it, damage once it is left alone."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.disk import lines, stamps
from sessiontui.model import Severity
from sessiontui.store.jsonl import file_end, file_faults
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.jsonl.session_file import OpenFile
from tests.support.damage import covered, left_alone
from tests.support.examples import examples

ONE = b'{"role":"user","content":"one"}\n'
BEGUN = b'{"role":"user","content":"tw'


def put(folder: Path, data: bytes, seconds: float) -> Path:
    path = folder / "k.jsonl"
    path.write_bytes(data)
    return left_alone(path, seconds)


@pytest.mark.parametrize(("seconds", "id", "faults"), [(1, "incomplete", 0), (6, "torn", 1), (-60, "torn", 1)])
def test_it_is_damage_after_some_seconds(tmp_path: Path, seconds: float, id: str, faults: int) -> None:
    put(tmp_path, ONE + BEGUN, seconds)
    store = JsonlStore(tmp_path)
    assert [fault.id for fault in store.faults("k")] == [id]
    assert [row.fault and row.fault.id for row in store.entries("k")] == [None, id]
    rows = store.transcript("k").scan()
    assert [row.fault and row.fault.id for row in rows.load(0, 2)] == [None, id]
    assert (store.session("k").messages, store.session("k").faults) == (1, faults)
    assert list(store.transcript("k").scan().damaged or ()) == [1][:faults]
    store.index()
    assert [each.faults for each in JsonlStore(tmp_path).sessions()] == [faults]


@pytest.mark.parametrize(
    "end",
    [
        BEGUN + b"\n",  # a newline ends it
        ONE[:-1] + ONE[:-1],  # glued
        BEGUN + ONE[:-1],  # fused
        b"oops",
        b'[{"role":"user",\n"content":"a"\n}\n]',
    ],
)
def test_what_is_no_begun_record_is_damage_at_once(tmp_path: Path, end: bytes) -> None:
    put(tmp_path, ONE + end, 0)
    store = JsonlStore(tmp_path)
    assert {fault.severity for fault in store.faults("k")} == {Severity.DAMAGE}
    assert store.session("k").faults == end.rstrip(b"\n").count(b"\n") + 1
    assert not store.settled()
    rows = store.transcript("k").scan()
    assert list(rows.damaged or ()) == list(range(1, len(rows)))


@pytest.mark.parametrize("cut", [b"", "🧠".encode()[:3]])
def test_a_huge_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bytes) -> None:
    monkeypatch.setattr(lines, "HUGE", 4096)
    path = put(tmp_path, ONE + BEGUN + b"w" * 5000 + cut, 1)
    store = JsonlStore(tmp_path)
    for id, faults in (("incomplete", 0), ("torn", 1)):
        assert [fault.id for fault in store.faults("k")] == [id]
        assert [row.fault and row.fault.id for row in store.entries("k")] == [None, id]
        assert store.session("k").faults == faults
        assert list(store.transcript("k").scan().damaged or ()) == [1][:faults]
        store.index()
        assert [each.faults for each in JsonlStore(tmp_path).sessions()] == [faults]
        left_alone(path)


def test_the_list_and_an_open_view_learn_that_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, ONE + BEGUN, 1)
    store = JsonlStore(tmp_path)
    store.index()
    transcript = store.transcript("k")
    rows = transcript.scan()
    assert [each.faults for each in store.sessions()] == [each.faults for each in store.sessions()] == [0]
    assert (store.settled(), list(rows.damaged or ()), transcript.grown(rows)) == (frozenset(), [], rows)
    before = path.read_bytes(), os.stat(path)
    now = time.time_ns() + 6 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    assert (store.settled(), store.settled()) == (frozenset({"k"}), frozenset())
    assert [each.faults for each in store.looked(["k"])] == [each.faults for each in store.sessions()] == [1]
    grown = transcript.grown(rows)
    assert list(grown.damaged or ()) == [1]
    assert [row.fault and row.fault.id for row in grown.load(1, 2)] == ["torn"]
    assert transcript.grown(grown) is grown
    assert (path.read_bytes(), os.stat(path).st_mtime_ns) == (before[0], before[1].st_mtime_ns)


def test_one_that_was_counted_without_an_index_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, ONE + BEGUN, 1)
    store = JsonlStore(tmp_path)
    [session] = store.counted(store.sessions())
    assert (session.messages, session.faults) == (1, 0)
    now = time.time_ns() + 6 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    assert store.settled() == {"k"}
    [session] = store.counted(store.sessions())
    assert session.faults == 1


def test_nothing_is_told_of_one_that_went_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, ONE + BEGUN, 1)
    store = JsonlStore(tmp_path)
    assert store.session("k").faults == 0
    with path.open("ab") as out:
        out.write(b'o"}\n')
    assert (store.session("k").messages, store.session("k").faults) == (2, 0)
    now = time.time_ns() + 6 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: now)
    store.settled()
    assert [(each.messages, each.faults) for each in store.looked(["k"])] == [(2, 0)]


# ---- the two ways of counting agree

PIECES = st.sampled_from(
    (
        *(
            ONE,
            ONE[:-1],
            BEGUN,
            BEGUN + b"\n",
            b"\n",
            b" \n",
            b"\0" * 4,
            b"{",
            b"}",
            b"[",
            b"]",
            b",\n",
            b"oops",
            b'"}',
        ),
        *(b"\xef\xbb\xbf", b"\xff", b"{\n", b'"', b'"role":"user",\n', b'"content":"a"\n'),
    )
)


@examples(2)
@given(st.lists(PIECES, max_size=8).map(b"".join), st.booleans())
@example(BEGUN + b"\nfour", False)
@example(BEGUN[:-4] + b"\xe6", False)
def test_counted_lines_are_those_that_damage_is_about(data: bytes, settled: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = put(Path(name), data, 3600 if settled else 0)
        fd = os.open(path, os.O_RDONLY)
        try:
            stamp = stamps.stamp(fd)
            count = file_faults.count(fd, stamp.size)
            found = list(file_faults.of_file(OpenFile(fd, stamp)))
            told = file_faults.told(OpenFile(fd, stamp), lambda _: None)
            assert file_end.breaks_off(fd, stamp.size) == count.open
            if told.instead:
                assert (told.messages, told.faults, told.open, [each.line for each in found]) == (0, 1, False, [None])
                return
            assert (told.damaged(stamp.mtime_ns), told.open) == (count.damaged(stamp.mtime_ns), count.open)
        finally:
            os.close(fd)
    damage = covered(fault for fault in found if fault.severity is Severity.DAMAGE)
    split = data.split(b"\n")
    assert count.damaged(stamp.mtime_ns) == sum(bool(split[line - 1].strip()) for line in damage)
    assert len(damage) == len(set(damage))
