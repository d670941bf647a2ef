"""Records over several lines, with something of another program on each of these."""

from __future__ import annotations

import json

import pytest

from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.salvage import Wish, plan
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Salvage
from tests.fuzz.laws import repaired, what_is_in_no_message_is_a_fragment
from tests.support.damage import applied

BEFORE = b'{"role":"user","content":"before"}\n'
BEHIND = b'{"role":"assistant","content":"behind"}\n'
SAID = Message("user", 'hello "big" world: C:\\new, line\nand line')
RECORD = zeroclaw.write(SAID).decode().rstrip("\n")
LAID_OUT = json.dumps(SAID._asdict(), indent=2)
PIECES = (RECORD[:30], RECORD[30:45], RECORD[45:])


def coloured(text: str) -> str:
    """As ``jq -C .`` does."""
    brace, key, value, end = "\x1b[1;39m", "\x1b[0m\x1b[34;1m", "\x1b[0;32m", "\x1b[0m"
    made = []
    for line in text.split("\n"):
        name, colon, rest = line.partition(": ")
        made.append(f"{key}{name}{end}{brace}{colon}{end}{value}{rest}{brace}" if colon else f"{brace}{line}{end}")
    return "\n".join(made)


def docker(piece: str) -> str:
    return json.dumps({"log": piece, "stream": "stdout", "time": "2026-11-30T00:00:00.0Z"})


def container(pieces: tuple[str, ...]) -> str:
    last = len(pieces) - 1
    return "\n".join(f"2026-11-30T00:00:0{at}Z stdout {'PF'[at == last]} {each}" for at, each in enumerate(pieces))


ONE = {
    "jq -C": ("coloured", coloured(LAID_OUT)),
    "docker": ("wrapped", "\n".join(map(docker, (*PIECES[:2], PIECES[2] + "\n")))),
    "docker, laid out": ("wrapped", "\n".join(docker(line + "\n") for line in LAID_OUT.split("\n"))),
    "a container's log": ("log-text", container(PIECES)),
    "a mail, laid out": ("log-text", "\n".join("> " + line for line in LAID_OUT.split("\n"))),
    "a log, laid out": ("log-text", "\n".join(f"12:0{at} INFO {line}" for at, line in enumerate(LAID_OUT.split("\n")))),
}


@pytest.mark.parametrize("name", ONE)
def test_with_one_reading_it_is_offered(name: str) -> None:
    id, lines = ONE[name]
    data = BEFORE + lines.encode() + b"\n" + BEHIND
    (found,) = faults(lines_of(data))
    assert (found.id, found.salvage, found.line, found.lines) == (id, Salvage.OFFERED, 2, lines.count("\n") + 1)
    assert (found.recovers, found.readings) == (1, ())
    assert repaired(data) == data
    marked = applied(data, plan([found], Wish(marked=frozenset({2}))))
    assert [zeroclaw.read(line) for line in marked.splitlines()[1:-1]] == [SAID]
    what_is_in_no_message_is_a_fragment(data)


def test_what_is_folded_behind_a_prefix_has_the_readings_of_a_break() -> None:
    data = BEFORE + "\n".join("> " + piece for piece in PIECES).encode() + b"\n" + BEHIND
    (found,) = faults(lines_of(data))
    assert [each.what.partition(":")[0] for each in found.readings[:3]] == [
        "joined with nothing",
        "joined with a blank",
        "joined with a newline",
    ]
    assert repaired(data) == data
    first = applied(data, plan([found], Wish(marked=frozenset({2}))))
    assert first == BEFORE + RECORD.encode() + b"\n" + BEHIND


def test_newlines_behind_a_prefix_may_be_those_of_the_text() -> None:
    data = BEFORE + b'> {"role":"user","content":"one and\n> two\n> three"}\n' + BEHIND
    (found,) = faults(lines_of(data))
    assert [each.what for each in found.readings] == ["joined with a newline", "joined with nothing"]
    first = applied(data, plan([found], Wish(marked=frozenset({2}))))
    assert first == BEFORE + zeroclaw.write(Message("user", "one and\ntwo\nthree")) + BEHIND


@pytest.mark.parametrize("lines", [container(PIECES[:2]), docker(PIECES[0]), coloured(LAID_OUT)[:-30]])
def test_what_is_torn_under_it_is_none_and_stays(lines: str) -> None:
    data = BEFORE + lines.encode() + b"\n" + BEHIND
    assert repaired(data) == data
    assert all(found.recovers == 0 or found.salvage is Salvage.PARTIAL for found in faults(lines_of(data)))


@pytest.mark.parametrize(("opens", "closes"), [("curl -d '{", "}'"), ("data = '''{", "}'''"), ("INFO {", "} done")])
def test_the_lines_of_its_brackets_stay_with_it(opens: str, closes: str) -> None:
    inside = '\n  "role": "user",\n  "content": "hi"\n'
    data = BEFORE + f"{opens}{inside}{closes}\n".encode() + BEHIND
    assert repaired(data) == data


def test_text_with_a_bracket_between_sound_lines_goes() -> None:
    assert repaired(BEFORE + b"started {\n" + BEHIND) == BEFORE + BEHIND
