"""Entries of a sessions folder that are no sessions."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.disk import lines
from sessiontui.errors import Held
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.jsonl.unreadable import of_entry
from tests.support.blocked import leased
from tests.support.capabilities import listening, need_any_name, unprivileged


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
        "fifo": ("not-a-file", "a pipe, not a file: ZeroClaw waits for ever when it loads this session"),
        "socket": ("not-a-file", "a socket, not a file"),
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
        assert (session.messages, session.problem) == (None, None)
        with pytest.raises(Held, match=r"held\.jsonl is busy: another program holds it"):
            store.examine(session, lambda _: None)
    [session] = store.counted(store.sessions())
    assert (session.messages, session.problem) == (1, None)


# ---- in a store

ONE = b'{"role":"user","content":"one"}\n'

NO_FILES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "folder": (Path.mkdir, "not-a-file", "a folder, not a file: ZeroClaw hangs when it loads this session"),
    "pipe": (os.mkfifo, "not-a-file", "a pipe, not a file: ZeroClaw waits for ever when it loads this session"),
    "zero": (lambda path: path.symlink_to("/dev/zero"), "not-a-file", "a device, not a file"),
    "terminal": (lambda path: path.symlink_to("/dev/tty"), "not-a-file", "a device, not a file"),
    "dangling": (
        lambda path: path.symlink_to("no\x1b[2Jwhere"),
        "dangling",
        "a link to no\x1b[2Jwhere, which is not there",
    ),
    "loop": (lambda path: path.symlink_to(path.name), "unreadable", "can't be read: Too many levels of symbolic links"),
    "out": (
        lambda path: path.symlink_to("/"),
        "not-a-file",
        "a folder, not a file: ZeroClaw hangs when it loads this session",
    ),
    "through": (lambda path: path.symlink_to("fine.jsonl/x"), "unreadable", "can't be read: Not a directory"),
}


def told(store: JsonlStore, *, notes: bool = False) -> list[tuple[str, Fault]]:
    """What a look at every file tells."""
    found: list[tuple[str, Fault]] = []
    for session in store.sessions():
        store.examine(session, lambda fault, key=session.key: found.append((key, fault)), notes=notes)  # type: ignore[misc]
    return found


@pytest.mark.parametrize("shape", NO_FILES)
def test_what_is_no_file_is_told_and_ends_nothing(tmp_path: Path, shape: str) -> None:
    make, id, reason = NO_FILES[shape]
    make(tmp_path / "odd.jsonl")
    for name in ("a", "fine", "z"):
        (tmp_path / f"{name}.jsonl").write_bytes(ONE)
    store = JsonlStore(tmp_path)
    listed = {session.key: session for session in store.counted(store.sessions())}
    assert {key: each.messages for key, each in listed.items()} == {"a": 1, "fine": 1, "z": 1, "odd": None}
    expected = Fault(id, Severity.DAMAGE, reason, 0, Salvage.NONE)
    assert (listed["odd"].problem, told(store), list(store.faults("odd"))) == (
        expected,
        [("odd", expected)],
        [expected],
    )
    store.index()
    assert sorted(os.listdir(tmp_path)) == ["a.jsonl", "fine.jsonl", "odd.jsonl", "z.jsonl"]


def test_a_file_of_another_user_is_told_and_ends_nothing() -> None:
    if os.geteuid() != 0:
        pytest.skip("there is nobody else here")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "theirs.jsonl").write_bytes(ONE)
        (folder / "theirs.jsonl").chmod(0o600)
        (folder / "ours.jsonl").write_bytes(ONE)
        with unprivileged():
            found = told(JsonlStore(folder))
    assert [(key, fault.id, fault.reason) for key, fault in found] == [
        ("theirs", "unreadable", "can't be read: Permission denied")
    ]


def test_a_link_out_of_the_store_is_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(ONE)
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "k.jsonl").symlink_to("../elsewhere")
    store = JsonlStore(folder)
    assert told(store) == []
    assert store.session("k").messages == 1


# ---- names


def test_a_name_that_is_no_utf8_is_damage_though_what_is_in_it_is_read(tmp_path: Path) -> None:
    need_any_name(tmp_path)
    (tmp_path / os.fsdecode(b"a\xff.jsonl")).write_bytes(ONE)
    store = JsonlStore(tmp_path)
    [(key, fault)] = told(store)
    assert (key, fault.id, fault.severity, fault.salvage) == ("a\udcff", "odd-name", Severity.DAMAGE, Salvage.NONE)
    assert fault.reason == (
        "the name is not UTF-8: ZeroClaw never lists it, and stops at it when it moves sessions into a database; "
        "rename the file"
    )
    assert list(store.faults(key)) == [fault]
    session = store.session(key)
    assert (session.messages, session.faults, session.problem) == (1, 0, None)
    assert [message.content for message in store.messages(key)] == ["one"]


@pytest.mark.parametrize(
    ("stem", "read"),
    [
        ("a.b", "a_b.jsonl, which is not there"),
        ("c d", "c_d.jsonl, which is another session"),
        ("new\nline", "new_line.jsonl, which is not there"),
        ("esc\x1b[2J", "esc__2J.jsonl, which is not there"),
        ("._x", "__x.jsonl, which is not there"),
    ],
)
def test_a_name_that_no_key_leads_to_is_worth_a_note(tmp_path: Path, stem: str, read: str) -> None:
    (tmp_path / f"{stem}.jsonl").write_bytes(ONE)
    (tmp_path / "c_d.jsonl").write_bytes(ONE)
    store = JsonlStore(tmp_path)
    assert (told(store), list(store.faults(stem))) == ([], [])
    assert told(store, notes=True) == [
        (
            stem,
            Fault(
                "odd-name",
                Severity.INFO,
                f"no key leads to this name: ZeroClaw lists it, and asked for it reads {read}; rename the file",
                0,
            ),
        )
    ]


@pytest.mark.parametrize("stem", ["", "k" * 249, "Ⓐ_½", "-", "微信_用户", "x-1_2"])
def test_names_that_zeroclaw_gives_are_fine(tmp_path: Path, stem: str) -> None:
    (tmp_path / f"{stem}.jsonl").write_bytes(ONE)
    assert told(JsonlStore(tmp_path), notes=True) == []


# ---- emptied


@pytest.mark.parametrize(
    "name",
    [
        *("k.jsonl.bak", "k.jsonl.bak-20260101T000000Z", "k.jsonl~", "k.jsonl.orig", "k.jsonl.tmp", "k.jsonl.old"),
        *("k.jsonl.migrated", "k.jsonl.importing", ".k.jsonl.swp", "#k.jsonl#", "k.jsonl.corrupt"),
    ],
)
@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_an_empty_file_beside_which_there_is_more_is_worth_a_note(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / "k.jsonl").write_bytes(data)
    (tmp_path / name).write_bytes(ONE)
    store = JsonlStore(tmp_path)
    assert (told(store), list(store.faults("k"))) == ([], [])
    notes = [fault for _, fault in told(store, notes=True) if fault.id != "blank"]
    assert notes == [
        Fault(
            "emptied",
            Severity.INFO,
            f"the session is empty, and beside it is {name} with 32 bytes: it was cleared, or a program died while it "
            "wrote the file anew",
            0,
        )
    ]


def test_the_largest_of_many_is_named(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_bytes(b"")
    (tmp_path / "k.jsonl.bak").write_bytes(ONE)
    (tmp_path / "k.jsonl~").write_bytes(ONE * 2)
    (tmp_path / "k.jsonl.orig").write_bytes(ONE)
    [(_, fault)] = told(JsonlStore(tmp_path), notes=True)
    assert "beside it is k.jsonl~ with 64 bytes, and 2 more like it: it was" in fault.reason


def test_nothing_is_said_of_a_file_that_holds_something_or_has_no_larger_sibling(tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_bytes(ONE)
    (tmp_path / "k.jsonl.bak").write_bytes(ONE * 2)
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "empty.jsonl.bak").write_bytes(b"")
    (tmp_path / "empty.jsonl.jsonl").write_bytes(ONE)
    (tmp_path / "empty.jsonl.link").symlink_to("k.jsonl.bak")
    (tmp_path / "empty.jsonl.folder").mkdir()
    assert [key for key, fault in told(JsonlStore(tmp_path), notes=True) if fault.id == "emptied"] == []
