"""Exit codes, and what stands on standard error."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import IO

import click
import pytest

from sessiontui.cli import stderr
from sessiontui.errors import Cancelled, Changed, Refused, StoreError, UnknownKey
from tests.cli.conftest import Runner, tree

VERBS = ["browse", "demo", "stores", "list", "show", "about", "search", "check", "append", "pop", "compact", "repair", "migrate",
         "cleanup", "delete", "undo", "journal", "report"]  # fmt: skip


def sessiontui(
    *arguments: str, env: dict[str, str], cwd: Path | None = None, stdout: IO[bytes] | int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    """A whole process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sessiontui", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        env=env,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownKey("x"), 2),
        (StoreError("x"), 3),
        (PermissionError(13, "Permission denied", "/x"), 3),
        (OSError("x"), 3),
        (Refused("x", "y"), 4),
        (Changed("x"), 4),
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (BrokenPipeError(), 0),
        (click.UsageError("x"), 2),
        (click.exceptions.Exit(1), 1),
        (RuntimeError("a bug"), 3),
    ],
)
def test_each_ending_has_its_code(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise error

    assert stderr.guarded(work) == code
    told = capsys.readouterr().err.splitlines()
    assert len(told) <= 2
    assert all(line.startswith(("sessiontui: ", "  ")) for line in told)


def test_the_highest_code_of_several_wins(capsys: pytest.CaptureFixture[str]) -> None:
    tally = stderr.ExitTally()
    for error in (UnknownKey("a"), Refused("b"), StoreError("c")):
        with tally.alone():
            raise error
    assert tally.code == 4
    assert capsys.readouterr().err.count("sessiontui: ") == 3


def test_a_bug_has_a_traceback_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> int:
        raise RuntimeError("a bug")

    monkeypatch.setenv("SESSIONTUI_DEBUG", "1")
    with pytest.raises(RuntimeError):
        stderr.guarded(work)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["list", "--sort", "colour"], 2, "--sort"),
        (["list", "--nonsense"], 2, "--nonsense"),
        (["show"], 2, "KEY"),
        (["show", "nobody"], 2, "no session “nobody”"),
        (["check", "nobody"], 2, "no session “nobody”"),
        (["pop", "nobody"], 2, "no session “nobody”"),
        (["compact", "nobody"], 2, "no session “nobody”"),
        (["migrate", "nobody"], 2, "no session “nobody”"),
        (["append", "alice", "text"], 2, "--role"),
        (["search"], 2, "QUERY"),
        (["search", "x", "--limit", "-1"], 2, "--limit"),
        (["cleanup"], 2, "--ttl-hours"),
        (["list", "--backend", "sqlite"], 2, "sqlite"),
        (["pop", "alice", "--wait", "-1"], 2, "--wait"),
        (["pop", "alice", "--wait", "nan"], 2, "--wait"),
        (["browse", "list"], 2, "one store"),
        (["browse", "--json"], 2, "terminal"),
        (["list", "more"], 2, "more"),
    ],
)
def test_wrong_usage_is_one_plain_line_and_a_hint(
    run: Runner, store: Path, arguments: list[str], code: int, sentence: str
) -> None:
    before = tree(store)
    ran = run(*arguments, code=code)
    lines = ran.err.splitlines()
    assert sentence in lines[0]
    assert 1 <= len(lines) <= 2
    assert ran.out == b""
    assert tree(store) == before


def test_no_store_is_a_sentence_and_a_code(tmp_path: Path) -> None:
    ran = Runner(tmp_path / "gone")("list", code=2)
    assert ran.err.startswith("sessiontui: there is nothing at ")


def test_a_store_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all, and long enough to be looked at" * 50)
    ran = Runner(tmp_path / "x.db")("list", code=3)
    assert ran.err.startswith("sessiontui: ")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_help(run: Runner, verb: str) -> None:
    from click.testing import CliRunner

    from sessiontui.cli.verbs import verbs

    result = CliRunner().invoke(verbs, [verb, "--help"])
    assert result.exit_code == 0
    assert f"Usage: sessiontui {verb}" in result.stdout
    assert "--json" in result.stdout
    options = {"append", "pop", "compact", "repair", "migrate", "cleanup", "delete", "undo", "journal"}
    assert ("--dry-run" in result.stdout) == (verb in options)
    assert ("--wait SECONDS" in result.stdout) == (verb in options)
    assert ("--no-lease" in result.stdout) == (verb in options)


def test_later_verbs_are_absent() -> None:
    from sessiontui.cli import verbs

    assert list(verbs.VERBS) == VERBS


def test_a_word_that_is_no_verb(tmp_path: Path) -> None:
    ran = sessiontui("lst", cwd=tmp_path, env=_environment())
    assert ran.returncode == 2
    assert ran.stderr.decode().splitlines() == [
        "sessiontui: “lst” is neither a verb nor a store",
        "  `sessiontui --help` shows the verbs",
    ]


# ---- processes


def _environment(**more: str) -> dict[str, str]:
    root = Path(__file__).parent.parent.parent
    return {**os.environ, "PYTHONPATH": str(root), **more}


needs_full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")


def test_the_reader_of_the_pipe_may_go(store: Path) -> None:
    line = b'{"role":"user","content":"%b"}\n' % (b"x" * 500)
    (store / "long.jsonl").write_bytes(line * 5000)
    shell = shutil.which("bash")
    assert shell
    command = f"set -o pipefail; {sys.executable} -m sessiontui show long --json -s {store} | head -1"
    ran = subprocess.run([shell, "-c", command], capture_output=True, check=False, timeout=60, env=_environment())
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, line, b"")


