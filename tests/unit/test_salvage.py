"""What a plan takes of faults, by what was wished for."""

from __future__ import annotations

import pytest

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import faults, lines_of, whole
from sessiontui.damage.salvage import Wish
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Salvage
from tests.support.damage import applied

A = zeroclaw.write(Message("user", 'quoted {"role":"user","content":"bait"} }{ \\'))[:-1]
B = zeroclaw.write(Message("assistant", "b"))[:-1]
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
    assert applied(ALL, planned) == b"\n".join((*lines, B, b""))


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
    assert applied(data, salvage.plan(found, Wish(marked=frozenset({1})))) == (SAID + b"\n") * 5000


def test_the_text_of_a_torn_record_goes_with_the_guess_at_it() -> None:
    data = TORN + b"\nr so good\n" + B + b"\n"
    wish = Wish(lossless=False, guessed=frozenset({1}))
    assert applied(data, salvage.plan(faults(lines_of(data)), wish)) == CLOSED + b"\n" + B + b"\n"


def test_nothing_is_done_about_what_is_not_known_byte_by_byte() -> None:
    data = (SAID + b"\n").decode().encode("utf-16-le") * 5000
    [outcome] = salvage.plan(whole(faults(lines_of(data))))
    assert outcome == (outcome.fault, True, (), (), None)
