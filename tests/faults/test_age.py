"""A change in which nobody says anything leaves a session as old as it was, after an undo, an error or a kill too; what
is appended meanwhile makes it as young as that is, and a torn last line stays torn."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import append, compact, pop, repair
from sessiontui.errors import StoreError
from sessiontui.model import Fault, Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.faults.kinds import KINDS, SOON, Kind, appended
from tests.faults.remains import noting
from tests.faults.test_changes import dies, fresh, steps
from tests.support.faulty import FailAt, Watch, writes
from tests.support.folders import REPLY, TORN, USER, written

LONG_AGO = 1_700_000_000_123_456_789
LATER = LONG_AGO + 10**15
LATE = b'{"role":"user","content":"late"}\n'
NEWS = b'{"role":"user","content":"news"}\n'
Change = Callable[[Path], object]


def tidy(folder: Path) -> object:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, ["k"]), patience=SOON)


def mend(folder: Path) -> object:
    store = JsonlStore(folder)
    return repair.make(store, repair.plan(store, ["k"]), patience=SOON)


def take(folder: Path) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k", anyway=True), SOON)


SILENT: list[tuple[bytes, Change]] = [
    (USER + TORN + b"\n" + REPLY, tidy),
    (USER[:-1] + REPLY + TORN, mend),
    (USER + REPLY, take),
    (USER + REPLY + b"\n \n", take),
    (USER + REPLY + TORN, take),
]
NAMES = ["compact", "repair", "pop", "pop-before-blanks", "pop-before-damage"]


def age(folder: Path) -> int:
    return (folder / "k.jsonl").stat().st_mtime_ns


@pytest.mark.parametrize(("data", "change"), SILENT, ids=NAMES)
def test_nobody_said_anything(tmp_path: Path, data: bytes, change: Change) -> None:
    path = written(tmp_path, "k", data, mtime_ns=LONG_AGO)
    change(tmp_path)
    assert path.read_bytes() != data
    assert age(tmp_path) == LONG_AGO
    for redo in (False, True, False):
        undo.make(tmp_path, undo.plan(tmp_path, redo=redo), SOON)
        assert age(tmp_path) == LONG_AGO
    assert path.read_bytes() == data


@pytest.mark.skipif(sys.platform != "linux", reason="only there a reader keeps a file from being cut")
@pytest.mark.parametrize(("data", "change"), SILENT, ids=NAMES)
def test_a_reader_makes_no_session_young(tmp_path: Path, data: bytes, change: Change) -> None:
    with written(tmp_path, "k", data, mtime_ns=LONG_AGO).open("rb"):
        change(tmp_path)
    assert age(tmp_path) == LONG_AGO


def test_an_append_is_activity(tmp_path: Path) -> None:
    written(tmp_path, "k", USER, mtime_ns=LONG_AGO)
    store = JsonlStore(tmp_path)
    append.make(store, append.plan(store, "k", Message("user", "ours")), SOON)
    assert age(tmp_path) > LATER
    undo.make(tmp_path, undo.plan(tmp_path), SOON)
    assert age(tmp_path) == LONG_AGO


def test_a_torn_last_line_is_torn_after_a_repair(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER[:-1] + REPLY + TORN, mtime_ns=LONG_AGO)
    mend(tmp_path)
    assert path.read_bytes() == USER + REPLY + TORN
    store = JsonlStore(tmp_path)
    found: list[Fault] = []
    store.examine(store.session("k"), found.append)
    assert [(fault.id, fault.severity) for fault in found] == [("torn", "damage")]


def test_what_comes_late_makes_a_session_as_young_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both in the course of the change, and when the next one finds it."""
    monkeypatch.setattr(journal, "SOON", 0)
    path = written(tmp_path, "k", USER + TORN + b"\n" + REPLY, mtime_ns=LONG_AGO)
    tidy(tmp_path)
    (old,) = (tmp_path / ".sessiontui").glob("*.old")
    old.write_bytes(old.read_bytes() + LATE)
    os.utime(old, ns=(LATER, LATER))
    written(tmp_path, "other", USER)
    appended(JsonlStore(tmp_path), "other")
    assert (path.read_bytes(), age(tmp_path)) == (USER + REPLY + LATE, LATER)


@pytest.mark.parametrize("behind", [NEWS, b""], ids=["in-the-middle", "at-the-end"])
def test_what_comes_late_makes_no_session_older(tmp_path: Path, behind: bytes) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n" + REPLY, mtime_ns=LONG_AGO)
    tidy(tmp_path)
    (old,) = (tmp_path / ".sessiontui").glob("*.old")
    old.write_bytes(old.read_bytes() + LATE)
    os.utime(old, ns=(LATER - 5, LATER - 5))
    path.write_bytes(path.read_bytes() + behind)
    os.utime(path, ns=(LATER, LATER))
    written(tmp_path, "other", USER)
    appended(JsonlStore(tmp_path), "other")
    assert (path.read_bytes(), age(tmp_path)) == (USER + REPLY + LATE + behind, LATER)


# ---- an end at any step

QUIET = [
    kind for kind in KINDS if kind.name in {"pop-in-place", "pop-before-blanks", "pop-rewrites", "compact", "repair"}
]
QUIET += [kind for kind in KINDS if kind.name in {"undo-pop-in-place", "undo-compact", "redo-pop-before-blanks"}]


def ages(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("[abk].jsonl")}


@pytest.mark.parametrize("kind", QUIET, ids=lambda kind: kind.name)
def test_a_change_that_ends_at_any_step_leaves_a_session_as_old(location: Path, kind: Kind) -> None:
    every = [call for call in steps(kind, location) if writes(call)]
    for n in range(1, len(every) + 2):
        with fresh(kind, location) as folder, noting(f"step {n}, {every[n - 1 : n]}"):
            before = ages(folder)
            dies(kind, folder, n)
            appended(kind.store(folder), "other")
            assert ages(folder) == before


@pytest.mark.parametrize("data", [USER, USER + TORN], ids=["whole", "torn"])
def test_an_append_that_fails_leaves_a_session_as_old(location: Path, data: bytes) -> None:
    for n in count(1):
        folder = location / "store"
        folder.mkdir()
        path = written(folder, "k", data, mtime_ns=LONG_AGO)
        fault: Watch = FailAt(n, OSError(errno.EIO, os.strerror(errno.EIO)), of=lambda call: call.name == "write")
        with fault.watching(), suppress(StoreError):
            appended(JsonlStore(folder), "k")
        assert (path.stat().st_mtime_ns == LONG_AGO) is (path.read_bytes() == data)
        shutil.rmtree(folder)
        if not fault.reached:
            break
    assert n > 3
