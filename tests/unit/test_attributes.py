"""ACLs and extended attributes: every change that gives a session another inode carries them, or refuses and names them."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.verbs import cleanup, compact, migrate, pop, repair
from sessiontui.disk import attributes
from sessiontui.errors import Refused
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.folders import REPLY, USER, written
from tests.unit.test_cleanup import NOW

ACL = "system.posix_acl_access"
Attributes = dict[str, bytes]
GLUED = USER.rstrip() + REPLY

pytestmark = pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Python knows no attributes here")


def acl(group: int, user: int, mask: int, owner: int = 6) -> bytes:
    """An ACL that names user 12345, with the permissions of each entry."""
    entries = ((0x01, owner, -1), (0x02, user, 12345), (0x04, group, -1), (0x10, mask, -1), (0x20, 0, -1))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def give(path: Path, **more: bytes) -> None:
    """A named user who may write, a group that may not, and two attributes."""
    try:
        os.setxattr(path, ACL, acl(group=0, user=6, mask=6))
        os.setxattr(path, "user.note", b"from the old machine\0")
        os.setxattr(path, "user.empty", b"")
    except OSError as error:
        pytest.skip(f"no attributes on the file system of {path.parent}: {error.strerror}")


def of(path: Path) -> tuple[Attributes, int]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}, stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session with all of it, and damaged and blank lines."""
    path = written(tmp_path, "k", USER + GLUED + b"\n" + REPLY + USER + REPLY, mtime_ns=10**18)
    path.chmod(0o660)
    give(path)
    return path


def compacting(store: JsonlStore) -> object:
    return compact.make(store, compact.plan(store, ["k"])).change


def repairing(store: JsonlStore) -> object:
    return repair.make(store, repair.plan(store, ["k"])).change


def popping(store: JsonlStore) -> object:
    return pop.make(store, pop.plan(store, "k")).change


def popping_by_rewrite(store: JsonlStore) -> object:
    with store.file("k").open("ab") as file:
        file.write(b"\nno record\n")
    return popping(store)


def cleaning(store: JsonlStore) -> object:
    return cleanup.make(store, cleanup.plan(store, 1, NOW)).change


def migrating(store: JsonlStore) -> object:
    return migrate.make(migrate.plan(store.path)).change


CHANGES: list[Callable[[JsonlStore], object]] = [
    compacting,
    repairing,
    popping,
    popping_by_rewrite,
    cleaning,
    migrating,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("links", [True, False], ids=["linked", "copied"])
def test_a_change_its_undo_and_its_redo_keep_them(
    path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[JsonlStore], object], links: bool
) -> None:
    if not links:
        monkeypatch.setattr(Folder, "link", lambda *_: False)
    before = of(path)
    assert before[0]["user.note"] == b"from the old machine\0"
    assert change(JsonlStore(path.parent)) is not None
    for redo in (False, True, False):
        if path.exists():
            assert of(path) == before
        undo.make(path.parent, undo.plan(path.parent, redo=redo))
    assert of(path) == before


def test_an_acl_of_the_folder_is_not_given_to_a_file_that_had_none(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + GLUED + REPLY)
    path.chmod(0o640)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", acl(group=7, user=7, mask=7, owner=7))
    except OSError as error:
        pytest.skip(str(error))
    compacting(JsonlStore(tmp_path))
    assert path.read_bytes() == USER + REPLY
    assert of(path) == ({}, 0o640)


def test_an_acl_that_stays_on_the_new_file_is_named_and_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder gives it to each new file; the old file had none."""
    path = written(tmp_path, "k", USER + GLUED + REPLY)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", acl(group=7, user=7, mask=7, owner=7))
    except OSError as error:
        pytest.skip(str(error))

    def refusing(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "removexattr", refusing)
    store = JsonlStore(tmp_path)
    (row,) = compact.make(store, compact.plan(store, ["k"])).rows
    assert (row.status, row.problem.code) == ("refused", 4)
    assert "no ACL" in row.problem.reason
    assert path.read_bytes() == USER + GLUED + REPLY


def test_what_can_t_be_carried_is_named_and_nothing_is_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, before, inode = path.read_bytes(), of(path), path.stat().st_ino
    real = os.setxattr

    def refusing(to: int, name: str, value: bytes) -> None:
        if name == ACL:
            raise OSError(errno.EPERM, "Operation not permitted")
        real(to, name, value)

    monkeypatch.setattr(os, "setxattr", refusing)
    store = JsonlStore(path.parent)
    (row,) = compact.make(store, compact.plan(store, ["k"])).rows
    assert (row.status, row.problem.code) == ("refused", 4)
    assert row.problem.reason == (
        f"k.jsonl has the attribute {ACL}, which can't be given to the file that takes its place: Operation not "
        "permitted; nothing was changed"
    )
    assert (path.read_bytes(), of(path), path.stat().st_ino) == (data, before, inode)
    assert sorted(os.listdir(path.parent)) == [".sessiontui", "k.jsonl"]


def test_a_full_disk_is_no_matter_of_attributes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "setxattr", full)
    store = JsonlStore(path.parent)
    (row,) = compact.make(store, compact.plan(store, ["k"])).rows
    assert (row.status, row.problem.reason) == ("failed", "k.jsonl can't be changed: No space left on device")


def test_where_there_are_none_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> list[str]:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    path = written(tmp_path, "k", USER + GLUED + REPLY)
    monkeypatch.setattr(os, "listxattr", none)
    monkeypatch.setattr(os, "getxattr", lambda *_: pytest.fail("asked for an attribute"))
    compacting(JsonlStore(tmp_path))
    assert path.read_bytes() == USER + REPLY


def test_on_macos_the_system_copies_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as that can be seen elsewhere: which call is made, and what an error of it says."""
    import posix

    request: list[tuple[int, int, int]] = []
    monkeypatch.setattr("sessiontui.disk.attributes.sys.platform", "darwin")
    monkeypatch.setattr(posix, "_fcopyfile", lambda *call: request.append(call), raising=False)
    attributes.carry(attributes.Like(3, "k.jsonl"), 4)
    assert request == [(3, 4, 0b101)]
    monkeypatch.delattr(posix, "_fcopyfile")
    with pytest.raises(Refused, match=r"k\.jsonl has extended attributes, which can't be given to the file"):
        attributes.carry(attributes.Like(3, "k.jsonl"), 4)
