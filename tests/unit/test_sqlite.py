"""The SQLite home: real databases of both eras, odd rows, views, and what it costs."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sessiontui.errors import Cancelled, Changed, StoreError, UnknownKey
from sessiontui.model import Backend, Entry, Message, Session, Severity
from sessiontui.store.sqlite import sqlite_transcript
from sessiontui.store.sqlite.database_schema import KEY, read_time
from sessiontui.store.sqlite.open_read import read
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.databases import ERAS, NOW, REAL, append, database, folder_state, loaded, real, writer

MANIFEST = json.loads((REAL / "manifest.json").read_bytes())


def store(path: Path) -> SqliteStore:
    return SqliteStore(path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


# ---- real databases


@pytest.mark.parametrize("era", ERAS)
def test_the_list_is_zeroclaws(tmp_path: Path, era: str) -> None:
    expected = json.loads((ERAS[era] / "expected" / "list-meta.json").read_bytes())
    sessions = store(real(tmp_path, era)).sessions()
    assert [session.key for session in sessions] == json.loads((ERAS[era] / "expected" / "list.json").read_bytes())
    for session, meta in zip(sessions, expected, strict=True):
        times = read_time(meta["created_at"]), read_time(meta["last_activity"])
        assert None not in times
        assert session == Session(meta["key"], Backend.SQLITE, None, None, None, *times, meta.get("name"))


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("each", MANIFEST, ids=lambda each: f"{each['index']:02}")
def test_every_key_loads_what_zeroclaw_loads(tmp_path: Path, era: str, each: dict[str, Any]) -> None:
    expected = [Message(**line) for line in lines(ERAS[era] / "expected" / f"{each['index']:02}.load.jsonl")]
    opened = store(real(tmp_path, era))
    assert list(opened.messages(each["key"])) == expected
    assert opened.session(each["key"]).messages == len(expected)
    assert [entry.message for entry in opened.entries(each["key"])] == expected
    assert list(opened.faults(each["key"])) == []
    last = opened.last(each["key"])
    assert last is not None
    assert last[0] == expected[-1]


@pytest.mark.parametrize("era", ERAS)
def test_browsing_changes_nothing(tmp_path: Path, era: str) -> None:
    opened = store(real(tmp_path, era))
    before = folder_state(tmp_path)
    for session in opened.counted(opened.sessions()):
        list(opened.messages(session.key))
        list(opened.entries(session.key))
        view = opened.transcript(session.key)
        view.tail(2).load(0, 2)
        view.scan().load(0, 5)
    opened.stale(datetime.now(UTC))
    assert folder_state(tmp_path) == before


def test_bytes_are_those_of_role_and_content(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "漢\0é")
    append(path, "k", "tool", "")
    assert store(path).session("k").bytes == 4 + 6 + 4


# ---- rows that ZeroClaw leaves out


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A message, a blob, text that is no UTF-8, a number, a role that is a blob, a message."""
    path = database(tmp_path)
    append(path, "k", "user", "x")
    append(path, "k", "user", b"blob")
    append(path, "k", "user", "torn")
    append(path, "k", "user", 42)
    append(path, "k", b"user", "y")
    append(path, "k", "user", "ok after")
    with writer(path) as connection:
        connection.execute("DROP TRIGGER IF EXISTS sessions_au")
        connection.execute("UPDATE sessions SET content = CAST(x'61ff62' AS TEXT) WHERE content = 'torn'")
    return path


LOADED = [Message("user", "x"), Message("user", "42"), Message("user", "ok after")]


def test_rows_that_are_no_text_are_no_messages(odd: Path) -> None:
    assert list(store(odd).messages("k")) == LOADED
    assert list(store(odd).messages("k", 1, 2)) == LOADED[1:2]
    assert list(store(odd).messages("k", 1)) == LOADED[1:]
    assert store(odd).session("k").messages == 3
    assert [session.messages for session in store(odd).counted(store(odd).sessions())] == [3]


def test_rows_that_are_no_text_are_seen(odd: Path) -> None:
    entries = list(store(odd).entries("k"))
    assert [entry.message for entry in entries if entry.message] == LOADED
    assert [entry.ordinal for entry in entries] == [1, None, None, 2, None, 3]
    assert [entry.address.id for entry in entries] == [1, 2, 3, 4, 5, 6]
    faults = [entry.fault for entry in entries if entry.fault]
    assert [(fault.id, fault.severity, fault.at, fault.line) for fault in faults] == [
        ("dropped", Severity.DAMAGE, 0, None),
        ("dropped", Severity.DAMAGE, 1, None),
        ("dropped", Severity.DAMAGE, 0, None),
    ]
    assert [fault.reason for fault in faults] == [
        "the content of row 2 is stored as a blob, not as text; ZeroClaw leaves the row out",
        "the content of row 3 is not UTF-8; ZeroClaw leaves the row out",
        "the role of row 5 is stored as a blob, not as text; ZeroClaw leaves the row out",
    ]
    assert list(store(odd).faults("k")) == faults
    assert store(odd).transcript("k").scan().load(0, 6) == entries


