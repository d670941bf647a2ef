"""The rows of a session file: what is known of odd lines, when it is known, and how a view grows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Entry, Message, Severity
from sessiontui.store.index import draft, index_process, search_index
from sessiontui.store.jsonl import counts, file_faults, jsonl_transcript
from sessiontui.store.jsonl.counts import Count
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.memory import MemoryStore
from sessiontui.store.protocol import TranscriptRows
from tests.support.examples import examples
from tests.support.folders import KEYS, damaged

ONE = b'{"role":"user","content":"one"}\n'
TORN = b'{"role":"user","con\n'


def put(folder: Path, data: bytes) -> Path:
    path = folder / "k.jsonl"
    path.write_bytes(data)
    return path


def ordinals(rows: TranscriptRows) -> list[int | None]:
    return [entry.ordinal for entry in rows.load(0, len(rows))]


def test_nothing_is_known_before_the_file_is_counted(tmp_path: Path) -> None:
    put(tmp_path, ONE + TORN + b"\n" + ONE)
    transcript = JsonlStore(tmp_path).transcript("k")
    rows = transcript.scan()
    assert (ordinals(rows), rows.damaged, rows.row_of(1)) == ([None] * 4, None, None)
    assert transcript.known(rows) is rows


@pytest.mark.parametrize("how", ["counted here", "counted and written", "indexed here", "indexed by the process"])
def test_what_was_counted_since_is_known(tmp_path: Path, how: str) -> None:
    put(tmp_path, ONE + TORN + b"\n" + ONE + b" \n" + TORN)
    store = JsonlStore(tmp_path)
    transcript = store.transcript("k")
    whole, tail = transcript.scan(), transcript.tail(3)
    if how == "counted here":
        store.session("k")
    elif how == "counted and written":
        other = JsonlStore(tmp_path)
        list(other.counted(other.sessions()))
    elif how == "indexed here":
        store.index()
    else:
        with index_process.start(tmp_path) as process:
            assert process.stdout is not None
            process.stdout.read()
    for rows in (transcript.known(whole), store.transcript("k").scan()):
        assert ordinals(rows) == [1, None, None, 2, None, None]
        assert (list(rows.damaged or ()), [rows.row_of(n) for n in range(4)]) == ([1, 5], [None, 0, 3, None])
    newest = transcript.known(tail)
    assert ordinals(newest) == [2, None, None]
    assert [entry.address.line for entry in newest.load(0, 3)] == [4, 5, 6]
    assert (list(newest.damaged or ()), newest.row_of(1), newest.row_of(2)) == ([2], None, 0)
    assert ordinals(whole) == [None] * 6


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("index", [False, True])
def test_a_damaged_file_is_numbered_as_it_is_read(tmp_path: Path, key: str, index: bool) -> None:
    store = JsonlStore(damaged(tmp_path / "sessions", key))
    if index:
        store.index()
    else:
        list(store.counted(store.sessions()))
    rows = store.transcript(key).scan()
    entries = list(store.entries(key))
    assert list(rows.load(0, len(rows))) == entries
    assert list(rows.damaged or ()) == [entry.position for entry in entries if is_damage(entry)]
    numbered = [(entry.ordinal, entry.position) for entry in entries if entry.ordinal]
    assert [(ordinal, rows.row_of(ordinal)) for ordinal, _ in numbered] == numbered


def test_other_bytes_are_not_numbered_by_what_was_known(tmp_path: Path) -> None:
    path = put(tmp_path, ONE + TORN)
    store = JsonlStore(tmp_path)
    store.session("k")
    path.write_bytes(TORN + ONE + ONE)
    rows = store.transcript("k").scan()
    assert (ordinals(rows), rows.damaged) == ([None] * 3, None)


def test_counts_that_contradict_the_lines_are_not_believed(tmp_path: Path) -> None:
    path = put(tmp_path, ONE + TORN)
    store = JsonlStore(tmp_path)
    store.session("k")
    status = path.stat()
    path.write_bytes(b"\n" * status.st_size)  # the same size and, by force, the same time
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert store.transcript("k").scan().damaged is None


@pytest.mark.parametrize("index", [False, True])
def test_of_too_many_odd_lines_none_is_known(tmp_path: Path, index: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in (counts, draft):
        monkeypatch.setattr(where, "MOST", 3)
    put(tmp_path, ONE + TORN * 4)
    store = JsonlStore(tmp_path)
    if index:
        store.index()
    session = store.session("k")
    assert (session.messages, session.faults) == (1, 4)
    rows = store.transcript("k").scan()
    assert (rows.damaged, rows.row_of(1), ordinals(rows)) == (None, None, [None] * 5)
    put(tmp_path, ONE + TORN * 3)
    store.index()
    assert list(store.transcript("k").scan().damaged or ()) == [1, 2, 3]


# ---- growing

PIECES = st.sampled_from([ONE, TORN, b"\n", b"  \n", ONE[:-1], TORN[:-1], b"x" * 40])


@examples(0.5)
@given(st.lists(st.lists(PIECES, max_size=3).map(b"".join), min_size=2, max_size=6), st.booleans(), st.integers(1, 4))
@example([ONE[:-1], b"\n", ONE], True, 1)
@example([TORN, ONE[:9], ONE[9:]], True, 2)
def test_a_view_that_grew_is_a_new_view(steps: list[bytes], counted: bool, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = put(Path(name), steps[0])
        store = JsonlStore(path.parent)
        if counted:
            store.session("k")
        transcript = store.transcript("k")
        rows, tail = transcript.scan(), transcript.tail(count)
        for step in steps[1:]:
            with path.open("ab") as out:
                out.write(step)
            rows, tail = transcript.grown(rows), transcript.grown(tail)
        entries = list(store.entries("k"))
        expected = [entry.ordinal if counted else None for entry in entries]
        assert [entry.raw for entry in rows.load(0, len(rows))] == [entry.raw for entry in entries]
        assert ordinals(rows) == expected
        assert [entry.raw for entry in tail.load(0, len(tail))] == [entry.raw for entry in entries][-len(tail) :]
        if counted:
            assert list(rows.damaged or ()) == [entry.position for entry in entries if is_damage(entry)]
            assert ordinals(tail) == expected[len(expected) - len(tail) :]


def is_damage(entry: Entry) -> bool:
    return bool(entry.fault and entry.fault.severity is Severity.DAMAGE and entry.raw.strip())


def test_only_what_is_new_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, ONE * 5_000 + ONE[:-1])
    store = JsonlStore(tmp_path)
    store.session("k")
    rows = store.transcript("k").scan()
    with path.open("ab") as out:
        out.write(b"\n" + ONE)
    read = []
    pread = os.pread

    def watched(fd: int, size: int, at: int) -> bytes:
        data = pread(fd, size, at)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", watched)
    grown = store.transcript("k").grown(rows)
    assert sum(read) < 20_000
    assert (len(grown), grown.row_of(5_002)) == (5_002, 5_001)


def test_much_that_is_new_is_numbered_when_it_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl_transcript, "CHUNK", 50)
    path = put(tmp_path, TORN + ONE)
    store = JsonlStore(tmp_path)
    store.session("k")
    transcript = store.transcript("k")
    rows = transcript.scan()
    with path.open("ab") as out:
        out.write(ONE * 9)
    grown = transcript.grown(rows)
    assert (len(grown), grown.damaged) == (11, None)
    store.session("k")
    assert list(transcript.known(grown).damaged or ()) == [0]
    assert list(transcript.grown(grown).damaged or ()) == [0]
    with pytest.raises(Cancelled):
        transcript.grown(rows, lambda: True)


def test_a_file_that_was_only_touched_is_read_again(tmp_path: Path) -> None:
    path = put(tmp_path, TORN + ONE)
    transcript = JsonlStore(tmp_path).transcript("k")
    rows = transcript.scan()
    os.utime(path, ns=(5, 5))  # nothing but the stamp tells an edit in place from this
    with pytest.raises(Changed):
        transcript.grown(rows)
    assert len(transcript.scan()) == 2


@pytest.mark.parametrize("change", ["shorter", "other bytes", "another file"])
def test_what_is_not_merely_longer_says_so(tmp_path: Path, change: str) -> None:
    path = put(tmp_path, ONE * 3)
    transcript = JsonlStore(tmp_path).transcript("k")
    rows = transcript.scan()
    if change == "shorter":
        os.truncate(path, len(ONE))
    elif change == "other bytes":
        path.write_bytes(ONE + TORN * 9)
    else:
        path.rename(tmp_path / "old")
        put(tmp_path, ONE * 5)
    with pytest.raises(Changed):
        transcript.grown(rows)


def test_rows_of_another_home_are_refused(tmp_path: Path) -> None:
    put(tmp_path, ONE)
    memory = MemoryStore()
    memory.append("k", Message("user", "x"))
    rows = memory.transcript("k").scan()
    with pytest.raises(TypeError):
        JsonlStore(tmp_path).transcript("k").grown(rows)


# ---- counting what has grown


@examples(0.5)
@given(st.lists(st.lists(PIECES, max_size=3).map(b"".join), min_size=2, max_size=5))
@example([ONE + TORN + ONE[:-1], b"\n" + TORN])
def test_what_was_indexed_is_counted_on(steps: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "LARGE", 0)
        path = put(Path(name), steps[0])
        for step in steps[1:]:
            JsonlStore(path.parent).index()
            with path.open("ab") as out:
                out.write(step)
            store = JsonlStore(path.parent)
            counted = store.session("k")
            rows = store.transcript("k").scan()
            again = store.examine(counted, lambda _: None)
            assert counted == again
            assert list(rows.load(0, len(rows))) == list(store.entries("k"))


def test_of_what_was_indexed_only_the_growth_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "LARGE", 10_000)
    path = put(tmp_path, ONE * 5_000)
    JsonlStore(tmp_path).index()
    with path.open("ab") as out:
        out.write(TORN + ONE)
    began = []
    count = file_faults.count

    def watched(fd: int, stop: int, *rest: Any) -> Count:
        began.append(rest[-1])
        return count(fd, stop, *rest)

    monkeypatch.setattr(file_faults, "count", watched)
    session = JsonlStore(tmp_path).session("k")
    assert (session.messages, session.faults, began) == (5_001, 1, [len(ONE) * 5_000])
    path.write_bytes(TORN * 9_000)  # the same file with other bytes
    session = JsonlStore(tmp_path).session("k")
    assert (session.messages, session.faults, began[1:]) == (0, 9_000, [0])
