"""Sessions read whole by several processes: told as one process tells them, in order, whatever becomes of the others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from sessiontui.model import Fault, Session
from sessiontui.store.jsonl import parallel
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.memory import MemoryStore
from sessiontui.store.protocol import silent
from tests.support.damage import left_alone

ROOT = Path(__file__).parents[2]
A = b'{"role":"user","content":"a"}\n'
Told = list[tuple[str, list[Fault], Session]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JsonlStore:
    """Files of every size, some damaged, one with more faults than a process holds, one that is no file."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "folder.jsonl").mkdir()
    files = {f"s{n:02}": A * n + (b'{"role":"us\n' if n % 3 == 0 else b"") for n in range(12)}
    files |= {"large": A * 40 + b"=======\n", "hurt": (A + b"x\n") * 8}
    for name, data in files.items():
        (folder / f"{name}.jsonl").write_bytes(data)
        left_alone(folder / f"{name}.jsonl", 3600)
    monkeypatch.setattr(parallel, "ENOUGH", 0)
    monkeypatch.setattr(parallel, "BATCH", 300)
    monkeypatch.setattr(parallel, "LARGE", 1_000)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    return JsonlStore(folder)


def told(store: JsonlStore, *, notes: bool = False) -> Told:
    return [_read(*each) for each in parallel.examining(store, store.sessions(), notes=notes)]


def told_here(store: JsonlStore, *, notes: bool = False) -> Told:
    return [_read(each, partial(store.examine, each, notes=notes)) for each in store.sessions()]


def _read(session: Session, examine: parallel.Examine) -> tuple[str, list[Fault], Session]:
    found: list[Fault] = []
    after = examine(found.append, progress=silent)
    return session.key, found, after


@pytest.mark.parametrize("notes", [False, True])
def test_it_is_told_as_one_process_tells_it(store: JsonlStore, notes: bool) -> None:
    assert told(store, notes=notes) == told_here(store, notes=notes)


def test_a_large_session_and_one_of_many_faults_are_read_here(
    store: JsonlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = told_here(store)
    read: list[str] = []
    examine = JsonlStore.examine

    def noted(self: JsonlStore, session: Session, *args: object, **rest: object) -> Session:
        read.append(session.key)
        return examine(self, session, *args, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(JsonlStore, "examine", noted)
    assert told(store) == expected
    assert set(read) - {"folder"} == {"large"}  # how many bytes a folder has depends on the disk


def test_no_more_faults_are_held_than_a_process_may(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MANY", 3)
    batch = [each for each in store.sessions() if each.key in ("hurt", "s03")]
    read = parallel._examined(store.path, batch, notes=False)
    assert [each is None for each in read] == [session.key == "hurt" for session in batch]


def test_where_a_process_is_killed_the_rest_is_read_here(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_examined", _dies)
    assert told(store) == told_here(store)


def _dies(path: Path, batch: object, notes: bool) -> list[None]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


@pytest.mark.parametrize("why", ["small", "one processor", "not files"])
def test_no_process_is_started_where_none_pays(store: JsonlStore, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(parallel, "_pool", lambda _: pytest.fail("a process was started"))
    if why == "small":
        monkeypatch.setattr(parallel, "ENOUGH", 10**9)
    elif why == "one processor":
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    if why == "not files":
        memory = MemoryStore()
        assert list(parallel.examining(memory, memory.sessions(), notes=False)) == []
    else:
        assert told(store) == told_here(store)


WITH_PACKAGE = {**os.environ, "PYTHONPATH": str(ROOT)}
"""A script in another folder finds the package only so: it isn't installed where it is tested."""
CHECK = """
import sys
from sessiontui.store.jsonl import parallel
parallel.ENOUGH = 0
parallel.BATCH = 1000
from sessiontui.__main__ import main
if __name__ == "__main__":
    main()
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are seen in /proc")
def test_killed_or_interrupted_it_leaves_no_process_behind(tmp_path: Path) -> None:
    """Each ends, too; one that is interrupted says nothing of the others."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    for n in range(400):
        (folder / f"s{n}.jsonl").write_bytes(A * 400)
    script = tmp_path / "check.py"
    script.write_text(CHECK)
    for number, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        process = subprocess.Popen(
            [sys.executable, script, "check", "-s", folder, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=WITH_PACKAGE,
            start_new_session=True,
        )
        while len(_of_session(process.pid)) < 3:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        os.killpg(process.pid, number) if number == signal.SIGINT else process.kill()
        _, errors = process.communicate(timeout=30)
        assert process.returncode == code
        assert number == signal.SIGKILL or b"Traceback" not in errors
        until = time.monotonic() + 10
        while _of_session(process.pid) and time.monotonic() < until:
            time.sleep(0.02)
        assert _of_session(process.pid) == []


def _of_session(id: int) -> list[str]:
    """The command lines of the processes of a session of the terminal that live."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if entry.name.isdigit() and int(fields[3]) == id and fields[0] != "Z":
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (OSError, IndexError):
            continue
    return found


def test_check_prints_the_same_lines(store: JsonlStore, tmp_path: Path) -> None:
    script = tmp_path / "check.py"
    script.write_text(CHECK)
    argv = ["check", "-s", str(store.path), "--json"]
    many = subprocess.run([sys.executable, script, *argv], capture_output=True, check=False, env=WITH_PACKAGE)
    one = subprocess.run([sys.executable, "-m", "sessiontui", *argv], capture_output=True, check=False)
    assert (many.returncode, many.stdout, many.stderr) == (one.returncode, one.stdout, one.stderr)
    assert json.loads(one.stdout.splitlines()[0])["severity"] == "damage"
