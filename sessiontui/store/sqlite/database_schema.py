"""The shape of a sessions.db: what ours looks like when it is new, what another one turns out to have, how it is connected
to, and how times and keys are written in it: a key is text, which need not be UTF-8. It never alters a database that is
there: older and newer eras are read and written as they are.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sessiontui.disk import replace
from sessiontui.errors import StoreError, UnknownKey

NEW = """
CREATE TABLE sessions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key TEXT NOT NULL,
    role        TEXT NOT NULL,
    content     TEXT NOT NULL,
    created_at  TEXT NOT NULL
);
CREATE INDEX idx_sessions_key ON sessions(session_key);
CREATE INDEX idx_sessions_key_id ON sessions(session_key, id);
CREATE TABLE session_metadata (
    session_key   TEXT PRIMARY KEY,
    created_at    TEXT NOT NULL,
    last_activity TEXT NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0,
    name          TEXT
);
CREATE VIRTUAL TABLE sessions_fts USING fts5(session_key, content, content=sessions, content_rowid=id);
CREATE TRIGGER sessions_ai AFTER INSERT ON sessions BEGIN
    INSERT INTO sessions_fts(rowid, session_key, content) VALUES (new.id, new.session_key, new.content);
END;
CREATE TRIGGER sessions_ad AFTER DELETE ON sessions BEGIN
    INSERT INTO sessions_fts(sessions_fts, rowid, session_key, content)
    VALUES ('delete', old.id, old.session_key, old.content);
END;
CREATE TRIGGER sessions_au AFTER UPDATE ON sessions BEGIN
    INSERT INTO sessions_fts(sessions_fts, rowid, session_key, content)
    VALUES ('delete', old.id, old.session_key, old.content);
    INSERT INTO sessions_fts(rowid, session_key, content) VALUES (new.id, new.session_key, new.content);
END;
"""

RECEIPTS = "jsonl_import_receipts"
METADATA = "session_metadata"

LARGEST = (1 << 63) - 1
"""The largest integer of SQLite's. A sum beyond it becomes a float, which ZeroClaw can't read."""

MORE = f"min(CAST(message_count AS INTEGER), {LARGEST} - {{0}}) + {{0}}"
"""``message_count`` and a number more, an integer whatever it was; for ``format``."""

KEY = "session_key = CAST(? AS TEXT)"
"""Which rows belong to a session; takes ``bound(key)``."""

IMMUTABLE = "mode=ro&immutable=1"
"""How a file that nobody writes is opened. ``immutable`` alone would open it for writing, and create one that is gone."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


class DatabaseShape(NamedTuple):
    """What a database has, whatever its era."""

    metadata: frozenset[str]
    """Columns of ``session_metadata``; empty where there is no such table."""
    receipts: bool
    """Imports are recorded in ``jsonl_import_receipts``."""
    indexed: bool
    """There is a full-text index, ``sessions_fts``."""


def shape(connection: sqlite3.Connection) -> DatabaseShape:
    """Look at a database. Raises ``StoreError`` where it holds no messages of ZeroClaw."""
    tables = {name for (name,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}
    if not {"id", "session_key", "role", "content", "created_at"} <= columns(connection, "sessions"):
        raise StoreError(
            "this database holds no ZeroClaw sessions", "ZeroClaw keeps them in sessions.db of its sessions folder"
        )
    return DatabaseShape(columns(connection, METADATA), RECEIPTS in tables, "sessions_fts" in tables)


def columns(connection: sqlite3.Connection, table: str, schema: str = "main") -> frozenset[str]:
    """The names of a table's columns; none where it is not there."""
    rows = connection.execute("SELECT name FROM pragma_table_info(?, ?)", (table, schema))
    return frozenset(name for (name,) in rows)


def connect(path: Path, mode: str, wait: float = 5.0) -> sqlite3.Connection:
    """Open a database file, in no transaction. ``wait``: seconds that a lock is waited for."""
    connection = sqlite3.connect(address(path, mode), uri=True, isolation_level=None, timeout=wait)
    connection.text_factory = text
    return connection


def address(path: Path, mode: str) -> str:
    """The URI of a database file; any name is legal in it, one that isn't UTF-8 too."""
    return f"file://{quote(os.fsencode(os.path.abspath(path)))}?{mode}"


def text(raw: bytes) -> str | bytes:
    """Text as ``str``; text that is no UTF-8 stays bytes, for ZeroClaw does not load it."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def create(path: Path) -> None:
    """Make an empty database, mode 0600, whole or not at all. Raises ``StoreError`` where the name is taken."""
    try:
        replace.create(path, [_empty()])
    except FileExistsError as error:
        raise StoreError(f"{path.name} is there already; it was left as it is") from error
    except OSError as error:
        raise StoreError(f"{path.name} can't be created: {error.strerror}") from error


def _empty() -> bytes:
    """The bytes of an empty database. It is made in memory, where there is no WAL: bytes 18 and 19 say that it has one."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(f"BEGIN; {NEW} COMMIT;")
        data = connection.serialize()
    return data[:18] + b"\2\2" + data[20:]


def read_time(value: object) -> datetime | None:
    """A time as ZeroClaw writes it, cut to microseconds, in UTC; None for whatever is none."""
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_time(moment: datetime) -> str:
    """A time as ZeroClaw can compare it, as text, with its own: six digits and ``+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def bound(key: str) -> str | bytes:
    """A key as a parameter for ``KEY``. Raises ``UnknownKey`` for text that no database can hold."""
    try:
        raw = key.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UnknownKey(key) from error
    return raw if any("\ud800" <= c <= "\udfff" for c in key) else key


def is_bindable(key: str) -> bool:
    """Whether a database can hold this key."""
    try:
        bound(key)
    except UnknownKey:
        return False
    return True


def as_key(key: object) -> str:
    """A key as it came from the database, where text that is no UTF-8 comes as bytes."""
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else str(key)
