"""Memory, JSONL and SQLite find the same messages, whatever was written and whatever is asked.

``query.match`` says what a query means; FTS5 in both homes, and the reading of what FTS5 has no words for, must not
say anything else.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.dialects import zeroclaw
from sessiontui.model import Found, Message
from sessiontui.query.ast import Query
from sessiontui.query.match import matches
from sessiontui.query.parse import parse
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.protocol import never
from sessiontui.store.sqlite.database_schema import NEW
from sessiontui.store.sqlite.sqlite_search import search_rows
from tests.support.examples import examples

LETTERS = st.sampled_from("aAbBéÉœßſKİıΣσς٣ǅÅ\u0301\u0308\u0345\u0300日本語かな한글ไทย🧠❤\ufe0f\u200d\u0301")
SIGNS = st.sampled_from(" \t\n.,-_:'\"*+$~[](){}/\\#@!?=<>`\x00\x1b\x7f\u2028\u00a0")
ANY = st.characters(exclude_categories=["Cs"])
PIECES = st.one_of(
    st.sampled_from(
        ["foo", "Foo", "FOO bar", "fo", "foobar", "日本語", "[red]", "c++", "naïve", "NEAR", "AND", "a🧠b"]
    ),
    LETTERS,
    SIGNS,
    ANY,
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
HISTORIES = st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), TEXTS), max_size=10)


@st.composite
def request(draw: st.DrawFn) -> tuple[list[tuple[str, str]], str]:
    """A history, and a query that has a fair chance of finding something in it."""
    history = draw(HISTORIES)
    typed = draw(TEXTS)
    from_history = draw(st.booleans())
    if history and from_history:
        content = draw(st.sampled_from(history))[1]
        start = draw(st.integers(0, len(content)))
        typed = content[start : start + draw(st.integers(1, 8))] + draw(st.sampled_from(["", "*", " ", " foo"]))
    if draw(st.booleans()):
        typed = f'"{typed}"'
    return history, typed


def in_memory(history: Sequence[tuple[str, str]], query: Query) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    found = []
    for key, content in history:
        counts[key] = counts.get(key, 0) + 1
        if matches(query, content):
            found.append((key, counts[key]))
    return sorted(found)


def in_sqlite(history: Sequence[tuple[str, str]], query: Query) -> Found:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(NEW)
    connection.executemany(
        "INSERT INTO sessions(session_key, role, content, created_at) VALUES (?, 'user', ?, '')", history
    )
    found = search_rows(connection, query, None, relevance=False, cancelled=never)
    connection.close()
    return found


def in_jsonl(history: Sequence[tuple[str, str]], query: Query, folder: Path) -> tuple[Found, Found]:
    """What the index finds, and what reading all files finds."""
    store = folder / "sessions"
    store.mkdir()
    for key, content in history:
        with (store / f"{key}.jsonl").open("ab") as out:
            out.write(zeroclaw.write(Message("user", content)))
    search_index = SearchIndex(store, folder / "cache")
    read = search_index.search(query, limit=None)
    assert search_index.update()
    return search_index.search(query, limit=None), read


def locations(found: Found) -> list[tuple[str, int | None]]:
    assert found.total == len(found.hits)
    return sorted((hit.key, hit.ordinal) for hit in found.hits)


@examples(1)
@given(request(), st.booleans())
@example(([("one", "日本語 text")], "本"), False)
@example(([("one", "a🧠b")], "🧠"), False)
@example(([("one", "x" * 40_000)], "x" * 32_768), False)
@example(([("one", "é" * 20_000)], "É" * 17_000), False)
@example(([("one", "a\x00b")], "b"), False)
@example(([("one", "C++ and c")], "c++"), True)
@example(([("one", "foo\u0301 x\u0301")], "foo x"), False)
def test_all_homes_find_the_same(history_and_text: tuple[list[tuple[str, str]], str], live: bool) -> None:
    history, typed = history_and_text
    query = parse(typed, live)
    expected = in_memory(history, query)
    assert locations(in_sqlite(history, query)) == expected
    with tempfile.TemporaryDirectory() as folder:
        indexed, read = in_jsonl(history, query, Path(folder))
    assert locations(read) == expected
    assert locations(indexed) == expected


@given(st.text())
def test_any_text_is_a_query(typed: str) -> None:
    for live in (False, True):
        assert matches(parse(typed, live), "") is False
