"""Files that change hands beside writers who take no lock: what they write is there, once and in order."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import rewrites
from sessiontui.disk import lease, lines, live_replace, replace
from sessiontui.disk.copied import Copied
from sessiontui.disk.lease import NoLease
from sessiontui.disk.lines import NotAFile
from sessiontui.disk.live_replace import Again, OpenElsewhere
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Busy, Changed, StoreError, Unleased
from sessiontui.model import Span
from tests.support.folders import REPLY, USER, journal_names, written
from tests.support.late import Late, held

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")

NOW = WaitPolicy(0)
DARING = WaitPolicy(0, no_lease=True)
OLD = USER * 500  # more than the guard looks at
NEW = b"new\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path, "k", OLD)


@pytest.fixture
def late() -> Iterator[Late]:
    late = Late()
    yield late
    late.end()


class Swapping:
    """A file that is about to be swapped for ``NEW``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temp = path.parent / ".sessiontui-0.tmp"
        self.temp.write_bytes(NEW)
        self.fd = lines.open_file(path)
        self.copied = Copied.of(self.fd)
        self.notes: list[int] = []

    def swap(self, patience: WaitPolicy = USUAL) -> int:
        return live_replace.swap(self.path, self.temp, self.fd, self.copied, patience, self.notes.append)

    def require_untouched(self, data: bytes) -> None:
        """The file of that name has these bytes, and the new one waits still."""
        assert self.path.read_bytes() == data
        assert self.temp.exists()


@pytest.fixture
def swapping(path: Path) -> Iterator[Swapping]:
    swapping = Swapping(path)
    yield swapping
    os.close(swapping.fd)


def append(path: Path, data: bytes) -> None:
    path.write_bytes(path.read_bytes() + data)


def no_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(fd: int, seconds: float = 0) -> NoReturn:
        raise NoLease("there are none here")

    monkeypatch.setattr(lease, "reading", none)
    monkeypatch.setattr(lease, "writing", none)


def asleep(monkeypatch: pytest.MonkeyPatch, wakes: Callable[[float], object], later: float = 0) -> None:
    """No time passes but where somebody sleeps, and then ``wakes`` is called with the seconds so far. It is ``later``
    by so much than it is."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        wakes(now[0])

    clock = SimpleNamespace(sleep=sleep, monotonic=lambda: now[0], time=lambda: time.time() + later)
    for module in ("live_replace", "wait_policy"):
        monkeypatch.setattr(f"sessiontui.disk.{module}.time", clock)


def before_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something when all is ready, right before the new file gets the name; once."""
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", real)
        act()
        real(temp, target)

    monkeypatch.setattr(os, "replace", step)


# ---- swap


def test_the_new_file_takes_the_name(swapping: Swapping) -> None:
    assert swapping.swap() == len(OLD)
    assert swapping.path.read_bytes() == NEW
    assert not swapping.temp.exists()
    assert swapping.notes == [len(OLD)]
    assert os.fstat(swapping.fd).st_nlink == 0


def test_what_came_since_it_was_copied_is_carried_over(swapping: Swapping) -> None:
    append(swapping.path, USER + REPLY)
    assert swapping.swap() == len(OLD + USER + REPLY)
    assert swapping.path.read_bytes() == NEW + USER + REPLY
    assert swapping.notes == [len(OLD + USER + REPLY)]


