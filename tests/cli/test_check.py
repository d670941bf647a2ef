"""check: faults for programs and for people, what can be had back of them, and the exit code."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.support.capabilities import need_any_name
from tests.support.damage import left_alone

A = b'{"role":"user","content":"a"}'
PRETTY = b'{\n"role":"user",\n"content":"b"\n}'
NOTES = {
    "crlf": A + b"\r\n",
    "blank": b" \n",
    "separator-in-string": '{"role":"user","content":"\u2028"}\n'.encode(),
    "repeated-line": A + b"\n" + A + b"\n",
    "no-final-newline": A,
}
BACK = [
    (A + A, "glued", " · 2 messages can be had back"),
    (b"\xef\xbb\xbf" + A, "bom", " · 1 message can be had back"),
    (b"{'role': 'user', 'content': 'a'}", "python-repr", " · 1 message can be had back, with --mark 2"),
    (b'{"role":"user","content":"tw', "torn", " · 1 message can be had back as a guess, with --partial"),
    (b"=======", "merge-marker", " · nothing is lost without it; repair takes it out"),
    (b"12:00 INFO started", "log-text", " · nothing can be had back; repair keeps the bytes as a fragment"),
    (b'{"type":"x"}', "foreign", " · nothing can be had back"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sessions"
    made.mkdir()
    return made


@pytest.fixture
def run(folder: Path) -> Runner:
    return Runner(folder)


def put(folder: Path, data: bytes, name: str = "k", seconds: float = 3600) -> None:
    (folder / f"{name}.jsonl").write_bytes(data)
    left_alone(folder / f"{name}.jsonl", seconds)


@pytest.mark.parametrize(("line", "id", "back"), BACK, ids=[id for _, id, _ in BACK])
def test_people_are_told_what_can_be_had_back(run: Runner, folder: Path, line: bytes, id: str, back: str) -> None:
    put(folder, A + b"\n" + line + b"\n")
    text = run("check", code=1).text
    assert text.startswith("k.jsonl:2: byte ")
    assert text.endswith(f" [{id}]{back}\n")
    assert text.count("\n") == 1


def test_a_fault_over_several_lines_is_one(run: Runner, folder: Path) -> None:
    put(folder, A + b"\n" + PRETTY + b"\n" + A + b"\n")
    ran = run("check", code=1)
    assert ran.text.startswith("k.jsonl:2: lines 2–5: byte 1 of these lines, 31 of the file: ")
    assert ran.text.endswith(" [pretty-printed] · 1 message can be had back\n")
    (row,) = run("check", "--json", code=1).rows
    assert (row["line"], row["lines"], row["offset"], row["length"]) == (2, 4, len(A) + 1, len(PRETTY))
    shown = run("show", "k", "--raw", "--json").rows
    assert [each["fault"] for each in shown] == [None, *["pretty-printed"] * 4, None]
    assert run("show", "k").err == (
        "sessiontui: 4 damaged lines not shown, for ZeroClaw drops them\n"
        "  `sessiontui show --raw` shows every line, `sessiontui check` what is wrong\n"
    )


def test_the_summary_names_the_command(run: Runner, folder: Path) -> None:
    totals = (
        "sessiontui: {}, {}, {}; {} can be had back without a guess\n"
        f"  `sessiontui repair -s {shlex.quote(str(run.store))} {{}}` has {{}} back, and says "
    )
    put(folder, A + b"\n" + A + A + b"\n", "two")
    put(folder, A + b"\n", "none")
    ran = run("check", code=1)
    assert ran.err.startswith(
        totals.format("2 sessions", "2 messages", "1 fault in 1 damaged line", "2 messages", "two", "them")
    )
    put(folder, b"\xef\xbb\xbf" + A + b"\n", "the one's")
    ran = run("check", "the one's", code=1)
    assert ran.err.startswith(
        totals.format("1 session", "0 messages", "1 fault in 1 damaged line", "1 message", "'the one'\"'\"'s'", "it")
    )
    ran = run("check", code=1)
    names = "'the one'\"'\"'s' two" if "'s' two" in ran.err else "two 'the one'\"'\"'s'"
    assert ran.err.startswith(
        totals.format("3 sessions", "2 messages", "2 faults in 2 damaged lines", "3 messages", names, "them")
    )
    for number in range(2):
        put(folder, A + A + b"\n", f"more{number}")
    ran = run("check", "--json", code=1)
    assert ran.err.startswith(
        totals.format("5 sessions", "2 messages", "4 faults in 4 damaged lines", "7 messages", "--all", "them")
    )
    put(folder, b'{"role":"user","content":"tw\n', "torn")
    assert run("check", "torn", code=1).err == "sessiontui: 1 session, 0 messages, 1 fault in 1 damaged line\n"


@pytest.mark.parametrize("id", NOTES)
def test_notes_are_no_damage(run: Runner, folder: Path, id: str) -> None:
    put(folder, NOTES[id])
    assert run("check").out == b""
    (row,) = run("check", "--notes", "--json").rows
    assert (row["fault"], row["severity"]) == (id, "info")
    ran = run("check", "--notes")
    assert ran.text.startswith("k.jsonl:")
    assert ran.text.endswith(f" [{id}]\n")
    assert ", 0 faults\n" in ran.err


def test_a_huge_message_is_worth_a_note(run: Runner, folder: Path) -> None:
    put(folder, b'{"role":"tool","content":"%b"}\n' % (b"x" * 9_000_000))
    assert run("check").out == b""
    assert (
        run("check", "--notes").text
        == "k.jsonl:1: byte 0 of the line, 0 of the file: the message is 9,000,028 bytes long [huge-line]\n"
    )


def test_an_emptied_session_is_worth_a_note(run: Runner, folder: Path) -> None:
    put(folder, b"")
    (folder / "k.jsonl.bak").write_bytes(A)
    assert run("check").out == b""
    (row,) = run("check", "--notes", "--json").rows
    assert (row["fault"], row["severity"], row["line"], row["lines"]) == ("emptied", "info", None, None)


def test_notes_and_damage_come_by_line(run: Runner, folder: Path) -> None:
    put(folder, b"\n" + A + A + b"\n" + A + b"\r\n" + b"oops\n\n" + A)
    rows = run("check", "--notes", "--json", code=1).rows
    assert [(row["line"], row["fault"]) for row in rows] == [
        (1, "blank"),
        (2, "glued"),
        (3, "crlf"),
        (4, "log-text"),
        (5, "blank"),
        (6, "no-final-newline"),
    ]


def test_the_command_can_be_typed(run: Runner, folder: Path) -> None:
    put(folder, A + A + b"\n", "-100")
    assert f"`sessiontui repair -s {run.store} -- -100` has them" in run("check", code=1).err
    assert (
        f"`sessiontui repair -s {run.store} --backend jsonl -- -100` has" in run("check", "--backend=jsonl", code=1).err
    )
    put(folder, A + A + b"\n", "x\x1b[2J")
    assert f"`sessiontui repair -s {run.store} --all` has them" in run("check", code=1).err


def test_a_line_that_may_still_be_being_written_is_told_and_no_damage(run: Runner, folder: Path) -> None:
    put(folder, A + b'\n{"role":"us', seconds=0)
    ran = run("check")
    assert ran.text == (
        "k.jsonl:2: byte 11 of the line, 41 of the file: the record breaks off: it may still be being written; ZeroClaw drops the line as it "
        "stands [incomplete]\n"
    )
    assert ran.err == "sessiontui: 1 session, 1 message, 0 faults\n"
    put(folder, A + b'\n{"role":"user","content":"tw', seconds=0)
    (row,) = run("check", "--json").rows
    assert (row["fault"], row["severity"], row["salvage"], row["recovers"]) == ("incomplete", "incomplete", "none", 0)
    assert [row["faults"] for row in run("list", "--json").rows] == [0]
    assert run("show", "k").err == "sessiontui: the last line is not shown: it may still be being written\n"
    put(folder, A + b'\n{"role":"us')
    assert run("check", code=1).text.endswith("[torn] · nothing can be had back\n")
    assert [row["faults"] for row in run("list", "--json").rows] == [1]


def test_a_name_that_is_not_utf8_is_damage(run: Runner, folder: Path) -> None:
    need_any_name(folder)
    (folder / os.fsdecode(b"a\xff.jsonl")).write_bytes(A + b"\n")
    (row,) = run("check", "--json", code=1).rows
    assert (row["key"], row["fault"], row["line"], row["salvage"]) == ("a\\xff", "odd-name", None, "none")
    assert run("check", "a\\xff", code=1).text.startswith("a\\xff.jsonl: the name is not UTF-8: ")
    assert run("list").text.startswith("!  a\\xff  1 message ")
    (row,) = run("show", "a\\xff", "--json").rows
    assert row == {"role": "user", "content": "a"}


@pytest.mark.exhaustive
def test_very_many_faults_are_told_in_little_memory(folder: Path) -> None:
    put(folder, (A + A + b"\n" + A + b"\n") * 150_000)
    program = (
        "import resource, sys\n"
        "from sessiontui.__main__ import main\n"
        "sys.argv = ['sessiontui', 'check', '-s', sys.argv[1]]\n"
        "try:\n    main()\n"
        "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )

    def peak(store: Path) -> tuple[int, int]:
        command = [sys.executable, "-c", program, str(store)]
        ran = subprocess.run(command, capture_output=True, timeout=300, check=False)
        assert ran.returncode == 1
        return int(ran.stderr.split()[-1]) // 1024, ran.stdout.count(b"\n")

    many, told = peak(folder)
    put(folder, A + A + b"\n")
    few, _ = peak(folder)
    assert told == 150_000
    assert many - few < 24
