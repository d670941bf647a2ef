"""Keys, roles, contents and file names that attack a terminal: not one byte of them is obeyed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sessiontui.dialects import zeroclaw
from sessiontui.model import Message
from tests.cli.conftest import Runner

EVIL = "\x1b[2J\x1b]52;c;Zm9v\x07\x9b31m\r\x08\x7f\u202e\u2066\x00\x85 evil"
NAME = "\x1b]0;owned\x07\n\x9b\u202ename"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@pytest.fixture
def hostile(store: Path) -> Runner:
    line = zeroclaw.write(Message(EVIL, EVIL + "\nline two"))
    (store / f"{NAME}.jsonl").write_bytes(line + b'{"role":"\x1b[31m\x9b torn\n' + line)
    return Runner(store)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("list", ()),
        ("show", (NAME,)),
        ("check", (NAME,)),
        ("search", ("evil",)),
        ("pop", (NAME, "--dry-run")),
        ("pop", (NAME,)),
        ("append", (NAME, "--role", EVIL, EVIL)),
        ("append", (NAME, "--role", EVIL, EVIL, "--dry-run")),
        ("compact", (NAME, "--dry-run")),
        ("compact", (NAME,)),
        ("migrate", ("--dry-run",)),
        ("cleanup", ("--ttl-hours", "0.00001", "--dry-run")),
        ("show", (f"{NAME} that is not there",)),
        ("undo", (NAME,)),
        ("list", ("--sort", EVIL)),
        ("list", (f"--{EVIL}",)),
    ],
)
def test_no_control_byte_reaches_a_person(hostile: Runner, verb: str, arguments: tuple[str, ...]) -> None:
    ran = hostile(verb, *(argument.replace("\x00", "") for argument in arguments), code=None)
    assert OBEYED.search(ran.text) is None, ran.text
    assert OBEYED.search(ran.err) is None, ran.err
    assert ran.out or ran.err


def test_undo_and_journal_of_hostile_keys(hostile: Runner) -> None:
    hostile("pop", NAME)
    for verb, arguments in (("undo", ["--list"]), ("journal", []), ("undo", ["--dry-run"]), ("undo", [])):
        ran = hostile(verb, *arguments)
        assert OBEYED.search(ran.text + ran.err) is None


def test_json_gives_the_true_text_and_only_json(hostile: Runner) -> None:
    (first, second) = hostile("show", NAME, "--json").rows
    assert first == second == {"role": EVIL, "content": EVIL + "\nline two"}
    assert NAME in [row["key"] for row in hostile("list", "--json").rows]


def test_a_hostile_store_path_is_made_visible(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[31mred"
    ran = Runner(folder)("list", code=2)
    assert OBEYED.search(ran.err) is None
    folder.mkdir()
    os.mkdir(folder / "sessions")
    (folder / "sessions" / "a.jsonl").write_bytes(b'{"role":"user","content":"x"}\n')
    ran = Runner(folder)("pop", "a")
    assert OBEYED.search(ran.text) is None
