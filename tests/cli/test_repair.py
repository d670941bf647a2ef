"""The verb repair: what it has back, what it says, and what it says it would do."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Runner, tree

A, B = b'{"role":"user","content":"a"}', b'{"role":"assistant","content":"b"}'
X = b'{"role":"user","content":"x"}'
HEAD, TAIL = b'{"role":"assi', b'{"role":"us'
REPR = b"{'role': 'user', 'content': 'x'}"
TORN = b'{"role":"user","content":"so fa'
LINES = [A + B, HEAD + B + TAIL, A, REPR, TORN, b"{", B]
DATA = b"\n".join(LINES) + b"\n"
REPAIRED = b"\n".join([A, B, B, A, REPR, TORN, b"{", B, b""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with one session of every kind of damage, and a healthy one."""
    put(tmp_path, "k", DATA)
    put(tmp_path, "well", A + b"\n")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Runner:
    return Runner(folder)


def put(folder: Path, key: str, data: bytes) -> Path:
    path = folder / f"{key}.jsonl"
    path.write_bytes(data)
    os.utime(path, (1_750_000_000, 1_750_000_000))
    return path


def told(ran: Ran) -> list[str]:
    return ran.text.splitlines()


def test_repair_has_back_what_is_sure_and_undo_takes_that_back(run: Runner, folder: Path) -> None:
    (row,) = run("repair", "k", "--json").rows
    where = folder / ".sessiontui" / "00000001.1.fragments"
    assert row == {
        "change": "00000001",
        "key": "k",
        "kept": 2,
        "dropped": 2,
        "recovered": 3,
        "bytes_before": len(DATA),
        "bytes_after": len(REPAIRED),
        "status": "repaired",
        "reason": None,
        "left": 3,
        "fragments": str(where),
    }
    assert (folder / "k.jsonl").read_bytes() == REPAIRED
    kept = [json.loads(line) for line in where.read_bytes().splitlines()]
    at = len(LINES[0]) + 1
    assert [(each["key"], each["line"], each["offset"], each["id"]) for each in kept] == [
        ("k", 2, at, "fused"),
        ("k", 2, at + len(HEAD + B), "fused"),
    ]
    assert [b64decode(each["bytes"]) for each in kept] == [HEAD, TAIL]
    run("undo")
    assert (folder / "k.jsonl").read_bytes() == DATA


def test_repair_for_people(run: Runner, folder: Path) -> None:
    first, stays, idle, where, change = told(run("repair", "--all"))
    sizes = f"{len(DATA)} B → {len(REPAIRED)} B"
    assert first == f"k was repaired: 3 messages had back, 2 messages kept, 2 fragments set aside, {sizes}"
    assert stays == "k: 3 faults stay: `--mark 5` takes what is offered, `--partial` guesses at 1"
    assert idle == "1 session without anything to repair"
    assert where == f"the fragments are kept in {folder / '.sessiontui' / '00000001.1.fragments'}"
    assert change == f"change 1 · undo with `sessiontui undo -s {folder} 1`"


def test_the_lines_that_it_names_are_those_of_the_file_as_it_then_is(run: Runner, folder: Path) -> None:
    run("repair", "k")
    (row,) = run("repair", "k", "--mark", "5", "--json").rows
    assert (row["recovered"], row["left"]) == (1, 2)
    assert (folder / "k.jsonl").read_bytes() == REPAIRED.replace(REPR, X)


def test_a_second_time_there_is_nothing_to_do(run: Runner, folder: Path) -> None:
    run("repair", "--all")
    before = tree(folder)
    rows = run("repair", "--all", "--json").rows
    assert {(row["change"], row["status"], row["fragments"]) for row in rows} == {(None, "unchanged", None)}
    assert told(run("repair", "--all"))[1:] == ["1 session without anything to repair"]
    assert tree(folder) == before


