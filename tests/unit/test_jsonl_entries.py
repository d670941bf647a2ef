"""Damaged lines as rows: whatever page a row is on, its fault is the one that the whole file has there."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.damage import diagnose
from sessiontui.dialects import stream
from sessiontui.disk import lines
from sessiontui.model import Fault, Message, Span
from sessiontui.store.jsonl import entries, stretch
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import matrices
from tests.support.examples import examples

A = b'{"role":"user","content":"a"}'
B = b'{"role":"assistant","content":"b"}'
PRETTY = b'{\n  "role": "user",\n\n  "content": "x"\n}'
SPLIT = b'{"role":"user","content":"one\n\ntwo\nthree"}'
TORN = b'{"role":"assistant","content":"Hello, I ca'
WOVEN = B[:20] + A + b"\n" + B[20:]
WIDE = b"\n".join([A, B]).decode().encode("utf-16-le")


def store_of(data: bytes) -> JsonlStore:
    """One file with these bytes, still for long."""
    folder = Path(tempfile.mkdtemp(dir=os.environ.get("HOME")))
    (folder / "k.jsonl").write_bytes(data)
    os.utime(folder / "k.jsonl", (1e9, 1e9))
    return JsonlStore(folder)


def told(fault: Fault | None) -> tuple[object, ...] | None:
    """What tells one fault from another."""
    return fault and (fault.id, fault.line, fault.lines, fault.at, fault.salvage, fault.recovers, fault.span)


def expected(data: bytes) -> list[tuple[object, ...] | None]:
    """For each line, blank ones too, the fault of the whole file that it is in."""
    found = list(diagnose.whole(diagnose.faults(diagnose.lines_of(data))))

    def over(offset: int, size: int) -> Fault | None:
        inside = (
            each for each in found if each.span and each.span.offset <= offset and offset + size <= each.span.stop
        )
        return next(inside, None)

    return [told(over(line.offset, len(line.data))) for line in diagnose.lines_of(data)]


DAMAGE = st.sampled_from(
    [A, A, B, PRETTY, SPLIT, TORN, TORN + A, A + B, WOVEN, b"", b"[", A + b",", b"]", b"some text"]
)


@examples(1)
@given(st.lists(DAMAGE, max_size=20), st.booleans())
def test_a_row_has_the_fault_of_the_whole_file(parts: list[bytes], ended: bool) -> None:
    data = b"\n".join(parts) + b"\n" * ended
    wanted = expected(data)
    store = store_of(data)
    found = list(store.faults("k"))
    if [each.line for each in found] == [None]:  # it is no session
        wanted = [told(found[0]) if line.data.strip() else None for line in diagnose.lines_of(data)]
    assert [told(entry.fault) for entry in store.entries("k")] == wanted
    rows = store.transcript("k").scan()
    for size in (1, 2, 3, 7):
        for start in range(0, len(rows), size):
            page = rows.load(start, start + size)
            assert [told(entry.fault) for entry in page] == wanted[start : start + size], (start, size)


@examples(0.5)
@given(st.lists(DAMAGE, min_size=1, max_size=20), st.integers(1, 8))
def test_a_row_whose_number_is_not_known_has_the_same_fault(parts: list[bytes], count: int) -> None:
    data = b"\n".join([*[A] * 10, *parts]) + b"\n"
    wanted = [fault and (fault[0], None, *fault[2:]) for fault in expected(data)]
    rows = store_of(data).transcript("k").tail(count)
    stands = wanted[-len(rows) :]
    page = rows.load(0, len(rows))
    assert [entry.address.line for entry in page] == [None] * len(rows)
    seen = [told(entry.fault) for entry in page]
    begun = next((at for at, each in enumerate(page) if each.message is not None), len(page))
    assert seen[begun:] == stands[begun:], "what began above the view may look otherwise"


@pytest.mark.parametrize("size", [1, 64])
def test_a_stretch_of_many_lines_is_one_fault_on_every_page(size: int) -> None:
    data = (
        A
        + b"\n"
        + b"{\n"
        + b"\n".join(b'  "k%d": 1,' % at for at in range(58))
        + b'\n  "role": "user",\n  "content": "x"\n}\n'
    )
    wanted = expected(data)
    assert len({fault for fault in wanted if fault}) == 1
    rows = store_of(data).transcript("k").scan()
    for start in range(0, len(rows), size):
        assert [told(each.fault) for each in rows.load(start, start + size)] == wanted[start : start + size]


RECORD = b'{"role":"user","content":"%b"}' % b" ".join(b"word%d" % at for at in range(4_000))
LONG = {
    "folded": b"\n".join(RECORD[at : at + 9] for at in range(0, 9_000, 9)) + b"\n" + RECORD[9_000:],
    "code in a text": b'{"role":"user","content":"int f()\n' + b"{\n  call();\n}\n" * 100 + b'"}',
    "pretty": json.dumps({"meta": [{"a": 0}] * 100, "role": "user", "content": "x"}, indent=2).encode(),
    "pretty, in a list": json.dumps([{"role": "user", "content": "x"}] * 600, indent=2).encode(),
}


@pytest.mark.parametrize("behind", matrices.few(b"", b"text\n" * 4_500), ids=["alone", "before text"])
@pytest.mark.parametrize("name", matrices.thinned(LONG, lambda name: name != "pretty, in a list"))
def test_what_goes_over_many_lines_is_one_fault_on_every_page(name: str, behind: bytes) -> None:
    data = b"\n".join([A, TORN, LONG[name], behind + TORN, "\xa0".encode() + A, B, b""])
    wanted = expected(data)
    count = LONG[name].count(b"\n") + 1
    assert (count > 200, wanted[2]) == (True, wanted[count + 1]), "one fault"
    store = store_of(data)
    rows = store.transcript("k").scan()
    for start in (*range(0, count, 397), count, len(rows) - 5):
        assert [told(each.fault) for each in rows.load(start, start + 5)] == wanted[start : start + 5], start
    tail = store.transcript("k").tail(20).load(0, 20)
    assert [each.fault and each.fault.id for each in tail] == [each and each[0] for each in wanted[-20:]]


@pytest.mark.exhaustive
def test_a_record_over_the_edge_of_what_is_looked_at_together_is_whole() -> None:
    """Entry by entry, as the command line shows them, any number of damaged lines may follow each other."""
    data = b"some text\n" * 1_997 + SPLIT + b"\n" + b"some text\n" * 3_000
    assert [told(entry.fault) for entry in store_of(data).entries("k")] == expected(data)


@pytest.mark.parametrize("fill", [b"\x93\x01", b"\0\xff"])
def test_a_file_that_is_no_jsonl_is_so_on_every_page(fill: bytes) -> None:
    data = b"\x1f\x8b\x08" + b"\n".join(fill * 20 for _ in range(1_000))
    rows = store_of(data).transcript("k").scan()
    for start in (0, 64, 640, 960):
        page = rows.load(start, start + 64)
        assert {(each.fault.id, each.fault.at, each.fault.salvage) for each in page if each.fault} == {
            ("not-jsonl", 0, "none")
        }, start
        assert [entry.fault.span.offset for entry in page if entry.fault and entry.fault.span] == [0] * len(page)


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
def test_a_file_in_another_encoding_is_so_on_every_page(mark: bytes) -> None:
    data = mark + "".join(f'{{"role":"user","content":"message {at}"}}\r\n' for at in range(1_000)).encode("utf-16-le")
    rows = store_of(data).transcript("k").scan()
    salvage = expected(data)[0]
    assert salvage is not None
    for start in (0, 64, 640, 960):
        page = rows.load(start, start + 64)
        assert {(each.fault.id, each.fault.salvage) for each in page if each.fault} == {("utf16", salvage[4])}, start
        assert [entry.fault.span.offset for entry in page if entry.fault and entry.fault.span] == [0] * len(page)


def test_what_goes_beyond_all_that_is_looked_at_says_no_more_than_is_known() -> None:
    data = A + b"\n[\n" + (A + b",\n") * 12_000 + A + b"\n]\n" + B + b"\n"
    rows = store_of(data).transcript("k").scan()
    begun, middle, ended = (rows.load(at, at + 10) for at in (0, 6_000, len(rows) - 10))
    seen = [
        [entry.fault and (entry.fault.id, entry.fault.line, entry.fault.lines) for entry in page]
        for page in (begun, middle)
    ]
    assert seen == [[None, *[("array", 2, 0)] * 9], [("array", None, 0)] * 10]
    assert [entry.fault and entry.fault.line for entry in ended] == [None] * 7 + [None, 12_004, None], (
        "its last record is healthy"
    )
    assert ended[-1].message == Message("assistant", "b")


def test_a_message_before_them_tells_that_a_file_is_no_other_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as the file is counted; before that its beginning is believed."""
    monkeypatch.setattr(stretch, "FAR", 8)
    data = b"<html>\n" + b"<p>\n" * 20 + A + b"\n" + b"some text\n" * 40
    store = store_of(data)
    rows = store.transcript("k").scan()
    assert rows.damaged is None
    assert {each.fault.id for each in rows.load(50, 52) if each.fault} == {"not-jsonl"}
    store.index()
    assert {each.fault.id for each in store.transcript("k").known(rows).load(50, 52) if each.fault} == {"log-text"}


