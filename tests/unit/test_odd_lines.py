"""Which lines hold no message: counted, kept, looked up, and joined."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.store.jsonl import counts
from sessiontui.store.jsonl.counts import OddLines, joined, marked

KINDS = st.lists(st.sampled_from(["message", "message", "damaged", "blank"]), max_size=30)


def of(kinds: list[str]) -> OddLines:
    damaged = [at for at, kind in enumerate(kinds) if kind == "damaged"]
    blank = [at for at, kind in enumerate(kinds) if kind == "blank"]
    odd = OddLines(len(kinds))
    odd.marks.extend(marked(0, damaged, blank))
    return odd


@given(KINDS)
def test_every_message_is_found_and_every_line_numbered(kinds: list[str]) -> None:
    odd = of(kinds)
    messages = [line for line, kind in enumerate(kinds, 1) if kind == "message"]
    assert [odd.line_of(ordinal) for ordinal in range(len(messages) + 2)] == [None, *messages, None]
    assert [line - odd.before(line) for line in messages] == list(range(1, len(messages) + 1))
    assert list(odd.damaged()) == [line for line, kind in enumerate(kinds, 1) if kind == "damaged"]


@given(KINDS, KINDS, st.integers(0, 30))
def test_runs_are_joined_cut_and_kept(one: list[str], other: list[str], cut: int) -> None:
    assert joined([of(one), of(other)]) == of(one + other)
    cut = min(cut, len(one))
    assert of(one).first(cut) == of(one[:cut])
    assert OddLines.unpacked(len(one), of(one).packed()) == of(one)
    assert joined([of(one), None]) is None


def test_what_was_never_kept_is_refused() -> None:
    for kept in (b"nothing", b"\x78"):
        with pytest.raises(ValueError, match=r"."):
            OddLines.unpacked(3, kept)


def test_of_too_many_none_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST", 3)
    assert joined([of(["blank"] * 2), of(["blank"])]) is not None
    assert joined([of(["blank"] * 2), of(["blank"] * 2)]) is None


@pytest.mark.exhaustive
def test_a_million_odd_lines_cost_little() -> None:
    odd = OddLines(2_000_000)
    odd.marks.extend(range(2, 4_000_000, 4))
    assert len(odd.marks) == 1_000_000
    assert len(odd.packed()) < 100_000
    tracemalloc.start()
    again = OddLines.unpacked(2_000_000, odd.packed())
    assert odd.line_of(700_000) == 1_400_000
    assert tracemalloc.get_traced_memory()[1] < 80_000_000
    tracemalloc.stop()
    assert again == odd
