"""Several ways to read the same damaged bytes: which one is taken, and what is known of the others."""

from __future__ import annotations

from sessiontui.damage.salvage import Wish, plan
from sessiontui.damage.verdict import Verdict, fault
from sessiontui.model import Part, Reading, Salvage, Span
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.json_values import read, write

ONE, TWO = (b'{"role":"user","content":"%d"}' % number for number in (1, 2))
FIRST = (Part(Span(0, 8), Salvage.OFFERED, (ONE,)),)
SECOND = (Part(Span(0, 3), Salvage.OFFERED, (TWO, ONE)), Part(Span(3, 5), Salvage.NONE))
FOUND = fault(
    Verdict("folded", 3, "it is folded", FIRST, readings=(Reading("so", FIRST), Reading("or so", SECOND))), 7, 100
)


def test_the_parts_of_every_reading_stand_where_the_fault_does() -> None:
    assert [part.span for part in FOUND.parts] == [Span(100, 8)]
    assert FOUND.readings[0].parts == FOUND.parts
    assert [part.span for part in FOUND.readings[1].parts] == [Span(100, 3), Span(103, 5)]
    assert (FOUND.recovers, FOUND.read_as(2).recovers) == (1, 2)


def test_without_a_word_the_first_reading_is_taken_and_the_second_by_its_number() -> None:
    assert next(plan([FOUND])).stays
    (first,) = plan([FOUND], Wish(marked=frozenset({7})))
    assert (first.records, first.fragments) == ((ONE,), ())
    (second,) = plan([FOUND], Wish(marked=frozenset({7}), readings={7: 2}))
    assert (second.records, second.fragments) == ((TWO, ONE), (Span(103, 5),))


def test_of_a_reading_that_is_not_there_nothing_is_taken() -> None:
    for number in (3, 4):
        (outcome,) = plan([FOUND], Wish(marked=frozenset({7}), readings={7: number}))
        assert outcome.stays
    plain = FOUND._replace(readings=())
    assert next(plan([plain], Wish(marked=frozenset({7}), readings={7: 2}))).stays


def test_without_its_parts_a_fault_still_knows_how_many_readings_there_are() -> None:
    assert FOUND.bare.parts == ()
    assert FOUND.bare.readings == (Reading("so", ()), Reading("or so", ()))


def test_a_helper_process_hands_on_every_reading() -> None:
    ref = FaultRef("k", FOUND, "mark")
    assert read(FaultRef, write(ref)) == ref
