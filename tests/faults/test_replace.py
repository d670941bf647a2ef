"""Every step of changing a file is made to fail, one after the other: the file is old or new, and nothing is left."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.disk import replace
from tests.support.faulty import FailAt

OLD = b"one\ntwo\n"
NEW = b"one\n" * 1000
ERRORS = [
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EIO, "Input/output error"),
    PermissionError(errno.EACCES, "Permission denied"),
    KeyboardInterrupt(),
]
FILL = ["open", "write", "fchmod", "fsync", "close"]
FOLDER = ["open", "fsync", "close"]


def do_append(folder: Path) -> None:
    replace.append(folder / "a.jsonl", b"new\n")


def do_append_new(folder: Path) -> None:
    replace.append(folder / "b.jsonl", b"new\n")


def do_create(folder: Path) -> None:
    replace.create(folder / "b.jsonl", [NEW])


def do_rename(folder: Path) -> None:
    replace.rename(folder / "a.jsonl", folder / "b.jsonl")


def do_remove(folder: Path) -> None:
    replace.remove(folder / "a.jsonl")


Files = dict[str, bytes]
CASES: list[tuple[Callable[[Path], None], list[str], list[Files]]] = [
    (
        do_append,
        ["open", "write", "lseek", "fsync", "close"],
        [{"a.jsonl": OLD}, {"a.jsonl": OLD + b"new\n"}],
    ),
    (
        do_append_new,
        ["open", "open", "write", "lseek", "fsync", "close", *FOLDER],
        [{"a.jsonl": OLD}, {"a.jsonl": OLD, "b.jsonl": b""}, {"a.jsonl": OLD, "b.jsonl": b"new\n"}],
    ),
    (
        do_create,
        [*FILL, "link", "unlink", *FOLDER],
        [{"a.jsonl": OLD}, {"a.jsonl": OLD, "b.jsonl": NEW}],
    ),
    (
        do_rename,
        ["link", *FOLDER, "unlink", *FOLDER],
        [{"a.jsonl": OLD}, {"b.jsonl": OLD}],
    ),
    (
        do_remove,
        ["unlink", *FOLDER],
        [{"a.jsonl": OLD}, {}],
    ),
]


def files(folder: Path) -> Files:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def fresh(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(OLD)
    (folder / "a.jsonl").chmod(0o640)
    return folder


@pytest.mark.parametrize("after", [False, True], ids=["instead", "after"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: getattr(error, "strerror", "Ctrl-C"))
@pytest.mark.parametrize(("change", "steps", "states"), CASES, ids=lambda ref: getattr(ref, "__name__", ""))
def test_any_step_may_fail(
    tmp_path: Path,
    change: Callable[[Path], None],
    steps: list[str],
    states: list[Files],
    error: BaseException,
    after: bool,
) -> None:
    seen: list[Files] = []
    descriptors = set(os.listdir("/dev/fd"))
    for n in range(1, 100):
        folder = fresh(tmp_path, str(n))
        fault = FailAt(n, error, after=after)
        with fault.watching():
            raised = None
            try:
                change(folder)
            except type(error) as caught:
                raised = caught
        assert raised is (error if fault.reached else None)
        assert files(folder) in states, (n, fault.steps)
        assert set(os.listdir("/dev/fd")) == descriptors, (n, fault.steps)
        seen.append(files(folder))
        if not fault.reached:
            break
    assert fault.steps == steps
    assert len(seen) == len(steps) + 1
    assert seen[0] == states[0] or after
    assert seen[-1] == states[-1]


@pytest.mark.parametrize("part", [0, 1, 3])
def test_a_disk_that_takes_only_a_part_of_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    folder = fresh(tmp_path, "store")
    write = os.write
    full = OSError(errno.ENOSPC, "No space left on device")
    calls: list[int] = []

    def short(fd: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) > 1 or not part:
            raise full
        return write(fd, data[:part])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="No space left"):
        replace.append(folder / "a.jsonl", b"new\n")
    assert files(folder) == {"a.jsonl": OLD}
    assert calls == ([4, 4 - part] if part else [4])


def test_a_part_is_left_where_somebody_wrote_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fresh(tmp_path, "store")
    write = os.write

    def short(fd: int, data: bytes) -> int:
        if len(data) < 4:
            with (folder / "a.jsonl").open("ab") as other:
                other.write(b"theirs\n")
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data[:2])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="No space left"):
        replace.append(folder / "a.jsonl", b"new\n")
    assert files(folder) == {"a.jsonl": OLD + b"ne" + b"theirs\n"}


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fresh(tmp_path, "store")
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:3]))
    span = replace.append(folder / "a.jsonl", b"0123456789\n")
    assert (span.offset, span.length) == (8, 11)
    assert files(folder) == {"a.jsonl": OLD + b"0123456789\n"}
    replace.create(folder / "b.jsonl", [b"0123456789\n"])
    assert (folder / "b.jsonl").read_bytes() == b"0123456789\n"


def test_an_error_of_the_chunks_leaves_no_file(tmp_path: Path) -> None:
    folder = fresh(tmp_path, "store")

    def chunks() -> list[bytes]:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        replace.create(folder / "b.jsonl", (chunk for _ in range(1) for chunk in chunks()))
    assert files(folder) == {"a.jsonl": OLD}


KILLED = """
import sys
from pathlib import Path
from sessiontui.disk import replace

def chunks():
    yield b"new" * 1_000_000
    print("half", flush=True)
    while True:
        yield b"x"

replace.create(Path(sys.argv[1]), chunks())
"""


def test_a_kill_leaves_at_most_a_temporary_file(tmp_path: Path) -> None:
    folder = fresh(tmp_path, "store")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder / "b.jsonl")], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half\n"
        child.send_signal(signal.SIGKILL)
    left = files(folder)
    assert left.pop("a.jsonl") == OLD
    assert all(name.startswith(replace.TEMP_PREFIX) and name.endswith(replace.TEMP_SUFFIX) for name in left)
    assert len(left) <= 1
