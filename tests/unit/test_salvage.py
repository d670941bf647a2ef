"""Whole records in damaged lines, and the baits that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessiontui.damage import salvage
from sessiontui.damage.salvage import whole_records
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Span
from tests.support.watch import watched

DATA = Path(__file__).parents[1] / "data"
A = zeroclaw.write(Message("user", 'quoted {"role":"user","content":"bait"} }{ \\'))[:-1]
B = zeroclaw.write(Message("assistant", "b"))[:-1]

NESTED = b'{"role":"user","content":"c","x":%b}' % A


def found(line: bytes) -> list[bytes]:
    return [line[span.offset : span.stop] for span in whole_records(line)]


@pytest.mark.parametrize(
    ("line", "records"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(A + B, [A, B], id="glued_2"),
        pytest.param(A + B + A, [A, B, A], id="glued_3"),
        pytest.param(A + b" \t" + B, [A, B], id="glued_ws"),
        pytest.param(A + b"," + B, [A, B], id="glued_comma"),
        pytest.param(A + B[:-4], [A], id="glued, the last torn"),
        pytest.param(b'{"role":"assi' + B, [B], id="fused in role"),
        pytest.param(b'{"ro' + B, [B], id="fused in key"),
        pytest.param(b'{"role":' + B, [B], id="fused behind colon"),
        pytest.param(b'{"role":"user",' + B, [B], id="fused behind comma"),
        pytest.param(b"{" + B, [B], id="fused behind brace"),
        pytest.param(b'{"role":"user","content":"I was say' + B, [B], id="fused in content"),
        pytest.param(b'{"role":"user","content":"I was say\\' + B, [B], id="fused in escape"),
        pytest.param(b'{"role":"user","content":"I was say\\u00' + B, [B], id="fused in \\u"),
        pytest.param(b'{"role":"user","content":"\\ud83d' + B, [B], id="fused in a pair"),
        pytest.param(b'{"role":"user","content":"\xf0\x9f' + B, [B], id="fused in a character"),
        pytest.param(
            b'{"role":"user","content":"see {\\"role\\":\\"user\\",\\"content\\":\\"x\\"} and' + B,
            [B],
            id="fused_escaped_bait",
        ),
        pytest.param(
            b'{"role":"user","content":"a}{b"}' + b"x", [b'{"role":"user","content":"a}{b"}'], id="brace_bait"
        ),
        pytest.param(b"\x00" * 9 + B, [B], id="nul_prefix"),
        pytest.param(B + b"\x00" * 9, [B], id="nul_suffix"),
        pytest.param(b'{"role":"user","content":"a\x00\x00b"}', [], id="nul_inside"),
        pytest.param(b'\x00\x00ould do that"}', [], id="nul_gap_tail"),
        pytest.param(b"\xef\xbb\xbf" + B, [B], id="bom_line"),
        pytest.param(b"2026-03-24 INFO " + B, [B], id="log_prefix"),
        pytest.param(b'{"role":"user","content":"caf\xe9"}', [], id="latin1"),
        pytest.param(b'{"role":"user","content":"caf\xe9"}' + B, [B], id="latin1, glued"),
        pytest.param(b'{"content":"x","role":"user"}' + B, [b'{"content":"x","role":"user"}', B], id="other order"),
        pytest.param(b'x{ "role" : "user", "content": "x" }', [b'{ "role" : "user", "content": "x" }'], id="spaces"),
        pytest.param(b'{"type":"user","message":' + B + b',"uuid":"12', [B], id="inside what is no record"),
        pytest.param(b'{"role":"user","x":' + B + b',"content":"torn', [], id="envelope_torn"),
        pytest.param(b'{"role":"user","x":' + B + b"}", [], id="nested in a record without content"),
        pytest.param(b'{"role":"user","content":null}', [], id="wrong shape"),
        pytest.param(NESTED + B, [NESTED, B], id="nested in a whole record"),
        pytest.param(b'{"role":"a","role":"b","content":"c"}', [], id="a key twice"),
    ],
)
def test_whole_records(line: bytes, records: list[bytes]) -> None:
    assert found(line) == records


def test_a_healthy_record_is_one() -> None:
    assert whole_records(A) == [Span(0, len(A))]
    assert whole_records(b"  " + A + b"\n") == [Span(2, len(A))]


def test_two_writers_lost_nothing_but_newlines() -> None:
    data = (DATA / "damaged" / "sessions" / "glued_then_blank_race.jsonl").read_bytes()
    first = data.split(b"\n")[0]
    assert b"".join(found(first)) == first
    assert len(found(first)) == 2


def test_the_time_is_linear_in_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = watched(monkeypatch, salvage, "record_end")
    assert whole_records(b'{"role":"a","x":' * 50_000) == []
    assert [at for _, at in tried] == [0]
    tried.clear()
    assert whole_records(b'{"role":"' * 1000) == []
    assert len(tried) <= 1000