def test_a_dry_run_names_the_damage_and_touches_nothing(run: Runner, folder: Path) -> None:
    before = tree(folder)
    summary, stays, _, *faults = told(run("repair", "--all", "--dry-run"))
    assert summary.startswith("k would be repaired: 3 messages had back")
    assert "--mark 4" in stays
    assert faults == [
        "k:1: 2 records stand on one line [glued] → 2 messages",
        "k:2: a whole record stands on the line of a torn one [fused] → 1 message, 2 fragments",
        "k:4: the record was printed by Python [python-repr] → stays; --mark 4 has 1 message back",
        "k:5: the record breaks off [torn] → stays; --partial guesses at 1 message",
        "k:6: the record breaks off [torn] → stays",
    ]
    assert [row["change"] for row in run("repair", "--all", "--dry-run", "--json").rows] == [None, None]
    assert tree(folder) == before


def test_a_dry_run_names_the_first_thousand(run: Runner, folder: Path) -> None:
    put(folder, "many", (A + B + b"\n") * 1200)
    lines = told(run("repair", "many", "--dry-run"))
    assert len(lines) == 1 + 1000 + 1
    assert lines[-1] == "… and 200 faults more"


def test_guesses_are_made_where_they_are_asked_for(run: Runner, folder: Path) -> None:
    (row,) = run("repair", "k", "--partial", "--json").rows
    assert (row["recovered"], row["left"]) == (4, 2)
    assert (folder / "k.jsonl").read_bytes() == REPAIRED.replace(TORN, TORN + b'"}')


@pytest.mark.parametrize(
    "arguments",
    [
        ["k", "--mark", "4", "5"],
        ["--mark", "4", "5", "k"],
        ["k", "--mark", "4", "--mark", "5"],
        ["--mark", "4,5", "k"],
    ],
)
def test_several_lines_are_marked(folder: Path, arguments: list[str]) -> None:
    put(folder, "k", b"\n".join([A + B, A, B, REPR, REPR, REPR]))
    Runner(folder)("repair", *arguments)
    assert (folder / "k.jsonl").read_bytes() == b"\n".join([A, B, A, B, X, X, REPR])


def test_a_session_may_be_named_like_a_line(folder: Path) -> None:
    put(folder, "2", A + b"\n" + REPR + b"\n" + REPR + b"\n")
    Runner(folder)("repair", "2", "--mark", "2", "3")
    assert (folder / "2.jsonl").read_bytes() == b"\n".join([A, X, X, b""])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "repair takes the sessions' keys, or --all"),
        (["k", "--all"], "repair takes the sessions' keys, or --all"),
        (["--mark", "4"], "--mark takes lines of one session: name its KEY"),
        (["4", "--mark", "4"], "no session “4”"),
        (["--mark", "4", "--all"], "--mark takes lines of one session: name its KEY"),
        (["--mark", "4", "k", "--all"], "--mark takes lines of one session: name its KEY"),
        (["--mark", "4", "k", "well"], "--mark takes lines of one session: name its KEY"),
        (["k", "--mark", "x"], "“x” is no line: --mark takes numbers from 1, as `sessiontui check` shows them"),
        (["k", "--mark", "0"], "“0” is no line"),
        (["k", "--mark", "3"], "nothing is offered on line 3 of k; line 4 has"),
        (["k", "--mark", "1,5,4"], "nothing is offered on lines 1 and 5 of k; line 4 has"),
        (["k", "--mark", "99"], "nothing is offered on line 99 of k; line 4 has"),
        (["well", "--mark", "1"], "nothing is offered on line 1 of well; none has"),
        (["nobody"], "no session “nobody”"),
    ],
)
def test_wrong_usage_is_one_sentence(run: Runner, folder: Path, arguments: list[str], said: str) -> None:
    before = tree(folder)
    assert said in run("repair", *arguments, code=2).err
    assert tree(folder) == before


def test_nothing_can_be_had_back_from_what_is_no_jsonl(run: Runner, folder: Path) -> None:
    path = put(folder, "zip", b"\x1f\x8b\x08\x00" + bytes(range(256)) * 40)
    (row,) = run("repair", "zip", "--json").rows
    assert (row["status"], row["change"]) == ("unchanged", None)
    assert row["reason"] == "it is no session: the file is compressed with gzip"
    assert told(run("repair", "zip")) == [
        "zip: 1 fault stays, nothing can be had back: the file is compressed with gzip"
    ]
    assert path.read_bytes().startswith(b"\x1f\x8b\x08\x00")


