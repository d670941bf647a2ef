"""Disks that are full: of bytes, of names, for one file, for the journal alone. Nothing is half done, and it goes on
as soon as there is room."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from sessiontui.changes.outcome import NONE
from sessiontui.changes.recovery import recover as recovery
from tests.support import disks, mounts, seeing
from tests.support.disks import Tried, every_change, every_change_of_files

pytestmark = pytest.mark.usefixtures("never_synced")
SIZES = (0, 1, 100, 300, 700, 2_000, 9_000, 10_200, 10_240, 10_270, 10_310, 11_000, 60_000, 400_000)
ROOM = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 64, 99)
Room = Callable[[Path, int], AbstractContextManager[None]]


def with_ever_more(tmp_path: Path, tried: Tried, room: Room, steps: Iterable[int]) -> int:
    """Try a change with more and more room until it has enough; how often it had not."""
    end = disks.ends_as(tried)
    for n, step in enumerate(steps):
        folder = tmp_path / f"{tried.name}-{n}"
        folder.mkdir()
        tried.prepare(folder)
        start, kept = seeing.timeless(seeing.seen(folder)), seeing.kept(folder)
        with room(tmp_path, step):
            found = tried.attempt(folder)
        if found == NONE:
            assert seeing.timeless(seeing.seen(folder)) == end
            disks.settled(folder)
            return n
        disks.plain(found, 3)
        if not recovery.recover(folder):  # what the system took back at once
            assert seeing.timeless(seeing.seen(folder)) == start, step
            assert seeing.kept(folder).items() >= kept.items(), step
        if seeing.timeless(seeing.seen(folder)) != end:
            assert seeing.timeless(seeing.seen(folder)) == start, step
            disks.works_again(folder, tried, end)
        shutil.rmtree(folder)
    pytest.fail("it never had enough")


@every_change
@mounts.on("tmpfs", "size=4m")
def test_a_disk_without_room(tmp_path: Path, tried: Tried) -> None:
    assert with_ever_more(tmp_path, tried, mounts.filled, ROOM) > 0


@contextmanager
def few_names(folder: Path, left: int) -> Iterator[None]:
    """So many new names, and no more, have a place on this file system."""
    fillers = [folder / f"filler-{n}" for n in range(os.statvfs(folder).f_ffree - left)]
    for path in fillers:
        path.touch()
    try:
        yield
    finally:
        for path in fillers:
            path.unlink()


@every_change
@mounts.on("tmpfs", "nr_inodes=256")
def test_a_disk_without_room_for_names(tmp_path: Path, tried: Tried) -> None:
    assert with_ever_more(tmp_path, tried, few_names, range(16)) > 0


@contextmanager
def no_longer_than(folder: Path, size: int) -> Iterator[None]:
    """No file of this process gets longer than so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@every_change_of_files
def test_files_that_may_not_grow(tmp_path: Path, tried: Tried) -> None:
    assert with_ever_more(tmp_path, tried, no_longer_than, SIZES) > 0


@every_change
@mounts.on("tmpfs", "size=4m")
def test_a_journal_without_room(tmp_path: Path, tried: Tried) -> None:
    """The journal is a file system of its own here, which is full; it can't link the store's files either."""
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / seeing.JOURNAL).mkdir(mode=0o700)
    mounts.mount("tmpfs", folder / seeing.JOURNAL, "size=128k,mode=0700")
    tried.prepare(folder)
    start, kept = seeing.seen(folder), seeing.kept(folder)
    with mounts.filled(folder / seeing.JOURNAL, 0):
        found = tried.attempt(folder)
        assert seeing.seen(folder) == start
    disks.plain(found, 3)
    assert seeing.kept(folder) == kept
    disks.works_again(folder, tried, end)
    mounts.unmount(folder / seeing.JOURNAL)
