"""An import that was interrupted: only the staging file is left. It is named, and ``migrate`` finishes it, each message once."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.verbs import append, migrate
from sessiontui.errors import Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.jsonl import interrupted_imports
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER

DATA = USER + TORN + b"\n" + REPLY + USER
ROWS = [("user", "hello"), ("assistant", "yes"), ("user", "hello")]
AT = "2026-01-01T00:00:00.123456789+00:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "k.jsonl.importing").write_bytes(DATA)
    return tmp_path


def rows(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "sessions.db")) as connection:
        return list(connection.execute("SELECT role, content FROM sessions WHERE session_key = 'k' ORDER BY id"))


def receipts(folder: Path) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(folder / "sessions.db")) as connection:
        return list(connection.execute("SELECT source_name, source_hash, source_len FROM jsonl_import_receipts"))


def begin(folder: Path, kind: str, count: int, *, receipt: bool = False, data: bytes = DATA) -> None:
    """A database with the first messages of the file, as an import left them."""
    path = databases.database(folder, kind)
    for role, content in ROWS[:count]:
        databases.append(path, "k", role, content, AT)
    if receipt:
        with closing(sqlite3.connect(path)) as connection, connection:
            values = ("k.jsonl", "k", hashlib.sha256(data).hexdigest(), len(data), AT)
            connection.execute("INSERT INTO jsonl_import_receipts VALUES (?, ?, ?, ?, ?)", values)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.jsonl*"))}


def move(folder: Path) -> migrate.MigrateRow:
    (row,) = migrate.make(migrate.plan(folder)).rows
    return row


# ---- named


def test_it_is_a_session_with_its_trouble(folder: Path) -> None:
    store = JsonlStore(folder)
    (session,) = store.sessions()
    assert session.problem is not None
    assert (session.key, session.bytes, session.problem.id) == ("k", len(DATA), "interrupted-import")
    assert store.resolve("k") == "k"
    assert [each.key for each in store.looked(["k", "other"])] == ["k"]
    found: list[str] = []
    store.examine(store.session("k"), lambda fault: found.append(fault.id))
    assert found == ["interrupted-import"]
    assert [fault.id for fault in store.faults("k")] == ["interrupted-import"]
    with pytest.raises(StoreError, match=r"it is in k\.jsonl\.importing"):
        list(store.messages("k"))
    assert store.stale(session.last_activity.replace(year=2100)) == [] if session.last_activity else True


def test_beside_its_file_it_is_none(folder: Path) -> None:
    (folder / "k.jsonl").write_bytes(USER)
    (session,) = JsonlStore(folder).sessions()
    assert session.problem is None
    assert interrupted_imports.stems(folder) == ()


def test_nothing_is_appended_beside_it(folder: Path) -> None:
    with pytest.raises(Refused, match="was moved into"):
        append.plan(JsonlStore(folder), "k", Message("user", "x"))


# ---- finished


@pytest.mark.parametrize("kind", ["", "seed", "head"])
@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_each_message_is_there_once(folder: Path, kind: str, count: int) -> None:
    if kind:
        begin(folder, kind, count)
    row = move(folder)
    assert (row.status, row.problem.reason) == ("migrated", "")
    assert rows(folder) == ROWS
    assert files(folder) == {"k.jsonl.migrated": DATA}
    if kind == "head":
        assert receipts(folder) == [("k.jsonl", hashlib.sha256(DATA).hexdigest(), len(DATA))]
    undo.make(folder, undo.plan(folder))
    assert files(folder) == {"k.jsonl.importing": DATA}
    if kind:
        assert rows(folder) == ROWS[:count]
    undo.make(folder, undo.plan(folder, redo=True))
    assert (rows(folder), files(folder)) == (ROWS, {"k.jsonl.migrated": DATA})


@pytest.mark.parametrize("linked", [False, True])
def test_with_a_receipt_only_the_name_is_left_to_change(folder: Path, linked: bool) -> None:
    begin(folder, "head", 3, receipt=True)
    if linked:
        os.link(folder / "k.jsonl.importing", folder / "k.jsonl.migrated")
    assert move(folder).status == "migrated"
    assert (rows(folder), files(folder)) == (ROWS, {"k.jsonl.migrated": DATA})


def test_with_both_names_and_no_rows_it_is_imported(folder: Path) -> None:
    os.link(folder / "k.jsonl.importing", folder / "k.jsonl.migrated")
    assert move(folder).status == "migrated"
    assert (rows(folder), files(folder)) == (ROWS, {"k.jsonl.migrated": DATA})


def test_rows_that_are_none_of_the_file_are_left_alone(folder: Path) -> None:
    begin(folder, "head", 1)
    databases.append(folder / "sessions.db", "k", "user", "of another channel", AT)
    row = move(folder)
    assert (row.status, row.problem.code) == ("refused", 4)
    assert "that no import receipt covers" in row.problem.reason
    assert files(folder) == {"k.jsonl.importing": DATA}
    assert rows(folder) == [ROWS[0], ("user", "of another channel")]


def test_a_receipt_of_other_bytes_is_refused(folder: Path) -> None:
    begin(folder, "head", 3, receipt=True, data=USER)
    assert move(folder).problem.reason.startswith("sessions.db has the receipt of another k.jsonl")


def test_another_file_that_was_migrated_is_refused(folder: Path) -> None:
    (folder / "k.jsonl.migrated").write_bytes(USER)
    assert "k.jsonl.migrated stands beside k.jsonl.importing" in move(folder).problem.reason


def test_begun_rows_come_again_where_the_import_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(folder, "head", 2)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sessiontui.changes.edits.imports.make", fails)
        row = move(folder)
    assert (row.status, row.problem.code) == ("refused", 3)
    assert (rows(folder), files(folder)) == (ROWS[:2], {"k.jsonl.importing": DATA})
    assert move(folder).status == "migrated"
    assert rows(folder) == ROWS
