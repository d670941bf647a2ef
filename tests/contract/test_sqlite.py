"""A SQLite file keeps the laws, whatever its era; the real databases are read in ``tests/unit/test_sqlite.py``."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sessiontui.store.sqlite.database_schema import create, write_time
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.contract.disk_home import DiskHome
from tests.contract.laws import Home, StoreLaws
from tests.support.databases import contents, database, writer


class SqliteHome(DiskHome):
    """A database."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self.path = path

    def store(self) -> SqliteStore:
        return SqliteStore(self.path)

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("sessions.db*"))

    def age(self, key: str, hours: float) -> None:
        then = write_time(datetime.now(UTC) - timedelta(hours=hours))
        with writer(self.path) as connection:
            connection.execute("UPDATE session_metadata SET last_activity = ? WHERE session_key = ?", (then, key))


@contextlib.contextmanager
def sqlite_home(era: str) -> Iterator[SqliteHome]:
    """An empty database of an era; in the end its rows and its full-text index are sound."""
    with tempfile.TemporaryDirectory() as folder:
        sessions = Path(folder, "sessions")
        sessions.mkdir()
        path = sessions / "sessions.db"
        if era == "ours":
            create(path)
        else:
            database(sessions, era)
        yield SqliteHome(path)
        contents(path)


class TestSqlite(StoreLaws):
    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        return sqlite_home("ours")


@pytest.mark.exhaustive
class TestSqliteOfTheSeed(StoreLaws):
    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        return sqlite_home("seed")


@pytest.mark.exhaustive
class TestSqliteOfTheHead(StoreLaws):
    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        return sqlite_home("head")