def test_a_page_knows_nothing_of_what_was_appended_since() -> None:
    store = store_of(A + b"\n" + TORN)
    rows = store.transcript("k").scan()
    with store.file("k").open("ab") as file:
        file.write(b"n't\"}\n" + TORN + b"\n")
    (entry,) = rows.load(1, 2)
    assert (entry.raw, entry.message) == (TORN, None)
    assert told(entry.fault) == ("torn", 2, 1, len(TORN), "partial", 1, Span(len(A) + 1, len(TORN)))


def test_of_a_huge_damaged_line_the_bytes_around_the_fault_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HUGE", 100_000)
    monkeypatch.setattr(lines, "_CHUNK", 4096)
    text = bytes(65 + at % 26 for at in range(300_000))
    line = b'{"role":"user","content":"' + text + b'\x01bad"}'
    store = store_of(A + b"\n" + line + b"\n")
    entry = store.transcript("k").scan().load(1, 2)[0]
    assert entry.fault is not None
    at = entry.fault.at
    assert (entry.clipped, at, line[at]) == (True, line.index(b"\x01"), 1)
    assert len(entry.raw) == entries.CLIP
    assert entry.raw == line[entry.skipped : entry.skipped + entries.CLIP]
    assert entry.skipped < at < entry.skipped + len(entry.raw)
    assert list(store.entries("k"))[1].raw == line[: entries.CLIP], "the command line shows its beginning"


