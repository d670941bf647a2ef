"""Names that a file system can't give: no hard links, renames that fail, keys that are too long. A change is made in spite
of it, wholly, or nothing is changed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes.outcome import NONE
from sessiontui.changes.verbs import append, compact, migrate, pop
from sessiontui.errors import StoreError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import databases, disks, mounts, seeing
from tests.support.disks import HELLO, SOON, Tried, every_change_of_files
from tests.support.folders import REPLY, TORN, USER, written

pytestmark = pytest.mark.usefixtures("never_synced")

# ---- no links, no renames


NO_LINKS = [errno.EPERM, errno.EMLINK]


@pytest.mark.parametrize("error", NO_LINKS, ids=errno.errorcode.get)
@every_change_of_files
def test_a_journal_that_can_not_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried, error: int) -> None:
    end = disks.ends_as(tried)
    real = os.link

    def link(source: Path, target: Path | str, **options: object) -> None:
        if "dst_dir_fd" in options:
            disks.failing(error)()
        real(source, target, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", link)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    assert tried.attempt(folder) == NONE
    assert seeing.timeless(seeing.seen(folder)) == end
    disks.settled(folder)


@every_change_of_files
def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried) -> None:
    """As FAT and exFAT are: EPERM for each. What needs a link to clobber nothing is refused, and not by half."""

    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", disks.failing(errno.EPERM))
            yield

    disks.if_not_made_refused(tmp_path, tried, problem)


@pytest.mark.skipif(not shutil.which("mkfs.vfat"), reason="mkfs.vfat isn't here")
@mounts.on("tmpfs", "size=64m")
def test_a_fat_file_system(tmp_path: Path) -> None:
    """It has neither links nor modes, so that no journal is trusted there: a real one, to see that it says so."""
    image, folder = tmp_path / "image", tmp_path / "fat"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.vfat", str(image)], check=True, capture_output=True)
    if subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=False, capture_output=True).returncode:
        pytest.skip("no FAT file system can be mounted here")
    written(folder, "k", TORN + b"\n" + USER + REPLY)
    start = seeing.seen(folder)
    for run in (disks.add, disks.take, disks.tidy, disks.clean, disks.move):
        disks.plain(Tried("fat", lambda _: None, run).attempt(folder), 3)
        assert seeing.seen(folder) == start
    mounts.unmount(folder)


RENAMES = ("rename", "replace", "renames")


NEED_IT = (
    "pop-before-damage",
    "compact",
    "undo-pop-before-damage",
    "undo-compact",
    "redo-pop-before-damage",
    "redo-compact",
)


@pytest.mark.parametrize("error", [errno.EXDEV, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@disks.trying(disks.named(*NEED_IT))
def test_names_that_can_not_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tried: Tried, error: int) -> None:

    @contextmanager
    def problem(folder: Path) -> Iterator[None]:
        with monkeypatch.context() as patch:
            for name in RENAMES:
                patch.setattr(os, name, disks.failing(error))
            yield

    disks.if_not_made_refused(tmp_path, tried, problem)


def test_which_changes_need_a_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above tests these."""
    needed = set()
    for tried in disks.FILES:
        folder = tmp_path / tried.name
        folder.mkdir()
        tried.prepare(folder)
        with monkeypatch.context() as patch:
            for name in RENAMES:
                patch.setattr(os, name, disks.failing(errno.EXDEV))
            if tried.attempt(folder) != NONE:
                needed.add(tried.name)
    assert needed == set(NEED_IT)


# ---- names


def test_a_key_so_long_that_its_file_can_not_be_renamed(tmp_path: Path) -> None:
    """``k….jsonl`` has the longest name that there is; ``k….jsonl.migrated`` would be longer."""
    key = "k" * 249
    written(tmp_path, key, USER + REPLY)
    written(tmp_path, "short", USER)
    databases.database(tmp_path, "head")
    start = seeing.seen(tmp_path)
    done = migrate.make(migrate.plan(tmp_path), patience=SOON)
    rows = {row.key: row for row in done.rows}
    assert rows["short"].status == "migrated"
    assert rows[key].status == "refused"
    disks.plain(rows[key].problem, 3, 4)
    now = seeing.seen(tmp_path)
    assert now[f"{key}.jsonl"] == start[f"{key}.jsonl"]
    assert [row[0] for row in now["rows"]] == [b"short"]
    disks.settled(tmp_path)
    disks.back(tmp_path)
    assert seeing.timeless(seeing.seen(tmp_path)) == seeing.timeless(start)


def test_a_key_as_long_as_a_name_can_be(tmp_path: Path) -> None:
    key = "k" * 249
    data = TORN + b"\n" + USER + REPLY
    path = written(tmp_path, key, data + TORN)
    start = seeing.seen(tmp_path)
    store = JsonlStore(tmp_path)
    append.make(store, append.plan(store, key, HELLO), SOON)
    pop.make(store, pop.plan(store, key), SOON)
    pop.make(store, pop.plan(store, key), SOON)
    compact.make(store, compact.plan(store, [key]), patience=SOON)
    assert path.read_bytes() == USER
    for _ in range(4):
        disks.back(tmp_path)
    assert seeing.timeless(seeing.seen(tmp_path)) == seeing.timeless(start)
    disks.settled(tmp_path)


def test_a_key_that_no_file_can_have(tmp_path: Path) -> None:
    store = JsonlStore(tmp_path)
    with pytest.raises(StoreError, match="would be a name of 256 bytes"):
        append.make(store, append.plan(store, "k" * 250, HELLO), SOON)
    assert seeing.seen(tmp_path) == {}
    assert journal.waiting(tmp_path) == 0
    assert seeing.kept(tmp_path) == {}
    disks.add(tmp_path)
    disks.settled(tmp_path)