def test_the_last_message_is_found_before_odd_rows(odd: Path) -> None:
    with writer(odd) as connection:
        connection.execute("DELETE FROM sessions WHERE id = 6")
    last = store(odd).last("k")
    assert last is not None
    assert (last[0], last[1].id, last[1].created_at) == (Message("user", "42"), 4, read_time(NOW))


# ---- odd databases


def test_rows_without_metadata_are_listed_too(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "listed", "user", "a", "2026-03-16T12:00:00+00:00")
    append(path, "lost", "user", "b", "2026-03-16T11:00:00+00:00", listed=False)
    append(path, "lost", "user", "c", "2026-03-16T13:00:00+00:00", listed=False)
    opened = store(path)
    assert [session.key for session in opened.sessions()] == ["lost", "listed"]
    lost = opened.session("lost")
    assert (lost.messages, lost.reachable) == (2, True)
    assert lost.created_at == datetime(2026, 3, 16, 11, tzinfo=UTC)
    assert lost.last_activity == datetime(2026, 3, 16, 13, tzinfo=UTC)
    assert opened.sessions()[0].last_activity == lost.last_activity
    assert list(opened.messages("lost")) == [Message("user", "b"), Message("user", "c")]


def test_rows_without_metadata_are_never_stale(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "lost", "user", "b", listed=False)
    assert store(path).stale(datetime(2099, 1, 1, tzinfo=UTC)) == []


def test_stale_is_what_is_older_as_a_text_and_as_a_time(tmp_path: Path) -> None:
    path = database(tmp_path)
    for key, at in {
        "older": "2026-03-16T11:59:59.999999999+00:00",
        "same": "2026-03-16T12:00:00.000000+00:00",
        "newer": "2026-03-16T12:00:00.000000001+00:00",
        "garbage": "garbage",
        "empty": "",
        "space": "2026-03-16 23:00:00+00:00",
        "seconds": "1753900000",
        "year 10000": "10000-01-01T00:00:00+00:00",
        "no day": "2026-02-30T00:00:00+00:00",
        "far west": "2026-03-16T11:00:00-11:00",
    }.items():
        append(path, key, "user", "x", at)
    stale = store(path).stale(datetime(2026, 3, 16, 12, tzinfo=UTC))
    assert [session.key for session in stale] == ["older"]


