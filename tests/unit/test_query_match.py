"""What matches, where, what FTS5 is asked, and what is shown of it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.query import match
from sessiontui.query.ast import Phrase, Query
from sessiontui.query.fts import anchors, match_expression
from sessiontui.query.match import _Folded, _locations, first_span, matches, snippet, spans
from sessiontui.query.parse import parse
from sessiontui.query.tokens import fold, tokens


@pytest.mark.parametrize(
    ("query", "content", "expected"),
    [
        ("foo", "a FOO b", True),
        ("foo", "foobar", False),
        ("foo*", "foobar", True),
        ("resume", "Résumé", True),
        ("résumé", "RESUME", True),
        ('"a b"', "x A. B y", True),
        ('"a b"', "b a", False),
        ('"a b"*', "a bcd", True),
        ('"a a b"', "a a a b", True),
        ("foo bar", "bar then foo", True),
        ("foo bar", "foo", False),
        ("本", "日本語", True),
        ("本日", "日本語", False),
        ("c++", "I like C++!", True),
        ("c++", "c + +", False),
        ("naïve=", "NAI\u0308VE=1", True),
        ("", "anything", False),
    ],
)
def test_matches(query: str, content: str, expected: bool) -> None:
    assert matches(parse(query), content) is expected
    assert bool(spans(parse(query), content)) is expected


@pytest.mark.parametrize(
    ("query", "content", "marked"),
    [
        ("foo", "foo FOO foobar foo", ["foo", "FOO", "foo"]),
        ("foo*", "foobar", ["foobar"]),
        ('"a b"', "a b a b", ["a b", "a b"]),
        ('"a b" b', "a b", ["a b"]),
        ("本", "日本本日", ["本本"]),
        ("é=", "xe\u0301=y e=", ["e\u0301=", "e="]),
        ("resume", "my résumé", ["résumé"]),
    ],
)
def test_spans_are_the_characters_to_mark(query: str, content: str, marked: list[str]) -> None:
    assert [content[start:stop] for start, stop in spans(parse(query), content)] == marked
    first = first_span(parse(query), content)
    assert first is not None
    assert first[0] == spans(parse(query), content)[0][0]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("foo bar", 'content : ("foo" AND "bar")'),
        ("foo*", 'content : ("foo" *)'),
        ('"a b"*', 'content : ("a b" *)'),
        ('NEAR(a" b:c" -d', 'content : ("NEAR a" AND "b c" AND "d")'),
        ("日本 foo", 'content : ("foo")'),
        ("~/projects/x", 'content : ("projects")'),
        ("a=begin", 'content : ("begin" *)'),
        ("日本", None),
        ("", None),
    ],
)
def test_what_fts5_is_asked(query: str, expression: str | None) -> None:
    assert match_expression(parse(query)) == expression


@pytest.mark.parametrize(
    "text", ['"', "a\x00b", "x" * 40_000, "w " * 3_000, "a OR (b", "^a + {x y} : z", "c*d"], ids=range(7)
)
def test_fts5_takes_every_expression(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(content, role)")
    connection.execute("INSERT INTO f VALUES (?, 'user')", (text,))
    expression = match_expression(parse(text))
    found = (
        [] if expression is None else connection.execute("SELECT 1 FROM f WHERE f MATCH ?", (expression,)).fetchall()
    )
    assert bool(found) is matches(parse(text), text)
    connection.close()


def test_anchors_stand_unchanged_in_whatever_matches() -> None:
    assert anchors(parse("日本x C++ 日")) == ("日", "本", "+")
    assert anchors(parse('"/\\"')) == ()
    assert anchors(parse("\udc80")) == ()
    assert anchors(parse("words only")) == ()


def test_a_snippet_is_one_line_around_the_first_hit() -> None:
    content = "lead " * 50 + "the\n\n needle \tstands here" + " tail" * 50
    shown = snippet(parse("needle"), content, 40)
    assert "needle stands here" in shown
    assert "\n" not in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= 42


def test_a_snippet_of_all_there_is_has_no_ellipsis() -> None:
    assert snippet(parse("foo"), " a\nfoo b ") == "a foo b"
    assert snippet(Query(), "nothing asked") == "nothing asked"
    assert snippet(parse("x"), "") == ""


def test_a_hit_longer_than_the_snippet_is_shown_from_its_beginning() -> None:
    assert snippet(parse("x*"), "y " * 100 + "x" * 300, 20).startswith("…x")


@given(
    st.text("abAB09 .-_", max_size=30),
    st.text("abAB09", min_size=1, max_size=3),
    st.booleans(),
)
def test_in_ascii_words_stand_where_they_stand_elsewhere(content: str, word: str, prefix: bool) -> None:
    query = parse(word + ("*" if prefix else ""))
    assert first_span(query, content) == first_span(query, content + " é")
    assert spans(query, content) == spans(query, content + " é")


def test_a_snippet_begins_with_a_word_where_one_begins_soon() -> None:
    words = "so many words stand before it " * 10
    assert snippet(parse("needle"), f"{words}needle").startswith("…it so many words")
    sentence = "今日は晴れです。" * 20
    assert snippet(parse("検索"), f"{sentence} 検索").startswith("…は晴れです。今日は")


@given(
    st.text("ab \u0301é漢.A", max_size=24),
    st.lists(st.sampled_from(["a", "b", "ab", "é", "漢"]), min_size=1, max_size=3),
    st.booleans(),
)
def test_places_are_those_that_a_look_at_every_word_finds(content: str, request: list[str], prefix: bool) -> None:
    term = Phrase(tuple(request), prefix)
    wanted = [fold(word) for word in request]
    cut = list(tokens(content))
    expected = []
    for at in range(len(cut) - len(wanted) + 1):
        window = [token.text for token in cut[at : at + len(wanted)]]
        last = window[-1].startswith(wanted[-1]) if prefix else window[-1] == wanted[-1]
        if window[:-1] == wanted[:-1] and last:
            expected.append((cut[at].start, cut[at + len(wanted) - 1].stop))
    assert list(_locations(term, _Folded(content))) == expected
    assert matches(Query((term,)), content) is bool(expected)


@pytest.mark.parametrize("query", ["needle", '"a needle"', "need*", "Nee=dle"])
def test_a_long_content_is_not_cut_into_words(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = parse(query)
    content = "a é word " * 1000 + "a needle nee=dle"
    assert spans(request, "") == []  # the words of the query are cut once
    monkeypatch.setattr(match, "tokens", None)  # a phrase in one message of 24 MB took 10 s when its words were counted
    assert spans(request, content)[-1][1] <= len(content)
    assert "needle" in snippet(request, content)
