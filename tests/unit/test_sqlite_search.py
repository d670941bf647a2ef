"""Search in a sessions.db: by its own index, by reading rows, and what is no hit."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest

from sessiontui.errors import Cancelled
from sessiontui.model import Backend, Found
from sessiontui.query.parse import parse
from sessiontui.store import full_text
from sessiontui.store.protocol import never
from sessiontui.store.sqlite import sqlite_search
from sessiontui.store.sqlite.database_schema import NEW, text
from sessiontui.store.sqlite.sqlite_search import search_rows

TIME = "2026-03-16T12:23:18.123456789+00:00"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.text_factory = text
    made.executescript(NEW)
    yield made
    made.close()


def add(connection: sqlite3.Connection, key: object, content: object, role: object = "user") -> None:
    connection.execute(
        "INSERT INTO sessions(session_key, role, content, created_at) VALUES (?, ?, ?, ?)", (key, role, content, TIME)
    )


def search(
    connection: sqlite3.Connection,
    typed: str,
    limit: int | None = 50,
    *,
    relevance: bool = False,
    key: str | None = None,
) -> Found:
    return search_rows(connection, parse(typed), limit, relevance, never, None if key is None else [key])


def ids(found: Found) -> list[int | None]:
    return [hit.address.id for hit in found.hits]


def test_a_hit_is_the_row_with_its_place(connection: sqlite3.Connection) -> None:
    add(connection, "other", "foo")
    add(connection, "key", "bar")
    add(connection, "key", "some Foo here", "assistant")
    found = search(connection, "foo")
    hit = found.hits[0]
    assert (hit.key, hit.backend, hit.role, hit.snippet) == ("key", Backend.SQLITE, "assistant", "some Foo here")
    assert (hit.ordinal, hit.address.id) == (2, 3)
    assert hit.address.created_at == datetime(2026, 3, 16, 12, 23, 18, 123456, UTC)
    assert (ids(found), found.total, found.note) == ([3, 1], 2, "")


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("relevance", [False, True])
def test_one_session_is_searched_by_the_index_or_row_by_row(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, few: int, relevance: bool
) -> None:
    monkeypatch.setattr(sqlite_search, "FEW", few)
    for number in range(12):
        for key in ("one", "two", "two")[number % 2 :]:
            add(connection, key, f"foo {'bar' if number % 3 else '漢'}")
    for typed in ("foo", "fo*", "foo bar", "漢", "foo 漢"):
        everywhere = search(connection, typed, None, relevance=relevance)
        for key in ("one", "two", "nowhere", "\ud800"):
            expected = tuple(hit for hit in everywhere.hits if hit.key == key)
            assert search(connection, typed, None, relevance=relevance, key=key) == Found(expected, len(expected))
            found = search(connection, typed, 2, relevance=relevance, key=key)
            assert found.hits == expected[:2]
            assert found.total in (None, len(expected))


@pytest.mark.parametrize("typed", ["foo", "fo*"])
def test_the_total_is_of_all_hits(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    for _ in range(7):
        add(connection, "key", "foo")
    found = search(connection, typed, 3)
    assert (ids(found), found.total) == ([7, 6, 5], 7)
    assert [hit.ordinal for hit in found.hits] == [7, 6, 5]
    assert search(connection, "foo", None).total == 7
    assert search(connection, typed, 0) == Found((), 7)
    assert search(connection, "+", 0) == Found((), None), "no index of words tells"
    assert search(connection, "") == Found((), 0)
    for most, total in ((6, None), (7, 7)):
        monkeypatch.setattr(full_text, "COUNTED", most)
        assert search(connection, typed, 3).total == total


def test_half_a_surrogate_pair_is_found_nowhere(connection: sqlite3.Connection) -> None:
    add(connection, "key", "x")
    for typed in ("\udc80", "x \udc80", '"\udc80 x"'):
        assert search(connection, typed) == Found((), 0)


def test_keys_and_roles_are_not_searched(connection: sqlite3.Connection) -> None:
    add(connection, "needle", "hay", "needle")
    assert search(connection, "needle") == Found((), 0)


def test_what_zeroclaw_does_not_load_is_no_hit(connection: sqlite3.Connection) -> None:
    add(connection, "key", b"foo +")
    connection.execute("INSERT INTO sessions SELECT NULL, 'key', 'user', CAST(x'666f6f202bff' AS TEXT), ''")
    add(connection, b"blob", "foo +")
    add(connection, "key", "foo +", b"user")
    add(connection, "key", "foo +")
    for typed in ("foo", "+", "foo +", "fo*"):
        assert ids(search(connection, typed)) == [5]


def test_a_key_that_is_no_utf8_is_decoded_as_a_file_name(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO sessions SELECT NULL, CAST(x'6bff' AS TEXT), 'user', 'foo', ''")
    (hit,) = search(connection, "foo").hits
    assert (hit.key, hit.ordinal) == ("k\udcff", 1)


def test_an_index_that_is_out_of_step_gives_no_false_hit(connection: sqlite3.Connection) -> None:
    add(connection, "key", "foo")
    connection.execute("DROP TRIGGER sessions_au")  # as in the older eras
    connection.execute("UPDATE sessions SET content = 'bar'")
    assert search(connection, "foo").hits == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM sessions_fts_data",
        "UPDATE sessions_fts_data SET block = x'a5a5' WHERE id > 10",
        "DROP TABLE sessions_fts; CREATE VIRTUAL TABLE sessions_fts USING fts5(body)",
        "DROP TABLE sessions_fts; CREATE TABLE sessions_fts (a)",
    ],
)
def test_an_index_that_can_not_be_used_hides_no_message(connection: sqlite3.Connection, statement: str) -> None:
    for content in ("foo", "bar", "foo bar"):
        add(connection, "key", content)
    connection.executescript(statement)
    for relevance in (False, True):
        found = search(connection, "foo", relevance=relevance)
        assert (ids(found), found.total) == ([3, 1], 2)
        assert found.note.startswith("all rows were read, for the database's search index can't be used: ")


def test_without_an_index_rows_are_read(connection: sqlite3.Connection) -> None:
    add(connection, "key", "foo")
    add(connection, "key", "Föo bar")
    for trigger in ("sessions_ai", "sessions_ad", "sessions_au"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("DROP TABLE sessions_fts")
    assert ids(search(connection, "foo")) == [2, 1]
    assert search(connection, "foo", 1).total is None


def test_relevance(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    add(connection, "key", "foo")
    add(connection, "key", "foo " + "straw " * 100)
    assert ids(search(connection, "foo", relevance=True)) == [1, 2]
    assert ids(search(connection, "foo", 1, relevance=True)) == [1]
    monkeypatch.setattr(full_text, "RANKED", 1)
    found = search(connection, "foo", relevance=True)
    assert (ids(found), found.total, found.note) == ([2], None, "ranked among the newest 1 hits")


def test_a_count_ends_somewhere(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        add(connection, "key", "foo")
    monkeypatch.setattr(full_text, "COUNTED", 3)
    found = search(connection, "foo", 2)
    assert (ids(found), found.total, found.note) == ([5, 4], None, "more than 3 hits")
    assert search(connection, "foo", 0) == Found((), 5), "who asks for the number alone is told it"
    monkeypatch.setattr(full_text, "RANKED", 3)
    assert search(connection, "foo", 0, relevance=True) == Found((), 5, "ranked among the newest 3 hits")


@pytest.mark.parametrize("typed", ["foo", "+", "fo* +", '"a b"'])
@pytest.mark.parametrize("relevance", [False, True])
def test_it_can_be_cancelled(connection: sqlite3.Connection, typed: str, relevance: bool) -> None:
    for _ in range(20):
        add(connection, "key", "foo a b +")
    with pytest.raises(Cancelled):
        search_rows(connection, parse(typed), 5, relevance, lambda: True)
    assert search(connection, typed, relevance=relevance).total == 20  # the connection is as it was


def test_a_long_question_to_sqlite_is_interrupted(connection: sqlite3.Connection) -> None:
    for _ in range(3_000):
        add(connection, "key", "hay")
    request = 0

    def later() -> bool:
        nonlocal request
        request += 1
        return request > 1

    with pytest.raises(Cancelled):
        search_rows(connection, parse("✂"), 5, False, later)
    assert request == 2  # no row matched: SQLite itself asked


def test_what_a_cancelled_search_holds_can_be_let_go_in_any_thread(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        add(connection, "key", "foo")
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(Cancelled) as cancelled:
        search_rows(connection, parse("foo"), 50, False, lambda: True)
    other = Thread(target=traceback.clear_frames, args=(cancelled.tb,))
    other.start()
    other.join()
    assert ignored == []