def test_a_database_has_no_lines(database: Path) -> None:
    before = tree(database.parent)
    run = Runner(database)
    rows = run("repair", "--all", "--json").rows
    assert {(row["status"], row["reason"]) for row in rows} == {
        ("unchanged", "a database has no lines that could be damaged")
    }
    assert told(run("repair", "--all")) == [
        f"{len(rows)} sessions without anything to repair: a database has no lines that could be damaged"
    ]
    assert "a database has no lines" in run("repair", rows[0]["key"], "--mark", "1", code=2).err
    assert tree(database.parent) == before


def test_an_unfinished_last_line_is_left_alone(run: Runner, folder: Path) -> None:
    path = folder / "live.jsonl"
    path.write_bytes(A + b"\n" + HEAD + B + TAIL)
    assert told(run("repair", "live", "--partial", "--dry-run")) == [
        "1 session without anything to repair",
        "live:2: a whole record stands on the line of a torn one [fused] → stays, for it may still be being written",
    ]


# ---- several readings

FOLDED = b'{"role":"user","content":"the moon\nrises."}'
NOTHING, BLANK, NEWLINE = (b'{"role":"user","content":"the moon%brises."}' % joint for joint in (b"", b" ", b"\\n"))


@pytest.fixture
def folded(tmp_path: Path) -> Path:
    put(tmp_path, "f", A + b"\n" + FOLDED + b"\n" + REPR + b"\n")
    return tmp_path


def test_check_and_the_dry_run_number_the_readings(folded: Path) -> None:
    run = Runner(folded)
    readings = [
        ':2: reading 1, with --mark 2: joined with nothing: “ntent":"the moonrises."}”',
        ':2: reading 2, with --mark 2:2: joined with a blank: “ntent":"the moon rises."}”',
        ':2: reading 3, with --mark 2:3: joined with a newline: “ntent":"the moon⏎rises."}”',
    ]
    assert told(run("check", code=1))[1:4] == [f"f.jsonl{reading}" for reading in readings]
    assert [(row["fault"], row["readings"]) for row in run("check", "--json", code=1).rows] == [
        ("folded", 3),
        ("python-repr", 1),
    ]
    assert told(run("repair", "f", "--dry-run"))[-4:-1] == [f"f{reading}" for reading in readings]


@pytest.mark.parametrize(
    ("arguments", "record"),
    [
        (["f", "--mark", "2"], NOTHING),
        (["f", "--mark", "2:1"], NOTHING),
        (["f", "--mark", "2:2"], BLANK),
        (["--mark", "2:3", "f"], NEWLINE),
        (["f", "--mark", "4", "2:3"], NEWLINE),
        (["f", "--mark", "4,2:2"], BLANK),
    ],
)
def test_a_mark_takes_the_first_reading_or_the_one_it_names(folded: Path, arguments: list[str], record: bytes) -> None:
    Runner(folded)("repair", *arguments)
    last = X if "4" in "".join(arguments) else REPR
    assert (folded / "f.jsonl").read_bytes() == A + b"\n" + record + b"\n" + last + b"\n"


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (["2:4"], "line 2 of f has 3 readings: `sessiontui check` numbers them from 1"),
        (["4:2"], "line 4 of f has 1 reading: `sessiontui check` numbers them from 1"),
        (["2:0"], "“2:0” is no line"),
        (
            ["2:x"],
            "“2:x” is no line: --mark takes numbers from 1, as `sessiontui check` shows them, and behind a colon",
        ),
        (["2", "2:2"], "--mark names two readings of line 2: choose one"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_reading_that_is_not_there_is_refused(folded: Path, marks: list[str], says: str, dry: list[str]) -> None:
    before = tree(folded)
    ran = Runner(folded)("repair", "f", *(each for mark in marks for each in ("--mark", mark)), *dry, code=2)
    assert says in ran.err
    assert tree(folded) == before
