"""The primitives that write rows: on databases of both eras, read back with plain SQL, and taken back exactly."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sessiontui.errors import Changed, Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.sqlite.database_schema import create
from sessiontui.store.sqlite.kept_rows import KeptRows, Run, kept, runs_of
from sessiontui.store.sqlite.transaction import Receipt, Writing, made
from tests.support.databases import ERAS, append, contents, database, loaded, real, writer

AT = datetime(2026, 8, 1, 10, 30, 0, 5, UTC)
AT_TEXT = "2026-08-01T10:30:00.000005+00:00"
HELLO = Message("user", "hello")
RECEIPT = Receipt("k.jsonl", "ab" * 32, 99)

Move = Callable[[Writing, Path], KeptRows]


class Journal:
    """Where ``.rows`` files go, and one change after another."""

    def __init__(self, folder: Path, database: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.database = database
        self._numbers = count(1)

    def make(self, move: Move, back: KeptRows | None = None) -> KeptRows:
        file = self.folder / f"{next(self._numbers)}.rows"
        with Writing(self.database, back=back.path if back else None) as writing:
            done = move(writing, file)
            writing.commit()
        assert done == kept(file)
        assert made(self.database, file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert {each.name for each in self.database.parent.iterdir()} <= {"sessions.db", "journal"}
        return done

    def take_back(self, done: KeptRows) -> KeptRows:
        return self.make(lambda writing, file: writing.take_back(file), done)


@pytest.fixture(params=ERAS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A real database of each era; afterwards it and its index are sound."""
    path = real(tmp_path, request.param)
    yield path
    contents(path)


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path.parent / "journal", path)


def adding(key: str, *messages: Message, receipt: Receipt | None = None) -> Move:
    return lambda writing, file: writing.add(file, key, messages, AT, receipt)


def popping(key: str) -> Move:
    def pop(writing: Writing, file: Path) -> KeptRows:
        row = writing.newest(key)
        assert row is not None
        return writing.remove(file, key, [row.id])

    return pop


def dropping(*keys: str) -> Move:
    return lambda writing, file: writing.remove_sessions(file, keys)


def metadata(path: Path, key: str) -> dict[str, Any]:
    with writer(path) as connection:
        cursor = connection.execute("SELECT * FROM session_metadata WHERE session_key = ?", (key,))
        row = cursor.fetchone()
        return {} if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))


def found(path: Path, word: str) -> list[int]:
    with writer(path) as connection:
        return [
            id for (id,) in connection.execute("SELECT rowid FROM sessions_fts WHERE sessions_fts MATCH ?", (word,))
        ]


# ---- each primitive


def test_a_commit_is_on_the_disk_when_it_returns(path: Path) -> None:
    with Writing(path) as writing:
        for pragma, expected in (("synchronous", 2), ("fullfsync", 1)):
            assert writing.connection.execute(f"PRAGMA {pragma}").fetchone() == (expected,)


def test_an_append_is_a_row_and_its_metadata(journal: Journal, path: Path) -> None:
    before = loaded(path, "discord_bob")
    was = metadata(path, "discord_bob")
    done = journal.make(adding("discord_bob", Message("user", "needle\0\x1b[0m é漢🦀")))
    assert loaded(path, "discord_bob") == [*before, ("user", "needle\0\x1b[0m é漢🦀")]
    assert metadata(path, "discord_bob") == was | {"last_activity": AT_TEXT, "message_count": was["message_count"] + 1}
    assert (done.direction, done.rows, done.runs, done.keys) == ("added", 1, (Run(65, 65),), ("discord_bob",))
    assert found(path, "needle") == [65]


def test_a_new_session_has_a_whole_metadata_row(journal: Journal, path: Path) -> None:
    journal.make(adding("new", HELLO, HELLO))
    row = metadata(path, "new")
    assert {row.pop(name) for name in ("created_at", "last_activity")} == {AT_TEXT}
    assert (row.pop("session_key"), row.pop("message_count")) == ("new", 2)
    assert {name: value for name, value in row.items() if value is not None} in ({}, {"state": "idle"})


def test_the_next_id_is_known_before(path: Path, journal: Journal) -> None:
    with Writing(path) as writing:
        assert writing.next_id() == 65
    journal.make(adding("k", HELLO))
    with Writing(path) as writing:
        assert writing.next_id() == 66
    journal.make(popping("k"))
    with Writing(path) as writing:
        assert writing.next_id() == 66


