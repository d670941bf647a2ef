"""Beside a live daemon: which SQLite may copy a ``-wal`` back and when, and that only SQLite opens a live database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessiontui.cli.verbs import verbs
from sessiontui.model import Message
from sessiontui.store.sqlite import checkpoints, private_copy
from sessiontui.store.sqlite.checkpoints import checkpoint, loses_commits
from sessiontui.store.sqlite.transaction import Writing
from tests.support.databases import append, database, loaded, writer

NOW = datetime(2026, 4, 1, tzinfo=UTC)
LONG = "long " * 20_000
"""More than SQLite keeps in a -wal by default: some of these are a thousand pages."""


@pytest.mark.parametrize(
    ("version", "loses"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 44, 7), False),
        ((3, 45, 0), True),
        ((3, 45, 9), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
        ((4, 0, 0), False),
    ],
)
def test_the_versions_that_can_lose_a_commit(version: tuple[int, int, int], loses: bool) -> None:
    assert loses_commits(version) is loses


@pytest.fixture(params=[True, False], ids=["affected", "corrected"])
def loses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether SQLite counts as one that can lose a commit."""
    monkeypatch.setattr(checkpoints, "loses_commits", lambda: request.param)
    return bool(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    made = database(tmp_path / "store")
    append(made, "k", "user", "hello")
    return made


def write(path: Path, count: int = 1, text: str = "new") -> None:
    """Add messages as a change does."""
    with Writing(path) as writing:
        writing.add(path.parent.parent / f"{os.urandom(4).hex()}.rows", "k", [Message("user", text)] * count, NOW)
        writing.commit()


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_beside_another_connection_only_a_corrected_sqlite_checkpoints(path: Path, loses: bool) -> None:
    with writer(path) as daemon:
        daemon.execute("SELECT count(*) FROM sessions").fetchall()
        before = path.read_bytes()
        write(path, 60, LONG)
        assert (path.read_bytes() == before) is loses
        assert daemon.execute("SELECT count(*) FROM sessions").fetchone() == (61,)
        assert Path(f"{path}-wal").stat().st_size > 4 << 20


def test_the_last_close_of_a_writer_is_no_checkpoint(path: Path, loses: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may open the database in that moment: only who is sure to be alone copies the wal back."""
    monkeypatch.setattr(checkpoints, "checkpoint", lambda _: False)
    write(path)
    wal = path.with_name("sessions.db-wal")
    assert (wal.exists() and wal.stat().st_size > 0) is loses
    assert loaded(path, "k") == [("user", "hello"), ("user", "new")]


@pytest.mark.usefixtures("loses")
def test_alone_the_wal_is_copied_back_and_nothing_stays_beside_the_database(path: Path) -> None:
    write(path)
    assert names(path) == ["sessions.db"]
    assert [content for _, content in loaded(path, "k")] == ["hello", "new"]


@pytest.mark.usefixtures("loses")
def test_what_is_not_committed_leaves_nothing_beside_the_database(path: Path) -> None:
    with Writing(path) as writing:
        writing.add(path.parent.parent / "x.rows", "k", [Message("user", "new")], NOW)
    assert names(path) == ["sessions.db"]
    assert [content for _, content in loaded(path, "k")] == ["hello"]


def test_a_wal_that_a_killed_daemon_left_is_copied_back_when_alone(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    with writer(path) as daemon:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", left / f"sessions.db{suffix}")
    assert checkpoint(left / "sessions.db") is True
    assert names(left / "sessions.db") == ["sessions.db"]
    assert [content for _, content in loaded(left / "sessions.db", "k")] == ["hello", "two"]


@pytest.mark.parametrize("mode", ["rw", "ro"])
def test_beside_any_other_connection_there_is_no_checkpoint(path: Path, mode: str) -> None:
    other = sqlite3.connect(f"file://{path}?mode={mode}", uri=True, isolation_level=None)
    other.execute("SELECT count(*) FROM sessions").fetchall()
    assert checkpoint(path) is False
    other.close()
    assert checkpoint(path) is True


def test_a_database_without_a_wal_is_written_as_ever(path: Path, loses: bool) -> None:
    with writer(path) as other:
        other.execute("PRAGMA journal_mode=DELETE")
    write(path)
    assert names(path) == ["sessions.db"]
    assert path.read_bytes()[18:20] == b"\1\1"
    assert len(loaded(path, "k")) == 2


# ---- no descriptor of a live database but SQLite's

_watches: list[list[str]] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes):
        for watch in _watches:
            watch.append(os.path.basename(os.fsdecode(arguments[0])))


sys.addaudithook(_audit)  # it can't be taken off again


@contextmanager
def watched() -> Iterator[list[str]]:
    """The names of all files that Python opens meanwhile."""
    _watches.append([])
    yield _watches[0]
    _watches.clear()


def test_no_command_opens_a_live_database_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(path.parent.parent))
    (path.parent / "file.jsonl").write_bytes(b'{"role":"user","content":"x"}\n')
    (path.parent / "live").symlink_to("sessions.db")
    reading = ("list", "show k", "search hello", "check", "report k", "journal")
    changing = ("append k --role user more", "pop k", "undo", "undo --redo", "cleanup --ttl-hours 1", "undo")
    with writer(path) as daemon, watched() as opened:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        for command, store in ((each, store) for store in (path, path.parent / "live") for each in reading):
            run(command, store)
        for command in changing:
            run(command, path)
        run("migrate --backend jsonl", path.parent)
    assert [name for name in opened if name.startswith("sessions.db") or name == "live"] == []
    assert "file.jsonl" in opened


def run(command: str, store: Path) -> None:
    done = CliRunner().invoke(verbs, [*command.split(), "--store", str(store)])
    assert done.exit_code == 0, (command, done.output)


def test_a_private_copy_is_made_by_another_process(path: Path) -> None:
    with writer(path) as daemon, watched() as opened:
        daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'two', 'now')")
        copy = private_copy.private_copy(path, lambda: 1)
    assert [name for name in opened if name.startswith("sessions.db")] == []
    assert [content for _, content in loaded(copy, "k")] == ["hello", "two"]
    private_copy.forget()


def test_reading_drops_no_lock_of_a_change_under_way(path: Path) -> None:
    """POSIX locks go when any descriptor of the file is closed; another process must find ours in place."""
    with Writing(path) as writing:
        writing.add(path.parent.parent / "x.rows", "k", [Message("user", "new")], NOW)
        CliRunner().invoke(verbs, ["list", "--store", str(path)])
        private_copy.private_copy(path, lambda: 2)
        private_copy.forget()
        other = (
            "import sqlite3,sys; c = sqlite3.connect(sys.argv[1], timeout=0); "
            "c.execute('PRAGMA locking_mode=EXCLUSIVE'); c.execute('SELECT count(*) FROM sqlite_schema').fetchone()"
        )
        done = subprocess.run([sys.executable, "-c", other, str(path)], capture_output=True, check=False)
    assert b"database is locked" in done.stderr
