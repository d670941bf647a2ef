"""What a crash or an error leaves, and what writers do to it before the next change: every message is there in the end,
no change stays stuck, and no bytes go that stand nowhere else.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import splices
from sessiontui.changes.recovery import pending_messages as lateness
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop
from sessiontui.disk import lease, lines, live_replace, replace, wait_policy
from sessiontui.disk.lease import NoLease
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Busy, Unleased
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER, loads, written
from tests.support.late import Late, held

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has leases")

DAMAGED = USER + TORN + b"\n" + REPLY
COMPACTED = USER + REPLY
LATE = b'{"role":"user","content":"late"}\n'
NEWS = b'{"role":"user","content":"news"}\n'
OURS = Message("user", "ours")
BRIEFLY = WaitPolicy(0.02)
DARING = WaitPolicy(0.02, no_lease=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "k", DAMAGED)
    written(tmp_path, "other", USER)
    return tmp_path


@pytest.fixture
def late() -> Iterator[Late]:
    late = Late()
    yield late
    late.end()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "SOON", 0)


def tidy(folder: Path) -> compact.CompactRow:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, ["k"]), patience=BRIEFLY).rows[0]


def add(folder: Path, key: str = "other", patience: WaitPolicy = BRIEFLY) -> None:
    store = JsonlStore(folder)
    append.make(store, append.plan(store, key, OURS), patience)


def add_to(path: Path, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)


def old(folder: Path) -> Path:
    """The file that gave way."""
    (found,) = (folder / ".sessiontui").glob("*.old")
    return found


def _names(target: object) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else str(target))


def killed(run: Callable[[], object], module: ModuleType, name: str, target: Path) -> None:
    """Make a change in another process, which is killed right after it called ``name`` for this file."""

    def step(*args: Any) -> None:
        real(*args)
        if _names(args[-1]) == target:
            os.kill(os.getpid(), signal.SIGKILL)

    real = getattr(module, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads; none of them holds a lock
        child = os.fork()
    if not child:
        try:
            setattr(module, name, step)
            run()
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


# ---- what came late, and then the file was changed by others


@pytest.mark.parametrize(
    ("meddled", "then"),
    [(USER, USER + LATE), (NEWS * 4, NEWS * 4 + LATE), (b"", LATE), (TORN, TORN + b"\n" + LATE)],
    ids=["shorter", "other", "empty", "unfinished"],
)
def test_what_came_late_goes_behind_a_file_that_was_written_anew_since(
    folder: Path, meddled: bytes, then: bytes
) -> None:
    tidy(folder)
    add_to(old(folder), LATE)
    (folder / "k.jsonl").write_bytes(meddled)
    add(folder)
    assert (folder / "k.jsonl").read_bytes() == then
    add(folder)
    assert (folder / "k.jsonl").read_bytes() == then


def test_what_came_late_waits_where_the_file_is_gone(folder: Path) -> None:
    tidy(folder)
    add_to(old(folder), LATE)
    (folder / "k.jsonl").unlink()
    for _ in range(3):
        add(folder)
    journal.purge(folder)
    assert not (folder / "k.jsonl").exists()
    assert old(folder).read_bytes() == DAMAGED + LATE


def test_what_came_late_waits_while_the_file_is_busy_and_keeps_no_other_session_waiting(folder: Path) -> None:
    path = folder / "k.jsonl"
    tidy(folder)
    add_to(old(folder), LATE)
    add_to(path, NEWS)
    with held(path):
        for _ in range(2):
            add(folder)
        with pytest.raises(Busy):
            add(folder, "k")
    assert [each.messages for each in lateness.waiting(folder)] == [(Message("user", "late"),)]
    add(folder)
    assert path.read_bytes() == COMPACTED + LATE + NEWS
    assert lateness.waiting(folder) == ()


def test_what_came_late_is_brought_without_a_lease_where_that_is_wanted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(fd: int, seconds: float = 0) -> NoReturn:
        raise NoLease("there are none here")

    path = folder / "k.jsonl"
    tidy(folder)
    add_to(old(folder), LATE)
    add_to(path, NEWS)
    monkeypatch.setattr(lease, "reading", none)
    monkeypatch.setattr(lease, "writing", none)
    monkeypatch.setattr(wait_policy, "IDLE", 0)
    with pytest.raises(Unleased):
        add(folder, "k")
    assert path.read_bytes() == COMPACTED + NEWS
    add(folder, "k", DARING)
    assert path.read_bytes() == COMPACTED + LATE + NEWS + b'{"role":"user","content":"ours"}\n'


def test_who_keeps_the_old_file_open_is_waited_for_however_long(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait_policy, "IDLE", 0.01)
    path = folder / "k.jsonl"
    tidy(folder)
    with open(old(folder), "ab", 0) as file:
        for _ in range(2):
            add(folder)
        file.write(LATE)
        add(folder)
        assert path.read_bytes() == COMPACTED + LATE
        journal.purge(folder)
        file.write(LATE)
    add(folder)
    assert path.read_bytes() == COMPACTED + LATE + LATE
    journal.purge(folder)
    assert list((folder / ".sessiontui").glob("*.old")) == []


# ---- killed


def test_what_was_rewritten_before_a_kill_is_kept_whatever_becomes_of_the_file(folder: Path) -> None:
    path = folder / "k.jsonl"
    killed(lambda: tidy(folder), os, "replace", path)
    path.write_bytes(USER)
    add_to(old(folder), LATE)
    add(folder)
    assert path.read_bytes() == USER + LATE
    assert old(folder).read_bytes() == DAMAGED + LATE


def test_what_was_popped_before_a_kill_is_kept_whatever_becomes_of_the_file(folder: Path) -> None:
    path = folder / "other.jsonl"
    path.write_bytes(USER + REPLY + LATE)
    store = JsonlStore(folder)
    plan = pop.plan(store, "other")
    killed(lambda: pop.make(store, plan, BRIEFLY), splices, "sync", path)
    path.write_bytes(USER)
    add(folder, "k")
    assert path.read_bytes() == USER
    assert (folder / ".sessiontui" / "00000001.1.bytes").read_bytes() == LATE


def test_a_session_comes_back_that_got_a_message_when_its_cleanup_was_killed(folder: Path) -> None:
    path = folder / "k.jsonl"
    store = JsonlStore(folder)
    plan = cleanup.plan(store, 1, datetime.now(UTC), ["k"])
    killed(lambda: cleanup.make(store, plan, BRIEFLY), replace, "remove", path)
    add_to(old(folder), LATE)
    add(folder)
    assert path.read_bytes() == DAMAGED + LATE
    assert [each.verb for each in journal.changes(folder)] == ["append"]


def test_a_session_comes_back_that_got_a_message_when_its_import_was_killed(folder: Path) -> None:
    path = folder / "k.jsonl"
    plan = migrate.plan(folder, ["k"])
    killed(lambda: migrate.make(plan, patience=BRIEFLY), replace, "remove", path)
    add_to(folder / "k.jsonl.migrated", LATE)
    add(folder)
    assert path.read_bytes() == DAMAGED + LATE
    assert not (folder / "k.jsonl.migrated").exists()
    assert not (folder / "sessions.db").exists() or databases.loaded(folder / "sessions.db", "k") == []


# ---- in the middle of a hand-over


def before_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something right before the new file gets the name; once."""
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", real)
        act()
        real(temp, target)

    monkeypatch.setattr(os, "replace", step)


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk takes some bytes of what is carried over, and no more."""

    def write_all(fd: int, data: bytes) -> NoReturn:
        os.write(fd, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write_end(fd: int, data: bytes) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(live_replace, "write_all", write_all)
    monkeypatch.setattr(replace, "write_end", write_end)
    monkeypatch.setattr(replace, "write_all", write_all)


def test_a_disk_that_is_full_when_messages_come_late_leaves_no_half_of_one(folder: Path, late: Late) -> None:
    path = folder / "k.jsonl"

    def act() -> None:
        late.append(path, LATE)
        full(monkeypatch)

    with pytest.MonkeyPatch.context() as monkeypatch:
        before_step(monkeypatch, act)
        assert tidy(folder).status == "failed"
    assert path.read_bytes() == COMPACTED
    add_to(path, NEWS)
    assert [each.messages for each in lateness.waiting(folder)] == [(Message("user", "late"),)]
    add(folder)
    assert path.read_bytes() == COMPACTED + LATE + NEWS


def test_a_disk_that_is_full_when_a_waiter_wrote_the_file_anew_loses_nothing_of_it(folder: Path, late: Late) -> None:
    path = folder / "k.jsonl"

    def act() -> None:
        late.rewrite(path, LATE + LATE)
        full(monkeypatch)

    with pytest.MonkeyPatch.context() as monkeypatch:
        before_step(monkeypatch, act)
        assert tidy(folder).status == "failed"
    add_to(path, NEWS)
    add(folder)
    assert path.read_bytes() == LATE + LATE + NEWS
    assert journal.waiting(folder) == 0


def test_a_line_that_somebody_goes_on_to_write_is_not_torn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "k.jsonl"
    real = lease.reading
    store = JsonlStore(folder)

    def reading(fd: int, seconds: float) -> lease.Lease:
        if not file.closed:  # it is waited for, and finishes
            file.write(LATE[20:])
            file.close()
        return real(fd, seconds)

    with open(path, "ab", 0) as file:
        file.write(LATE[:20])
        plan = compact.plan(store, ["k"])
        monkeypatch.setattr(lease, "reading", reading)
        assert compact.make(store, plan, patience=BRIEFLY).rows[0].status == "compacted"
    assert path.read_bytes() == COMPACTED + LATE


def test_an_append_goes_into_the_file_that_has_the_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "k.jsonl"
    real = live_replace.Alone.make_sure

    def make_sure(alone: live_replace.Alone) -> None:
        monkeypatch.setattr(live_replace.Alone, "make_sure", real)
        os.rename(written(folder, "new", NEWS), path)
        real(alone)

    monkeypatch.setattr(live_replace.Alone, "make_sure", make_sure)
    add(folder, "k")
    assert loads(path.read_bytes()) == [Message("user", "news"), OURS]
    undo.make(folder, undo.plan(folder), BRIEFLY)
    assert path.read_bytes() == NEWS


def test_a_busy_file_that_gets_another_in_its_place_has_nothing_brought_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "k.jsonl"

    def reading(fd: int, seconds: float) -> NoReturn:
        add_to(path, LATE)
        os.rename(written(folder, "new", NEWS + LATE), path)
        raise lease.Taken

    monkeypatch.setattr(lease, "reading", reading)
    assert tidy(folder).problem.blocker == "busy"
    monkeypatch.undo()
    add(folder)
    assert path.read_bytes() == NEWS + LATE
    assert [each.verb for each in journal.changes(folder)] == ["append"]


def test_a_file_that_shrinks_when_it_has_given_way_already_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def caught_up(*_: object) -> NoReturn:
        raise lines.Shrunk("the file")

    monkeypatch.setattr(live_replace, "_caught_up", caught_up)
    assert tidy(folder).problem.reason == "k.jsonl was changed, and emptied in that moment by another program"
    assert (folder / "k.jsonl").read_bytes() == COMPACTED
    assert old(folder).read_bytes() == DAMAGED
    monkeypatch.undo()
    undo.make(folder, undo.plan(folder), BRIEFLY)
    assert (folder / "k.jsonl").read_bytes() == DAMAGED


def test_a_lease_that_the_kernel_took_away_is_no_trouble(folder: Path) -> None:
    fd = os.open(folder / "k.jsonl", os.O_RDONLY)
    held = lease.reading(fd, 0)
    held.give_back()
    held.give_back()
    os.close(fd)


# ---- many


@pytest.mark.parametrize("verb", ["compact", "cleanup", "migrate"])
def test_many_busy_sessions_are_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    waited: list[float] = []
    real = lease.reading

    def reading(fd: int, seconds: float) -> lease.Lease:
        waited.append(seconds)
        return real(fd, 0)

    monkeypatch.setattr(lease, "reading", reading)
    store = JsonlStore(tmp_path)
    with ExitStack() as stack:
        for n in range(20):
            stack.enter_context(open(written(tmp_path, f"k{n}", DAMAGED), "ab"))
        rows: tuple[compact.CompactRow | cleanup.CleanupRow | migrate.MigrateRow, ...]
        if verb == "compact":
            rows = compact.make(store, compact.plan(store, None), patience=WaitPolicy(2)).rows
        elif verb == "migrate":
            rows = migrate.make(migrate.plan(tmp_path), patience=WaitPolicy(2)).rows
        else:
            rows = cleanup.make(store, cleanup.plan(store, 1, datetime.now(UTC)), WaitPolicy(2)).rows
    assert [row.problem.blocker for row in rows] == ["busy"] * 20
    assert sum(waited) < 2 + 20 * 0.1
