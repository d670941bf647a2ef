"""Any text is a query; what each kind of text means."""

from __future__ import annotations

import pytest

from sessiontui.query.ast import Phrase, Query, Substring, Term
from sessiontui.query.parse import parse


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("foo", [Phrase(("foo",))]),
        ("foo bar", [Phrase(("foo",)), Phrase(("bar",))]),
        ("foo foo", [Phrase(("foo",))]),
        ("foo*", [Phrase(("foo",), prefix=True)]),
        ("foo**", [Phrase(("foo",), prefix=True)]),
        ('"foo bar"', [Phrase(("foo", "bar"))]),
        ('"foo bar"*', [Phrase(("foo", "bar"), prefix=True)]),
        ('"foo"', [Phrase(("foo",))]),
        ('a"b c"d', [Phrase(("a",)), Phrase(("b", "c")), Phrase(("d",))]),
        ('"never closed', [Phrase(("never", "closed"))]),
        ("foo.bar", [Phrase(("foo", "bar"))]),
        ("don't", [Phrase(("don", "t"))]),
        ("foo.*", [Phrase(("foo",))]),
        ("-foo", [Phrase(("foo",))]),
        ("role:user", [Phrase(("role", "user"))]),
        ("a AND NOT b", [Phrase(("a",)), Phrase(("AND",)), Phrase(("NOT",)), Phrase(("b",))]),
        ("NEAR(a b)", [Phrase(("NEAR", "a")), Phrase(("b",))]),
        ("C++", [Substring("C++")]),
        ("$HOME/x", [Substring("$HOME/x")]),
        ("日本", [Substring("日本")]),
        ("日本*", [Substring("日本")]),
        ("🧠", [Substring("🧠")]),
        ("❤\ufe0f", [Substring("❤")]),
        ('"日本 foo" bar', [Substring("日本 foo"), Phrase(("bar",))]),
        ('"..."', [Substring("...")]),
        ("foo - bar", [Phrase(("foo",)), Phrase(("bar",))]),
        ("\udc80", [Substring("\udc80")]),
    ],
)
def test_what_a_text_asks_for(text: str, terms: list[Term]) -> None:
    assert parse(text).terms == tuple(terms)


@pytest.mark.parametrize("text", ["", " ", '"', '""', '" "', '"" "', "*", "--", "( )", "\u0301", '"\u0301"', "\x00"])
def test_what_asks_for_nothing(text: str) -> None:
    assert parse(text) == Query()
    assert parse(text, live=True) == Query()
    assert not parse(text)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("foo ba", Phrase(("ba",), prefix=True)),
        ("foo ba ", Phrase(("ba",))),
        ("foo.ba", Phrase(("foo", "ba"), prefix=True)),
        ("foo.", Phrase(("foo",))),
        ('"foo ba', Phrase(("foo", "ba"), prefix=True)),
        ('"foo ba ', Phrase(("foo", "ba"))),
        ('"foo ba"', Phrase(("foo", "ba"))),
    ],
)
def test_while_it_is_typed_a_last_word_that_nothing_ends_is_a_prefix(text: str, last: Term) -> None:
    assert parse(text, live=True).terms[-1] == last