def test_a_pop_removes_one_row_and_counts_it(journal: Journal, path: Path) -> None:
    before, was = loaded(path, "telegram_user123"), metadata(path, "telegram_user123")
    done = journal.make(popping("telegram_user123"))
    assert loaded(path, "telegram_user123") == before[:-1]
    assert metadata(path, "telegram_user123") == was | {"message_count": 3}
    assert (done.direction, done.rows, done.runs) == ("removed", 1, (Run(4, 4),))


def test_a_count_never_goes_below_zero(journal: Journal, path: Path) -> None:
    with writer(path) as connection:
        connection.execute("UPDATE session_metadata SET message_count = 0")
    journal.make(popping("telegram_user123"))
    assert metadata(path, "telegram_user123")["message_count"] == 0


def test_sessions_go_whole_and_others_stay(journal: Journal, path: Path) -> None:
    before = contents(path)
    done = journal.make(dropping("a_b", "a.b"))
    after = contents(path)
    gone = [row for row in before["sessions"] if row[1] in (b"a_b", b"a.b")]
    assert len(gone) == done.rows == 4
    assert after["sessions"] == [row for row in before["sessions"] if row not in gone]
    assert [row[0] for row in before["session_metadata"] if row not in after["session_metadata"]] == [b"a.b", b"a_b"]


def test_a_receipt_is_written_where_the_era_has_them(journal: Journal, path: Path) -> None:
    journal.make(adding("k", HELLO, receipt=RECEIPT))
    receipts = contents(path).get("jsonl_import_receipts", [])
    expected = [(b"k.jsonl", b"k", b"ab" * 32, 99, AT_TEXT.encode())]
    assert receipts == (expected if "jsonl_import_receipts" in contents(path) else [])


def test_an_import_of_nothing_is_a_session_of_no_messages(journal: Journal, path: Path) -> None:
    before = contents(path)
    done = journal.make(adding("empty", receipt=RECEIPT))
    assert metadata(path, "empty")["message_count"] == 0
    assert (done.rows, done.runs) == (0, ())
    journal.take_back(done)
    assert contents(path) == before


def test_stale_sessions_are_seen_within_the_transaction(path: Path) -> None:
    with Writing(path) as writing:
        assert writing.stale(datetime(2026, 1, 1, tzinfo=UTC)) == []
        assert len(writing.stale(datetime(2027, 1, 1, tzinfo=UTC))) == 18


def test_a_database_of_our_own_takes_it_all(tmp_path: Path) -> None:
    create(tmp_path / "sessions.db")
    journal = Journal(tmp_path / "journal", tmp_path / "sessions.db")
    empty = contents(journal.database)
    done = journal.make(adding("k", HELLO, receipt=RECEIPT))
    assert loaded(journal.database, "k") == [("user", "hello")]
    journal.take_back(done)
    assert contents(journal.database) == empty


# ---- taking back

MOVES = {
    "append": adding("discord_bob", HELLO),
    "first append": adding("new \0 key", HELLO),
    "import": adding("k", *(Message("user", str(n)) for n in range(50)), receipt=RECEIPT),
    "pop": popping("long_1mb"),
    "cleanup": dropping("a_b", "", "key with spaces\nand newline\tand tab", "long_1mb"),
}


@pytest.mark.parametrize("name", MOVES)
def test_undo_is_exact_and_redo_and_undo_again(journal: Journal, path: Path, name: str) -> None:
    before = contents(path)
    done = journal.make(MOVES[name])
    after = contents(path)
    assert after != before
    for _ in range(2):
        done = journal.take_back(done)
        assert contents(path) == before
        done = journal.take_back(done)
        assert contents(path) == after


def test_storage_classes_come_back_as_they_were(journal: Journal, path: Path) -> None:
    append(path, "odd", "user", b"blob\xff")
    append(path, "odd", b"role", "x")
    append(path, "odd", "user", "torn", at="")
    with writer(path) as connection:
        connection.execute(
            "UPDATE session_metadata SET last_activity = x'00', created_at = 'z', message_count = 'many'"
        )
        connection.execute("DROP TRIGGER IF EXISTS sessions_au")
        connection.execute("UPDATE sessions SET content = CAST(x'ff00fe' AS TEXT) WHERE content = 'torn'")
        connection.execute("INSERT INTO sessions_fts(sessions_fts) VALUES ('rebuild')")
    types = "SELECT typeof(role), typeof(content), hex(content) FROM sessions WHERE session_key = 'odd'"
    with writer(path) as connection:
        before = connection.execute(types).fetchall()
    whole = contents(path)
    done = journal.make(dropping("odd", "a_b"))
    assert contents(path) != whole
    journal.take_back(done)
    with writer(path) as connection:
        assert connection.execute(types).fetchall() == before
    assert contents(path) == whole


