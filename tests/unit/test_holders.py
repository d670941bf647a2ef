"""Who has a file open for writing is named, with the process id; who only reads it, and we ourselves, are not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sessiontui.disk import holders
from tests.support.writers import Waiting

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fdinfo"), reason="no /proc here that tells")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "k.jsonl"
    path.write_bytes(b"one\n")
    return path


@contextmanager
def holding(path: Path) -> Iterator[int]:
    """A process that has written half a message; gives its id."""
    writer = Waiting()
    try:
        writer.tell(path, b"two", hold=True, wait=True)
        yield writer.pid
        writer.end()
    finally:
        writer.close()


def named(path: Path) -> tuple[str, ...]:
    return holders.writers(path.stat())


def test_nobody_is_named_where_nobody_writes(path: Path) -> None:
    assert named(path) == ()


def test_a_process_that_has_it_open_for_writing_is_named(path: Path) -> None:
    with holding(path) as pid:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        assert named(path) == (f"{name} (pid {pid})",)
    assert named(path) == ()


def test_one_that_has_it_under_another_name_is_named(path: Path, tmp_path: Path) -> None:
    os.link(path, tmp_path / "other")
    with holding(tmp_path / "other") as pid:
        assert [each.endswith(f"(pid {pid})") for each in named(path)] == [True]


def test_readers_and_writers_of_other_files_are_not_named(path: Path, tmp_path: Path) -> None:
    program = "import sys; files = open(sys.argv[1]), open(sys.argv[2], 'w'); print(flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path), str(tmp_path / "other")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        assert named(path) == ()
        assert [each.endswith(f"(pid {reader.pid})") for each in named(tmp_path / "other")] == [True]
        reader.communicate(b"\n")


def test_we_ourselves_are_not_named(path: Path) -> None:
    with path.open("ab"):
        assert named(path) == ()


def test_three_are_named_at_most(path: Path) -> None:
    with ExitStack() as stack:
        pids = {stack.enter_context(holding(path)) for _ in range(4)}
        found = {int(each.rpartition(" ")[2].rstrip(")")) for each in named(path)}
        assert len(found) == 3
        assert found < pids


def test_nobody_is_named_where_the_system_does_not_tell(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "_PROC", str(tmp_path / "nothing"))
    with holding(path):
        assert named(path) == ()


@pytest.mark.parametrize("missing", ["fd", "fdinfo", "comm"])
def test_what_may_not_be_read_is_passed_over(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """As where a process ends meanwhile, or is another user's."""
    status = path.stat()
    process = tmp_path / "proc" / "4711"
    for folder in ("fd", "fdinfo"):
        (process / folder).mkdir(parents=True)
    if missing == "fd":
        (process / "fd").rmdir()
    else:
        (process / "fd" / "3").symlink_to(path)
    if missing != "fdinfo":
        (process / "fdinfo" / "3").write_text("pos:\t0\nflags:\t0102001\n")
    if missing != "comm":
        (process / "comm").write_text("zeroclaw\n")
    monkeypatch.setattr(holders, "_PROC", str(tmp_path / "proc"))
    expected = {"fd": (), "fdinfo": (), "comm": ("a process (pid 4711)",)}
    assert holders.writers(status) == expected[missing]
