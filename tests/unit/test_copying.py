"""How large files are written anew: hashed beside, begun early by the disk, told of, cancelled."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from zlib import crc32

import pytest

from sessiontui.changes import undo
from sessiontui.changes.edits import hashing, records
from sessiontui.changes.edits.rewrites import Rewrite
from sessiontui.changes.journal.folder import reading
from sessiontui.changes.verbs import compact
from sessiontui.disk import lines, replace
from sessiontui.model import Span
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.folders import REPLY, TORN, USER, written

MANY = 2000
LINES = (USER + TORN + b"\n" + REPLY) * MANY
KEPT = (USER + REPLY) * MANY


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is large, for pieces are small."""
    monkeypatch.setattr(hashing, "PART", 1000)
    monkeypatch.setattr(replace, "_BUFFER", 700)
    monkeypatch.setattr(replace, "_EARLY", 5000)
    monkeypatch.setattr(replace, "_BEHIND", 10_000)
    monkeypatch.setattr(lines.pieces, "__defaults__", (999,))
    return written(tmp_path, "k", LINES)


def rewrite(folder: Path) -> Rewrite:
    with reading(folder) as found:
        assert found is not None
        (id,) = records.ids(found)
        recorded = records.read(found, id)
        assert recorded is not None
        (step,) = recorded.steps
        assert isinstance(step.edit, Rewrite)
        return step.edit


def of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("grown", [b"", REPLY, TORN])
def test_the_journal_has_the_hashes_of_what_stands_on_the_disk(large: Path, tmp_path: Path, grown: bytes) -> None:
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    with large.open("ab") as file:
        file.write(grown)
    assert compact.make(store, plan).rows[0].status == "compacted"
    assert large.read_bytes() == KEPT + grown
    edit = rewrite(tmp_path)
    assert (edit.old.length, edit.old.sha256) == (len(LINES + grown), of(LINES + grown))
    assert (edit.length, edit.crc32) == (len(KEPT + grown), crc32(KEPT + grown))
    undo.make(tmp_path, undo.plan(tmp_path))
    assert large.read_bytes() == LINES + grown


def test_the_disk_begins_before_all_is_written_and_what_it_has_makes_room(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Span] = []
    let_go: list[Span] = []

    def advise(fd: int, at: int, length: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        newest = os.fstat(fd).st_size == at + length
        (begun if newest else let_go).append(Span(at, length))

    monkeypatch.setattr(os, "posix_fadvise", advise)
    store = JsonlStore(tmp_path)
    compact.make(store, compact.plan(store, ["k"]))
    assert len(begun) >= len(KEPT) // 6000
    assert [span.offset for span in begun] == [0, *(span.stop for span in begun[:-1])]
    far = [span.offset for span in begun if span.offset > 10_000]
    assert let_go == [Span(max(0, at - 30_000), at - 10_000 - max(0, at - 30_000)) for at in far]
    assert large.read_bytes() == KEPT


@pytest.mark.parametrize("there", [True, False])
def test_advice_that_nobody_takes_does_no_harm(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def refuses(*_: int) -> None:
        raise OSError("no such advice")

    if there:
        monkeypatch.setattr(os, "posix_fadvise", refuses)
    else:
        monkeypatch.delattr(os, "posix_fadvise")
    store = JsonlStore(tmp_path)
    assert compact.make(store, compact.plan(store, ["k"])).rows[0].status == "compacted"
    assert large.read_bytes() == KEPT


def test_progress_comes_with_the_bytes_that_are_copied(large: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    compact.make(store, plan, progress=lambda done, total: told.append((done, total)))
    pieces = list(range(0, len(LINES), 999))
    assert told == [*((at, len(LINES)) for at in pieces), (len(LINES), len(LINES))]


@pytest.mark.parametrize("request_count", [2, 3, 50])
def test_cancelled_at_any_piece_nothing_stays_behind(large: Path, tmp_path: Path, request_count: int) -> None:
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    left = iter(range(request_count))
    done = compact.make(store, plan, cancelled=lambda: next(left, None) is None)
    assert (done.change, done.rows[0].status) == (None, "cancelled")
    assert next(left, None) is None
    assert large.read_bytes() == LINES
    assert sorted(os.listdir(tmp_path)) == [".sessiontui", "k.jsonl"]
    assert os.stat(large).st_nlink == 1
