"""What somebody planted where ours would be: a journal that is none, files of its names that are links, temporary names
that are taken. Nothing is followed, nothing of theirs is touched, and nothing is changed before it is gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import store_access
from sessiontui.changes.outcome import NONE
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import disks, seeing
from tests.support.disks import Tried
from tests.support.folders import USER, written

pytestmark = pytest.mark.usefixtures("never_synced")

VICTIM = b"precious\n"


def link(path: Path) -> None:
    (path.parent.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.parent.parent / "elsewhere")


def link_inside(path: Path) -> None:
    (path.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to("elsewhere")


def file(path: Path) -> None:
    path.write_bytes(VICTIM)


def pipe(path: Path) -> None:
    os.mkfifo(path, 0o700)


def readable(path: Path) -> None:
    path.mkdir()
    path.chmod(0o755)


def foreign(path: Path) -> None:
    path.mkdir(mode=0o700)
    try:
        os.chown(path, 12345, 12345)
    except OSError:
        pytest.skip("only root can give a folder away")


PLANTS = [link, link_inside, file, pipe, readable, foreign]
SOME = disks.named("append", "pop-before-damage", "undo-compact", "append-row", "redo-migrate")
PLANTED = [
    pytest.param(tried, plant, id=f"{tried.name}-{plant.__name__}")
    for tried in disks.CHANGES
    for plant in (PLANTS if tried in SOME else [link])
]


@pytest.mark.parametrize(("tried", "plant"), PLANTED)
def test_a_planted_journal(tmp_path: Path, tried: Tried, plant: Callable[[Path], None]) -> None:
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    path = folder / seeing.JOURNAL
    aside = tmp_path / "aside"
    if path.exists():
        path.rename(aside)
    start = seeing.seen(folder)
    plant(path)
    planted = seeing.seen(folder), seeing.seen_at(path)
    found = tried.attempt(folder)
    disks.plain(found, 3)
    assert f"the journal {path} is not trusted" in found.reason
    assert found.hint
    assert journal.waiting(folder) == 0
    assert "is not trusted" in (store_access.unwritable(JsonlStore(folder)) or "")
    assert (seeing.seen(folder), seeing.seen_at(path)) == planted
    if path.is_dir():
        assert os.listdir(path) == []
        (path.resolve() if path.is_symlink() else path).rmdir()
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    if aside.exists():
        aside.rename(path)
    assert seeing.seen(folder) == start
    disks.works_again(folder, tried, end)


OURS = ["lock", "00000001.change", "00000001.1.bytes", "00000001.1.old", "00000001.1.rows", "99999999.change"]


@pytest.mark.parametrize("name", OURS)
@disks.trying([*SOME, *disks.named("compact", "cleanup", "migrate", "redo-append")])
def test_links_with_names_of_ours(tmp_path: Path, tried: Tried, name: str) -> None:
    """They stand where the next file of the journal would; only a folder of ours can have them, and yet."""
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    (folder / seeing.JOURNAL).mkdir(mode=0o700, exist_ok=True)
    victim = tmp_path / "victim"
    victim.write_bytes(VICTIM)
    path = folder / seeing.JOURNAL / name
    if os.path.lexists(path):
        path.unlink()
    path.symlink_to(victim)
    start = seeing.seen(folder)
    found = tried.attempt(folder)
    assert victim.read_bytes() == VICTIM
    assert victim.stat().st_nlink == 1
    if found != NONE:
        disks.plain(found, 2, 3, 4)
        assert seeing.timeless(seeing.seen(folder)) == seeing.timeless(start)
    elif path.is_symlink():
        path.unlink()
    else:  # it was swept, as what no record knows is
        disks.settled(folder)


@contextmanager
def standing(path: Path, kind: str, victim: Path) -> Iterator[None]:
    victim.write_bytes(VICTIM)
    if kind == "file":
        path.write_bytes(b"half a session")
    elif kind == "link":
        path.symlink_to(victim)
    elif kind == "folder":
        path.mkdir()
        (path / "inside").write_bytes(VICTIM)
    yield
    assert victim.read_bytes() == VICTIM
    if kind == "folder":
        assert (path / "inside").read_bytes() == VICTIM


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
@disks.trying(SOME)
def test_a_temporary_name_that_is_taken(tmp_path: Path, tried: Tried, kind: str) -> None:
    """What a kill left behind goes; a link goes, not what it names; a folder is none of ours and in nobody's way."""
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    path = folder / ".sessiontui-0123456789abcdef.tmp"
    with standing(path, kind, tmp_path / "victim"):
        assert tried.attempt(folder) == NONE
    if kind == "folder":
        (path / "inside").unlink()
        path.rmdir()
    assert seeing.timeless(seeing.seen(folder)) == end
    disks.settled(folder)


def test_a_name_that_is_only_like_ours_stays(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    mine = [".sessiontui-notes.tmp", ".sessiontui-0123456789abcdef.tmp.bak", "sessiontui-0123456789abcdef.tmp"]
    for name in mine:
        (tmp_path / name).write_bytes(VICTIM)
    disks.add(tmp_path)
    assert [(tmp_path / name).read_bytes() for name in mine] == [VICTIM] * 3