@needs_full_device
def test_a_full_disk_behind_standard_output_is_an_error(store: Path) -> None:
    with open("/dev/full", "wb") as full:
        ran = sessiontui("show", "alice", "-s", str(store), stdout=full, env=_environment())
    assert ran.returncode == 3
    assert ran.stderr.decode() == "sessiontui: standard output: no space left on device\n"


def test_closed_outputs_are_no_traceback(store: Path) -> None:
    command = f"{sys.executable} -m sessiontui list -s {store} >&-"
    ran = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60, env=_environment())
    assert ran.returncode == 3
    assert ran.stderr.decode() == "sessiontui: standard output: closed\n"
    for name in ("x", "y"):
        (store / f"{name}.jsonl").write_bytes(b"damaged\n")
    command = f"{sys.executable} -m sessiontui check -s {store} >&-"
    ran = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60, env=_environment())
    assert (ran.returncode, ran.stderr) == (3, b"sessiontui: standard output: closed\n")


@needs_full_device
def test_a_full_disk_and_no_standard_error_are_an_error_all_the_same(store: Path) -> None:
    command = f"{sys.executable} -m sessiontui list -s {store} >/dev/full 2>&-"
    assert subprocess.run(command, shell=True, check=False, timeout=60, env=_environment()).returncode == 3


def test_interrupted_is_130_without_a_word(store: Path) -> None:
    theirs, ours = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "sessiontui", "append", "alice", "--role", "user", "-", "-s", str(store)],
        stdin=theirs,
        stderr=subprocess.PIPE,
        env=_environment(PYTHONVERBOSE=""),
    ) as process:
        assert process.stderr is not None
        os.write(ours, b"half a mess")
        _wait_until_read(theirs)
        process.send_signal(signal.SIGINT)
        os.close(ours)
        process.wait(60)
        assert process.stderr.read() == b""
    os.close(theirs)
    assert process.returncode == 130


def _wait_until_read(pipe: int) -> None:
    """Until nothing of what was written is left in the pipe, whose end for reading tells it everywhere: whoever took
    it waits for more."""
    for _ in range(600):
        left = fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0")
        if left == b"\0\0\0\0":
            return
        time.sleep(0.05)
    pytest.fail("nobody read")


def test_an_encoding_without_our_signs_is_no_failure(store: Path) -> None:
    (store / "зверь.jsonl").write_bytes(b'{"role":"user","content":"\xf0\x9f\xa6\x80"}\n')
    environment = _environment(PYTHONIOENCODING="ascii")
    ran = sessiontui("pop", "зверь", "-s", str(store), env=environment)
    assert ran.returncode == 0
    assert ran.stdout.isascii()
    assert b"\\U0001f980" in ran.stdout
    assert b"change 1 - undo" in ran.stdout
    assert sessiontui("show", "пусто", "-s", str(store), env=environment).returncode == 2


# ---- browse and demo


@pytest.mark.parametrize("verb", [[], ["browse"]])
def test_the_browser_needs_a_terminal(store: Path, verb: list[str]) -> None:
    ran = sessiontui(*verb, str(store), env=_environment())
    assert ran.returncode == 2
    assert ran.stderr.decode() == (
        "sessiontui: the browser needs a terminal; `sessiontui list` shows the sessions without one\n"
    )


def test_the_browser_does_not_open_on_a_dumb_terminal(store: Path) -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        [sys.executable, "-m", "sessiontui", str(store)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        env=_environment(TERM="dumb"),
    )
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == 2
    assert b"sessiontui list" in ran.stderr


def test_browse_hands_its_store_to_the_browser(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from sessiontui.cli import browse
    from sessiontui.cli.verbs import verbs
    from sessiontui.model import Backend
    from sessiontui.store.detect import StoreLocation

    opened: list[tuple[Path, Backend, bool]] = []

    def browser(location: StoreLocation) -> int:
        opened.append((location.path, location.backend, location.read_only))
        return 5

    monkeypatch.setattr(browse, "require_terminal", lambda: None)
    for arguments in ([str(store)], ["browse", str(store)], ["-s", str(store)], ["--backend", "jsonl", str(store)]):
        assert CliRunner().invoke(verbs, arguments, obj=browser).exit_code == 5
    assert opened == [(store, Backend.JSONL, False)] * 4
    for arguments in (["--read-only", str(store)], ["browse", "--read-only", "-s", str(store)]):
        assert CliRunner().invoke(verbs, arguments, obj=browser).exit_code == 5
    assert opened[4:] == [(store, Backend.JSONL, True)] * 2


def test_demo_writes_a_store_that_reads(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sessiontui.cli.verbs import verbs

    result = CliRunner().invoke(verbs, ["demo", str(tmp_path / "demo"), "--no-open"])
    assert result.exit_code == 0
    path = Path(result.stdout.removesuffix("\n"))
    assert path.is_relative_to(tmp_path)
    run = Runner(path)
    assert len(run("list", "--json").rows) >= 5
    run("check", code=1)


# ---- work that ends between two steps


def _interrupted_twice() -> None:
    with stderr.interruptible() as cancelled:
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)
        assert cancelled()
        signal.raise_signal(signal.SIGINT)


def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        _interrupted_twice()
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stderr.interruptible() as cancelled:
            signal.raise_signal(signal.SIGINT)
            assert not cancelled()
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupted_compact_leaves_what_it_had_not_begun(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessiontui.changes.verbs import compact

    real = compact.make

    def make(*arguments: object, **more: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(compact, "make", make)
    before = (store / "bob.jsonl").read_bytes()
    rows = run("compact", "bob", "--json", code=130).rows
    assert [row["status"] for row in rows] == ["cancelled"]
    assert (store / "bob.jsonl").read_bytes() == before
