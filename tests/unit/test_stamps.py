"""Stamps: numbers that SQLite can't hold, edits that only ``ctime_ns`` tells, and our own hard links, which set it too."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes.edits import imports
from sessiontui.changes.verbs import compact, migrate, repair
from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed
from sessiontui.query.parse import parse
from sessiontui.store.index import build
from sessiontui.store.jsonl.jsonl_store import JsonlStore

ONE = b'{"role":"user","content":"one"}\n'
OLD = b'{"role":"user","content":"a cake"}\n'
NEW = b'{"role":"user","content":"a bake"}\n'
TORN = b'{"role":"user","content":"a cake" \n'

FAR = [
    pytest.param(10_413_792_000 * 10**9 + 1, id="in the year 2300"),
    pytest.param(253_402_300_800 * 10**9, id="in the year 10000"),
    pytest.param(-(10**9), id="before 1970"),
    pytest.param(-1, id="a nanosecond before 1970"),
    pytest.param((1 << 63) * 10**9, id="beyond every calendar"),
    pytest.param(-(1 << 63) * 10**9, id="before every calendar"),
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JsonlStore:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "sessions"
    folder.mkdir()
    return JsonlStore(folder)


def found(store: JsonlStore, text: str) -> list[str]:
    store.index()
    done = store.search(parse(text))
    assert done.note == ""
    return [hit.key for hit in done.hits]


def counts(store: JsonlStore) -> dict[str, tuple[int | None, int | None]]:
    """Messages and faults, from what is remembered alone."""
    return {each.key: (each.messages, each.faults) for each in store.sessions()}


def edit(path: Path, data: bytes) -> None:
    """Write other bytes, of the same number, into a file, and set its old time."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)


def fake(monkeypatch: pytest.MonkeyPatch, **fields: int) -> None:
    """Let every file have such a stamp."""
    real = stamps.stamp_of
    monkeypatch.setattr(stamps, "stamp_of", lambda status: real(status)._replace(**fields))


@pytest.mark.parametrize("mtime_ns", FAR)
def test_any_time_of_a_file_can_be_indexed(store: JsonlStore, monkeypatch: pytest.MonkeyPatch, mtime_ns: int) -> None:
    (store.path / "a.jsonl").write_bytes(OLD)
    fake(monkeypatch, mtime_ns=mtime_ns, ctime_ns=mtime_ns)
    assert found(store, "cake") == ["a"]
    assert counts(JsonlStore(store.path)) == {"a": (1, 0)}


@pytest.mark.parametrize("inode", [1 << 63, (1 << 64) - 1])
def test_an_inode_of_64_bits_can_be_indexed(store: JsonlStore, monkeypatch: pytest.MonkeyPatch, inode: int) -> None:
    (store.path / "a.jsonl").write_bytes(OLD + TORN)
    fake(monkeypatch, inode=inode, device=inode)
    assert [(each.messages, each.faults) for each in store.counted(store.sessions())] == [(1, 1)]
    assert counts(JsonlStore(store.path)) == {"a": (1, 1)}
    assert found(store, "cake") == ["a"]


def test_a_file_of_the_year_2300_is_listed_with_the_others(store: JsonlStore) -> None:
    for key in ("a", "b"):
        (store.path / f"{key}.jsonl").write_bytes(ONE)
    os.utime(store.path / "a.jsonl", ns=(0, 10_413_792_000 * 10**9))
    assert found(store, "one") == ["a", "b"]
    assert counts(store) == {"a": (1, 0), "b": (1, 0)}


@pytest.mark.parametrize(
    "stamp", [Stamp(1, 2, 3, 4, 5), Stamp((1 << 64) - 1, (1 << 64) - 1, (1 << 63) - 1, -(1 << 80), 1 << 80)]
)
def test_a_stamp_comes_back_from_a_database(stamp: Stamp) -> None:
    assert Stamp.read_back(stamp.written()) == stamp


# ---- an edit in place


def test_an_edit_with_the_old_time_shows_in_list_and_search(store: JsonlStore) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD)
    assert found(store, "cake") == ["a"]
    assert counts(store) == {"a": (1, 0)}
    edit(path, NEW)
    assert counts(store) == {"a": (None, None)}
    assert found(store, "cake") == []
    assert found(store, "bake") == ["a"]
    edit(path, TORN)
    assert [(each.messages, each.faults) for each in store.counted(store.sessions())] == [(0, 1)]
    assert store.session("a").faults == 1


def test_an_edit_with_the_old_time_shows_in_an_open_transcript(store: JsonlStore) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD + ONE * 200)
    transcript = store.transcript("a")
    rows = transcript.scan()
    edit(path, NEW)
    with pytest.raises(Changed):
        rows.load(0, 1)
    with pytest.raises(Changed):
        transcript.grown(rows)


def test_another_name_for_a_file_makes_no_segment_anew(store: JsonlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD * 50)
    store.index()
    os.link(path, store.path / "elsewhere")
    monkeypatch.setattr(build, "drafts", lambda *_: pytest.fail("read into the index again"))
    assert len(found(store, "cake")) == 50
    assert counts(store) == {"a": (50, 0)}


def test_our_own_hard_link_is_no_change_of_the_file(store: JsonlStore) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD + TORN)
    plan = compact.plan(store, ["a"])
    assert [row.status for row in compact.make(store, plan).rows] == ["compacted"]
    assert path.read_bytes() == OLD


def compacted(store: JsonlStore, between: Callable[[], None]) -> str:
    plan = compact.plan(store, ["a"])
    between()
    return compact.make(store, plan).rows[0].status


def repaired(store: JsonlStore, between: Callable[[], None]) -> str:
    plan = repair.plan(store, ["a"])
    between()
    return repair.make(store, plan).rows[0].status


def migrated(store: JsonlStore, between: Callable[[], None]) -> str:
    plan = migrate.plan(store.path, ["a"])
    between()
    return migrate.make(plan).rows[0].status


@pytest.mark.parametrize("change", [compacted, repaired, migrated])
def test_an_edit_with_the_old_time_since_the_plan_keeps_a_change_from_being_made(
    store: JsonlStore, change: Callable[[JsonlStore, Callable[[], None]], str]
) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD + OLD.rstrip() + OLD)
    theirs = NEW + OLD.rstrip() + OLD
    assert change(store, lambda: edit(path, theirs)) == "refused"
    assert path.read_bytes() == theirs
    assert [name for name in os.listdir(store.path) if name.startswith("a.")] == ["a.jsonl"]


def test_an_edit_with_the_old_time_while_a_file_is_imported_comes_first(
    store: JsonlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.path / "a.jsonl"
    path.write_bytes(OLD)
    real = imports._require_none

    def between(*arguments: Any) -> None:
        real(*arguments)
        edit(path, NEW)

    monkeypatch.setattr(imports, "_require_none", between)
    assert migrate.make(migrate.plan(store.path)).rows[0].status == "refused"
    assert path.read_bytes() == NEW
    assert not (store.path / "sessions.db").exists()