def test_what_comes_while_it_is_swapped_is_carried_over_behind(
    swapping: Swapping, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(swapping.path, USER)
    before_step(monkeypatch, lambda: late.append(swapping.path, REPLY, REPLY))
    assert swapping.swap() == len(OLD + USER + REPLY + REPLY)
    assert swapping.path.read_bytes() == NEW + USER + REPLY + REPLY
    assert swapping.notes == [len(OLD + USER), len(OLD + USER + REPLY + REPLY)]


def test_who_opens_the_new_file_waits_until_what_came_late_stands_in_it(
    swapping: Swapping, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def sync_folder(folder: Path) -> None:
        replace.sync_folder(folder)
        synced.append(folder)
        late.append(swapping.path, USER)  # it has the new name by now

    before_step(monkeypatch, lambda: late.append(swapping.path, REPLY))
    monkeypatch.setattr(live_replace, "sync_folder", sync_folder)
    swapping.swap()
    late.end()
    assert synced == [swapping.path.parent]
    assert swapping.path.read_bytes() == NEW + REPLY + USER


def test_a_waiter_who_writes_the_whole_file_anew_wins(
    swapping: Swapping, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_step(monkeypatch, lambda: late.rewrite(swapping.path, REPLY * 2))
    with pytest.raises(Again):
        swapping.swap()
    assert swapping.path.read_bytes() == REPLY * 2


def test_a_waiter_who_writes_it_anew_and_longer_wins_too(
    swapping: Swapping, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_step(monkeypatch, lambda: late.rewrite(swapping.path, REPLY * 5000))
    with pytest.raises(Again):
        swapping.swap()
    assert swapping.path.read_bytes() == REPLY * 5000


@pytest.mark.parametrize(
    "data",
    [REPLY + OLD[len(REPLY) :], OLD[:-1], b"", OLD[:-1] + b"x" + USER],
    ids=["edited", "shorter", "empty", "edited and longer"],
)
def test_a_file_that_did_more_than_grow_stays(swapping: Swapping, data: bytes) -> None:
    swapping.path.write_bytes(data)
    with pytest.raises(Again):
        swapping.swap()
    swapping.require_untouched(data)
    assert swapping.notes == []


def test_a_file_that_took_the_name_stays(swapping: Swapping) -> None:
    swapping.path.rename(swapping.path.with_name("moved"))
    swapping.path.write_bytes(OLD + REPLY)
    with pytest.raises(Again):
        swapping.swap()
    swapping.require_untouched(OLD + REPLY)


def test_a_name_that_is_gone_is_not_given_again(swapping: Swapping) -> None:
    swapping.path.unlink()
    with pytest.raises(Again):
        swapping.swap()
    assert not swapping.path.exists()
    assert swapping.temp.exists()


@pytest.mark.parametrize("change", ["took the name", "grew"])
def test_what_changes_while_the_record_is_written_keeps_it_from_being_made(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    no_leases(monkeypatch)
    os.utime(swapping.path, (0, 0))
    swapping.copied = Copied.of(swapping.fd)

    def note(length: int) -> None:
        if change == "grew":
            append(swapping.path, REPLY)
        else:
            swapping.path.rename(swapping.path.with_name("moved"))
            swapping.path.write_bytes(OLD + REPLY)

    with pytest.raises(Again):
        live_replace.swap(swapping.path, swapping.temp, swapping.fd, swapping.copied, DARING, note)
    swapping.require_untouched(OLD + REPLY)


def test_a_lease_that_is_no_longer_sure_is_not_relied_on(swapping: Swapping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_quarter", lambda: 0.0)
    with pytest.raises(Again):
        swapping.swap()
    swapping.require_untouched(OLD)


def test_somebody_who_looks_into_the_new_file_keeps_it_from_getting_the_name(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_replace, "READERS", 0)
    with swapping.temp.open("rb"), pytest.raises(Again):
        swapping.swap()
    swapping.require_untouched(OLD)


def test_somebody_who_writes_all_the_time_is_named(swapping: Swapping) -> None:
    with held(swapping.path) as writer, pytest.raises(Busy) as busy:
        swapping.swap(NOW)
    assert busy.value.holders == (writer,)
    swapping.require_untouched(OLD)


def test_a_reader_is_no_hindrance(swapping: Swapping) -> None:
    with swapping.path.open("rb") as reader:
        swapping.swap(NOW)
        assert reader.read() == OLD
    assert swapping.path.read_bytes() == NEW


def test_nobody_waits_once_it_is_done_or_refused(swapping: Swapping) -> None:
    swapping.swap()
    for _ in range(2):
        fd = os.open(swapping.path, os.O_WRONLY | os.O_NONBLOCK)
        os.close(fd)
        with suppress(Again):
            swapping.temp.write_bytes(NEW)
            swapping.swap()


# ---- where no lease can be had


def test_without_a_lease_nothing_is_changed(swapping: Swapping, monkeypatch: pytest.MonkeyPatch) -> None:
    no_leases(monkeypatch)
    with pytest.raises(Unleased) as refused:
        swapping.swap(WaitPolicy(2))
    assert refused.value.why == "there are none here"
    swapping.require_untouched(OLD)


def test_without_a_lease_a_file_that_was_still_is_changed_where_that_is_wanted(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_leases(monkeypatch)
    slept: list[float] = []
    asleep(monkeypatch, slept.append, later=2.1)
    assert swapping.swap(DARING) == len(OLD)
    assert slept == []
    assert swapping.path.read_bytes() == NEW


@pytest.mark.parametrize("ahead", [0, 3600])
def test_without_a_lease_a_file_that_was_just_written_is_looked_at_for_two_seconds(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    no_leases(monkeypatch)
    slept: list[float] = []
    asleep(monkeypatch, slept.append)
    append(swapping.path, REPLY)
    os.utime(swapping.path, (time.time() + ahead,) * 2)
    swapping.swap(DARING)
    assert slept[-1] >= 2
    assert swapping.path.read_bytes() == NEW + REPLY


def test_without_a_lease_a_file_that_is_not_still_stays(swapping: Swapping, monkeypatch: pytest.MonkeyPatch) -> None:
    no_leases(monkeypatch)
    os.utime(swapping.path)
    asleep(monkeypatch, lambda now: append(swapping.path, REPLY) if 1.9 < now < 1.96 else None)
    with pytest.raises(Changed):
        swapping.swap(DARING)
    swapping.require_untouched(OLD + REPLY)


def test_without_a_lease_what_comes_in_the_last_instant_is_carried_over(
    swapping: Swapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_leases(monkeypatch)
    before_step(monkeypatch, lambda: append(swapping.path, REPLY))
    assert swapping.swap(DARING) == len(OLD + REPLY)
    assert swapping.path.read_bytes() == NEW + REPLY
    assert swapping.notes == [len(OLD), len(OLD + REPLY)]


def test_a_file_that_is_kept_open_and_is_still_is_changed_where_that_is_wanted(swapping: Swapping) -> None:
    with held(swapping.path):
        assert swapping.swap(DARING) == len(OLD)
    assert swapping.path.read_bytes() == NEW


# ---- alone


def test_alone_others_wait_until_it_is_over(path: Path, late: Late) -> None:
    with live_replace.alone(path, NOW) as alone:
        late.append(path, REPLY)
        alone.make_sure()
        os.write(alone.fd, USER)
    late.end()
    assert path.read_bytes() == OLD + USER + REPLY


def test_alone_readers_wait_too(path: Path) -> None:
    seen: list[bytes] = []
    thread = threading.Thread(target=lambda: seen.append(path.read_bytes()))
    with live_replace.alone(path, NOW) as alone:
        thread.start()
        thread.join(0.05)
        assert seen == []
        os.write(alone.fd, USER)
    thread.join()
    assert seen == [OLD + USER]


def test_who_reads_and_stays_is_a_watcher(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    asleep(monkeypatch, slept.append)
    with path.open("rb"), pytest.raises(OpenElsewhere), live_replace.alone(path, USUAL):
        pass
    assert live_replace.READERS <= slept[-1] < USUAL.seconds


@pytest.mark.parametrize("mode", ["rb", "ab"])
def test_who_goes_in_time_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    other = path.open(mode)
    asleep(monkeypatch, lambda now: other.close() if now > 0.1 else None)
    with live_replace.alone(path, USUAL) as alone:
        alone.make_sure()
        assert other.closed


def test_who_writes_and_stays_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    asleep(monkeypatch, slept.append)
    with held(path) as writer, pytest.raises(Busy) as busy, live_replace.alone(path, USUAL):
        pass
    assert busy.value.holders == (writer,)
    assert slept[-1] >= USUAL.seconds


def test_a_file_that_another_program_has_a_lease_on_is_busy(path: Path) -> None:
    fd = os.open(path, os.O_RDWR)
    lease.writing(fd)
    for patience in (NOW, DARING):
        with pytest.raises(Busy), live_replace.alone(path, patience):
            pass
    os.close(fd)
    with live_replace.alone(path, NOW) as alone:
        alone.make_sure()


def test_alone_it_is_begun_again_where_that_is_not_sure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with live_replace.alone(path, NOW) as alone:
        os.write(alone.fd, USER)
        with pytest.raises(Again):
            alone.make_sure()
    monkeypatch.setattr(lease, "_quarter", lambda: 0.0)
    with live_replace.alone(path, NOW) as alone, pytest.raises(Again):
        alone.make_sure()


def test_alone_without_a_lease_only_where_that_is_wanted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_leases(monkeypatch)
    with pytest.raises(Unleased), live_replace.alone(path, NOW):
        pass
    with live_replace.alone(path, DARING) as alone:
        alone.make_sure()
        append(path, REPLY)
        with pytest.raises(Again):
            alone.make_sure()


def test_only_a_file_is_taken(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotAFile), live_replace.alone(tmp_path / "fifo", NOW):
        pass
    with pytest.raises(FileNotFoundError), live_replace.alone(tmp_path / "nothing", NOW):
        pass
    assert sorted(os.listdir(tmp_path)) == ["fifo"]


# ---- quiet


def test_who_had_to_wait_has_written_when_it_is_over(path: Path, late: Late) -> None:
    fd = lines.open_file(path)
    with live_replace.quiet(fd, path, NOW):
        late.append(path, REPLY)
        path.rename(path.with_name("moved"))
        assert os.fstat(fd).st_size == len(OLD)
    assert os.fstat(fd).st_size == len(OLD + REPLY)
    assert path.with_name("moved").read_bytes() == OLD + REPLY
    os.close(fd)


def test_after_an_error_nobody_waits_on(path: Path) -> None:
    fd = lines.open_file(path)
    with pytest.raises(ZeroDivisionError), live_replace.quiet(fd, path, NOW):
        raise ZeroDivisionError
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    os.close(fd)


def test_it_is_not_quiet_where_somebody_writes(path: Path) -> None:
    fd = lines.open_file(path)
    with held(path) as writer:
        with pytest.raises(Busy) as busy, live_replace.quiet(fd, path, NOW):
            pass
        assert busy.value.holders == (writer,)
        with live_replace.quiet(fd, path, DARING):
            pass
    os.close(fd)


def test_no_descriptor_stays_open(path: Path, swapping: Swapping, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(os.listdir("/dev/fd"))
    swapping.swap()
    with live_replace.alone(path, NOW):
        pass
    with path.open("rb"), pytest.raises(OpenElsewhere), live_replace.alone(path, NOW):
        pass
    with held(path), pytest.raises(Busy), live_replace.alone(path, NOW):
        pass
    no_leases(monkeypatch)
    with pytest.raises(Unleased), live_replace.alone(path, NOW):
        pass
    assert set(os.listdir("/dev/fd")) == before


# ---- rewrites


def rewrite(path: Path, content: rewrites.Content) -> rewrites.Rewritten:
    with journal.change(path.parent, "compact", [path.stem], USUAL) as record:
        return rewrites.make(record, path.stem, path.name, content)


def of(*chunks: bytes) -> rewrites.Content:
    """These bytes, whatever the old ones were."""

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        for _ in read(Span(0, size)):
            pass
        yield from chunks

    return content


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("bits", [0o400, 0o600, 0o666, 0o777])
def test_a_file_that_is_written_anew_keeps_any_mode_whatever_the_umask(path: Path, bits: int) -> None:
    path.chmod(bits)
    inode = path.stat().st_ino
    umask = os.umask(0o077)
    try:
        assert rewrite(path, of(b"new", b"", b"er\n")) == rewrites.Rewritten(len(OLD), 6)
    finally:
        os.umask(umask)
    assert (path.read_bytes(), mode(path)) == (b"newer\n", bits)
    assert path.stat().st_ino != inode
    assert names(path.parent) == [".sessiontui", "k.jsonl"]


@as_root
def test_a_file_that_is_written_anew_keeps_its_owner(path: Path) -> None:
    os.chown(path, 12345, 23456)
    path.chmod(0o640)
    rewrite(path, of(NEW))
    assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (12345, 23456, 0o640)


def test_more_than_a_buffer_is_written(path: Path) -> None:
    chunks = [bytes([n % 251]) * 100_003 for n in range(40)]
    rewrite(path, of(*chunks))
    assert path.read_bytes() == b"".join(chunks)


def test_another_name_of_the_old_file_is_left_alone(path: Path, tmp_path: Path) -> None:
    os.link(path, tmp_path / "other")
    rewrite(path, of(NEW))
    assert (tmp_path / "other").read_bytes() == OLD
    assert path.read_bytes() == NEW


def test_a_new_file_is_private_and_no_session_until_it_has_its_name(path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        yield from of(b"x" * (2 << 20))(fd, size, read)
        [name] = [name for name in names(path.parent) if name not in (".sessiontui", "k.jsonl")]
        seen.append((name, mode(path.parent / name)))

    rewrite(path, content)
    [(name, bits)] = seen
    assert name.startswith(replace.TEMP_PREFIX)
    assert name.endswith(replace.TEMP_SUFFIX)
    assert not name.endswith(".jsonl")
    assert bits == 0o600


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["content", "link", "fchmod", "fsync", "replace"])
def test_an_error_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: str
) -> None:
    def fails(*args: object, **kwargs: object) -> NoReturn:
        raise error

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        yield NEW
        fails()

    before = (path.stat().st_ino, path.stat().st_mtime_ns)
    if step != "content":
        monkeypatch.setattr(os, step, fails)
    with pytest.raises((StoreError, KeyboardInterrupt)):
        rewrite(path, content if step == "content" else of(NEW))
    monkeypatch.undo()
    assert path.read_bytes() == OLD
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before
    assert names(path.parent) == [".sessiontui", "k.jsonl"]
    assert journal_names(path.parent) == []


def test_what_is_no_file_is_never_written_anew(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for name in ("folder", "fifo"):
        with pytest.raises(StoreError, match="is not a file; nothing was changed"):
            rewrite(tmp_path / name, of(NEW))
    assert names(tmp_path) == [".sessiontui", "fifo", "folder"]


def test_the_new_file_and_its_record_are_on_the_disk_before_it_gets_the_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    fsync, step = os.fsync, os.replace

    def name_of(fd: int) -> str:
        file = Path(os.readlink(f"/proc/self/fd/{fd}"))
        return "temp" if file.suffix == ".tmp" else file.name

    def syncing(fd: int) -> None:
        seen.append(name_of(fd))
        fsync(fd)

    def stepping(temp: Path, target: Path) -> None:
        seen.append("step")
        step(temp, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", stepping)
    rewrite(path, of(NEW))
    at = seen.index("step")
    assert "temp" in seen[:at]
    assert seen[at - 2 : at + 2] == ["00000001.change", ".sessiontui", "step", path.parent.name]


def test_it_is_begun_again_where_the_file_was_edited_under_it(path: Path) -> None:
    edits = [b"a" * len(OLD), b"b" * len(OLD)]
    seen: list[bytes] = []

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        seen.append(os.pread(fd, 3, 0))
        yield from of(seen[-1])(fd, size, read)
        if edits:
            path.write_bytes(edits.pop(0))

    rewrite(path, content)
    assert seen == [OLD[:3], b"aaa", b"bbb"]
    assert path.read_bytes() == b"bbb"
    undo.make(path.parent, undo.plan(path.parent))
    assert path.read_bytes() == b"b" * len(OLD)


def test_it_is_given_up_where_the_file_never_holds_still(path: Path) -> None:
    tries: list[int] = []

    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        tries.append(size)
        yield from of(NEW)(fd, size, read)
        path.write_bytes(bytes([len(tries)]) * len(OLD))

    with pytest.raises(Changed, match=r"k\.jsonl changed"):
        rewrite(path, content)
    assert len(tries) == live_replace.ATTEMPTS == 3
    assert path.read_bytes() == b"\3" * len(OLD)
    assert names(path.parent) == [".sessiontui", "k.jsonl"]
    assert journal_names(path.parent) == []


def test_what_a_waiter_wrote_anew_is_changed_in_its_turn(
    path: Path, late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    def content(fd: int, size: int, read: rewrites.Read) -> Iterator[bytes]:
        yield b"".join(of()(fd, size, read)) + os.pread(fd, size, 0)[: size // 2]

    before_step(monkeypatch, lambda: late.rewrite(path, REPLY * 4))
    rewrite(path, content)
    assert path.read_bytes() == REPLY * 2
    undo.make(path.parent, undo.plan(path.parent))
    assert path.read_bytes() == REPLY * 4
