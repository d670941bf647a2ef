"""Files that others write to: who is named, what is left alone, what ``--wait`` and ``--no-lease`` do about it."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sessiontui.cli import stderr
from sessiontui.disk import lease
from sessiontui.store.sqlite.transaction import Writing
from tests.cli.conftest import Ran, Runner
from tests.support import matrices
from tests.support.capabilities import unprivileged

ROOT = Path(__file__).parent.parent.parent
HOLD = """
import sys
with open("/proc/self/comm", "w") as comm:
    comm.write("zeroclaw")
with open(sys.argv[1], "ab"):
    print("open", flush=True)
    sys.stdin.read()
"""

needs_leases = pytest.mark.skipif(sys.platform != "linux", reason="only Linux makes writers wait")

EACH = [
    ("append", "bob", "--role", "user", "x"),
    ("pop", "bob"),
    ("compact", "bob"),
    ("migrate", "bob"),
    ("cleanup", "--ttl-hours", "1"),
    ("delete", "bob"),
]
"""A change of each kind that touches the file of bob."""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program named zeroclaw keeps a file open for writing, until its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def sessions(store: Path) -> dict[str, bytes]:
    """The session files, whatever they are called by now."""
    return {path.name: path.read_bytes() for path in store.glob("*.jsonl*")}


def told(ran: Ran) -> list[str]:
    """What is on standard error, but for which of two stores it is, and for what is recoverable."""
    besides = ("there are others", "recoverable message", "--dry-run` shows them")
    return [line for line in ran.err.splitlines() if not any(each in line for each in besides)]


# ---- open for writing


@needs_leases
@pytest.mark.parametrize("arguments", EACH, ids=lambda arguments: arguments[0])
def test_whoever_has_the_file_open_is_named_and_nothing_is_changed(
    run: Runner, store: Path, arguments: tuple[str, ...]
) -> None:
    for name in ("alice", "carol"):
        (store / f"{name}.jsonl").unlink()
    before = sessions(store)
    with held(store / "bob.jsonl") as writer:
        ran = run(*arguments, "--wait", "0", code=4)
    assert told(ran)[0].startswith(f"sessiontui: bob.jsonl is open for writing in zeroclaw (pid {writer.pid}); ")
    assert told(ran)[1:] == [
        "  wait longer with --wait SECONDS, or change it with --no-lease once it has been still for 2 seconds"
    ]
    assert sessions(store) == before
    assert run("undo", "--list", "--json").out == b""


@needs_leases
@pytest.mark.parametrize("verb", ["append", "pop", "compact"])
def test_an_undo_waits_for_nobody_either(run: Runner, store: Path, verb: str) -> None:
    run(*next(each for each in EACH if each[0] == verb))
    before = sessions(store)
    with held(store / "bob.jsonl") as writer:
        ran = run("undo", "--wait", "0", code=4)
        assert ran.out == b""
        assert f"in zeroclaw (pid {writer.pid}); nothing was changed" in ran.err
        assert sessions(store) == before
    run("undo")
    assert sessions(store) != before


@needs_leases
@pytest.mark.parametrize("verb", ["append", "pop"])
def test_for_programs_nothing_stands_on_standard_output(run: Runner, store: Path, verb: str) -> None:
    with held(store / "bob.jsonl"):
        assert run(*next(each for each in EACH if each[0] == verb), "--wait", "0", "--json", code=4).out == b""


@needs_leases
def test_of_several_sessions_only_the_busy_one_is_left(run: Runner, store: Path) -> None:
    (store / "dan.jsonl").write_bytes(b'nonsense\n{"role":"user","content":"one"}\n')
    before = sessions(store)
    with held(store / "bob.jsonl") as writer:
        ran = run("compact", "bob", "dan", "--wait", "0", "--json", code=4)
    who = f"bob.jsonl is open for writing in zeroclaw (pid {writer.pid})"
    assert [(row["key"], row["status"], row["reason"]) for row in ran.rows] == [
        ("bob", "refused", f"{who}; nothing was changed"),
        ("dan", "compacted", None),
    ]
    assert told(ran) == [
        f"sessiontui: {who}; it stays as it is",
        "  wait longer with --wait SECONDS, or change it with --no-lease once it has been still for 2 seconds",
    ]
    assert sessions(store) == before | {"dan.jsonl": b'{"role":"user","content":"one"}\n'}


@needs_leases
def test_a_hint_for_several_is_given_once(run: Runner, store: Path) -> None:
    (store / "dan.jsonl").write_bytes(b'nonsense\n{"role":"user","content":"one"}\n')
    with held(store / "bob.jsonl"), held(store / "dan.jsonl"):
        lines = told(run("compact", "--all", "--wait", "0", code=4))
    assert {line.split()[1] for line in lines if line.startswith("sessiontui: ")} == {"bob.jsonl", "dan.jsonl"}
    assert len(lines) == 3
    assert [line for line in lines if line.startswith("  ")] == [
        "  wait longer with --wait SECONDS, or change it with --no-lease once it has been still for 2 seconds"
    ]


@needs_leases
def test_no_lease_changes_a_file_that_is_still_although_it_is_open(run: Runner, store: Path) -> None:
    before = sessions(store)
    with held(store / "bob.jsonl"):
        run("pop", "bob", "--wait", "0", "--no-lease")
        assert sessions(store) != before
        os.utime(store / "bob.jsonl", (1_750_000_000, 1_750_000_000))
        run("undo", "--wait", "0", "--no-lease")
        assert sessions(store) == before


@needs_leases
def test_a_reader_is_nobody_who_has_to_be_waited_for(run: Runner, store: Path) -> None:
    with (store / "bob.jsonl").open("rb"):
        run("pop", "bob", "--wait", "0")
        run("append", "alice", "--role", "user", "x", "--wait", "0")


@needs_leases
def test_the_change_is_made_when_the_writer_has_finished_and_a_person_knows_for_whom_he_waited(store: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sessiontui", "pop", "bob", "-s", str(store), "--wait", "60"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with (
        held(store / "bob.jsonl") as writer,
        subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=surroundings) as changing,
    ):
        os.close(theirs)
        said = b""
        while not said.endswith(b"\n"):
            said += os.read(ours, 65536)
        assert (
            said.decode().strip() == f"sessiontui: waiting for zeroclaw (pid {writer.pid}) to finish writing bob.jsonl"
        )
        assert writer.stdin is not None
        writer.stdin.close()
        assert changing.wait(60) == 0
        assert changing.stdout is not None
        assert changing.stdout.read().startswith(b"removed the last message of bob (user):\n")
    os.close(ours)


@needs_leases
def test_where_nobody_looks_at_a_terminal_nobody_is_told_for_whom_he_waits(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stderr, "PATIENT", 0)
    with held(store / "bob.jsonl"):
        assert "waiting" not in run("pop", "bob", "--wait", "0.1", code=4).err


@needs_leases
def test_the_message_that_goes_is_the_last_when_it_goes(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessiontui.changes.verbs import pop

    real = pop.make
    before = (store / "alice.jsonl").read_bytes()

    def later(*arguments: object, **more: object) -> object:
        with (store / "alice.jsonl").open("ab") as file:
            file.write(b'{"role":"user","content":"news"}\n')
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pop, "make", later)
    assert run("pop", "alice", "--json").rows[0]["removed"]["content"] == "news"
    assert (store / "alice.jsonl").read_bytes() == before


# ---- where there is no lease


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without leases and without /proc."""
    monkeypatch.setattr(lease, "_SET", None)
    monkeypatch.setattr(lease, "_BREAK_TIME", "/nowhere/lease-break-time")


