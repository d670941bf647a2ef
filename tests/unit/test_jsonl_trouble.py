"""Entries of a sessions folder that are no sessions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.disk import lines
from sessiontui.errors import Held
from sessiontui.model import Severity
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.jsonl_trouble import of_entry
from tests.support.capabilities import listening
from tests.support.hindered import leased


def test_entries_that_are_no_sessions(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    assert of_entry(tmp_path / "file") is None
    assert of_entry(tmp_path / "link") is None
    with listening(tmp_path / "socket"):
        found = {name: of_entry(tmp_path / name) for name in ("folder", "dangling", "loop", "fifo", "socket")}
    assert {name: fault and (fault.id, fault.reason) for name, fault in found.items()} == {
        "folder": ("not-a-file", "a folder, not a file: ZeroClaw hangs when it loads this session"),
        "dangling": ("dangling", "a link to nowhere, which is not there"),
        "loop": ("unreadable", "can't be read: Too many levels of symbolic links"),
        "fifo": ("not-a-file", "a pipe, not a file"),
        "socket": ("not-a-file", "a device or a socket, not a file"),
    }
    assert all(fault and fault.line is None and fault.severity is Severity.DAMAGE for fault in found.values())
    with pytest.raises(FileNotFoundError):
        of_entry(tmp_path / "nothing")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(b"")
    monkeypatch.setattr(os, "open", _denied)
    fault = of_entry(tmp_path / "secret")
    assert fault
    assert (fault.id, fault.reason) == ("unreadable", "can't be read: Permission denied")


def _denied(*_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_nothing_is_wrong_with_a_file_that_another_program_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LEASED", 0.0)
    (tmp_path / "held.jsonl").write_bytes(b'{"role":"user","content":"hello"}\n')
    store = JsonlStore(tmp_path)
    with leased(tmp_path / "held.jsonl", 30):
        assert of_entry(tmp_path / "held.jsonl") is None
        [session] = store.counted(store.sessions())
        assert (session.messages, session.trouble) == (None, None)
        with pytest.raises(Held, match=r"held\.jsonl is busy: another program holds it"):
            store.examine(session, lambda _: None)
    [session] = store.counted(store.sessions())
    assert (session.messages, session.trouble) == (1, None)
