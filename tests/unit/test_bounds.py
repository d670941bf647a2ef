"""What a change takes of the disk is said beforehand, and held against what it took."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessiontui.changes import bounds, undo
from sessiontui.changes import history as journal
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop, repair
from sessiontui.errors import Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.folders import REPLY, TORN, USER, written

BROKEN = USER + TORN + b"\n" + REPLY
NOW = datetime(2030, 1, 1, tzinfo=UTC)
DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def store(tmp_path: Path) -> JsonlStore:
    written(tmp_path, "k", BROKEN)
    return JsonlStore(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> SqliteStore:
    shutil.copytree(DATA / "zeroclaw" / "sqlite-ws" / "sessions", tmp_path / "db")
    return SqliteStore(tmp_path / "db" / "sessions.db")


def leave(monkeypatch: pytest.MonkeyPatch, free: int, blocks: int = 1000) -> None:
    """Have the file system say that so many bytes are free."""
    values = (1, 1, blocks, free, free, 0, 0, 0, 0, 255)
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(values))


def plans(store: JsonlStore) -> Iterator[tuple[bounds.Plan, bounds.Takes]]:
    """A plan of each kind with what it takes."""
    line = len(REPLY)
    valid = len(USER + REPLY)
    yield append.plan(store, "k", Message("assistant", "yes")), bounds.Takes(line, 2 * line)
    yield pop.plan(store, "k"), bounds.Takes(line, line)
    yield compact.plan(store, None), bounds.Takes(len(BROKEN), valid)
    yield cleanup.plan(store, 1, NOW), bounds.Takes(len(BROKEN), 0)
    yield migrate.plan(store.path, None), bounds.Takes(0, 2 * valid)


def test_repair_takes_what_its_fragments_take_too(store: JsonlStore) -> None:
    path = written(store.path, "k", USER + b"INFO here\n" + REPLY[:-1])
    plan = repair.plan(store, None)
    takes = plan.takes(store)
    done = repair.make(store, plan)
    kept = repair.fragments_path(done.rows)
    assert kept is not None
    fragments = kept.stat().st_size
    assert takes == bounds.Takes(len(USER + b"INFO here\n" + REPLY) - 1 + fragments, len(USER + REPLY) + fragments)
    assert path.read_bytes() == USER + REPLY
    assert repair.plan(store, None).takes(store) == bounds.Takes(0, 0)


def test_each_plan_has_its_figures(store: JsonlStore) -> None:
    for plan, takes in plans(store):
        assert plan.takes(store) == takes
        assert bounds.notice(store, plan) == ""
        bounds.require(store, plan)


def test_a_message_with_damage_behind_it_takes_the_whole_file(tmp_path: Path, store: JsonlStore) -> None:
    written(tmp_path, "k", USER + TORN + b"\n")
    assert pop.plan(store, "k").takes(store) == bounds.Takes(len(USER + TORN) + 1, len(USER + TORN) + 1)


def test_nothing_to_do_takes_nothing(tmp_path: Path, store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", b"")
    leave(monkeypatch, 0)
    for plan in (pop.plan(store, "k"), compact.plan(store, None), cleanup.plan(store, 0, NOW)):
        assert plan.takes(store) == bounds.Takes(0, 0)
        bounds.require(store, plan)


def test_a_full_disk_has_no_room_for_the_record_of_a_change(
    tmp_path: Path, store: JsonlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = cleanup.plan(store, 1, NOW)
    assert plan.takes(store).written == 0
    leave(monkeypatch, 0)
    with pytest.raises(Refused, match="is full, and a change has to be recorded; nothing was changed"):
        bounds.require(store, plan)


def test_an_import_takes_the_file_again(tmp_path: Path, store: JsonlStore) -> None:
    written(tmp_path, "k", USER)
    assert migrate.plan(tmp_path).takes(store) == bounds.Takes(0, 2 * len(USER)), "the -wal holds it first"


def test_what_is_kept_is_what_the_journal_has_afterwards(tmp_path: Path, store: JsonlStore) -> None:
    plan = compact.plan(store, None)
    compact.make(store, plan)
    assert (tmp_path / ".sessiontui" / "00000001.1.old").stat().st_size == plan.takes(store).kept


def test_more_than_the_bound_is_said_with_its_figure(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = compact.plan(store, None)
    monkeypatch.setattr(journal, "SIZE", len(BROKEN))
    assert bounds.notice(store, plan) == ""
    monkeypatch.setattr(journal, "SIZE", len(BROKEN) - 1)
    assert bounds.notice(store, plan) == (
        f"the journal keeps {len(BROKEN)} B so that this can be undone, more than the {len(BROKEN) - 1} B that it is "
        "bounded to: it drops every older change"
    )
    bounds.require(store, plan)  # it is said, not forbidden
    append.make(store, append.plan(store, "k", Message("user", "x")))
    compact.make(store, compact.plan(store, None))
    assert [change.verb for change in journal.changes(store.path)] == ["compact"]


def test_a_disk_without_room_is_refused_with_its_figures(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = compact.plan(store, None)
    need = len(USER + REPLY)
    leave(monkeypatch, need)
    bounds.require(store, plan)
    leave(monkeypatch, need - 1)
    sentence = f"this takes {need} B of the disk that holds {store.path}, where {need - 1} B are free"
    assert bounds.notice(store, plan) == sentence
    with pytest.raises(Refused) as refused:
        bounds.require(store, plan)
    assert str(refused.value) == f"{sentence}; nothing was changed"
    assert "journal --purge" in refused.value.hint


def test_a_file_system_that_does_not_say_what_is_free_is_believed(
    store: JsonlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(monkeypatch, 0, blocks=0)
    bounds.require(store, compact.plan(store, None))

    def silent(_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, "statvfs", silent)
    bounds.require(store, compact.plan(store, None))


def test_an_undo_takes_what_the_newest_of_its_chain_kept(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written(store.path, "big", USER * 1000 + TORN + b"\n")
    compact.make(store, compact.plan(store, ["big"]))
    leave(monkeypatch, 1000)
    with pytest.raises(Refused, match=r"takes 3\d\.\d kB .*, where 1\.0 kB are free"):
        bounds.require(store, undo.plan(store.path))
    append.make(store, append.plan(store, "k", Message("user", "x")))
    bounds.require(store, undo.plan(store.path))  # of the append
    with pytest.raises(Refused):
        bounds.require(store, undo.plan(store.path, "1"))
    undo.make(store.path, undo.plan(store.path, "1"))
    with pytest.raises(Refused):  # its redo keeps and brings back the compacted file
        bounds.require(store, undo.plan(store.path, "1", redo=True))


def test_an_undo_of_a_redo_takes_what_the_redo_kept(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written(store.path, "big", USER + b"damage\n" * 5000)
    compact.make(store, compact.plan(store, ["big"]))
    undo.make(store.path, undo.plan(store.path))
    leave(monkeypatch, 5000)
    bounds.require(store, undo.plan(store.path, redo=True))
    undo.make(store.path, undo.plan(store.path, redo=True))
    with pytest.raises(Refused):
        bounds.require(store, undo.plan(store.path))


def test_rows_are_counted_only_where_they_may_matter(database: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = cleanup.plan(database, 1, NOW)
    assert plan.rows
    assert plan.takes(database) == bounds.Takes(0, 0)
    text = sum(each.bytes or 0 for each in database.counted(database.sessions()))
    leave(monkeypatch, text)
    bounds.require(database, plan)
    leave(monkeypatch, text - 1)
    with pytest.raises(Refused):
        bounds.require(database, plan)
    monkeypatch.undo()
    monkeypatch.setattr(journal, "SIZE", text - 1)
    assert "it drops every older change" in bounds.notice(database, plan)
    key = next(each.key for each in database.counted(database.sessions()) if each.messages)
    last = pop.plan(database, key)
    assert last.removed is not None
    assert last.takes(database).kept == len(last.removed.content.encode())


# ---- what is dropped afterwards


def add(folder: Path) -> str:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, "k", Message("user", "x"))).change


@pytest.mark.parametrize(
    "left",
    [b"", b'{"done":true}\n', b'{"edit":1}\n{"made":1}\n{"done":true}\n', bytes(400)],
    ids=["empty", "end", "body", "zeros"],
)
def test_where_a_record_is_destroyed_nothing_is_changed_and_nothing_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: bytes
) -> None:
    add(tmp_path)
    add(tmp_path)
    before = (tmp_path / "k.jsonl").read_bytes()
    record = tmp_path / ".sessiontui" / "00000001.change"
    record.write_bytes(left)
    monkeypatch.setattr(journal, "SIZE", 1)
    if not left:  # a kill, before a byte of it was written and anything done
        assert journal.listed(tmp_path).problems == ()
        return
    with pytest.raises(StoreError, match=r"00000001\.change can't be read; nothing was changed"):
        add(tmp_path)
    assert (tmp_path / "k.jsonl").read_bytes() == before
    names = {path.name for path in record.parent.iterdir()}
    assert {"00000001.1.bytes", "00000001.change", "00000002.1.bytes"} <= names
    listed = journal.listed(tmp_path)
    assert [str(problem) for problem in listed.problems] == [
        f"the journal's record {record} can't be read; nothing was changed"
    ]
    assert [change.id for change in listed.changes] == ["00000002"]


def test_a_record_that_is_destroyed_behind_its_header_drops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        add(tmp_path)
    record = tmp_path / ".sessiontui" / "00000001.change"
    header, _, *rest = record.read_bytes().split(b"\n")
    record.write_bytes(b"\n".join([header, b'{"edit":1,"kind":"unheard of"}', *rest]))
    monkeypatch.setattr(journal, "SIZE", 1)
    assert add(tmp_path) == "00000004"
    listed = journal.listed(tmp_path)
    assert [change.id for change in listed.changes] == ["00000004", "00000003", "00000002"]
    assert len(listed.problems) == 1


def test_what_can_not_be_dropped_now_is_no_trouble_of_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path)

    def broken(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(journal, "SIZE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_drop", broken)
        assert add(tmp_path) == "00000002"
    assert len(journal.changes(tmp_path)) == 2
    add(tmp_path)
    assert [change.id for change in journal.changes(tmp_path)] == ["00000003"]
