"""No change relies on an index that lies: nothing is removed by it, and nothing is there twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessiontui.cli.verbs import verbs
from tests.support.databases import append, database
from tests.support.folders import USER, written
from tests.support.lying import patch, replace_index, shorten

BOTH = ("idx_sessions_key", "idx_sessions_key_id")
KEYS = "sqlite_autoindex_session_metadata_1"


def cli(path: Path, *command: str) -> Result:
    return CliRunner().invoke(verbs, [*command, "--store", str(path if command[0] != "migrate" else path.parent)])


def rows(path: Path) -> list[tuple[object, ...]]:
    """All messages and all metadata, read without an index."""
    with closing(sqlite3.connect(path)) as connection:
        messages = connection.execute(
            "SELECT id, session_key, content FROM sessions NOT INDEXED ORDER BY id"
        ).fetchall()
        return messages + connection.execute("SELECT * FROM session_metadata NOT INDEXED ORDER BY rowid").fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = database(tmp_path)
    for key in ("kkkkk", "other"):
        for n in range(3):
            append(made, key, "user", f"{key} {n}")
    return made


def shortened(path: Path) -> None:
    for name in BOTH:
        shorten(path, name, 1)


def emptied(path: Path) -> None:
    for name in BOTH:
        shorten(path, name, 0)


def halved(path: Path) -> None:
    for name in BOTH:
        replace_index(path, name, "id <= 2")


def misnamed(path: Path) -> None:
    """Each index gives rows of one session to another."""
    for name in BOTH:
        patch(path, name, b"other", b"kkkkk")


def without_key(path: Path) -> None:
    shorten(path, KEYS, 0)


LIES = [shortened, emptied, halved, misnamed]
Lie = Callable[[Path], None]


@pytest.mark.parametrize("lie", [*LIES, without_key])
def test_cleanup_removes_nothing(path: Path, lie: Lie) -> None:
    lie(path)
    before = rows(path)
    for dry in ((), ("--dry-run",)):
        done = cli(path, "cleanup", "--ttl-hours", "1", *dry)
        assert done.exit_code == 4
        assert "sessions.db is damaged: the index " in done.output
        assert "`sqlite3 sessions.db REINDEX` rebuilds the indexes" in done.output
        assert rows(path) == before


@pytest.mark.parametrize("lie", [*LIES, without_key])
def test_migrate_brings_no_session_that_is_there(path: Path, lie: Lie) -> None:
    lie(path)
    before = rows(path)
    written(path.parent, "kkkkk", USER)
    for dry in ((), ("--dry-run",)):
        done = cli(path, "migrate", *dry)
        assert done.exit_code == 4
        assert "sessions.db is damaged: the index " in done.output
        assert rows(path) == before
        assert (path.parent / "kkkkk.jsonl").read_bytes() == USER


def test_a_session_gets_no_second_row_of_metadata(path: Path) -> None:
    without_key(path)
    before = rows(path)
    for dry in ((), ("--dry-run",)):
        done = cli(path, "append", "kkkkk", "--role", "user", "more", *dry)
        assert done.exit_code == 4
        assert "the index sqlite_autoindex_session_metadata_1 of session_metadata lacks “kkkkk”" in done.output
        assert rows(path) == before


@pytest.mark.parametrize("lie", [*LIES, without_key])
@pytest.mark.parametrize("command", [("cleanup", "--ttl-hours", "1"), ("append", "kkkkk", "--role", "user", "more")])
def test_undo_relies_on_no_such_index(path: Path, lie: Lie, command: tuple[str, ...]) -> None:
    append(path, "young", "user", "now", "2126-03-16T12:23:18.123456789+00:00")
    assert cli(path, *command).exit_code == 0
    if command[0] == "cleanup":
        for n in range(3):
            append(path, "other", "user", f"again {n}")
            append(path, "kkkkk", "user", f"again {n}")
    lie(path)
    before = rows(path)
    done = cli(path, "undo")
    assert done.exit_code == 4
    assert "sessions.db is damaged: the index " in done.output
    assert rows(path) == before


def test_an_index_that_was_rebuilt_is_believed_again(path: Path) -> None:
    shortened(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("REINDEX")
    assert cli(path, "cleanup", "--ttl-hours", "1").exit_code == 0
    assert rows(path) == []
    assert cli(path, "undo").exit_code == 0
    assert len(rows(path)) == 8
