"""Leases keep writers waiting, refuse beside them, and end no process. Skipped, with the reason, where there are none."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sessiontui.disk import lease
from sessiontui.disk.lease import NoLease, Taken
from tests.support.capabilities import unprivileged
from tests.support.writers import Waiting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "k.jsonl"
    path.write_bytes(b"one\n")
    with opened(path) as fd:
        try:
            lease.reading(fd, 0).give_back()
        except NoLease as none:
            pytest.skip(f"no leases here: {none}")
    return path


@pytest.fixture
def writer() -> Iterator[Waiting]:
    writer = Waiting()
    yield writer
    writer.close()


@contextmanager
def opened(path: Path, flags: int = os.O_RDONLY) -> Iterator[int]:
    fd = os.open(path, flags)
    try:
        yield fd
    finally:
        os.close(fd)


@pytest.mark.parametrize("readers", [0, 1, 3])
def test_a_read_lease_is_granted_beside_readers(path: Path, readers: int) -> None:
    with ExitStack() as stack:
        for _ in range(readers):
            stack.enter_context(opened(path))
        held = lease.reading(stack.enter_context(opened(path)), 0)
        assert held.holds


def test_a_read_lease_is_refused_while_somebody_has_the_file_open_for_writing(path: Path, writer: Waiting) -> None:
    writer.tell(path, b"two", hold=True, wait=True)
    with opened(path) as fd:
        with pytest.raises(Taken):
            lease.reading(fd, 0.05)
        writer.end()
        lease.reading(fd, 5).give_back()
    assert path.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY])
def test_a_write_lease_is_refused_while_anybody_has_the_file_open(path: Path, flags: int) -> None:
    with opened(path, os.O_RDWR) as fd:
        with opened(path, flags), pytest.raises(Taken):
            lease.writing(fd)
        assert lease.writing(fd).holds


def test_a_lease_is_tried_for_as_long_as_it_is_said(path: Path) -> None:
    with opened(path, os.O_RDWR) as fd, ExitStack() as other:
        other.enter_context(opened(path))
        threading.Timer(0.1, other.close).start()
        assert lease.writing(fd, 30).holds


@pytest.mark.parametrize("kind", ["reading", "writing"])
def test_a_writer_waits_until_the_lease_is_given_back(path: Path, writer: Waiting, kind: str) -> None:
    with opened(path, os.O_RDONLY if kind == "reading" else os.O_RDWR) as fd:
        held = lease.reading(fd, 0) if kind == "reading" else lease.writing(fd)
        writer.tell(path, b"two")
        assert path.stat().st_size == 4, "it did not wait"
        held.give_back()
        writer.end()
        assert path.read_bytes() == b"one\ntwo\n"


def test_a_writer_goes_on_when_the_descriptor_is_closed(path: Path, writer: Waiting) -> None:
    with opened(path) as fd:
        lease.reading(fd, 0)
        writer.tell(path, b"two")
    writer.end()
    assert path.read_bytes() == b"one\ntwo\n"


def test_who_waits_to_write_counts_as_a_writer_already(path: Path, writer: Waiting) -> None:
    """So that after a lease was given back a second one is granted only once those are done who waited."""
    with opened(path) as fd:
        held = lease.reading(fd, 0)
        writer.tell(path, b"two", hold=True)
        held.give_back()
        with pytest.raises(Taken):
            lease.reading(fd, 0)
        writer.end()
        lease.reading(fd, 5)
        assert path.stat().st_size == 8


def test_readers_do_not_wait_for_a_read_lease(path: Path) -> None:
    with opened(path) as fd:
        lease.reading(fd, 0)
        assert path.read_bytes() == b"one\n"


@pytest.mark.parametrize(
    ("kind", "flags"), [("reading", os.O_WRONLY), ("writing", os.O_WRONLY), ("writing", os.O_RDONLY)]
)
def test_who_will_not_wait_is_told_to_try_again(path: Path, kind: str, flags: int) -> None:
    with opened(path, os.O_RDONLY if kind == "reading" else os.O_RDWR) as fd:
        held = lease.reading(fd, 0) if kind == "reading" else lease.writing(fd)
        with pytest.raises(BlockingIOError) as caught:
            os.open(path, flags | os.O_NONBLOCK)
        assert caught.value.errno == errno.EAGAIN
        held.give_back()
        os.close(os.open(path, flags | os.O_NONBLOCK))


def test_no_signal_ends_who_holds_one(path: Path) -> None:
    """In a process that has touched no signal: the usual one of a lease would end it."""
    program = (
        "import os, sys; from sessiontui.disk import lease\n"
        "fd = os.open(sys.argv[1], os.O_RDONLY); lease.reading(fd, 0)\n"
        "print('held', flush=True); sys.stdin.readline(); print('alive')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError):
            os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        said, _ = holder.communicate("\n")
        assert (said, holder.returncode) == ("alive\n", 0)


def test_no_signal_is_handled_or_left_changed(path: Path) -> None:
    before = signal.getsignal(signal.SIGURG), signal.getsignal(signal.SIGIO)
    with opened(path) as fd:
        lease.reading(fd, 0)
        with pytest.raises(BlockingIOError):
            os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        assert (signal.getsignal(signal.SIGURG), signal.getsignal(signal.SIGIO)) == before


def test_one_is_had_in_a_thread(path: Path) -> None:
    held: list[bool] = []
    with opened(path) as fd:
        thread = threading.Thread(target=lambda: held.append(lease.reading(fd, 0).holds))
        thread.start()
        thread.join()
    assert held == [True]


@pytest.mark.parametrize(("break_time", "left"), [(45, 11.25), (4, 1.0), (1, 0.25)])
def test_it_surely_holds_for_a_quarter_of_the_time_that_the_kernel_gives(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_time: int, left: float
) -> None:
    (tmp_path / "break").write_text(f"{break_time}\n")
    monkeypatch.setattr(lease, "_BREAK_TIME", str(tmp_path / "break"))
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with opened(path) as fd:
        held = lease.reading(fd, 0)
        assert (held.left, held.holds) == (left, True)
        now += left
        assert (held.left, held.holds) == (0, False)


@pytest.mark.parametrize("text", ["0\n", "-1\n", "soon\n", None])
def test_there_is_none_where_the_kernel_gives_no_time(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "break").write_text(text)
    monkeypatch.setattr(lease, "_BREAK_TIME", str(tmp_path / "break"))
    with opened(path) as fd, pytest.raises(NoLease):
        lease.reading(fd, 0)


def test_there_is_none_where_the_system_knows_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "any").touch()
    monkeypatch.setattr(lease, "_SET", None)
    monkeypatch.delattr(fcntl, "F_SETSIG", raising=False)
    with opened(tmp_path / "any") as fd, pytest.raises(NoLease):
        lease.reading(fd, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file another user's")
def test_there_is_none_on_another_users_file(path: Path) -> None:
    os.chown(path, 12345, 12345)
    with opened(path) as fd, unprivileged(), pytest.raises(NoLease, match="the file belongs to another user"):
        lease.reading(fd, 0)