HINT = "  --no-lease changes it all the same once it has been still for 2 seconds; what is written at that very moment can be lost"


@pytest.mark.usefixtures("macos")
@pytest.mark.parametrize("arguments", matrices.few(*EACH[::-1]), ids=lambda arguments: arguments[0])
def test_without_leases_a_file_is_left_alone_and_it_is_said_how_it_can_be_changed(
    run: Runner, store: Path, arguments: tuple[str, ...]
) -> None:
    for name in ("alice", "carol"):
        (store / f"{name}.jsonl").unlink()
    before = sessions(store)
    ran = run(*arguments, code=4)
    assert told(ran)[0].startswith("sessiontui: no lease can be had on bob.jsonl: this system has none; ")
    assert told(ran)[1:] == [HINT]
    assert sessions(store) == before
    run(*arguments, "--no-lease")
    assert sessions(store) != before
    assert [row["change"] for row in run("undo", "--list", "--json").rows] == ["00000001"]


@pytest.mark.usefixtures("macos")
def test_without_leases_a_new_session_and_one_in_a_database_are_no_matter(run: Runner, database: Path) -> None:
    run("append", "new", "--role", "user", "x")
    Runner(database)("append", "new", "--role", "user", "x")
    Runner(database)("undo")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_file_of_another_owner_is_left_alone_and_the_reason_told(run: Runner) -> None:
    run("pop", "bob")  # what is loaded late is loaded now: nobody else may read where Python is
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "sessions"
        store.mkdir()
        shutil.copy(run.store / "alice.jsonl", store / "bob.jsonl")
        (store / "bob.jsonl").chmod(0o666)
        for each in (Path(scratch), store):
            os.chown(each, 65534, 65534)
        other = Runner(store)
        before = sessions(store)
        with unprivileged():
            ran = other("pop", "bob", code=4)
            assert ran.err.splitlines()[0] == (
                "sessiontui: no lease can be had on bob.jsonl: the file belongs to another user; nothing was changed"
            )
            assert sessions(store) == before
            other("pop", "bob", "--no-lease")
        assert sessions(store) != before


