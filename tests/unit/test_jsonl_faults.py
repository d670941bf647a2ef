"""Faults of a file: the same as of its bytes, whatever blocks and huge lines it is read in."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessiontui.damage import diagnose
from sessiontui.disk import lines
from sessiontui.errors import Cancelled
from sessiontui.model import Fault, Span
from sessiontui.store.jsonl.file_faults import faults

ACCEPTANCE = Path(__file__).parents[1] / "data" / "acceptance.jsonl"
A = b'{"role":"user","content":"a"}'
DATA = (
    (A + b"\n") * 3000 + A + A + b"\n\n" + (A + b"\n") * 3000 + b'{"role":"us' + A + b"\n\xef\xbb\xbf" + A + b"\n" + A
)


@contextmanager
def on_disk(path: Path, data: bytes) -> Iterator[int]:
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def found_in(tmp_path: Path, data: bytes) -> list[Fault]:
    with on_disk(tmp_path / "x.jsonl", data) as fd:
        return list(faults(fd, len(data)))


def test_a_file_has_the_findings_of_its_bytes(tmp_path: Path) -> None:
    found = found_in(tmp_path, DATA)
    assert found == list(diagnose.faults(diagnose.lines_of(DATA)))
    assert [(each.id, each.line) for each in found] == [("glued", 3001), ("fused", 6003), ("bom", 6004)]


def test_the_lines_without_a_fault_are_those_that_zeroclaw_reads(tmp_path: Path) -> None:
    rows = [json.loads(row) for row in ACCEPTANCE.read_text().split("\n") if row]
    lines = [base64.b64decode(row["line_b64"]) for row in rows]
    whole = [(row, line) for row, line in zip(rows, lines, strict=True) if b"\n" not in line]
    dropped = {at for at, (row, _) in enumerate(whole, 1) if row["why"]}
    accepted = {at for at, (row, _) in enumerate(whole, 1) if row["accepted"]}
    found = found_in(tmp_path, b"\n".join(line for _, line in whole) + b"\n")
    about = {number for each in found for number in range(each.line or 0, (each.line or 0) + each.lines)}
    assert (len(accepted) > 50, len(dropped) > 50) == (True, True)
    assert dropped <= about
    assert not accepted & about


def test_damage_across_blocks_is_one_finding(tmp_path: Path) -> None:
    data = (A + b"\n") * 10 + b'{"role":"user","content":"' + b"one of very many lines\n" * 7_000 + b'end"}\n' + A
    assert lines._CHUNK < 160_000
    assert found_in(tmp_path, data) == list(diagnose.faults(diagnose.lines_of(data)))


def test_a_huge_line_is_found_between_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HUGE", 1000)
    large = b'{"role":"user","content":"' + b"x" * 2000 + b'"}'
    data = A + A + b"\n" + large + b"\n" + large + A + b"\n" + A + A + b"\n"
    found = found_in(tmp_path, data)
    assert [(each.id, each.line, each.recovers) for each in found] == [
        ("glued", 1, 2),
        ("glued", 3, 0),
        ("glued", 4, 2),
    ]
    assert found[1].span == Span(2 * len(A) + len(large) + 2, len(large) + len(A))
    assert found[1].at == len(large)


def test_it_can_be_broken_off(tmp_path: Path) -> None:
    with on_disk(tmp_path / "x.jsonl", DATA) as fd, pytest.raises(Cancelled):
        list(faults(fd, len(DATA), lambda: True))


def test_a_last_line_of_a_live_file_may_still_be_being_written(tmp_path: Path) -> None:
    data = A + b'\n{"role":"us'
    with on_disk(tmp_path / "x.jsonl", data) as fd:
        assert [each.id for each in faults(fd, len(data), settled=False)] == ["incomplete"]
        assert [each.id for each in faults(fd, len(data))] == ["torn"]
