"""What a person is told beside the answer: which store, what was interrupted, how far it is. Never on standard output."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessiontui.changes import history as journal
from sessiontui.cli import output, stderr
from sessiontui.cli.verbs import verbs
from tests.cli.conftest import Runner


@pytest.fixture
def locations(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two known places; the first has the newer activity."""
    older = tmp_path / "home" / ".zeroclaw" / "data" / "sessions"
    older.mkdir(parents=True)
    (older / "old.jsonl").write_bytes(b"")
    os.utime(older / "old.jsonl", (1, 1))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ZEROCLAW_WORKSPACE", str(store.parent))
    return store, older


def test_without_a_store_the_newest_opens_and_the_others_are_named(locations: tuple[Path, Path]) -> None:
    newer, older = locations
    result = CliRunner().invoke(verbs, ["list", "--json"])
    assert result.stdout.count("\n") == 3
    assert result.stderr == f"sessiontui: using {newer} (jsonl); there are others: {older} (jsonl)\n"


def test_files_beside_the_sessions_folder_are_named(store: Path) -> None:
    above = store.parent
    for name in ("runtime-trace.jsonl", "costs.jsonl"):
        (above / name).write_bytes(b'{"event":"start"}\n')
    result = CliRunner().invoke(verbs, ["list", "--json", "-s", str(above)])
    assert result.stdout.count("\n") == 3
    assert result.stderr == (
        f"sessiontui: using {store} (jsonl), not 2 .jsonl files in {above}\n  `-s {above}/FILE.jsonl` opens that\n"
    )
    result = CliRunner().invoke(verbs, ["list", "--json", "-s", str(store)])
    assert (result.stdout.count("\n"), result.stderr) == (3, "")


def test_the_environment_names_the_store(locations: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONTUI_STORE", str(locations[1]))
    result = CliRunner().invoke(verbs, ["list", "--json"])
    assert '"key":"old"' in result.stdout
    assert result.stderr == ""


def test_the_other_backend_of_a_folder_is_named(run: Runner, store: Path) -> None:
    run("migrate", "bob")
    assert "sessions.db (sqlite)" in run("list").err or f"{store} (jsonl)" in run("list").err
    assert run("list", "--backend", "jsonl").err == ""


@pytest.mark.parametrize(("count", "words"), [(1, "1 change was interrupted"), (2, "2 changes were interrupted")])
def test_an_interrupted_change_is_told_to_readers(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch, count: int, words: str
) -> None:
    (store / ".sessiontui").mkdir(0o700)
    monkeypatch.setattr(journal, "waiting", lambda _: count)
    ran = run("list", "--json")
    assert words in ran.err
    assert len(ran.rows) == 3


def test_more_hits_than_shown_are_told(run: Runner, store: Path) -> None:
    (store / "many.jsonl").write_bytes(b'{"role":"user","content":"again"}\n' * 5)
    assert run("search", "again", "--limit", "2").err == "sessiontui: 2 of 5 hits shown\n  --limit 0 shows all\n"
    assert run("search", "nowhere").err == "sessiontui: nothing found\n"


# ---- progress


class Screen(io.StringIO):
    """Standard error that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_progress_shows_each_per_cent_once_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.delenv("TERM", raising=False)
    with stderr.progress("reading") as progress:
        for done in (0, 1, 2, 500, 1000):
            progress(done, 1000)
    wiped = "\r" + " " * 13 + "\r"
    assert screen.getvalue() == f"\rreading 0 %\rreading 50 %\rreading 100 %{wiped}"


def test_output_wipes_progress_away_first(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.delenv("TERM", raising=False)
    with stderr.progress("x") as progress:
        progress(1, 2)
        output.say("line")
        assert screen.getvalue().endswith("\r       \r")
        assert capfdbinary.readouterr().out == b"line\n"


def test_there_is_no_progress_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with stderr.progress("reading") as progress:
        progress(1, 2)
    assert capsys.readouterr().err == ""


# ---- the shell's Tab


def completed(incomplete: str, *arguments: str) -> list[str]:
    words = " ".join(["sessiontui", *arguments, incomplete])
    environment = {
        "_SESSIONTUI_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    result = CliRunner().invoke(verbs, [], env=environment)
    return [line.removeprefix("plain,") for line in result.stdout.splitlines() if line]


def test_tab_completes_verbs_and_keys(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (store / "a\x1b[31m.jsonl").write_bytes(b"")
    monkeypatch.setenv("SESSIONTUI_STORE", str(store))
    assert completed("co") == ["compact"]
    assert completed("a", "show") == ["alice"]
    assert completed("", "pop", "-s", str(store)) == ["alice", "bob", "carol"]
    assert completed("", "pop", "-s", "/nowhere") == []


# ---- a terminal at the other end


def on_terminal(*arguments: str, **environment: str) -> bytes:
    """What a process writes to a terminal."""
    ours, theirs = pty.openpty()
    root = Path(__file__).parent.parent.parent
    surroundings = {**os.environ, "PYTHONPATH": str(root), "TERM": "xterm", **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "sessiontui", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings
    ) as process:
        os.close(theirs)
        written = b""
        while chunk := _read(ours):
            written += chunk
        process.wait(60)
    os.close(ours)
    return written


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def test_a_terminal_gets_emphasis_and_no_other_sequence(store: Path) -> None:
    shown = on_terminal("show", "alice", "-s", str(store))
    assert b"\x1b[1muser\x1b[0m  #1\r\n" in shown
    assert set(re.findall(rb"\x1b\[?[^a-zA-Z]*[a-zA-Z]", shown)) == {b"\x1b[1m", b"\x1b[0m"}


@pytest.mark.parametrize("wish", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_emphasis_can_be_wished_away(store: Path, wish: dict[str, str]) -> None:
    assert b"\x1b" not in on_terminal("show", "alice", "-s", str(store), **wish)


def test_raw_lines_on_a_terminal_are_numbered_and_visible(store: Path) -> None:
    (store / "odd.jsonl").write_bytes(b'{"role":"user","content":"ok"}\n\x1b[2J\xff\x9b torn\n')
    shown = on_terminal("show", "odd", "--raw", "-s", str(store), NO_COLOR="1").decode()
    assert shown == '      1   {"role":"user","content":"ok"}\r\n      2 ! ␛[2J\\xff\\x9b torn\r\n'
