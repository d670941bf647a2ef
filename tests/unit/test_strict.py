"""The exact grammar where it is extreme: depth, digits, escapes, what it shows of a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sessiontui.dialects import strict
from sessiontui.dialects.source import OUTER, Dropped
from sessiontui.model import Message
from tests.support.matrices import few

TABLES = json.loads((Path(__file__).parents[1] / "data" / "unicode-tables.json").read_text())
HI = b'{"role":"user","content":"hi","x":'


@pytest.mark.parametrize("case", few((b'[{"a":', 10_000), (b'[{"a":', 100_000), (b"[", 100_000), (b'{"a":', 100_000)))
def test_unknown_values_of_any_depth(case: tuple[bytes, int]) -> None:
    opening, depth = case
    closing = opening[::-1].translate(bytes.maketrans(b"[{", b"]}"), b'":a')
    assert strict.read(HI + opening * depth + b"1" + closing * depth + b"}") == Message("user", "hi")
    short = strict.read(HI + opening * depth + b"1" + closing * depth)
    assert isinstance(short, Dropped)
    assert "here stands the end of the line" in short.reason


def test_unknown_numbers_of_any_length() -> None:
    for number in (b"9" * 1_000_000, b"-0." + b"0" * 100_000 + b"e-" + b"9" * 100_000, b"1e999", b"-0"):
        assert strict.read(HI + number + b"}") == Message("user", "hi")


def test_every_ascii_byte_behind_a_backslash() -> None:
    for byte in range(0x80):
        line = b'{"role":"user","content":"a\\%cb"}' % byte
        outcome = strict.read(line)
        if byte in b'"/\\bfnrt' and byte != b'"'[0]:
            assert outcome == Message("user", json.loads(line)["content"])
        else:
            assert isinstance(outcome, Dropped) == (byte != b'"'[0])


def test_every_byte_raw_in_a_text() -> None:
    for byte in range(0x80):
        outcome = strict.read(b'{"role":"user","content":"a%cb"}' % byte)
        if byte < 0x20:
            assert outcome == Dropped(27, f"byte 0x{byte:02x} stands unescaped in a text")
        elif byte not in b'"\\':
            assert outcome == Message("user", f"a{chr(byte)}b")


@pytest.mark.parametrize("step", few(13, 1))
def test_every_unit_of_an_escape(step: int) -> None:
    for unit in {*range(0, 0x10000, step), 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF}:
        outcome = strict.read(b'{"role":"user","content":"\\u%04x"}' % unit)
        if 0xD800 <= unit < 0xE000:
            assert outcome == Dropped(26, f"\\u{unit:04x} is half a surrogate pair")
        else:
            assert outcome == Message("user", chr(unit))


def test_surrogates_only_in_pairs() -> None:
    units = (0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000)
    for first in units:
        for second in units:
            outcome = strict.read(b'{"role":"user","content":"\\u%04x\\u%04X"}' % (first, second))
            pair = (chr(first) + chr(second)).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
            assert outcome == Message("user", pair) if "\ufffd" not in pair else isinstance(outcome, Dropped)


def test_only_white_space_may_stand_around_a_record() -> None:
    rusts = {chr(code) for first, last in TABLES["is_whitespace"] for code in range(first, last + 1)}
    assert len(rusts) == 25
    scalars = map(chr, (*range(0xD800), *range(0xE000, 0x110000)))
    assert {char for char in scalars if OUTER.fullmatch(char.encode())} == rusts
    around = "".join(sorted(rusts)).encode()
    assert strict.read(around + HI + b"1}" + around) == Message("user", "hi")
    assert strict.read(around) is None


def test_keys_however_they_are_escaped() -> None:
    escaped = "".join(f"\\u{ord(char):04X}" for char in "content").encode()
    assert strict.read(b'{"role":"user","%b":"hi"}' % escaped) == Message("user", "hi")
    twice = strict.read(b'{"role":"user","content":"","%b":"hi"}' % escaped)
    assert twice == Dropped(28, "“content” stands in the record twice")
    for key in (b"content" * 7, b"content ", b"Content", b"contenT\\u0000", "contenté".encode()):
        outcome = strict.read(b'{"role":"user","%b":"hi"}' % key)
        assert isinstance(outcome, Dropped)
        assert outcome.reason == "the record ends without a “content”"


def test_white_space_at_the_end_is_no_part_of_a_torn_text() -> None:
    torn = b'{"role":"user","content":"hi'
    for end in (b"", b"\r", b"\r\n", b" ", "\u00a0\u2028".encode()):
        outcome = strict.read(torn + end)
        assert isinstance(outcome, Dropped)
        assert outcome.reason == "the line ends inside a text that begins at byte 26"
    assert strict.read(torn + b"\r!") == Dropped(28, "byte 0x0d stands unescaped in a text")


def test_the_end_of_a_record_whatever_follows() -> None:
    record = b'{"role":"user","content":"hi"}'
    assert strict.record_end(record, 0) == 30
    assert strict.record_end(b"xx" + record + b"\xff{", 2) == 32
    assert strict.record_end(record[:-1], 0) == Dropped(
        29, "“,” or “}” is missing, and here stands the end of the line"
    )


def test_more_escapes_than_a_pattern_has_rounds() -> None:
    escapes = b"\\n\\u00e9" * 10_000
    assert strict.read(HI + b'"' + escapes + b'"}') == Message("user", "hi")
    line = b'{"role":"user","content":"%b"}'
    assert strict.read(line % escapes) == Message("user", "\né" * 10_000)
    assert strict.read(line % (escapes + b"\x01")) == Dropped(26 + 80_000, "byte 0x01 stands unescaped in a text")
    around = "\u3000 ".encode() * 10_000
    assert strict.read(around + HI + b"1}" + around) == Message("user", "hi")