# ---- databases, and another sessiontui


def test_a_locked_database_is_a_sentence_and_nothing_is_done_by_half(database: Path) -> None:
    run = Runner(database)
    key = next(row["key"] for row in run("list", "--json").rows if row["messages"])
    before = run("show", key, "--json").out
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for arguments in (("pop", key), ("append", key, "--role", "user", "x"), ("cleanup", "--ttl-hours", "1")):
            ran = run(*arguments, "--wait", "0", code=3)
            assert ran.err == (
                "sessiontui: sessions.db is locked by another program\n"
                "  try again; a change waits longer with --wait SECONDS\n"
            )
            assert ran.out == b""
        other.execute("ROLLBACK")
    assert run("show", key, "--json").out == before
    assert run("undo", "--list", "--json").out == b""


def test_somebody_who_waits_for_ever_waits_for_a_database_too(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    real = sqlite3.connect

    def connect(*arguments: object, **more: object) -> object:
        waits.append(more.get("timeout", 5.0))  # type: ignore[arg-type]
        connection = real(*arguments, **more)  # type: ignore[call-overload]
        assert (connection.execute("PRAGMA busy_timeout").fetchone()[0] > 0) is (waits[-1] > 0)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    Runner(database)("append", "new", "--role", "user", "x", "--wait", "inf")
    assert max(waits) > 100_000


def test_another_sessiontui_is_waited_for_and_then_said(run: Runner, store: Path) -> None:
    run("append", "alice", "--role", "user", "x")
    before = sessions(store)
    with (store / ".sessiontui" / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = run("pop", "alice", "--wait", "0", code=4)
        assert ran.err == (
            "sessiontui: another sessiontui is changing this store; nothing was changed\n"
            "  try again when it has finished, or wait longer with --wait SECONDS\n"
        )
    assert sessions(store) == before


def test_a_locked_database_is_waited_for_once_and_told_once(
    store: Path, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("migrate", "bob")
    keys = [row["key"] for row in run("list", "--json", "--backend", "jsonl").rows]
    assert len(keys) > 1
    waits: list[float] = []
    begin = Writing.__init__

    def beginning(self: Writing, path: Path, *, wait: float = 2.0, back: Path | None = None) -> None:
        waits.append(wait)
        begin(self, path, wait=wait, back=back)

    monkeypatch.setattr(Writing, "__init__", beginning)
    before = sessions(store)
    with closing(sqlite3.connect(store / "sessions.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = run("migrate", *keys, "--backend", "jsonl", "--wait", "0.1", code=3)
    assert ran.err.count("sessions.db is locked by another program") == 1
    assert waits[0] == 0.1
    assert max(waits[1:]) < 0.1
    assert sessions(store) == before