def test_columns_of_an_unknown_era_come_back_too(journal: Journal, path: Path) -> None:
    with writer(path) as connection:
        connection.execute("ALTER TABLE sessions ADD COLUMN mood")
        connection.execute('ALTER TABLE session_metadata ADD COLUMN "od d" BLOB DEFAULT 7')
        connection.execute("UPDATE sessions SET mood = id * 1.5")
        connection.execute("UPDATE session_metadata SET \"od d\" = x'0102'")
    before = contents(path)
    journal.take_back(journal.make(dropping("a_b")))
    assert contents(path) == before


def test_messages_that_arrived_since_stay_behind_what_comes_back(journal: Journal, path: Path) -> None:
    first = loaded(path, "a_b")
    done = journal.make(popping("a_b"))
    append(path, "a_b", "user", "since", "2027-01-01T00:00:00+00:00")
    journal.take_back(done)
    assert loaded(path, "a_b") == [*first, ("user", "since")]
    assert metadata(path, "a_b")["message_count"] == len(first) + 1
    assert metadata(path, "a_b")["last_activity"] == "2027-01-01T00:00:00+00:00"


def test_an_append_is_taken_back_from_under_what_arrived_since(journal: Journal, path: Path) -> None:
    first = loaded(path, "a_b")
    done = journal.make(adding("a_b", HELLO))
    append(path, "a_b", "user", "since", "2027-01-01T00:00:00+00:00")
    journal.take_back(done)
    assert loaded(path, "a_b") == [*first, ("user", "since")]
    assert metadata(path, "a_b")["message_count"] == len(first) + 1
    assert metadata(path, "a_b")["last_activity"] == "2027-01-01T00:00:00+00:00"


def test_a_session_that_began_anew_gets_its_past_back(journal: Journal, path: Path) -> None:
    first, was = loaded(path, "a_b"), metadata(path, "a_b")
    done = journal.make(dropping("a_b"))
    append(path, "a_b", "user", "since", "2027-01-01T00:00:00+00:00")
    journal.take_back(done)
    assert loaded(path, "a_b") == [*first, ("user", "since")]
    assert metadata(path, "a_b")["message_count"] == len(first) + 1
    assert metadata(path, "a_b")["created_at"] == was["created_at"]


def test_a_pop_comes_back_to_a_session_that_was_removed_since(journal: Journal, path: Path) -> None:
    last = loaded(path, "a_b")[-1]
    done = journal.make(popping("a_b"))
    journal.make(dropping("a_b"))
    journal.take_back(done)
    assert loaded(path, "a_b") == [last]
    assert metadata(path, "a_b")["message_count"] == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE sessions SET content = 'other' WHERE id = 65", "DELETE FROM sessions WHERE id = 66"],
    ids=["edited", "removed"],
)
def test_added_rows_that_are_not_the_same_are_left(journal: Journal, path: Path, statement: str) -> None:
    done = journal.make(adding("k", HELLO, HELLO, HELLO))
    with writer(path) as connection:
        connection.execute("DROP TRIGGER IF EXISTS sessions_au")
        connection.execute(statement)
        connection.execute("INSERT INTO sessions_fts(sessions_fts) VALUES ('rebuild')")
    before = contents(path)
    with pytest.raises(Refused, match="were changed or removed since") as raised:
        journal.take_back(done)
    assert raised.value.hint.startswith("nothing was changed")
    assert contents(path) == before
    assert [each.name for each in journal.folder.iterdir()] == ["1.rows"]


def test_rows_never_take_the_numbers_of_others(journal: Journal, path: Path) -> None:
    done = journal.make(popping("a_b"))
    (run,) = done.runs
    with writer(path) as connection:
        connection.execute("INSERT INTO sessions VALUES (?, 'other', 'user', 'x', 'now')", (run.first,))
    before = contents(path)
    with pytest.raises(Refused, match="other rows with the numbers"):
        journal.take_back(done)
    assert contents(path) == before


