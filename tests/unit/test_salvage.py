"""Whole records in damaged lines, and the baits that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import faults, lines_of, whole
from sessiontui.damage.salvage import Wish, whole_records
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Salvage, Span
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


GLUED, LOG, REPR, TORN = A + B, b"INFO started", b"{'role': 'user', 'content': 'x'}", b'{"role":"user","content":"so fa'
HEALED = A + b"\n" + B
ALL = b"\n".join((GLUED, LOG, REPR, TORN, b"")) + B + b"\n"
CLOSED = TORN + b'"}'
SAID = b'{"role":"user","content":"x"}'


@pytest.mark.parametrize(
    ("wish", "lines"),
    [
        pytest.param(Wish(), (HEALED, REPR, TORN), id="all that is sure"),
        pytest.param(Wish(lossless=False), (GLUED, LOG, REPR, TORN), id="nothing"),
        pytest.param(Wish(marked=frozenset({3})), (HEALED, SAID, TORN), id="what is offered"),
        pytest.param(Wish(marked=frozenset({4})), (HEALED, REPR, TORN), id="a guess is not offered"),
        pytest.param(Wish(lossless=False, marked=frozenset({3})), (GLUED, LOG, SAID, TORN), id="that alone"),
        pytest.param(Wish(lossless=False, marked=frozenset({1})), (HEALED, LOG, REPR, TORN), id="one sure thing alone"),
        pytest.param(Wish(lossless=False, marked=frozenset({2})), (GLUED, REPR, TORN), id="one out of the way"),
        pytest.param(Wish(partial=True), (HEALED, REPR, CLOSED), id="guesses"),
        pytest.param(Wish(guessed=frozenset({4})), (HEALED, REPR, CLOSED), id="one guess"),
        pytest.param(Wish(lossless=False, guessed=frozenset({3, 4})), (GLUED, LOG, SAID, CLOSED), id="two as shown"),
    ],
)
def test_no_more_is_had_back_than_was_wished_for(wish: Wish, lines: tuple[bytes, ...]) -> None:
    planned = salvage.plan(faults(lines_of(ALL)), wish)
    assert salvage.applied(ALL, planned) == b"\n".join((*lines, B, b""))


@pytest.mark.parametrize("wish", [Wish(), Wish(partial=True), Wish(guessed=frozenset({2}))])
def test_a_line_that_may_still_be_being_written_stays(wish: Wish) -> None:
    data = A + b"\n" + TORN
    [outcome] = salvage.plan(faults(lines_of(data), settled=False), wish)
    assert (outcome.stays, outcome.fault.id) == (True, "incomplete")


def test_what_goes_on_from_window_to_window_is_wanted_by_its_first_line() -> None:
    data = (SAID + b"\n").decode().encode("utf-16-be") * 5000
    found = list(faults(lines_of(data)))
    assert len(found) > 1
    assert {each.salvage for each in found} == {Salvage.OFFERED}
    assert all(outcome.stays for outcome in salvage.plan(found))
    assert salvage.applied(data, salvage.plan(found, Wish(marked=frozenset({1})))) == (SAID + b"\n") * 5000


def test_the_text_of_a_torn_record_goes_with_the_guess_at_it() -> None:
    data = TORN + b"\nr so good\n" + B + b"\n"
    wish = Wish(lossless=False, guessed=frozenset({1}))
    assert salvage.applied(data, salvage.plan(faults(lines_of(data)), wish)) == CLOSED + b"\n" + B + b"\n"


def test_nothing_is_done_about_what_is_not_known_byte_by_byte() -> None:
    data = (SAID + b"\n").decode().encode("utf-16-le") * 5000
    [outcome] = salvage.plan(whole(faults(lines_of(data))))
    assert outcome == (outcome.fault, True, (), ())
