"""Where leases can't be had: no /proc, a break time of 0, a file system that gives none, no name for who has a file
open. It is refused with the reason, and made where a person says so and the file is still."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes.outcome import NONE
from sessiontui.disk import wait_policy
from sessiontui.disk.wait_policy import WaitPolicy
from tests.support import disks, mounts, seeing
from tests.support.disks import Tried
from tests.support.folders import REPLY, TORN, USER, written
from tests.support.moments import Moments

DARING = WaitPolicy(0.1, no_lease=True)
NEED = [each for each in disks.FILES if not each.name.endswith(("append-new", "migrate", "migrate-beside"))]
"""The changes of files that others may write meanwhile."""
every_need = disks.trying(NEED)

pytestmark = [
    pytest.mark.usefixtures("never_synced"),
    pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="this system has no leases to be without"),
]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait_policy, "IDLE", 0.05)
    monkeypatch.setattr(journal, "SOON", 0.0)


def refused_without(folder: Path, tried: Tried, why: str, without: Callable[[], Any]) -> None:
    """Prepare it, take leases away, see it refused and then made."""
    tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    without()
    found = tried.attempt(folder)
    if tried.name == "undo-cleanup":  # it makes a file: nobody can have that open
        assert found == NONE
        return
    disks.plain(found, 4)
    assert found.reason == f"no lease can be had on k.jsonl: {why}; nothing was changed"
    assert found.hint.startswith("--no-lease ")
    assert seeing.seen(folder) == start
    assert seeing.kept(folder) == kept
    assert tried.attempt(folder, DARING) == NONE
    disks.settled(folder)


@every_need
@mounts.on("tmpfs", "size=16m")
def test_a_system_that_ends_each_lease_at_once(tmp_path: Path, tried: Tried) -> None:
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    why = "this system ends each as soon as it is asked for"
    refused_without(folder, tried, why, lambda: mounts.cover("/proc/sys/fs/lease-break-time", b"0\n", tmp_path))
    assert seeing.timeless(seeing.seen(folder)) == end


@every_need
@mounts.on("tmpfs", "size=16m")
def test_a_system_without_proc(tmp_path: Path, tried: Tried) -> None:
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    refused_without(folder, tried, "this system has none", lambda: mounts.mount("tmpfs", Path("/proc")))
    assert seeing.timeless(seeing.seen(folder)) == end


@pytest.mark.parametrize("error", [errno.EINVAL], ids=errno.errorcode.get)
@every_need
def test_a_file_system_that_gives_none(
    tmp_path: Path, tried: Tried, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = disks.ends_as(tried)
    real = fcntl.fcntl

    def without(fd: int, command: int, argument: int = 0) -> int:
        if command == fcntl.F_SETLEASE:
            raise OSError(error, os.strerror(error))
        return real(fd, command, argument)

    why = f"its file system gives none ({os.strerror(error)})"
    refused_without(tmp_path, tried, why, lambda: monkeypatch.setattr(fcntl, "fcntl", without))
    assert seeing.timeless(seeing.seen(tmp_path)) == end


@pytest.mark.parametrize("run", [disks.take, disks.tidy, disks.clean, disks.move], ids=lambda each: each.__name__)
@mounts.on("tmpfs", "size=16m")
def test_a_file_that_somebody_has_open_where_nobody_can_be_named(
    tmp_path: Path, run: Callable[[Path, WaitPolicy], object]
) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER + REPLY, mtime_ns=disks.OLD)
    start = seeing.seen(tmp_path)
    with path.open("ab"):  # this process itself is never named
        found = Tried("open", lambda _: None, run).attempt(tmp_path)
        disks.plain(found, 4)
        assert found.reason == "k.jsonl is open for writing in another program; nothing was changed"
        assert seeing.timeless(seeing.seen(tmp_path)) == seeing.timeless(start)
    assert Tried("open", lambda _: None, run).attempt(tmp_path) == NONE
    disks.back(tmp_path)
    assert seeing.timeless(seeing.seen(tmp_path)) == seeing.timeless(start)


LATE = b'{"role":"user","content":"late"}\n'
STEPS = {"pop": "ftruncate", "compact": "replace"}


@pytest.mark.parametrize("verb", STEPS)
def test_without_a_lease_what_is_written_before_the_last_look_is_seen(
    tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes between that look and the step can be lost, as is said beforehand."""
    real = fcntl.fcntl

    def without(fd: int, command: int, argument: int = 0) -> int:
        if command == fcntl.F_SETLEASE:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return real(fd, command, argument)

    monkeypatch.setattr(fcntl, "fcntl", without)
    run = {"pop": disks.take, "compact": disks.tidy}[verb]

    def passed(n: int) -> tuple[Moments, bytes]:
        folder = tmp_path / str(n)
        folder.mkdir()
        path = written(folder, "k", TORN + b"\n" + USER + REPLY, mtime_ns=disks.OLD)

        def late() -> None:
            with path.open("ab") as file:
                file.write(LATE)

        with Moments(n, late).passing() as moments:
            found = Tried(verb, lambda _: None, run).attempt(folder, DARING)
        if found != NONE:
            disks.plain(found, 4)
        disks.settled(folder)
        return moments, path.read_bytes()

    calls = passed(0)[0].calls
    look = max(n for n in range(calls.index(STEPS[verb])) if calls[n] in ("fstat", "stat")) - 1
    for n in {*range(1, look, 9), *range(look - 9, look)}:
        moments, data = passed(n)
        assert data.count(LATE) == 1 or (verb == "pop" and data == TORN + b"\n" + USER + REPLY), (n, moments.calls[n:])
    assert look > 30