def test_an_import_whose_receipt_changed_is_left(tmp_path: Path) -> None:
    path = database(tmp_path, "head")
    journal = Journal(tmp_path / "journal", path)
    done = journal.make(adding("k", HELLO, receipt=RECEIPT))
    with writer(path) as connection:
        connection.execute("UPDATE jsonl_import_receipts SET source_len = 1")
    with pytest.raises(Refused, match=r"import receipt of k\.jsonl was changed since"):
        journal.take_back(done)


def test_columns_that_are_gone_can_not_be_given_back(journal: Journal, path: Path) -> None:
    with writer(path) as connection:
        connection.execute("ALTER TABLE sessions ADD COLUMN mood")
    done = journal.make(popping("a_b"))
    with writer(path) as connection:
        connection.execute("ALTER TABLE sessions DROP COLUMN mood")
    with pytest.raises(Refused, match="the table sessions of the database lost columns"):
        journal.take_back(done)


def test_rows_that_are_no_longer_there_are_not_removed(path: Path, journal: Journal) -> None:
    with pytest.raises(Changed, match="session “a_b” changed"):
        journal.make(lambda writing, file: writing.remove(file, "a_b", [1]))
    assert list(journal.folder.iterdir()) == []
    assert path.exists()


def test_a_transaction_takes_one_move(path: Path, tmp_path: Path) -> None:
    before = contents(path)
    with Writing(path) as writing:
        writing.add(tmp_path / "1.rows", "k", [HELLO], AT)
        with pytest.raises(ValueError, match="one move"):
            writing.add(tmp_path / "2.rows", "k", [HELLO], AT)
    assert contents(path) == before
    assert not list(tmp_path.glob("*.rows"))


# ---- the file


def test_a_damaged_rows_file_is_not_believed(journal: Journal, path: Path) -> None:
    done = journal.make(popping("discord_bob"))
    with writer(done.path) as connection:
        connection.execute("UPDATE sessions SET content = 'forged'")
    before = contents(path)
    with pytest.raises(StoreError, match=r"what undo kept in 1\.rows is damaged"):
        journal.take_back(done)
    done.path.write_bytes(done.path.read_bytes()[:3000])
    with pytest.raises(StoreError, match=r"what undo kept in 1\.rows can't be read"):
        journal.take_back(done)
    assert contents(path) == before


def test_the_hash_covers_types_and_all_columns(tmp_path: Path) -> None:
    path = database(tmp_path)
    append(path, "k", "user", "x")
    journal = Journal(tmp_path / "journal", path)
    done = journal.make(popping("k"))
    at = b"2026-03-16T12:23:18.123456789+00:00"
    row = b"1 text 1:ktext 4:usertext 1:xtext 35:" + at
    assert done.sha256 == hashlib.sha256(row).hexdigest()


@pytest.mark.parametrize(
    ("ids", "runs"),
    [([], []), ([4], [Run(4, 4)]), ([1, 2, 3, 5, 7, 8], [Run(1, 3), Run(5, 5), Run(7, 8)])],
)
def test_ids_are_told_as_runs(ids: list[int], runs: list[Run]) -> None:
    assert runs_of(ids) == runs


# ---- the largest integers


def test_no_row_number_left_is_a_plain_refusal(path: Path) -> None:
    with writer(path) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'sessions'")
        largest = connection.execute("SELECT max(id) FROM sessions").fetchone()[0]
        before = contents(path)
    with Writing(path) as writing, pytest.raises(Refused) as refused:
        writing.next_id()
    assert refused.value.sentence == (
        "sessions.db has no row number left (9223372036854775807 is taken); nothing was changed"
    )
    assert refused.value.hint == f"set `seq` in its table sqlite_sequence to {largest}"
    assert contents(path) == before


def test_a_count_at_its_end_stays_an_integer(path: Path, journal: Journal) -> None:
    journal.make(adding("k", HELLO))
    with writer(path) as connection:
        connection.execute("UPDATE session_metadata SET message_count = 9223372036854775807 WHERE session_key = 'k'")
    done = journal.make(adding("k", HELLO, HELLO))
    with writer(path) as connection:
        sql = "SELECT typeof(message_count), message_count FROM session_metadata WHERE session_key = 'k'"
        assert connection.execute(sql).fetchone() == ("integer", 9223372036854775807)
    journal.take_back(done)
