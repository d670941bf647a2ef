"""A session file is truncated, written anew, edited, deleted or replaced at every moment of a change.

Either it is refused and theirs stands, or theirs came first, or ours did: never a mixture, and never half of either.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sessiontui.changes.outcome import NONE
from sessiontui.changes.recovery import recover as recovery
from sessiontui.changes.verbs import cleanup
from sessiontui.changes.verbs.cleanup import CleanupPlan, CleanupRow
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import disks, matrices, seeing
from tests.support.disks import Tried
from tests.support.folders import REPLY, TORN, USER, written
from tests.support.moments import Moments

pytestmark = pytest.mark.usefixtures("never_synced")

DATA = USER + b"not json\n" + REPLY + USER + REPLY
THEIRS = b'{"role":"user","content":"theirs"}\n'
Meddle = Callable[[Path], None]


def truncates(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(len(USER))


def writes_anew(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(THEIRS * 9)


def edits(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(USER.replace(b"hello", b"HELLO"))


def edits_and_hides_it(path: Path) -> None:
    """With the old time put back: only the ``ctime`` tells."""
    time.sleep(0.01)  # a clock of the file system's ticks at least so often
    with path.open("r+b") as file:
        was = os.fstat(file.fileno())
        file.write(USER.replace(b"hello", b"HELLO"))
        file.flush()
        os.utime(file.fileno(), ns=(was.st_atime_ns, was.st_mtime_ns))


def deletes(path: Path) -> None:
    path.unlink(missing_ok=True)


def replaces(path: Path) -> None:
    if path.exists():
        other = path.with_name("theirs.new")
        other.write_bytes(THEIRS)
        other.rename(path)


MEDDLES: tuple[Meddle, ...] = (truncates, writes_anew, edits, edits_and_hides_it, deletes, replaces)
NAMES = {"append", "pop", "pop-before-damage", "compact", "cleanup", "undo-compact"}
DATA_OF = {"pop-before-damage": DATA + TORN, "append": DATA + TORN}


def on_data(tried: Tried) -> Tried:
    """The same change of a small session in which each of its lines is another's neighbour."""
    name = tried.name.removeprefix("undo-")

    def prepare(folder: Path) -> None:
        written(folder, "k", DATA_OF.get(name, DATA), mtime_ns=disks.OLD)
        if name != tried.name:
            done = next(each for each in disks.FILES if each.name == name).attempt(folder)
            assert done == NONE

    return Tried(tried.name, prepare, clean if name == "cleanup" else tried.run)


def clean(folder: Path, patience: WaitPolicy) -> object:
    """Without the counting of messages, which is long."""
    before = datetime(2026, 1, 1, tzinfo=UTC)
    return cleanup.make(JsonlStore(folder), CleanupPlan((CleanupRow("k", None, None),), before), patience)


TRIED = [on_data(each) for each in disks.FILES if each.name in NAMES]
TOUCHING = {"open", "stat", "fcntl", "write", "link", "replace", "unlink", "ftruncate", "utime", "flock"}
UNSEEN = {"replace", "unlink"}
"""Nothing can look and then give or take a name in one step: who does the same between the two comes too early."""


def found(folder: Path) -> dict[str, Any]:
    return {name: each.data for name, each in seeing.seen(folder).items()}


def outcomes(tmp_path: Path, tried: Tried, meddle: Meddle) -> list[dict[str, Any]]:
    """Theirs alone, then ours; ours, then theirs."""
    ends = []
    for order in ("theirs", "theirs ours", "ours theirs"):
        folder = tmp_path / order
        folder.mkdir()
        tried.prepare(folder)
        for who in order.split():
            if who == "theirs" and (folder / "k.jsonl").exists():
                meddle(folder / "k.jsonl")
            elif who == "ours":
                tried.attempt(folder)
        ends.append(found(folder))
    return ends


class Meddling:
    """Meddles in a thread of its own, which waits where a lease makes it wait."""

    def __init__(self, meddle: Meddle, path: Path) -> None:
        self._thread = Thread(target=self._work, args=(meddle, path))

    @staticmethod
    def _work(meddle: Meddle, path: Path) -> None:
        with suppress(FileNotFoundError):
            meddle(path)

    def begin(self) -> None:
        self._thread.start()
        self._thread.join(0.02)

    def end(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()


CASES = {f"{tried.name}-{meddle.__name__}": (tried, meddle) for tried in TRIED for meddle in MEDDLES}


def moments(tmp_path: Path, tried: Tried) -> list[int]:
    """The calls that touch the file or a folder, by number."""
    folder = tmp_path / "counted"
    folder.mkdir()
    tried.prepare(folder)
    with Moments(0, lambda: None).passing() as counted:
        assert tried.attempt(folder) == NONE
    return [n for n, name in enumerate(counted.calls, 1) if name in TOUCHING]


@pytest.mark.parametrize(("tried", "meddle", "stride"), matrices.at_moments(CASES, matrices.third, 19))
def test_somebody_meddles_at_any_moment(tmp_path: Path, tried: Tried, meddle: Meddle, stride: int) -> None:
    allowed = outcomes(tmp_path, tried, meddle)
    numbers = moments(tmp_path, tried)
    unseen = 0
    for n in numbers[matrices.first(stride, tried.name) - 1 :: stride]:
        folder = tmp_path / str(n)
        folder.mkdir()
        tried.prepare(folder)
        meddling = Meddling(meddle, folder / "k.jsonl")
        with Moments(n, meddling.begin).passing() as passed:
            problem = tried.attempt(folder)
        meddling.end()
        assert passed.reached
        if problem != NONE:
            disks.plain(problem, 2, 3, 4)
        recovery.recover(folder)
        disks.settled(folder)
        now = found(folder)
        if now not in allowed:
            assert passed.calls[n - 1] in UNSEEN, (n, passed.calls[n - 1 :][:3], problem, now)
            unseen += 1
        shutil.rmtree(folder)
    assert len(numbers) > 12
    assert unseen <= 1