def test_counts_in_the_metadata_are_not_believed(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x")
    with writer(path) as connection:
        connection.execute("UPDATE session_metadata SET message_count = 77")
    assert store(path).sessions()[0].messages is None
    assert store(path).session("k").messages == 1


def test_a_session_of_no_messages_is_one(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x")
    with writer(path) as connection:
        connection.execute("DELETE FROM sessions")
    assert (store(path).session("k").messages, store(path).session("k").bytes) == (0, 0)
    assert store(path).last("k") is None
    assert list(store(path).messages("k")) == []


def test_times_that_are_none_and_names_that_are_no_text(tmp_path: Path) -> None:
    path = database(tmp_path, "head")
    append(path, "k", "user", "x", "yesterday")
    with writer(path) as connection:
        connection.execute("UPDATE session_metadata SET name = x'00ff'")
    session = store(path).session("k")
    assert (session.created_at, session.last_activity, session.name) == (None, None, None)


def test_a_name_is_shown_where_the_era_has_one(tmp_path: Path) -> None:
    path = database(tmp_path, "head")
    append(path, "k", "user", "x")
    with writer(path) as connection:
        connection.execute("UPDATE session_metadata SET name = 'About ducks'")
    assert store(path).sessions()[0].name == "About ducks"


def test_a_database_without_metadata_can_be_read(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x", listed=False)
    with writer(path) as connection:
        connection.execute("DROP TABLE session_metadata")
    assert [session.key for session in store(path).sessions()] == ["k"]
    assert list(store(path).messages("k")) == [Message("user", "x")]
    assert store(path).stale(datetime.now(UTC)) == []


HOSTILE = ["", "a\0b", "\x1b[31m", "'; DROP TABLE sessions; --", "%", "a\nb", "\u202e", "🦀", "k" * 5000]


def test_hostile_keys_are_keys_of_their_own(tmp_path: Path) -> None:
    path = database(tmp_path)
    for key in HOSTILE:
        append(path, key, "user", f"in {key!r}")
    opened = store(path)
    assert {session.key for session in opened.sessions()} == set(HOSTILE)
    for key in HOSTILE:
        assert list(opened.messages(key)) == [Message("user", f"in {key!r}")]
    assert [session.messages for session in opened.counted(opened.sessions())] == [1] * len(HOSTILE)


def test_a_key_that_is_no_utf8_is_listed_and_read(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x")
    with writer(path) as connection:
        for table in ("sessions", "session_metadata"):
            connection.execute(f"UPDATE {table} SET session_key = CAST(x'6bff' AS TEXT)")
    (session,) = store(path).sessions()
    assert (session.key, session.reachable) == ("k\udcff", False)
    assert list(store(path).messages("k\udcff")) == [Message("user", "x")]
    assert store(path).session("k\udcff").messages == 1


def test_a_key_that_no_database_can_hold_is_unknown(tmp_path: Path) -> None:
    path = database(tmp_path)
    with pytest.raises(UnknownKey):
        store(path).messages("\ud800")


def test_many_sessions_are_counted_in_one_pass_as_one_by_one(tmp_path: Path) -> None:
    path = database(tmp_path)
    with writer(path) as connection:
        connection.execute("BEGIN")
        for n in range(600):
            values = (f"k{n % 30}", "user", "é" * n if n % 7 else b"blob", NOW)
            connection.execute("INSERT INTO sessions VALUES (NULL, ?, ?, ?, ?)", values)
        connection.execute("COMMIT")
    opened = store(path)
    told: list[tuple[int, int]] = []
    sessions = list(opened.counted(opened.sessions(), progress=lambda done, total: told.append((done, total))))
    assert len(sessions) == 30
    assert sessions == [opened.session(session.key) for session in sessions]
    assert sum(session.messages or 0 for session in sessions) == 600 - 86
    assert told == [(600, 600)]


# ---- views


def test_a_view_is_frozen_while_messages_arrive(tmp_path: Path) -> None:
    path = database(tmp_path)
    for n in range(5):
        append(path, "k", "user", str(n))
    view = store(path).transcript("k")
    tail, whole = view.tail(2), view.scan()
    append(path, "other", "user", "between")
    append(path, "k", "user", "new")
    assert (len(tail), len(whole)) == (2, 5)
    assert [contents(entry) for entry in tail.load(0, 9)] == ["3", "4"]
    assert [contents(entry) for entry in whole.load(3, 5)] == ["3", "4"]
    assert [entry.position for entry in whole.load(3, 5)] == [3, 4]
    assert len(view.scan()) == 6


def contents(entry: Entry) -> str:
    assert entry.message is not None
    return entry.message.content


def test_a_view_of_rows_that_are_gone_says_so(tmp_path: Path) -> None:
    path = database(tmp_path)
    for n in range(3):
        append(path, "k", "user", str(n))
    whole = store(path).transcript("k").scan()
    with writer(path) as connection:
        connection.execute("DELETE FROM sessions WHERE id = 2")
    with pytest.raises(Changed, match="session “k” changed"):
        whole.load(0, 3)
    assert [contents(entry) for entry in whole.load(2, 3)] == ["2"]


def test_a_row_that_came_between_is_not_in_an_older_view(tmp_path: Path) -> None:
    path = database(tmp_path)
    for n in range(3):
        append(path, "k", "user", str(n))
    with writer(path) as connection:
        connection.execute("DELETE FROM sessions WHERE id = 2")
        whole = store(path).transcript("k").scan()
        connection.execute("INSERT INTO sessions VALUES (2, 'k', 'user', 'back', 'now')")
    assert [contents(entry) for entry in whole.load(0, 2)] == ["0", "2"]


def test_long_sessions_are_read_in_pages_that_tile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database(tmp_path)
    for n in range(25):
        append(path, "k", "user", str(n) * 10)
    expected = loaded(path, "k")
    for page, enough in ((1, 100), (7, 10_000), (1000, 1), (1000, 55)):
        monkeypatch.setattr(sqlite_transcript, "PAGE", page)
        monkeypatch.setattr(sqlite_transcript, "ENOUGH", enough)
        assert [(m.role, m.content) for m in store(path).messages("k")] == expected


def test_cancelled_work_says_so(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x")
    with pytest.raises(Cancelled):
        store(path).transcript("k").scan(lambda: True)
    with pytest.raises(Cancelled):
        list(store(path).counted(store(path).sessions(), cancelled=lambda: True))


def test_a_missing_database_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        store(tmp_path / "sessions.db").sessions()


# ---- what it costs


@pytest.mark.parametrize(
    ("statement", "plan"),
    [
        (f"SELECT id FROM sessions WHERE {KEY} ORDER BY id DESC LIMIT 200", "USING COVERING INDEX"),
        (f"SELECT content FROM sessions WHERE {KEY} AND id > 5 ORDER BY id LIMIT 9", "USING INDEX"),
        (f"SELECT content FROM sessions WHERE {KEY} AND id BETWEEN 5 AND 9 ORDER BY id", "USING INDEX"),
    ],
)
def test_the_statements_of_a_transcript_seek_and_do_not_sort(tmp_path: Path, statement: str, plan: str) -> None:
    def explained(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", ("k",))]

    (step,) = read(database(tmp_path), explained)
    assert step.startswith("SEARCH sessions")
    assert plan in step
    assert "idx_sessions_key" in step
