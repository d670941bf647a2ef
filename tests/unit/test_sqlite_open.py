"""Opening a database for reading: what is opened how, and that nothing beside or in it changes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sessiontui.errors import Changed, StoreError
from sessiontui.query.parse import parse
from sessiontui.store.sqlite import open_read, private_copy
from sessiontui.store.sqlite.database_schema import IMMUTABLE
from sessiontui.store.sqlite.open_read import TRIES, read, state
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.capabilities import need_any_name, unprivileged
from tests.support.databases import append, database, folder_state, writer
from tests.support.lying import replace_index, without_trigger


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = database(tmp_path)
    append(path, "k", "user", "hello")
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]
    return path


@pytest.fixture
def opened_as(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In which modes databases were opened."""
    modes: list[str] = []
    real = open_read._opened

    def watched(path: Path, mode: str) -> object:
        modes.append(mode)
        return real(path, mode)

    monkeypatch.setattr(open_read, "_opened", watched)
    return modes


@pytest.fixture
def denied(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SQLite may not open databases read-only where they stand, as in a folder that can't be written."""
    real = open_read._opened

    @contextmanager
    def refusing(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
        if mode == "mode=ro":
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise error
        with real(path, mode) as connection:
            yield connection

    monkeypatch.setattr(open_read, "_opened", refusing)
    yield
    private_copy.forget()


def test_a_still_database_is_immutable_and_stays_untouched(filled: Path, opened_as: list[str]) -> None:
    before = folder_state(filled.parent)
    assert read(filled, count) == 1
    assert opened_as == [IMMUTABLE]
    assert folder_state(filled.parent) == before


def test_an_empty_wal_counts_as_none(filled: Path, opened_as: list[str]) -> None:
    Path(f"{filled}-wal").touch()
    before = folder_state(filled.parent)
    assert read(filled, count) == 1
    assert opened_as == [IMMUTABLE]
    assert folder_state(filled.parent) == before


def test_what_stands_in_a_live_wal_is_read(filled: Path, opened_as: list[str]) -> None:
    with writer(filled) as daemon:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        before = folder_state(filled.parent)
        assert read(filled, count) == 2
        assert opened_as == ["mode=ro"]
        after = folder_state(filled.parent)
        assert {name: after[name] for name in ("sessions.db", "sessions.db-wal", ".")} == {
            name: before[name] for name in ("sessions.db", "sessions.db-wal", ".")
        }
        assert after.keys() == before.keys()


def left_behind(filled: Path, folder: Path) -> Path:
    """A database whose writer was killed: its wal holds a second row, and there is no shm."""
    with writer(filled) as daemon:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        folder.mkdir()
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{filled}{suffix}", folder / f"sessions.db{suffix}")
    return folder / "sessions.db"


def test_a_wal_that_a_killed_writer_left_is_read_and_stays(filled: Path) -> None:
    path = left_behind(filled, filled.parent / "left")
    before = folder_state(path.parent)
    assert read(path, count) == 2
    after = folder_state(path.parent)
    assert after.keys() - before.keys() <= {"sessions.db-shm"}
    assert all(after[name] == before[name] for name in ("sessions.db", "sessions.db-wal"))


@pytest.mark.usefixtures("denied")
def test_where_sqlite_may_not_a_private_copy_is_read_with_a_notice(filled: Path) -> None:
    path = left_behind(filled, filled.parent / "left")
    before = folder_state(path.parent)
    notices: list[str] = []
    assert read(path, count, notices.append) == 2
    assert notices == ["sessions.db can't be opened where it stands; a private copy of it is shown"]
    assert folder_state(path.parent) == before


@pytest.mark.usefixtures("denied")
def test_indexes_that_lie_in_a_private_copy_hide_nothing(filled: Path) -> None:
    for n in range(4):
        append(filled, "k", "user", f"more {n}")
    without_trigger(filled, "sessions_ai")
    for name in ("idx_sessions_key", "idx_sessions_key_id"):
        replace_index(filled, name, "id <= 2")
    store = SqliteStore(left_behind(filled, filled.parent / "left"))
    assert [each.content for each in store.messages("k")] == ["hello", "more 0", "more 1", "more 2", "more 3", "two"]
    assert store.notice == (
        "sessions.db can't be opened where it stands; a private copy of it is shown; "
        "the index idx_sessions_key of sessions.db is damaged; rows are read without it"
    )
    assert [hit.snippet for hit in store.search(parse("two"), scan=lambda *_: None).hits] == ["two"]
    assert store.session("k").messages == 6


@pytest.mark.usefixtures("denied")
def test_no_place_for_a_private_copy_is_said(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = left_behind(filled, filled.parent / "left")
    monkeypatch.setattr(tempfile, "tempdir", str(filled.parent / "nowhere"))
    with pytest.raises(StoreError, match=r"sessions\.db needs a private copy, for which there is no place: .*nowhere"):
        read(path, count)


@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_a_folder_that_can_not_be_written_is_read_for_real(filled: Path, mode: int) -> None:
    notices: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        path = left_behind(filled, Path(made, "left"))
        for each in (path, Path(f"{path}-wal")):
            each.chmod(mode)
        before = folder_state(path.parent)
        path.parent.chmod(0o555)
        Path(made).chmod(0o755)
        with unprivileged():
            assert read(path, count, notices.append) == 2
            private_copy.forget()
        assert folder_state(path.parent) == before
        path.parent.chmod(0o755)
    assert len(notices) == 1


def test_a_still_database_in_a_folder_that_can_not_be_written_needs_no_copy(filled: Path) -> None:
    notices: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        path = Path(shutil.copyfile(filled, Path(made, "sessions.db")))
        path.chmod(0o444)
        Path(made).chmod(0o555)
        with unprivileged():
            assert read(path, count, notices.append) == 1
        Path(made).chmod(0o755)
    assert notices == []


def test_a_database_that_can_not_be_read_is_named(filled: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        path = left_behind(filled, Path(made, "left"))
        Path(made).chmod(0o755)
        for each in (path, Path(f"{path}-wal")):
            each.chmod(0)
        with unprivileged(), pytest.raises(StoreError, match=r"sessions\.db can't be (read or copied|opened)"):
            read(path, count)
        Path(f"{path}-wal").unlink()
        with unprivileged(), pytest.raises(StoreError, match=r"sessions\.db can't be opened"):
            read(path, count)


@pytest.mark.usefixtures("denied")
def test_a_private_copy_is_private_made_once_and_removed(filled: Path, opened_as: list[str]) -> None:
    path = left_behind(filled, filled.parent / "left")
    copies = [private_copy.private_copy(path, lambda: state(path)) for _ in range(2)]
    assert copies[0] == copies[1]
    assert copies[0].stat().st_mode & 0o777 == 0o600
    assert copies[0].parent.stat().st_mode & 0o777 == 0o700
    assert read(path, count) == 2
    assert opened_as == ["mode=ro", IMMUTABLE]
    private_copy.forget()
    assert not copies[0].parent.exists()


@pytest.mark.usefixtures("denied")
def test_a_private_copy_is_made_anew_when_the_database_changed(filled: Path) -> None:
    path = left_behind(filled, filled.parent / "left")
    first = private_copy.private_copy(path, lambda: state(path))
    with writer(path) as daemon:
        daemon.execute("DELETE FROM sessions")
        daemon.execute("INSERT INTO sessions VALUES (9, 'k', 'user', 'nine', 'now')")
        assert read(path, count) == 1
    assert not first.exists()


def test_a_rollback_journal_is_not_ignored(filled: Path, opened_as: list[str]) -> None:
    with writer(filled) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("PRAGMA cache_spill=1")
        other.execute("PRAGMA cache_size=1")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE sessions SET role = 'tool'")
        assert Path(f"{filled}-journal").stat().st_size > 0
        assert read(filled, count) == 1
    assert opened_as == ["mode=ro"]


def test_a_read_is_done_again_when_the_database_changed_under_it(filled: Path) -> None:
    seen: list[int] = []

    def work(connection: sqlite3.Connection) -> int:
        seen.append(count(connection))
        if len(seen) == 1:
            append(filled, "k", "user", "meanwhile")
        return seen[-1]

    assert read(filled, work) == 2
    assert seen == [1, 2]


def test_a_database_that_goes_as_it_is_opened_is_not_made_anew(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = open_read._opened

    def late(path: Path, mode: str) -> object:
        path.unlink()
        return real(path, mode)

    monkeypatch.setattr(open_read, "_opened", late)
    with pytest.raises(StoreError, match=r"there is no database sessions\.db here"):
        read(filled, count)
    assert list(filled.parent.iterdir()) == []


def test_an_error_out_of_a_changing_database_is_not_believed(filled: Path) -> None:
    calls: list[int] = []

    def work(connection: sqlite3.Connection) -> int:
        calls.append(1)
        if len(calls) == 1:
            append(filled, "k", "user", "meanwhile")
            raise sqlite3.DatabaseError("database disk image is malformed")
        return count(connection)

    assert read(filled, work) == 2


def test_a_database_that_never_rests_is_given_up(filled: Path) -> None:
    calls: list[int] = []

    def work(connection: sqlite3.Connection) -> None:
        calls.append(count(connection))
        append(filled, "k", "user", "again")

    with pytest.raises(Changed, match=r"sessions\.db changed while it was read"):
        read(filled, work)
    assert calls == list(range(1, TRIES + 1))


def test_the_connection_can_not_write(filled: Path) -> None:
    before = folder_state(filled.parent)
    for statement in ("DELETE FROM sessions", "CREATE TABLE t (a)", "PRAGMA user_version = 5; "):
        with pytest.raises(StoreError):
            read(filled, lambda connection, sql=statement: connection.execute(sql).fetchall())  # type: ignore[misc]
    assert folder_state(filled.parent) == before


def test_untrusted_schemas_are_not_trusted(filled: Path) -> None:
    assert read(filled, lambda c: c.execute("PRAGMA trusted_schema").fetchone()) == (0,)


@pytest.mark.parametrize("name", ["with space", "a?b#c%41", "-wal", "ünï", "\udcff\udcfe", "quote\"'", "a\nb"])
def test_any_name_can_be_opened(tmp_path: Path, name: str) -> None:
    if not name.isprintable() and name != "a\nb":
        need_any_name(tmp_path)
    folder = tmp_path / name
    folder.mkdir()
    path = database(folder)
    append(path, "k", "user", "hello")
    assert read(path, count) == 1


def test_a_link_is_followed_to_the_wal_of_the_database(filled: Path, opened_as: list[str]) -> None:
    link = filled.parent / "link.db"
    link.symlink_to(filled)
    with writer(filled) as daemon:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        assert read(link, count) == 2
    assert opened_as == ["mode=ro"]


def malformed(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def misspelt(path: Path) -> None:
    """So that SQLite's message quotes what is no UTF-8."""
    path.write_bytes(
        path.read_bytes().replace(b"CREATE INDEX idx_sessions_key ON", b"CREATE \xa5NDEX idx_sessions_key ON")
    )


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def another(path: Path) -> None:
    path.unlink()
    with writer(path) as connection:
        connection.execute("CREATE TABLE t (a)")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: os.truncate(path, 0), "is an empty file, not a database"),
        (lambda path: path.write_bytes(b"just some text\n" * 100), "is no SQLite database, or it is encrypted"),
        (lambda path: path.write_bytes(os.urandom(8192)), "is no SQLite database, or it is encrypted"),
        (lambda path: os.truncate(path, 4096), "is damaged: "),
        (malformed, "is damaged: "),
        (misspelt, "is damaged: malformed database schema"),
        (os.unlink, r"there is no database sessions\.db here"),
        (folder, "is no file"),
        (fifo, "is no file"),
        (another, "holds no ZeroClaw sessions"),
    ],
    ids=["empty", "text", "random", "cut", "malformed", "misspelt", "missing", "folder", "fifo", "another"],
)
def test_what_is_no_sound_database_is_said_in_one_sentence(
    filled: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    damage(filled)
    with pytest.raises(StoreError, match=sentence) as raised:
        read(filled, count)
    assert raised.value.hint
    assert raised.value.exit_code == 3
