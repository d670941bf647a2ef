"""What goes wrong while rows are written: locks, kills, full disks. The database is as before, or as after."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessiontui.errors import StoreError
from sessiontui.model import Message
from sessiontui.store.sqlite import kept_rows
from sessiontui.store.sqlite.transaction import Writing, made
from tests.support.databases import append, contents, database, folder_state, loaded, writer

AT = datetime(2026, 8, 1, tzinfo=UTC)
HELLO = Message("user", "hello")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = database(tmp_path)
    append(path, "k", "user", "one")
    return path


def test_a_locked_database_is_said_to_be_and_left(path: Path) -> None:
    with writer(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(StoreError, match=r"sessions\.db is locked by another program") as raised,
            Writing(path, wait=0.05),
        ):
            pytest.fail("got in")
        other.execute("ROLLBACK")
    assert raised.value.exit_code == 3
    assert loaded(path, "k") == [("user", "one")]


def test_readers_do_not_keep_a_change_away(path: Path, tmp_path: Path) -> None:
    with writer(path) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
        with Writing(path, wait=0.05) as writing:
            writing.add(tmp_path / "1.rows", "k", [HELLO], AT)
            writing.commit()
        assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM sessions").fetchone() == (2,)


def test_what_is_not_committed_has_not_happened(path: Path, tmp_path: Path) -> None:
    before = contents(path)
    with Writing(path) as writing:
        writing.remove(tmp_path / "1.rows", "k", [1])
        assert (tmp_path / "1.rows").exists()
        with writer(path) as other:
            assert other.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_messages_that_can_not_be_read_leave_nothing(path: Path, tmp_path: Path, error: BaseException) -> None:
    def messages() -> object:
        yield HELLO
        raise error

    before = contents(path)
    with pytest.raises(type(error)), Writing(path) as writing:
        writing.add(tmp_path / "1.rows", "k", messages(), AT)  # type: ignore[arg-type]
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


def test_where_nothing_can_be_kept_nothing_is_changed(path: Path, tmp_path: Path) -> None:
    before = contents(path)
    with pytest.raises(StoreError, match="what undo needs can't be kept: No such file"), Writing(path) as writing:
        writing.remove(tmp_path / "none" / "1.rows", "k", [1])
    assert contents(path) == before


def test_a_file_that_is_there_is_never_written_over(path: Path, tmp_path: Path) -> None:
    (tmp_path / "1.rows").write_bytes(b"precious")
    (tmp_path / "2.rows").symlink_to(tmp_path / "elsewhere")
    for name in ("1.rows", "2.rows"):
        with pytest.raises(StoreError, match="File exists"), Writing(path) as writing:
            writing.remove(tmp_path / name, "k", [1])
    assert (tmp_path / "1.rows").read_bytes() == b"precious"
    assert not (tmp_path / "elsewhere").exists()
    assert loaded(path, "k") == [("user", "one")]


@pytest.mark.parametrize("step", ["_copy", "_sync", "digest"])
def test_a_full_disk_beside_the_database_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    before = contents(path)
    owner: object = kept_rows.Keeping if step == "_copy" else kept_rows
    monkeypatch.setattr(owner, step, full)
    with pytest.raises(StoreError, match="what undo needs can't be kept: No space left"), Writing(path) as writing:
        writing.add(tmp_path / "1.rows", "k", [HELLO], AT)
    monkeypatch.undo()
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


def test_a_full_disk_under_the_database_changes_nothing(path: Path, tmp_path: Path) -> None:
    before = contents(path)
    with Writing(path) as writing:
        pages = writing.connection.execute("PRAGMA page_count").fetchone()[0]
        writing.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match=r"the disk is full; nothing was changed in sessions\.db"):
            writing.add(tmp_path / "1.rows", "k", [Message("user", "x" * 100_000)], AT)
    assert contents(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["sessions.db"]


def test_a_broken_index_is_said_and_nothing_is_changed(path: Path, tmp_path: Path) -> None:
    with writer(path) as connection:
        connection.execute("DROP TABLE sessions_fts")
    with pytest.raises(StoreError, match=r"sessions\.db can't be used: no such table"), Writing(path) as writing:
        writing.add(tmp_path / "1.rows", "k", [HELLO], AT)
    assert loaded(path, "k") == [("user", "one")]


def test_a_database_that_can_not_be_written_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, **how: real(name.replace("mode=rw", "mode=ro"), **how))
    with pytest.raises(StoreError, match=r"sessions\.db can't be written here"), Writing(path):
        pytest.fail("got in")
    monkeypatch.undo()
    assert loaded(path, "k") == [("user", "one")]


def test_a_database_without_metadata_is_not_written(path: Path) -> None:
    with writer(path) as connection:
        connection.execute("DROP TABLE session_metadata")
    with pytest.raises(StoreError, match=r"sessions\.db has no table session_metadata"), Writing(path):
        pytest.fail("got in")


# ---- killed

SCRIPT = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sessiontui.model import Message
from sessiontui.store.sqlite.transaction import Writing
path, file, verb, when = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
with Writing(path) as writing:
    if verb == "add":
        writing.add(file, "k", [Message("user", "hello")] * 3, datetime.now(UTC))
    elif verb == "empty":
        writing.add(file, "new", [], datetime.now(UTC))
    elif verb == "remove":
        writing.remove(file, "k", [1])
    else:
        writing.remove_sessions(file, ["k"])
    if when == "after":
        writing.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("verb", ["add", "empty", "remove", "cleanup"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_kill_the_kept_file_tells_whether_it_was_made(path: Path, tmp_path: Path, verb: str, when: str) -> None:
    before = contents(path)
    file = tmp_path / "1.rows"
    killed = subprocess.run([sys.executable, "-c", SCRIPT, path, file, verb, when], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert made(path, file) is (when == "after")
    if when == "after":
        with Writing(path, back=file) as writing:
            writing.take_back(tmp_path / "2.rows")
            writing.commit()
    assert contents(path) == before


def test_rows_of_others_that_took_the_numbers_are_not_mistaken(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "1.rows"
    subprocess.run([sys.executable, "-c", SCRIPT, path, file, "add", "before"], check=False)
    for n in range(3):
        append(path, "k", "user", f"of the daemon {n}")
    assert not made(path, file)


def test_asking_whether_it_was_made_changes_nothing(path: Path, tmp_path: Path) -> None:
    with Writing(path) as writing:
        writing.add(tmp_path / "1.rows", "k", [HELLO], AT)
        writing.commit()
    before = folder_state(tmp_path)
    assert made(path, tmp_path / "1.rows")
    assert folder_state(tmp_path) == before
