"""Links in the place of session files, and files that have other names too: what a link names is changed, not the link;
nothing outside of the store is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.changes.outcome import NONE
from tests.support import disks, seeing
from tests.support.disks import Tried, every_change_of_files
from tests.support.folders import REPLY, TORN, USER, written

pytestmark = pytest.mark.usefixtures("never_synced")

DATA = TORN + b"\n" + USER + REPLY
AFTER: dict[str, bytes | None] = {
    "append": DATA + USER,
    "pop": TORN + b"\n" + USER,
    "compact": USER + REPLY,
    "cleanup": None,
}
"""What a file of DATA is then."""
RUNS: dict[str, Callable[[Path], object]] = {
    "append": disks.add,
    "pop": disks.take,
    "compact": disks.tidy,
    "cleanup": disks.clean,
}
every_verb = pytest.mark.parametrize("verb", RUNS)


def tried(verb: str) -> Tried:
    return Tried(verb, lambda _: None, disks.__dict__[RUNS[verb].__name__])


def data(folder: Path, name: str) -> bytes | None:
    path = folder / name
    return path.read_bytes() if path.exists() else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


@every_verb
@pytest.mark.parametrize("chain", [1, 3])
def test_a_link_in_the_store_stays_and_what_it_names_is_changed(folder: Path, verb: str, chain: int) -> None:
    target = written(folder, "target", DATA, mtime_ns=disks.OLD)
    target.rename(folder / "target.old-name")
    names = ["target.old-name", *(f"{n}.link" for n in range(1, chain)), "k.jsonl"]
    for name, before in zip(names[1:], names, strict=False):
        (folder / name).symlink_to(before)
    start = seeing.seen(folder)
    assert tried(verb).attempt(folder) == NONE
    for name, before in zip(names[1:], names, strict=False):
        assert os.readlink(folder / name) == before
    assert data(folder, "target.old-name") == AFTER[verb]
    disks.back(folder)
    assert seeing.seen(folder) == start
    disks.forth(folder)
    assert data(folder, "target.old-name") == AFTER[verb]
    disks.settled(folder)


@every_verb
@pytest.mark.parametrize("chain", [1, 2])
def test_a_link_out_of_the_store_is_refused(tmp_path: Path, folder: Path, verb: str, chain: int) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    written(outside, "precious", DATA, mtime_ns=disks.OLD)
    (folder / "k.jsonl").symlink_to("again.link" if chain == 2 else outside / "precious.jsonl")
    (folder / "again.link").symlink_to("../outside/precious.jsonl")
    start = seeing.seen(folder), seeing.seen(outside)
    found = tried(verb).attempt(folder)
    disks.plain(found, 4)
    assert found.reason.startswith(f"k.jsonl is a link to {outside / 'precious.jsonl'}, which is outside of the store")
    assert found.hint
    assert (seeing.seen(folder), seeing.seen(outside)) == start
    assert seeing.kept(folder) == {}


@pytest.mark.parametrize("target", ["k.jsonl", "other.link", "nowhere", ".", "/dev/null"])
@every_verb
def test_a_link_that_leads_to_no_file(folder: Path, verb: str, target: str) -> None:
    (folder / "k.jsonl").symlink_to(target)
    (folder / "other.link").symlink_to("k.jsonl")
    start = seeing.seen(folder)
    found = tried(verb).attempt(folder)
    assert seeing.seen(folder) == start
    assert seeing.kept(folder) == {}
    if verb != "cleanup" or found != NONE:  # it is no session that could be idle
        disks.plain(found, 2, 3, 4)
    (folder / "k.jsonl").unlink()
    written(folder, "k", DATA, mtime_ns=disks.OLD)
    assert tried(verb).attempt(folder) == NONE
    assert data(folder, "k.jsonl") == AFTER[verb]
    disks.settled(folder)


def test_a_link_is_not_imported(folder: Path) -> None:
    written(folder, "target", DATA)
    (folder / "k.jsonl").symlink_to("target.jsonl")
    start = seeing.seen(folder)
    found = Tried("migrate", lambda _: None, disks.move).attempt(folder)
    disks.plain(found, 4)
    assert found.hint
    assert seeing.seen(folder) == start


@every_verb
def test_a_link_that_came_since_is_not_followed_out_by_undo(tmp_path: Path, folder: Path, verb: str) -> None:
    written(folder, "k", DATA, mtime_ns=disks.OLD)
    tried(verb).attempt(folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    path = written(outside, "k", AFTER[verb] or b"", mtime_ns=disks.OLD)
    (folder / "k.jsonl").unlink(missing_ok=True)
    (folder / "k.jsonl").symlink_to(path)
    start = seeing.seen(folder), seeing.seen(outside)
    kept = seeing.kept(folder)
    found = Tried("undo", lambda _: None, disks.back).attempt(folder)
    disks.plain(found, 4)
    assert (seeing.seen(folder), seeing.seen(outside)) == start
    assert seeing.kept(folder) == kept


def test_a_database_out_of_the_store_is_refused(tmp_path: Path, folder: Path) -> None:
    row = next(each for each in disks.CHANGES if each.name == "append-row")
    outside = tmp_path / "outside"
    outside.mkdir()
    row.prepare(outside)
    (folder / "sessions.db").symlink_to(outside / "sessions.db")
    written(folder, "k", DATA)
    start = seeing.seen(folder), seeing.seen(outside)
    for run in (disks.add_row, disks.take_row, disks.clean_rows, disks.move):
        found = Tried("row", lambda _: None, run).attempt(folder)
        disks.plain(found, 4)
        assert "which is outside of the store" in found.reason
    assert (seeing.seen(folder), seeing.seen(outside)) == start
    assert seeing.kept(folder) == {}


# ---- hard links


@every_change_of_files
def test_a_file_that_has_another_name_too(tmp_path: Path, tried: Tried) -> None:
    """A backup made by a hard link keeps its bytes, or follows what is done in place; it is never a third thing."""
    end = disks.ends_as(tried)
    folder = tmp_path / "store"
    folder.mkdir()
    tried.prepare(folder)
    path = folder / "k.jsonl"
    if not path.exists():
        path = folder / "k.jsonl.migrated"
    if not path.exists():
        assert tried.name in ("append-new", "redo-append-new", "undo-cleanup")
        return
    before = path.read_bytes()
    backup = tmp_path / "backup"
    backup.hardlink_to(path)
    assert tried.attempt(folder) == NONE
    assert seeing.timeless(seeing.seen(folder)) == end
    assert backup.read_bytes() in (before, data(folder, "k.jsonl"))
    disks.settled(folder)


@every_verb
def test_two_sessions_that_are_one_file(folder: Path, verb: str) -> None:
    written(folder, "k", DATA, mtime_ns=disks.OLD)
    (folder / "twin.jsonl").hardlink_to(folder / "k.jsonl")
    start = seeing.seen(folder)
    assert tried(verb).attempt(folder) == NONE
    assert data(folder, "k.jsonl") == AFTER[verb]
    assert data(folder, "twin.jsonl") in (DATA, AFTER[verb])
    disks.back(folder)
    now = seeing.seen(folder)
    assert {name: each.data for name, each in now.items()} == {name: each.data for name, each in start.items()}
    disks.settled(folder)
