"""Disks that refuse: mounted read-only, syncs that fail, a lock that is taken or none, immutable files. Nothing is changed
then, and it goes on as soon as the trouble is over."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import store_access
from sessiontui.changes.outcome import NONE
from sessiontui.changes.recovery import recover as recovery
from sessiontui.changes.verbs import append
from sessiontui.errors import StoreError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import disks, matrices, mounts, seeing
from tests.support.disks import Tried, every_change, every_change_of_files
from tests.support.folders import USER, written

pytestmark = pytest.mark.usefixtures("never_synced")


# ---- read-only


@every_change
@mounts.on("tmpfs", "size=16m")
def test_a_read_only_mount(tmp_path: Path, tried: Tried) -> None:
    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        with mounts.read_only(tmp_path):
            assert (
                store_access.unwritable(JsonlStore(folder)) == f"{folder} is on a file system that is mounted read-only"
            )
            yield

    disks.refused_then_made(tmp_path, tried, problem)


@mounts.on("tmpfs", "size=16m")
def test_a_change_that_waits_on_a_read_only_mount_keeps_nobody_from_reading(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    disks.add(tmp_path)
    record = tmp_path / seeing.JOURNAL / "00000001.change"
    whole = record.read_bytes()
    record.write_bytes(whole.removesuffix(b'{"made":1}\n{"done":true}\n'))
    before = seeing.seen(tmp_path), seeing.kept(tmp_path)
    with mounts.read_only(tmp_path):
        assert journal.waiting(tmp_path) == 1
        assert [each.status for each in journal.changes(tmp_path)] == ["interrupted"]
        assert [each.key for each in JsonlStore(tmp_path).sessions()] == ["k"]
        with pytest.raises(StoreError, match="Read-only file system"):
            recovery.recover(tmp_path)
        assert (seeing.seen(tmp_path), seeing.kept(tmp_path)) == before
    assert len(recovery.recover(tmp_path).changes) == 1
    disks.back(tmp_path)
    assert (tmp_path / "k.jsonl").read_bytes() == USER


# ---- syncs that fail


@pytest.mark.parametrize("error", [errno.ESTALE], ids=errno.errorcode.get)
@every_change_of_files
def test_a_disk_that_never_says_that_it_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried, error: int
) -> None:
    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", disks.failing(error))
            yield

    disks.refused_then_made(tmp_path, tried, problem)


@disks.trying(
    matrices.thinned(
        [each for each in disks.FILES if not each.name.endswith("do-migrate-beside")],
        lambda tried: tried.name in matrices.KINDS or "migrate" in tried.name,
    )
)
def test_each_sync_fails_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried) -> None:
    end = disks.ends_as(tried)
    for n in range(100):
        folder = tmp_path / str(n)
        folder.mkdir()
        tried.prepare(folder)
        start = seeing.timeless(seeing.seen(folder))
        calls: list[int] = []

        def sync(fd: int, calls: list[int] = calls, n: int = n) -> None:
            calls.append(fd)
            if len(calls) == n + 1:
                disks.failing(errno.EIO)()

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", sync)
            found = tried.attempt(folder)
        if found != NONE:
            disks.plain(found, 3)
        recovery.recover(folder)
        disks.settled(folder)
        now = seeing.timeless(seeing.seen(folder))
        assert now in (start, end), n
        if now == start:
            disks.works_again(folder, tried, end)
        if len(calls) <= n:
            assert (found, now) == (NONE, end)
            assert n > 2
            return
    pytest.fail("it never ends")


# ---- another sessiontui, and no locks


@every_change
def test_another_sessiontui_is_at_it(tmp_path: Path, tried: Tried) -> None:
    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        (folder / seeing.JOURNAL).mkdir(mode=0o700, exist_ok=True)
        with (folder / seeing.JOURNAL / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    disks.refused_then_made(tmp_path, tried, problem, 4)


@pytest.mark.parametrize("error", [errno.ENOLCK], ids=errno.errorcode.get)
@every_change
def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried, error: int) -> None:
    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(fcntl, "flock", disks.failing(error))
            yield

    disks.refused_then_made(tmp_path, tried, problem)


# ---- what may not be changed


def attribute(path: Path, sign: str) -> None:
    """Make a file immutable, or not any more; skips where that isn't allowed."""
    ran = subprocess.run(["chattr", sign, str(path)], check=False, capture_output=True, text=True)
    if ran.returncode:
        pytest.skip(f"chattr {sign} isn't allowed here: {ran.stderr.strip()}")


@pytest.mark.skipif(not shutil.which("chattr"), reason="chattr isn't here")
@pytest.mark.parametrize("what", ["file", "folder"])
@every_change
def test_what_is_immutable(tmp_path: Path, tried: Tried, what: str) -> None:
    if what == "file" and tried.name in ("append-new", "redo-append-new", "undo-cleanup"):
        return  # there is no file yet

    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        there = [folder / name for name in os.listdir(folder) if name.startswith(("k.", "sessions.db"))]
        paths = there if what == "file" else [folder]
        for path in paths:
            attribute(path, "+i")
        try:
            yield
        finally:
            for path in paths:
                attribute(path, "-i")

    if what == "folder":  # what is changed in place can be
        disks.if_not_made_refused(tmp_path, tried, problem)
    else:
        disks.refused_then_made(tmp_path, tried, problem)


# ---- a session that can't be looked at after a crash


@pytest.mark.parametrize("instead", ["folder", "loop", "pipe"])
def test_what_can_not_be_settled_waits_and_keeps_no_other_session(tmp_path: Path, instead: str) -> None:
    path = written(tmp_path, "k", USER)
    disks.add(tmp_path)
    record = tmp_path / seeing.JOURNAL / "00000001.change"
    record.write_bytes(record.read_bytes().removesuffix(b'{"made":1}\n{"done":true}\n'))
    path.rename(tmp_path / "aside")
    if instead == "folder":
        path.mkdir()
    elif instead == "loop":
        path.symlink_to(path.name)
    else:
        os.mkfifo(path)
    other = written(tmp_path, "other", USER)
    store = JsonlStore(tmp_path)
    append.make(store, append.plan(store, "other", disks.HELLO), disks.SOON)
    assert other.read_bytes() == USER + USER
    assert journal.waiting(tmp_path) == 1
    path.rmdir() if instead == "folder" else path.unlink()
    (tmp_path / "aside").rename(path)
    append.make(store, append.plan(store, "other", disks.HELLO), disks.SOON)
    disks.settled(tmp_path)
    assert path.read_bytes() in (USER, USER + USER)
