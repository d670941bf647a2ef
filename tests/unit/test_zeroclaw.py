"""What ZeroClaw reads and writes, held against the verdicts of its own code."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from sessiontui.dialects import zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message

DATA = Path(__file__).parents[1] / "data"
ACCEPTANCE = [json.loads(row) for row in (DATA / "acceptance.jsonl").read_text().split("\n") if row]
DAMAGED = sorted(path.stem for path in (DATA / "damaged" / "sessions").iterdir())
VERDICTS = {"ok": Message, "rejected": Dropped, "io-error": Dropped, "blank": type(None)}


def json_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(row) for row in path.read_text().split("\n") if row]


def lines_of(key: str) -> list[bytes]:
    data = (DATA / "damaged" / "sessions" / f"{key}.jsonl").read_bytes()
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def test_all_verdicts_are_there() -> None:
    assert len(ACCEPTANCE) == 277
    assert sum(row["accepted"] for row in ACCEPTANCE) == 80
    assert len(DAMAGED) == 46


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_reads_as_zeroclaw_does(end: bytes) -> None:
    for row in ACCEPTANCE:
        name = f"{row['group']}-{row['name']}"
        line = base64.b64decode(row["line_b64"])
        outcome = zeroclaw.read(line + end)
        if row["accepted"]:
            assert outcome == Message(row["role"], row["content"]), name
        elif row["why"] is None:
            assert outcome is None, name
        else:
            assert isinstance(outcome, Dropped), name
            assert 0 <= outcome.at <= len(line + end.removesuffix(b"\n")), name
            assert outcome.reason, name
        assert zeroclaw.is_valid(line + end) == row["accepted"], name


@pytest.mark.parametrize("key", DAMAGED)
def test_loads_damaged_files_as_zeroclaw_does(key: str) -> None:
    expected = json_lines(DATA / "damaged" / "expected" / f"{key}.load.jsonl")
    outcomes = [zeroclaw.read(line) for line in lines_of(key)]
    assert [m for m in outcomes if isinstance(m, Message)] == [
        Message(str(row["role"]), str(row["content"])) for row in expected
    ]


@pytest.mark.parametrize("key", DAMAGED)
def test_judges_every_damaged_line_as_zeroclaw_does(key: str) -> None:
    expected = json_lines(DATA / "damaged" / "expected" / f"{key}.explain.jsonl")
    lines = lines_of(key)
    assert [type(zeroclaw.read(line)) for line in lines] == [VERDICTS[str(row["verdict"])] for row in expected]
    validated = zeroclaw.validate([line + b"\n" for line in lines])
    assert validated.valid == sum(row["verdict"] == "ok" for row in expected)
    assert validated.blank == [at for at, row in enumerate(expected) if row["verdict"] == "blank"]
    assert validated.dropped == [
        (index, outcome) for index, line in enumerate(lines) if isinstance(outcome := zeroclaw.read(line), Dropped)
    ]


def test_what_many_lines_are_is_what_each_is() -> None:
    lines = [base64.b64decode(row["line_b64"]) for row in ACCEPTANCE]
    for ended in (lines, [line + b"\n" for line in lines]):
        validated = zeroclaw.validate(ended)
        assert validated.valid == 80
        assert {index for index, _ in validated.dropped} == {
            index for index, row in enumerate(ACCEPTANCE) if not row["accepted"] and row["why"]
        }
        assert validated.valid + len(validated.blank) + len(validated.dropped) == 277


@pytest.mark.parametrize(
    "line",
    [
        b'{"role":"user","content":"a","content":"b"}',
        b'{"role":"user","role":"user","content":"a"}',
        b'{"role":"a","role":"user","content":"b\\\\"}',
        b'{"role":"a\\\\","role":"b\\\\","content":"c\\\\"}',
        b'{"content":"","content":"","role":"RRRRRRRRRRRRRR"}',
        b'{"role":"user","content":"a\\\\","content":"\\""}',
        b'{"role":"user","content":"","content":"a"}',
        b'{"role":"user","content":"","\\u0063ontent":""}',
    ],
)
def test_a_key_that_stands_twice_hides_from_no_way(line: bytes) -> None:
    outcome = zeroclaw.read(line)
    assert isinstance(outcome, Dropped)
    assert "twice" in outcome.reason
    assert [index for index, _ in zeroclaw.validate([line, line + b"\n"]).dropped] == [0, 1]


@pytest.mark.parametrize(
    ("line", "at", "reason"),
    [
        (b'{"role":"user","content":"a\tb"}', 27, "byte 0x09 stands unescaped in a text"),
        (b'{"role":"user","content":"caf\xe9"}', 29, "byte 0xe9 is not UTF-8"),
        (b'{"role":"user","content":"\\ud83d"}', 26, "\\ud83d is half a surrogate pair"),
        (b'{"role":"a","content":"b"}{"role":', 26, "another record follows the record on the same line"),
        (b'{"role":"user","content":null}', 25, "“content” must be a text, and here stands “n”"),
        (b'{"role":"user"}', 14, "the record ends without a “content”"),
        (b'{"content":"x"}', 14, "the record ends without a “role”"),
        (b'{"role":"user","role":"x"', 15, "“role” stands in the record twice"),
        (b'{"role":"user","cont', 20, "the line ends inside a text that begins at byte 16"),
        (b'["user"]', 7, "a list is a record only when it holds a role and a content, no more"),
        (b"[]", 1, "a list is a record only when it holds a role and a content, no more"),
        (b'["user","hi","x"]', 13, "a list is a record only when it holds a role and a content, no more"),
        (b'\xef\xbb\xbf{"role":"user","content":"hi"}', 0, "a record begins with “{”, and here stands byte 0xef"),
        (b'{"role":"user","content":"\\q"}', 26, "JSON has no escape of a backslash and “q”"),
        (b'{"role":"user","content":"\\u12', 30, "the line ends inside an escape"),
        (b'{"role":"user","content":"x\\', 28, "the line ends inside an escape"),
        (b'{"role":"user","x":01,"content":""}', 20, "a digit follows the 0 that a number begins with"),
    ],
)
def test_says_where_and_why(line: bytes, at: int, reason: str) -> None:
    assert zeroclaw.read(line) == Dropped(at, reason)


def test_writes_the_very_bytes() -> None:
    everything = "".join(map(chr, [*range(0x300), 0x2028, 0x2029, 0xFEFF, 0xFFFF, 0x1F600, 0x10FFFF])) + '"\\/'
    assert zeroclaw.write(Message("user", everything)) == (
        json.dumps({"role": "user", "content": everything}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    )
    assert zeroclaw.write(Message("", "")) == b'{"role":"","content":""}\n'


@pytest.mark.parametrize("message", [Message("user", "\ud83d"), Message("\udc80", "x")])
def test_refuses_to_write_half_a_surrogate_pair(message: Message) -> None:
    with pytest.raises(UsageError, match="half a surrogate pair"):
        zeroclaw.write(message)


def test_writes_what_zeroclaw_wrote() -> None:
    folder = DATA / "zeroclaw" / "jsonl-ws" / "sessions"
    files = sorted(folder.glob("*.jsonl"))
    assert len(files) > 10
    for path in files:
        for line in path.read_bytes().split(b"\n")[:-1]:
            message = zeroclaw.read(line)
            assert isinstance(message, Message)
            assert zeroclaw.write(message) == line + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        rb'{"role":1,"role":"a\\","content":"x\\"}',
        rb'{"content":null,"role":"a\\","content":"x\\"}',
        rb'{"role":"user","content":"x\\","role":null}',
        rb'{"role":"user","content":"x\\","c\u006fntent":"\\"}',
        rb'{"role":"user","role":"user","content":"\"\"\\"}',
    ],
)
def test_a_key_that_stands_twice_is_seen_whatever_the_quotes_count(line: bytes) -> None:
    """A text that ends in a backslash must not hide the key behind it."""
    assert isinstance(zeroclaw.read(line), Dropped)
    assert [index for index, _ in zeroclaw.validate([line]).dropped] == [0]


def test_judge_finds_every_line_that_is_no_json_and_reads_on_behind_it() -> None:
    """Bad lines first, last, side by side: their places, and the count of the others, are right."""
    good = zeroclaw.write(Message("user", 'say "hi" \\'))
    validated = zeroclaw.validate([b"x\n", good, b"{\n", b"}\n", good, b"\n", b"nul"])
    assert (validated.valid, validated.blank) == (2, [5])
    assert [index for index, _ in validated.dropped] == [0, 2, 3, 6]
