"""Damage of any size: one fault for one matter, in bounded pieces, each byte looked at a few times."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sessiontui.damage import diagnose, huge, lenient_json, pieces, salvage
from sessiontui.damage.diagnose import faults, lines_of, whole
from sessiontui.damage.verdict import Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.model import Message, Salvage, Severity, Span
from tests.support.damage import applied

A = b'{"role":"user","content":"a"}\n'
WIDE = '{"role":"user","content":"é中"}\n' * 4100
RECORDS = [{"role": "user", "content": "x"}] * 2100
ONE_MATTER = [
    pytest.param(b'{\n  "role": "user",\n  "content": "x"\n}\n' * 1500, "pretty-printed", 1500, id="laid out"),
    pytest.param(json.dumps(RECORDS, indent=2).encode(), "array", 2100, id="list"),
    pytest.param(WIDE.encode("utf-16"), "utf16", 4100, id="utf-16 with mark"),
    pytest.param(WIDE.encode("utf-16-le"), "utf16", 4100, id="utf-16-le"),
    pytest.param(b"\xfe\xff" + WIDE.encode("utf-16-be"), "utf16", 4100, id="utf-16-be"),
    pytest.param(WIDE.encode("utf-32"), "utf16", 4100, id="utf-32"),
    pytest.param(b"<html>\n" + b"<p>\n" * 5000, "not-jsonl", 0, id="web page"),
    pytest.param(b"\x1f\x8b" + b"\0\n" * 5000, "not-jsonl", 0, id="gzip"),
]


@pytest.mark.parametrize(("data", "id", "records"), ONE_MATTER)
def test_a_whole_file_is_one_fault(data: bytes, id: str, records: int) -> None:
    found = list(faults(lines_of(data)))
    assert len(found) > 1  # in several goes
    [fault] = whole(found)
    assert (fault.id, fault.recovers, fault.line) == (id, records, 1)
    assert fault.span is not None
    assert data[fault.span.stop :] in (b"", b"\n")
    repaired = applied(data, salvage.plan(found))
    assert sum(isinstance(zeroclaw.read(line), Message) for line in repaired.split(b"\n")) == records


def test_a_record_that_was_folded_over_very_many_lines_is_one_fault() -> None:
    record = zeroclaw.write(Message("user", "the quick brown fox " * 10_000))[:-1]
    data = b"".join(record[at : at + 20] + b"\n" for at in range(0, len(record), 20))
    [found] = faults(lines_of(data))
    assert (found.id, found.lines, found.parts[0].records) == ("folded", len(record) // 20 + 1, (record,))


def test_no_more_lines_are_held_than_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose, "_WINDOW", 50)
    given = taken = 0

    def lines() -> Iterator[Line]:
        nonlocal given
        for line in lines_of(b"what is this?\n" * 1000):
            given += 1
            yield line

    for found in faults(lines()):
        taken += found.lines
        assert given - taken <= 51
    assert taken == 1000


HOSTILE = {
    "braces": b"{",
    "brackets": b"[",
    "broken off": b'{"role":',
    "torn texts": b'{"role":"',
    "nested": b'{"role":"a","x":',
    "quotes": b'"',
    "escaped quotes": b'\\"',
    "logs and records": b"x" + A[:-1],
    "tails and records": b'nt":"x"}' + A[:-1],
    "bom": b"\xef\xbb\xbf",
    "nul and space": b" \0",
    "lines of braces": b"{\n",
    "lines of brackets": b"[\n",
    "torn lines": b'{"role":"user","content":"abc\n',
    "lines of text": b"x\n",
    "beginnings of UTF-16": b'{\0"\0\n',
}


FEW = {"nested", "quotes", "torn lines", "lines of text"}
BITS = [
    pytest.param(bit, id=name, marks=() if name in FEW else pytest.mark.exhaustive) for name, bit in HOSTILE.items()
]


@pytest.mark.exhaustive
@pytest.mark.parametrize("bit", BITS)
def test_the_work_is_linear_in_the_bytes(monkeypatch: pytest.MonkeyPatch, bit: bytes) -> None:
    """Bytes that are read as values, each time that they are, for each byte of the line."""
    looked = 0

    def counted(data: bytes, at: int = 0) -> lenient_json.Reach:
        nonlocal looked
        reached = real(data, at)
        looked += reached.stop - at
        return reached

    real = lenient_json.reach
    monkeypatch.setattr(lenient_json, "reach", counted)
    data = bit * (60_000 // len(bit))
    found = list(faults(lines_of(data)))
    assert found
    assert looked <= 10 * len(data)


def test_a_million_braces_are_one_fault() -> None:
    data = b"{" * 1_000_000
    [found] = faults(lines_of(data))
    assert found.id == "torn"
    assert len(pieces.cut(data)) <= 3


@pytest.mark.parametrize("bit", [b"}{", b",", b" \0", b'""', b"[]"])
def test_a_line_of_scraps_is_no_million_pieces_and_hides_no_record(bit: bytes) -> None:
    record = A[:-1]
    line = bit * 100_000 + record + b"\r" + record
    cut = pieces.cut(line)
    assert len(cut) < 11_000
    assert [piece.kind for piece in cut[-3:]] == [
        "record",
        "space",
        "record",
    ]
    assert b"".join(line[piece.start : piece.stop] for piece in cut) == line


def test_any_number_of_records_are_told_on_one_line() -> None:
    cut = pieces.cut((A[:-1] + b", ") * 20_000)
    assert sum(piece.kind == "record" for piece in cut) == 20_000
    assert len(cut) == 60_000


HUGE = [
    (b'{"role":"user","content":"a', b"", "torn"),
    (b'{"role":"user","content":"a', b"\xf0\x9f\xa7", "torn"),
    (A[:-1], A[:-1], "glued"),
    (A[:-1], b"\0\0", "nul-run"),
    (b'{"role":"user","content":"a', b'\t"}', "raw-control"),
    (b'{"role":"user","content":"a', b'\xe9"}', "invalid-utf8"),
    (b'{"role":"user","content":"a', b'\\ud83d"}', "lone-surrogate"),
    (b"\xef\xbb\xbf", A[:-1], "bom"),
    (b'{"role":"user","content":', b'["a"]}', "wrong-shape"),
    (b'{"role":"user","content":"a",', b'"content":"b"}', "duplicate-key"),
    (b"what", b"ever", "log-text"),
    (b'{"role":"user"', b' "content":"a"}', "malformed"),
    (b'{"role":"user","content":"a"} ', b"x", "malformed"),
    (b'{"role":"user","content":"a\0', b'"}', "nul-run"),
]


@pytest.mark.parametrize(("before", "wrong", "id"), HUGE, ids=[row[2] for row in HUGE])
def test_a_huge_line_is_named_by_the_byte_where_its_reader_stopped(before: bytes, wrong: bytes, id: str) -> None:
    line = before + wrong
    outcome = stream.scan([line])
    assert isinstance(outcome, Dropped)
    span = Span(100, len(line))
    found = huge.huge(outcome, line[outcome.at : outcome.at + 8], 7, span)
    assert (found.id, found.severity, found.salvage) == (id, Severity.DAMAGE, Salvage.NONE)
    assert (found.line, found.span, found.at) == (7, span, outcome.at)
    assert f"on a line of {len(line)} bytes" in found.reason
