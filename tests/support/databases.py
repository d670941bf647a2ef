"""Databases of both eras, made and read back with plain SQL that knows nothing of sessiontui."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

REAL = Path(__file__).parent.parent / "data" / "zeroclaw"
ERAS = {"seed": REAL / "sqlite-ws", "head": REAL / "sqlite-ws-head"}
SCHEMAS = {era: (folder / "expected" / "schema.sql").read_text() for era, folder in ERAS.items()}
"""Read once, for some tests go on as another user, who may not read where the project is."""
NOW = "2026-03-16T12:23:18.123456789+00:00"


def database(folder: Path, era: str = "seed") -> Path:
    """An empty database with the schema of an era, as its ZeroClaw made it, with nothing beside it."""
    path = folder / "sessions.db"
    made = [s for s in statements(SCHEMAS[era]) if "sqlite_sequence(" not in s and "'sessions_fts_" not in s]
    with writer(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for statement in made:
            connection.execute(statement)
    return path


def real(folder: Path, era: str) -> Path:
    """A copy of the database that an era's ZeroClaw wrote."""
    path = folder / "sessions.db"
    shutil.copyfile(ERAS[era] / "sessions" / "sessions.db", path)
    return path


def statements(script: str) -> Iterator[str]:
    """The statements of a script, triggers in one piece."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection as any program would open one; each statement is its own transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def append(path: Path, key: str, role: object, content: object, at: str = NOW, *, listed: bool = True) -> None:
    """Append by the seed's two statements; ``listed`` False leaves the metadata out."""
    with writer(path) as connection:
        connection.execute(
            "INSERT INTO sessions (session_key, role, content, created_at) VALUES (?, ?, ?, ?)",
            (key, role, content, at),
        )
        if listed:
            connection.execute(
                """INSERT INTO session_metadata (session_key, created_at, last_activity, message_count)
                   VALUES (?, ?, ?, 1) ON CONFLICT (session_key)
                   DO UPDATE SET last_activity = excluded.last_activity, message_count = message_count + 1""",
                (key, at, at),
            )


def loaded(path: Path, key: str) -> list[tuple[str, str]]:
    """What the seed's own statement loads."""
    with writer(path) as connection:
        return list(
            connection.execute("SELECT role, content FROM sessions WHERE session_key = ? ORDER BY id ASC", (key,))
        )


def contents(path: Path) -> dict[str, list[Any]]:
    """Every row of every table, with types, and what the full-text index finds; checks that index, too."""
    with writer(path) as connection:
        connection.text_factory = bytes
        connection.execute("INSERT INTO sessions_fts(sessions_fts, rank) VALUES ('integrity-check', 1)")
        tables = ["sessions", "session_metadata", "jsonl_import_receipts"]
        there = {name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables if name in there
        }
        assert connection.execute("PRAGMA integrity_check").fetchall() == [(b"ok",)]
        return found


def folder_state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Names, bytes and modification times of all files in a folder, and of the folder itself."""
    files = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir() if not path.is_dir()}
    return files | {".": (b"", os.stat(folder).st_mtime_ns)}
