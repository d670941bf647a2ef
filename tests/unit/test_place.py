"""Whether a store may be changed: each reason why not, and that looking leaves no trace."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from sessiontui.changes.edits.files import as_plain
from sessiontui.changes.journal.folder import reading
from sessiontui.changes.store_access import unwritable
from sessiontui.errors import StoreError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import USER, state, written


def test_a_store_of_ours_may_be_changed_and_looking_leaves_no_trace(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    before = state(tmp_path)
    assert unwritable(JsonlStore(tmp_path)) is None
    assert state(tmp_path) == before
    assert not (tmp_path / ".sessiontui").exists()


def test_a_mount_that_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert unwritable(JsonlStore(tmp_path)) == f"{tmp_path} is on a file system that is mounted read-only"


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", _denied(tmp_path))
    assert unwritable(JsonlStore(tmp_path)) == f"you may not write to the folder {tmp_path}"


def test_a_database_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = databases.database(tmp_path)
    assert unwritable(SqliteStore(path)) is None
    monkeypatch.setattr(os, "access", _denied(path))
    assert unwritable(SqliteStore(path)) == f"you may not write to the database {path}"


def _denied(path: Path) -> Callable[..., bool]:
    return lambda request, _, **_how: Path(request) != path


def test_root_on_the_store_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.stat

    def stat(path: Path, **how: bool) -> object:
        return SimpleNamespace(st_uid=1000) if path == tmp_path else real(path, **how)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "stat", stat)
    assert "belongs to another user and is not changed as root" in (unwritable(JsonlStore(tmp_path)) or "")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert unwritable(JsonlStore(tmp_path / "gone")) == f"{tmp_path}/gone can't be looked at: No such file or directory"


def test_a_journal_that_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / ".sessiontui").mkdir(mode=0o755)
    assert "is not trusted: its mode is 0755, not 0700" in (unwritable(JsonlStore(tmp_path)) or "")


def test_a_journal_of_somebody_else_is_his_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".sessiontui").mkdir(mode=0o700)
    real = os.open

    def denied(path: str, *given: int, **named: int) -> int:
        if path == ".sessiontui":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *given, **named)

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(StoreError, match=r"can't be opened: Permission denied$") as raised, reading(tmp_path):
        pass
    assert raised.value.hint == "run this as the owner of the store"


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EACCES, "look at the rights of the file and of its folder"),
        (errno.EROFS, "it can be changed once its file system is mounted writable"),
        (errno.ENOSPC, "free some space and try again"),
        (errno.EIO, ""),
    ],
)
def test_an_error_of_the_system_says_what_to_do_where_there_is_something(number: int, hint: str) -> None:
    assert as_plain(OSError(number, "No"), "k.jsonl").__dict__ == {
        "cause": "k.jsonl can't be changed: No",
        "hint": hint,
        "unchanged": False,
    }
