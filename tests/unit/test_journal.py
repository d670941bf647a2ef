from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import splices
from sessiontui.changes.edits.records import read
from sessiontui.changes.journal.folder import reading
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.journal.record import ChangeRecord, encode, line
from sessiontui.changes.verbs import append, cleanup, compact, pop
from sessiontui.disk import replace
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.capabilities import need_any_name
from tests.support.folders import REPLY, TORN, USER, journal_names, state, written

HELLO = Message("user", "hello")


def add(folder: Path, key: str = "k") -> str:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, key, HELLO)).change


def journal_state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / ".sessiontui").iterdir()}


class Killed(BaseException):
    """Stands for a kill: nothing is settled behind it."""


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A change that dies in the block leaves the journal as a kill would."""
    with monkeypatch.context() as patch:
        patch.setattr("sessiontui.changes.recovery.settle.after", lambda _: None)
        patch.setattr(ChangeRecord, "finish", ChangeRecord.close)
        with pytest.raises(Killed):
            yield


# ---- the folder


def test_the_journal_is_private_and_no_name_in_it_is_a_session(tmp_path: Path) -> None:
    written(tmp_path, "k", TORN + b"\n" + USER)
    store = JsonlStore(tmp_path)
    compact.make(store, compact.plan(store, None))
    add(tmp_path)
    folder = tmp_path / ".sessiontui"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert journal_names(tmp_path) == ["00000001.1.old", "00000001.change", "00000002.1.bytes", "00000002.change"]
    for name in ("00000001.change", "00000002.1.bytes", "lock"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert [session.key for session in store.sessions()] == ["k"]


@pytest.mark.parametrize("kind", ["link", "file", "readable", "foreign"])
def test_a_planted_journal_is_refused_and_nothing_is_changed(tmp_path: Path, kind: str) -> None:
    written(tmp_path, "k", USER)
    folder = tmp_path / ".sessiontui"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to("elsewhere")
    elif kind == "file":
        folder.write_bytes(b"")
    else:
        folder.mkdir(mode=0o700)
        if kind == "readable":
            folder.chmod(0o750)
        elif os.geteuid() == 0:
            os.chown(folder, 12345, 12345)
        else:
            pytest.skip("only root can give a folder away")
    before = state(tmp_path)
    for attempt in (lambda: add(tmp_path), lambda: journal.changes(tmp_path), lambda: journal.purge(tmp_path)):
        with pytest.raises(StoreError, match="is not trusted") as refused:
            attempt()
        assert refused.value.hint
    assert journal.waiting(tmp_path) == 0  # reading goes on
    assert state(tmp_path) == before
    if kind == "link":
        assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused another's store")
def test_root_does_not_change_the_store_of_somebody_else(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(StoreError, match="belongs to another user"):
        add(tmp_path)
    assert not (tmp_path / ".sessiontui").exists()


def test_a_folder_that_can_not_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", USER)
    before = state(tmp_path)

    def denied(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "mkdir", denied)
    with pytest.raises(StoreError, match="can't be written: Read-only file system; nothing was changed"):
        add(tmp_path)
    assert state(tmp_path) == before


def test_a_planted_file_is_never_followed(tmp_path: Path) -> None:
    written(tmp_path, "k", USER)
    (tmp_path / ".sessiontui").mkdir(mode=0o700)
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / ".sessiontui" / "00000001.1.bytes").symlink_to(tmp_path / "victim")
    (tmp_path / ".sessiontui" / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError):
        add(tmp_path)
    assert (tmp_path / "victim").read_bytes() == b"precious"


# ---- the lock


def test_only_one_changes_a_store_at_a_time(tmp_path: Path) -> None:
    add(tmp_path)
    with (tmp_path / ".sessiontui" / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = JsonlStore(tmp_path)
        plan = append.plan(store, "k", HELLO)
        with pytest.raises(Refused, match="another sessiontui is changing this store"):
            append.make(store, plan, WaitPolicy(0))
        assert journal.waiting(tmp_path) == 0
    append.make(store, plan, WaitPolicy(0))


def test_a_change_that_is_being_made_is_not_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path)
    seen: list[tuple[int, list[str]]] = []

    def looking(fd: int, data: bytes) -> int:
        seen.append((journal.waiting(tmp_path), [change.id for change in journal.changes(tmp_path)]))
        return replace.write_end(fd, data)

    monkeypatch.setattr(splices, "write_end", looking)
    add(tmp_path)
    assert seen == [(0, ["00000001"])]


# ---- what is recorded


def test_a_record_is_on_the_disk_before_the_edit_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", USER)
    seen: list[bytes] = []
    synced: list[int] = []
    sync = os.fsync

    def syncing(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        sync(fd)

    monkeypatch.setattr(os, "fsync", syncing)

    def looking(session: int, data: bytes) -> int:
        seen.append((tmp_path / ".sessiontui" / "00000001.change").read_bytes())
        assert os.pread(session, 1000, 0) == USER
        folder = tmp_path / ".sessiontui"
        files = (folder / "00000001.1.bytes", folder / "00000001.change", folder)
        assert synced[-3:] == [file.stat().st_ino for file in files]
        return replace.write_end(session, data)

    monkeypatch.setattr(splices, "write_end", looking)
    add(tmp_path)
    assert [text.split(b":")[0] for text in seen[0].split(b"\n")] == [b'{"format"', b'{"edit"', b""]
    after = (tmp_path / ".sessiontui" / "00000001.change").read_bytes()
    assert after == seen[0] + b'{"made":1}\n{"done":true}\n'


def test_the_list_says_what_stands(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    written(tmp_path, "k", USER)
    add(tmp_path)
    store = JsonlStore(tmp_path)
    pop.make(store, pop.plan(store, "k"))
    undo.make(tmp_path, undo.plan(tmp_path))
    found = journal.changes(tmp_path)
    assert [(change.id, change.verb, change.status, change.undoes) for change in found] == [
        ("00000003", "undo", "undo", "00000002"),
        ("00000002", "pop", "undone", None),
        ("00000001", "append", "done", None),
    ]
    assert all(before <= change.at <= datetime.now(UTC) for change in found)
    assert {change.keys for change in found} == {("k",)}
    assert sum(change.bytes for change in found) == journal.size(tmp_path)


def test_where_there_is_no_journal_there_is_nothing_and_none_is_made(tmp_path: Path) -> None:
    assert journal.changes(tmp_path) == []
    assert (journal.size(tmp_path), journal.waiting(tmp_path)) == (0, 0)
    assert journal.purge(tmp_path) == journal.Purged((), 0)
    assert list(tmp_path.iterdir()) == []


def test_one_journal_serves_both_homes_of_a_folder(tmp_path: Path) -> None:
    assert sessions_folder(JsonlStore(tmp_path)) == tmp_path
    assert sessions_folder(SqliteStore(tmp_path / "sessions.db")) == tmp_path


def test_a_key_that_is_not_utf8_is_recorded(tmp_path: Path) -> None:
    need_any_name(tmp_path)
    key = os.fsdecode(b"caf\xe9")
    written(tmp_path, key, USER)
    add(tmp_path, key)
    assert journal.changes(tmp_path)[0].keys == (key,)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert (tmp_path / f"{key}.jsonl").read_bytes() == USER


def test_without_locks_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path)
    before = state(tmp_path)
    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(StoreError, match="the journal can't be locked: No locks available; nothing was changed"):
        add(tmp_path)
    assert journal.waiting(tmp_path) == 0
    assert state(tmp_path) == before


def no_locks(fd: int, operation: int) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


def test_a_record_of_a_later_format_is_not_guessed_at(tmp_path: Path) -> None:
    add(tmp_path)
    path = tmp_path / ".sessiontui" / "00000001.change"
    path.write_bytes(path.read_bytes().replace(b'"format":1', b'"format":2'))
    for attempt in (lambda: journal.changes(tmp_path), lambda: add(tmp_path)):
        with pytest.raises(StoreError, match="later version"):
            attempt()


@pytest.mark.parametrize(
    "record",
    [
        b'{"format":1,"id":"00000001"}\n',
        b'{"format":1,"verb":"pop","at":"noon","undoes":null,"keys":[]}\n',
        b'{"format":1,"verb":"pop","at":"2026-01-01T00:00:00+00:00","undoes":null,"keys":[]}\n{"edit":1,"kind":"x"}\n',
    ],
)
def test_a_record_that_nobody_here_wrote_is_named_and_keeps_nobody_from_reading(tmp_path: Path, record: bytes) -> None:
    add(tmp_path)
    path = tmp_path / ".sessiontui" / "00000001.change"
    path.write_bytes(record)
    for attempt in (lambda: journal.changes(tmp_path), lambda: add(tmp_path), lambda: undo.plan(tmp_path)):
        with pytest.raises(StoreError, match=r"00000001\.change can't be read") as refused:
            attempt()
        assert refused.value.hint
    assert journal.waiting(tmp_path) == 0
    assert path.read_bytes() == record


def test_an_error_leaves_no_trace_where_nothing_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER)

    def full(fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(splices, "write_end", full)
    with pytest.raises(StoreError, match=r"k\.jsonl can't be changed: No space left on device"):
        add(tmp_path)
    assert path.read_bytes() == USER
    assert journal_names(tmp_path) == []


# ---- an interrupted change


def dies(fd: int, data: bytes) -> int:
    raise Killed


def test_reading_shows_an_interrupted_change_and_mends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER)
    monkeypatch.setattr(splices, "write_end", dies)
    with killed(monkeypatch):
        add(tmp_path)
    before = journal_state(tmp_path)
    assert journal.waiting(tmp_path) == 1
    assert [(change.verb, change.status) for change in journal.changes(tmp_path)] == [("append", "interrupted")]
    assert journal.size(tmp_path) > 0
    assert journal_state(tmp_path) == before
    assert path.read_bytes() == USER


def test_the_next_change_settles_what_was_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER)
    monkeypatch.setattr(splices, "write_end", dies)
    with killed(monkeypatch):
        add(tmp_path)
    monkeypatch.undo()
    add(tmp_path, "other")
    assert path.read_bytes() == USER
    assert [(change.id, change.keys, change.status) for change in journal.changes(tmp_path)] == [
        ("00000001", ("other",), "done")
    ]


def test_the_next_change_settles_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER)

    def done_then_dies(fd: int, data: bytes) -> int:
        replace.write_end(fd, data)
        raise Killed

    monkeypatch.setattr(splices, "write_end", done_then_dies)
    with killed(monkeypatch):
        add(tmp_path)
    monkeypatch.undo()
    add(tmp_path, "other")
    assert [(change.keys, change.status) for change in journal.changes(tmp_path)] == [
        (("other",), "done"),
        (("k",), "done"),
    ]
    undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert path.read_bytes() == USER


@pytest.mark.parametrize("written_bytes", [0, 1, 10, 33])
def test_a_torn_append_is_rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_bytes: int) -> None:
    path = written(tmp_path, "k", USER)

    def tears(fd: int, data: bytes) -> int:
        replace.write_end(fd, data[:written_bytes])
        raise Killed

    monkeypatch.setattr(splices, "write_end", tears)
    with killed(monkeypatch):
        add(tmp_path)
    monkeypatch.undo()
    add(tmp_path, "other")
    assert path.read_bytes() == USER


@pytest.mark.parametrize("written_bytes", [0, 1, 2, 3])
def test_a_cut_without_what_belongs_behind_it_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_bytes: int
) -> None:
    path = written(tmp_path, "k", USER + REPLY + b"\n \n")

    def tears(fd: int, data: bytes) -> int:
        replace.write_end(fd, data[:written_bytes])
        raise Killed

    monkeypatch.setattr(splices, "write_end", tears)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    with killed(monkeypatch):
        pop.make(store, plan)
    monkeypatch.undo()
    add(tmp_path, "other")
    assert path.read_bytes() == USER + b"\n \n"
    undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert path.read_bytes() == USER + REPLY + b"\n \n"


def test_a_cut_that_somebody_wrote_behind_keeps_what_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER + REPLY + b"\n \n")
    monkeypatch.setattr(splices, "write_end", dies)
    store = JsonlStore(tmp_path)
    plan = pop.plan(store, "k")
    with killed(monkeypatch):
        pop.make(store, plan)
    monkeypatch.undo()
    path.write_bytes(path.read_bytes() + REPLY + REPLY)
    add(tmp_path, "other")
    assert path.read_bytes() == USER + REPLY + REPLY
    kept = tmp_path / ".sessiontui" / "00000001.1.bytes"
    assert kept.read_bytes().startswith(REPLY)
    with pytest.raises(Refused) as refused:
        undo.plan(tmp_path, "1")
    assert str(kept) in refused.value.hint


def test_a_removed_file_stays_kept_where_a_new_one_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER + REPLY, mtime_ns=1)

    def gone_then_dies(target: Path) -> None:
        target.unlink()
        raise Killed

    monkeypatch.setattr(replace, "remove", gone_then_dies)
    store = JsonlStore(tmp_path)
    with killed(monkeypatch):
        cleanup.make(store, cleanup.plan(store, 1, datetime.now(UTC)))
    monkeypatch.undo()
    path.write_bytes(REPLY)
    add(tmp_path, "other")
    kept = tmp_path / ".sessiontui" / "00000001.1.old"
    assert kept.read_bytes() == USER + REPLY
    with pytest.raises(Refused, match="exists again") as refused:
        undo.plan(tmp_path, "1")
    assert str(kept) in refused.value.hint
    path.unlink()
    undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert path.read_bytes() == USER + REPLY


def test_what_a_kill_left_behind_goes_with_the_next_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in "ab":
        written(tmp_path, key, USER + TORN)
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["a", "b"])
    real = os.replace
    made: list[Path] = []

    def dies_at_the_second(temp: Path, path: Path) -> None:
        if made:
            (path.parent / ".sessiontui-0123456789abcdef.tmp").write_bytes(b"half")
            raise Killed
        real(temp, path)
        made.append(path)

    monkeypatch.setattr(os, "replace", dies_at_the_second)
    with killed(monkeypatch):
        compact.make(store, plan)
    monkeypatch.undo()
    assert "00000001.2.old" in journal_names(tmp_path)
    add(tmp_path, "other")
    assert sorted(state(tmp_path)) == ["a.jsonl", "b.jsonl", "other.jsonl"]
    assert "00000001.2.old" not in journal_names(tmp_path)
    assert "00000001.1.old" in journal_names(tmp_path)


@pytest.mark.parametrize("after", [False, True])
def test_a_rewrite_is_settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool) -> None:
    path = written(tmp_path, "k", USER + TORN)  # the new bytes are the beginning of the old ones
    store = JsonlStore(tmp_path)
    plan = compact.plan(store, ["k"])
    real = os.replace

    def kills(temp: str, target: str) -> None:
        if after:
            real(temp, target)
        raise Killed

    monkeypatch.setattr(os, "replace", kills)
    with killed(monkeypatch):
        compact.make(store, plan)
    monkeypatch.undo()
    add(tmp_path, "other")
    assert path.read_bytes() == (USER if after else USER + TORN)
    assert (("k",) in {change.keys for change in journal.changes(tmp_path)}) is after
    if after:
        undo.make(tmp_path, undo.plan(tmp_path, "1"))
        assert path.read_bytes() == USER + TORN


def test_a_torn_last_line_of_a_record_is_ignored_and_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "k", USER)
    add(tmp_path)
    record = tmp_path / ".sessiontui" / "00000001.change"
    whole = record.read_bytes()
    for torn in (whole[:-3], whole[: -len('{"done":true}\n') - 4]):
        record.write_bytes(torn)
        assert journal.waiting(tmp_path) == 1
        add(tmp_path, "other")
        assert record.read_bytes() == whole
        assert journal.waiting(tmp_path) == 0
    undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert path.read_bytes() == USER


def test_a_record_without_a_whole_edit_never_was(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    add(tmp_path)
    record = tmp_path / ".sessiontui" / "00000001.change"
    whole = record.read_bytes()
    for length in (0, 5, whole.index(b"\n"), whole.index(b"\n") + 1, whole.index(b"\n") + 30):
        record.write_bytes(whole[:length])
        path.write_bytes(USER)
        add(tmp_path, "other")
        assert "k" not in {key for change in journal.changes(tmp_path) for key in change.keys}
        assert path.read_bytes() == USER


def test_what_was_kept_for_no_record_is_swept(tmp_path: Path) -> None:
    add(tmp_path)
    (tmp_path / ".sessiontui" / "00000009.1.old").write_bytes(b"left behind")
    add(tmp_path)
    assert "00000009.1.old" not in journal_names(tmp_path)


def test_an_edit_of_the_record_is_what_was_planned(tmp_path: Path) -> None:
    written(tmp_path, "k", USER + TORN)
    add(tmp_path)
    with reading(tmp_path) as folder:
        assert folder is not None
        recorded = read(folder, "00000001")
    assert recorded is not None
    (step,) = recorded.steps
    assert (step.state, recorded.done) == ("made", True)
    assert line({"edit": 1, **encode(step.edit)}) in (tmp_path / ".sessiontui" / "00000001.change").read_bytes()


# ---- bounds


def test_old_changes_are_dropped_but_never_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        add(tmp_path)
    monkeypatch.setattr(journal, "AGE", timedelta(0))
    add(tmp_path)
    assert [change.id for change in journal.changes(tmp_path)] == ["00000004"]
    assert journal_names(tmp_path) == ["00000004.1.bytes", "00000004.change"]


def test_the_oldest_go_where_it_grows_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", USER)
    for _ in range(3):
        add(tmp_path)
    monkeypatch.setattr(journal, "SIZE", journal.size(tmp_path) + 20)
    add(tmp_path)
    assert [change.id for change in journal.changes(tmp_path)] == ["00000004", "00000003", "00000002"]
    monkeypatch.setattr(journal, "SIZE", 1)
    add(tmp_path)
    assert [change.id for change in journal.changes(tmp_path)] == ["00000005"]


def test_purge_keeps_what_can_still_be_undone_last(tmp_path: Path) -> None:
    for _ in range(3):
        add(tmp_path)
    undo.make(tmp_path, undo.plan(tmp_path))
    before = journal.size(tmp_path)
    purged = journal.purge(tmp_path)
    assert purged.changes == ("00000001", "00000002")
    assert purged.bytes == before - journal.size(tmp_path) > 0
    assert [change.id for change in journal.changes(tmp_path)] == ["00000004", "00000003"]
    undo.make(tmp_path, undo.plan(tmp_path, redo=True))
    assert (tmp_path / "k.jsonl").read_bytes() == USER * 3
    assert add(tmp_path) == "00000006"


def test_nothing_here_loads_the_screen() -> None:
    program = "import sys, sessiontui.changes.undo, sessiontui.changes.verbs.migrate; print('textual' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