@pytest.mark.parametrize("last", [b"", b"\n"])
def test_a_huge_line_that_breaks_off_is_held_at_its_end(monkeypatch: pytest.MonkeyPatch, last: bytes) -> None:
    monkeypatch.setattr(lines, "HUGE", 100_000)
    monkeypatch.setattr(lines, "_CHUNK", 4096)
    line = b'{"role":"user","content":"' + b"x" * 300_000
    entry = store_of(line + last).transcript("k").scan().load(0, 1)[0]
    assert entry.fault is not None
    assert (entry.fault.id, entry.fault.at, len(entry.raw)) == ("torn", len(line), entries.CLIP)
    assert entry.skipped + len(entry.raw) == len(line)


def test_a_huge_line_is_read_once_while_the_file_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HUGE", 1_000)
    monkeypatch.setattr(lines, "_CHUNK", 500)
    scans: list[int] = []
    real = stream.scan

    def watched(pieces: Iterable[bytes], offset: int) -> object:
        scans.append(offset)
        return real(pieces, offset)

    monkeypatch.setattr(stream, "scan", watched)
    store = store_of(b'{"role":"user","content":"' + b"x" * 3_000 + b'"}\n')
    rows = store.transcript("k").scan()
    assert [rows.load(0, 1)[0].message for _ in range(3)] == [Message("user", "x" * 3_000)] * 3
    assert len(scans) == 1
    store.file("k").write_bytes(b'{"role":"user","content":"' + b"y" * 3_000 + b'"}\n')
    assert store.transcript("k").scan().load(0, 1)[0].message == Message("user", "y" * 3_000)
    assert len(scans) == 2
