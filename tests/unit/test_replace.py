"""Appending to files, making and naming them, where nothing fails."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessiontui.disk import replace
from sessiontui.model import Span
from tests.support.capabilities import need_links_to_links
from tests.support.watch import watched


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old\n")
    path.chmod(0o640)
    return path


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_temporary_file_is_private_and_no_session(path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def chunks() -> Iterator[bytes]:
        yield b"x" * (2 << 20)
        [name] = [name for name in names(path.parent) if name != "a.jsonl"]
        seen.append((name, mode(path.parent / name)))

    replace.create(path.with_name("new"), chunks())
    [(name, bits)] = seen
    assert name.startswith(replace.TEMP_PREFIX)
    assert name.endswith(replace.TEMP_SUFFIX)
    assert not name.endswith(".jsonl")
    assert name.startswith(".")
    assert bits == 0o600


def test_what_is_no_file_is_never_appended_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for name in ("folder", "fifo"):
        with pytest.raises(OSError, match=name):
            replace.append(tmp_path / name, b"new\n")
    assert names(tmp_path) == ["fifo", "folder"]


def test_append_says_where_it_landed(path: Path) -> None:
    inode = path.stat().st_ino
    assert replace.append(path, b"one\n") == Span(4, 4)
    assert replace.append(path, b"three\n") == Span(8, 6)
    assert path.read_bytes() == b"old\none\nthree\n"
    assert (path.stat().st_ino, mode(path)) == (inode, 0o640)


def test_append_makes_a_private_file(tmp_path: Path) -> None:
    assert replace.append(tmp_path / "new.jsonl", b"one\n") == Span(0, 4)
    assert mode(tmp_path / "new.jsonl") == 0o600


def test_append_is_one_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = watched(monkeypatch, os, "write")
    replace.append(path, b"x" * (3 << 20))
    assert [len(data) for _, data in writes] == [3 << 20]


def test_append_never_makes_a_file_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        replace.append(tmp_path / "link.jsonl", b"one\n")
    assert names(tmp_path) == ["link.jsonl"]


def test_create_never_clobbers(path: Path, tmp_path: Path) -> None:
    replace.create(tmp_path / "new", [b"a", b"b\n"], 0o640)
    assert (tmp_path / "new").read_bytes() == b"ab\n"
    assert mode(tmp_path / "new") == 0o640
    (tmp_path / "link").symlink_to("nothing")
    for name in ("a.jsonl", "new", "link"):
        with pytest.raises(FileExistsError):
            replace.create(tmp_path / name, [b"other\n"])
    assert path.read_bytes() == b"old\n"
    assert names(tmp_path) == ["a.jsonl", "link", "new"]


def test_rename_never_clobbers(path: Path, tmp_path: Path) -> None:
    inode = path.stat().st_ino
    replace.rename(path, tmp_path / "a.jsonl.migrated")
    assert names(tmp_path) == ["a.jsonl.migrated"]
    assert (tmp_path / "a.jsonl.migrated").stat().st_ino == inode
    path.write_bytes(b"other\n")
    with pytest.raises(FileExistsError):
        replace.rename(path, tmp_path / "a.jsonl.migrated")
    assert path.read_bytes() == b"other\n"
    assert (tmp_path / "a.jsonl.migrated").read_bytes() == b"old\n"


def test_rename_leaves_another_name_of_the_same_file(path: Path, tmp_path: Path) -> None:
    os.link(path, tmp_path / "taken")
    with pytest.raises(FileExistsError):
        replace.rename(path, tmp_path / "taken")
    assert names(tmp_path) == ["a.jsonl", "taken"]


def test_rename_renames_a_link_and_not_what_it_names(path: Path, tmp_path: Path) -> None:
    need_links_to_links(tmp_path)
    (tmp_path / "link").symlink_to("a.jsonl")
    replace.rename(tmp_path / "link", tmp_path / "renamed")
    assert names(tmp_path) == ["a.jsonl", "renamed"]
    assert os.readlink(tmp_path / "renamed") == "a.jsonl"


def test_remove(path: Path) -> None:
    replace.remove(path)
    assert names(path.parent) == []
    with pytest.raises(FileNotFoundError):
        replace.remove(path)


def test_every_change_of_names_is_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    fsync = os.fsync

    def watched_fsync(fd: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(fd).st_mode))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    replace.append(path, b"x\n")
    assert synced == [False]
    replace.append(path.with_name("new"), b"x\n")
    assert synced[1:] == [False, True]
    replace.create(path.with_name("b"), [b"x\n"])
    assert synced[3:] == [False, True]
    replace.rename(path.with_name("b"), path.with_name("c"))
    assert synced[5:] == [True, True]
    replace.remove(path.with_name("c"))
    assert synced[7:] == [True]
    replace.sync_folder(path.parent)
    assert synced[8:] == [True]


def test_what_is_synced_goes_on_to_the_platter_where_that_is_another_call(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request: list[tuple[bool, int]] = []

    def control(fd: int, command: int) -> None:
        request.append((stat.S_ISDIR(os.fstat(fd).st_mode), command))
        raise OSError(errno.ENOTSUP, "Operation not supported")  # not every file system can

    monkeypatch.setattr(replace, "_FULL", 51)
    monkeypatch.setattr(fcntl, "fcntl", control)
    replace.create(path.with_name("new"), [b"new\n"])
    assert request == [(False, 51), (True, 51)]
    assert path.with_name("new").read_bytes() == b"new\n"


def test_no_descriptor_stays_open(path: Path) -> None:
    before = set(os.listdir("/dev/fd"))
    replace.append(path, b"x\n")
    replace.create(path.with_name("b"), [b"x\n"])
    replace.rename(path.with_name("b"), path.with_name("c"))
    replace.remove(path.with_name("c"))
    assert set(os.listdir("/dev/fd")) == before
