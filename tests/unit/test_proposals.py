"""What is proposed for a fault is what repair does with it: the same records, the same fragments, every byte told of."""

from __future__ import annotations

import re

import pytest

from sessiontui.damage import proposals, salvage
from sessiontui.damage.catalogue import KINDS
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.proposals import Proposal, Stroke, propose
from sessiontui.damage.salvage import Wish
from sessiontui.describe.faults import meaning
from sessiontui.model import Fault, Part, Salvage, Severity, Span
from sessiontui.tui.inspector import proposal_rows
from sessiontui.tui.theme.damage import DAMAGE
from sessiontui.tui.widgets.sheet import SheetRow, facts
from tests.support.safe import is_safe
from tests.unit.test_diagnose_rows import ROWS

A = b'{"role":"user","content":"a"}'
SAMPLES = [data for data, *_ in (row.values for row in ROWS) if isinstance(data, bytes)]


def found(data: bytes) -> list[tuple[Fault, bytes]]:
    return [(each, data[each.span.offset : each.span.stop]) for each in faults(lines_of(data)) if each.span]


def text(stroke: Stroke) -> str:
    return "".join(piece for piece, _ in stroke.pieces)


def drawn(rows: list[SheetRow]) -> str:
    return "\n".join("".join(part for part, _ in row.left) for row in rows)


def proposed(data: bytes) -> Proposal:
    [(fault, raw)] = found(data)
    return propose(fault, raw)


# ---- the same as repair does


def test_the_records_and_the_fragments_are_those_of_the_plan() -> None:
    for data, (fault, raw) in ((each, pair) for each in SAMPLES for pair in found(each)):
        proposal = propose(fault, raw)
        [outcome] = salvage.plan([fault], proposals.wish([fault]))
        assert proposal.acts is not outcome.stays
        if not proposal.acts:
            assert (proposal.before, proposal.after) == ((), ())
            continue
        shown = {sign: [text(each) for each in proposal.after if each.sign == sign] for sign in "+~"}
        assert shown["+"] == [proposals.shown(record) for record in outcome.records]
        assert shown["~"] == [proposals.shown(data[each.offset : each.stop]) for each in outcome.fragments]


def test_the_lines_before_are_all_of_their_bytes() -> None:
    for fault, raw in (each for data in SAMPLES for each in found(data)):
        proposal = propose(fault, raw)
        if proposal.acts and not fault.codec and b"\0" * 9 not in raw:
            assert [text(each) for each in proposal.before] == [
                line.decode("utf-8", "backslashreplace") for line in raw.split(b"\n")
            ]


@pytest.mark.parametrize("width", [40, 56, 100])
def test_all_that_is_said_fits_is_safe_and_has_a_look(width: int) -> None:
    for fault, raw in (each for data in SAMPLES for each in found(data)):
        proposal = propose(fault, raw)
        rows = [*facts(meaning(fault, proposal), width), *proposal_rows.rows(fault, proposal, width)]
        assert {look for row in rows for _, look in row.left} <= set(DAMAGE)
        assert all(is_safe(part) for row in rows for part, _ in row.left)
        assert all(len("".join(part for part, _ in row.left)) <= width for row in rows if row.left)


# ---- what is told apart


def test_a_fragment_and_what_goes_are_told_apart_from_what_stays() -> None:
    proposal = proposed(b'{"role":"assi' + A + b"\n")
    assert proposal.before == (Stroke("-", (('{"role":"assi', "apart"), (A.decode(), "raw"))),)
    assert proposal.after == (Stroke("~", (('{"role":"assi', "apart"),)), Stroke("+", ((A.decode(), "key"),)))


def test_what_changes_inside_a_line_is_told_apart() -> None:
    proposal = proposed(b'{"role":"user","content":"a\tb",}\n')
    assert [piece for piece in proposal.before[0].pieces if piece[1] == "gone"] == [("\t", "gone"), (",", "gone")]
    assert [piece for piece in proposal.after[0].pieces if piece[1] == "come"] == [("\\t", "come")]


def test_nuls_are_counted_and_other_bytes_shown_as_what_they_are() -> None:
    proposal = proposed(b"\0" * 700 + A + b"\n")
    assert proposal.before[0].pieces[0] == ("␀×700 ", "gone")
    assert proposals.shown(b"a\xe6\x87b") == "a\\xe6\\x87b"


def test_of_what_is_long_both_ends_are_shown() -> None:
    long = b'{"role":"user","content":"' + b"x" * 5000 + b'"}'
    proposal = proposed(long + long + b"\n")
    assert [len(text(each)) < 600 for each in proposal.after] == [True, True]
    assert "… 4,548 bytes …" in text(proposal.after[0])


def test_of_very_many_records_some_are_shown_and_the_others_counted() -> None:
    proposal = proposed(A * 500 + b"\n")
    assert (len(proposal.after), proposal.more) == (60, (0, 440))
    assert "… and 440 more" in drawn(proposal_rows.rows(found(A * 500)[0][0], proposal, 80))


# ---- what accepting means


def test_a_guess_is_made_only_where_there_is_nothing_surer() -> None:
    [(fused, _), (torn, _)] = found(b'{"role":"user","content":"x' + A + b'\n\n{"role":"user","content":"x\n')
    assert (fused.salvage, torn.salvage) == (Salvage.LOSSLESS, Salvage.PARTIAL)
    assert proposals.wish([fused, torn]) == Wish(False, frozenset({1, 3}), False, frozenset({3}))


@pytest.mark.parametrize("severity", [Severity.INCOMPLETE, Severity.INFO])
def test_nothing_is_proposed_for_what_is_no_damage(severity: Severity) -> None:
    [(fault, raw)] = found(A + A)
    fault = fault._replace(severity=severity)
    proposal = propose(fault, raw)
    assert not proposal.acts
    assert "No proposal" in drawn(proposal_rows.rows(fault, proposal, 80))


def test_what_is_too_large_to_be_shown_can_be_accepted_all_the_same() -> None:
    [(fault, _)] = found(A + A)
    for given in (fault, fault._replace(parts=())):
        proposal = propose(given, None)
        assert (proposal.acts, proposal.hidden) == (True, True)
        assert "too large to be shown here" in drawn(proposal_rows.rows(fault, proposal, 80))


def test_a_huge_line_is_said_not_to_be_taken_apart() -> None:
    span = Span(0, 100_000_000)
    fault = Fault("raw-control", Severity.DAMAGE, "", 0, line=1, span=span, parts=(Part(span, Salvage.NONE),))
    proposal = propose(fault, None)
    assert not proposal.acts
    for rows in (facts(meaning(fault, proposal), 300), proposal_rows.rows(fault, proposal, 300)):
        assert "more than 8 MiB is not taken apart" in drawn(rows)


# ---- every kind


def test_there_are_words_for_every_kind_of_damage() -> None:
    assert [id for id, kind in KINDS.items() if kind.cause and not kind.meaning] == []
    assert [id for id in ("not-a-file", "unreadable", "dangling") if not KINDS[id].meaning] == []
    assert [id for id, kind in KINDS.items() if kind.always and not kind.meaning] == []


def test_the_words_are_sentences() -> None:
    assert [id for id, kind in KINDS.items() if not re.fullmatch(r"([A-Z].*\.)?", kind.meaning)] == []
