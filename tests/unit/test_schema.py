"""The shape of databases, and times in them."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sessiontui.errors import StoreError
from sessiontui.store.sqlite.database_schema import columns, create, read_time, shape, write_time
from tests.support.databases import ERAS, append, contents, database, folder_state, loaded, writer

SEED_METADATA = {"session_key", "created_at", "last_activity", "message_count"}
HEAD_ONLY = {"name", "state", "turn_id", "turn_started_at", "agent_alias", "channel_id", "room_id", "sender_id"}


def test_a_new_database_is_the_seeds_with_names_and_an_update_trigger(tmp_path: Path) -> None:
    ours, seed = tmp_path / "sessions.db", tmp_path / "seed"
    seed.mkdir()
    create(ours)
    with writer(ours) as connection, writer(database(seed)) as theirs:
        for table in ("sessions", "session_metadata"):
            sql = f"SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('{table}')"
            extra = [("name", "TEXT", 0, None, 0)] if table == "session_metadata" else []
            assert connection.execute(sql).fetchall() == theirs.execute(sql).fetchall() + extra
        named = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        names = [name for (name,) in connection.execute(named)]
        assert names == sorted([*(name for (name,) in theirs.execute(named)), "sessions_au"])
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA encoding").fetchone() == ("UTF-8",)


def test_a_new_database_is_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


def test_zeroclaw_can_append_to_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    create(path)
    append(path, "k", "user", "hello")
    with writer(path) as connection:
        connection.execute("UPDATE sessions SET content = 'good day'")
    assert loaded(path, "k") == [("user", "good day")]
    assert len(contents(path)["session_metadata"]) == 1


def test_creating_never_replaces(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    path.write_bytes(b"something")
    before = folder_state(tmp_path)[path.name]
    with pytest.raises(StoreError, match=r"sessions\.db is there already"):
        create(path)
    assert folder_state(tmp_path)[path.name] == before
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


def test_creating_in_no_folder_is_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"sessions\.db can't be created: No such file"):
        create(tmp_path / "none" / "sessions.db")


@pytest.mark.parametrize(
    ("era", "metadata", "receipts"), [("seed", SEED_METADATA, False), ("head", SEED_METADATA | HEAD_ONLY, True)]
)
def test_an_era_is_seen(tmp_path: Path, era: str, metadata: set[str], *, receipts: bool) -> None:
    assert era in ERAS
    with writer(database(tmp_path, era)) as connection:
        found = shape(connection)
    assert found.metadata == metadata
    assert (found.receipts, found.indexed) == (receipts, True)


def test_another_programs_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with writer(path) as connection:
        connection.execute("CREATE TABLE sessions (id INTEGER, title TEXT)")
        with pytest.raises(StoreError, match="holds no ZeroClaw sessions"):
            shape(connection)


def test_columns_of_a_table_that_is_not_there(tmp_path: Path) -> None:
    with writer(tmp_path / "new.db") as connection:
        assert columns(connection, "nothing") == frozenset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-16T12:23:18+00:00", (2026, 3, 16, 12, 23, 18, 0)),
        ("2026-03-16T12:23:18.123+00:00", (2026, 3, 16, 12, 23, 18, 123000)),
        ("2026-03-16T12:23:18.123456+00:00", (2026, 3, 16, 12, 23, 18, 123456)),
        ("2026-03-16T12:23:18.123456999+00:00", (2026, 3, 16, 12, 23, 18, 123456)),
        ("2026-03-16T12:23:18.000000999Z", (2026, 3, 16, 12, 23, 18, 0)),
        ("2026-03-16 14:23:18.5+02:00", (2026, 3, 16, 12, 23, 18, 500000)),
        ("2024-02-29T23:59:59-00:30", (2024, 3, 1, 0, 29, 59, 0)),
    ],
)
def test_a_time_is_read(text: str, moment: tuple[int, ...]) -> None:
    assert read_time(text) == datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "value",
    [
        "", "garbage", "2026-03-16", "2026-13-16T12:23:18+00:00", "2026-02-30T12:23:18+00:00",
        "2026-03-16T12:23:18", "2026-03-16T24:00:01+00:00", "2026-03-16T12:23:18.+00:00", "2026-03-16T12:23:18+0000",
        " 2026-03-16T12:23:18+00:00", "2026-03-16T12:23:18+00:00\n", "٢٠٢٦-03-16T12:23:18+00:00",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", None, 5, b"2026-03-16T12:23:18+00:00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(value: object) -> None:
    assert read_time(value) is None


def test_a_time_is_written_so_that_text_compares() -> None:
    east = timezone(timedelta(hours=2))
    assert write_time(datetime(2026, 3, 16, 14, 23, 18, 5, east)) == "2026-03-16T12:23:18.000005+00:00"
    assert write_time(datetime(2026, 3, 16, tzinfo=UTC)) == "2026-03-16T00:00:00.000000+00:00"
    assert write_time(datetime(2026, 3, 16, 12, 23, 18, 123456, UTC)) < "2026-03-16T12:23:18.123456789+00:00"
