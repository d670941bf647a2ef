"""What a plan promises can be done: names, mounts, flags, rights and disks are looked at before anything is changed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.changes import bounds, obstacles
from sessiontui.changes.edits.files import as_plain
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop, repair
from sessiontui.errors import SessiontuiError, StoreError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import mounts
from tests.support.folders import REPLY, USER, state, written
from tests.unit.test_cleanup import NOW

GLUED = USER.rstrip() + REPLY
HI = Message("user", "hi")
Reason = Callable[[JsonlStore], str]


def compacting(store: JsonlStore) -> str:
    return compact.plan(store, None).rows[0].problem.reason


def repairing(store: JsonlStore) -> str:
    return repair.plan(store, None).rows[0].problem.reason


def cleaning(store: JsonlStore) -> str:
    (row,) = cleanup.plan(store, 1, NOW).rows
    return row.problem.reason


def migrating(store: JsonlStore) -> str:
    return migrate.plan(store.path).rows[0].problem.reason


def popping(store: JsonlStore) -> str:
    """By a rewrite: a damaged line follows."""
    with pytest.raises(SessiontuiError) as refused:
        pop.plan(store, "k")
    return refused.value.sentence


REPLACING: list[Reason] = [compacting, repairing, cleaning, migrating, popping]


def session(folder: Path) -> Path:
    return written(folder, "k", USER + GLUED + USER + b"no record\n", mtime_ns=10**18)


# ---- names


@pytest.mark.parametrize("length", [246, 247, 255])
def test_a_name_without_room_for_migrated_stays_by_plan(tmp_path: Path, length: int) -> None:
    stem = "é" * ((length - 6) // 2) + "x" * ((length - 6) % 2)
    path = written(tmp_path, stem, USER)
    assert len(os.fsencode(path.name)) == length
    (row,) = migrate.plan(tmp_path).rows
    if length == 246:
        assert row.status == "migrated"
        assert [each.status for each in migrate.make(migrate.plan(tmp_path)).rows] == ["migrated"]
        return
    assert (row.status, row.problem.code) == ("refused", 3)
    assert row.problem.reason == (
        f"{path.name}.migrated would be a name of {length + 9} bytes, where 255 are possible; nothing was changed"
    )
    assert row.problem.hint == "give the session a shorter name first"
    assert migrate.make(migrate.plan(tmp_path)).change is None
    assert os.listdir(tmp_path) == [path.name]


def test_a_new_session_of_a_name_that_is_too_long_is_no_promise(tmp_path: Path) -> None:
    assert append.plan(JsonlStore(tmp_path), "x" * 249, HI).new
    with pytest.raises(StoreError, match="would be a name of 256 bytes, where 255 are possible"):
        append.plan(JsonlStore(tmp_path), "x" * 250, HI)


# ---- mounts, flags, rights


@pytest.mark.parametrize("reason", REPLACING)
@mounts.on("tmpfs")
def test_a_file_that_is_mounted_by_itself_is_not_replaced(tmp_path: Path, reason: Reason) -> None:
    path = session(tmp_path)
    mounts.cover(str(path), path.read_bytes(), tmp_path)
    os.utime(path, ns=(10**18, 10**18))
    assert reason(JsonlStore(tmp_path)) == (
        "k.jsonl can't be changed: it is mounted by itself, as a container's bind mount is, so no other file can take "
        "its place; nothing was changed"
    )
    assert append.plan(JsonlStore(tmp_path), "k", HI).new is False


@pytest.mark.parametrize("reason", REPLACING)
@pytest.mark.parametrize(("flag", "word"), [(0x10, "immutable"), (0x20, "append-only")])
def test_a_file_with_a_flag_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: Reason, flag: int, word: str
) -> None:
    path = session(tmp_path)
    monkeypatch.setattr(obstacles, "_flags", lambda of: flag if of == path else 0)
    assert reason(JsonlStore(tmp_path)) == f"k.jsonl can't be changed: it is {word}; nothing was changed"
    if flag == 0x20:
        assert append.plan(JsonlStore(tmp_path), "k", HI).new is False
    else:
        with pytest.raises(StoreError, match="it is immutable"):
            append.plan(JsonlStore(tmp_path), "k", HI)


@pytest.mark.parametrize("reason", REPLACING)
@mounts.on("tmpfs")
def test_nothing_is_promised_on_a_disk_that_can_t_be_written(tmp_path: Path, reason: Reason) -> None:
    session(tmp_path)
    store = JsonlStore(tmp_path)
    with mounts.read_only(tmp_path):
        assert reason(store) == f"{tmp_path} can't be written; nothing was changed"
        with pytest.raises(StoreError, match="can't be written"):
            append.plan(store, "k", HI)
        with pytest.raises(StoreError, match="can't be written"):
            append.plan(store, "new", HI)


def test_a_plan_that_can_t_be_recorded_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "k", USER + REPLY)
    store = JsonlStore(tmp_path)
    plan, idle = pop.plan(store, "k"), compact.plan(store, None)
    monkeypatch.setattr(obstacles, "_may", lambda *_: False)
    with pytest.raises(StoreError, match="can't be written"):
        bounds.require(store, plan)
    bounds.require(store, idle)


def test_what_can_be_changed_is_promised(tmp_path: Path) -> None:
    session(tmp_path)
    store = JsonlStore(tmp_path)
    before = state(tmp_path)
    assert [reason(store) for reason in REPLACING[:-1]] == [""] * 4
    assert pop.plan(store, "k").removed == Message("user", "hello")
    assert state(tmp_path) == before


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EBUSY, "something is mounted there, as a container's bind mount is: change it where it is mounted from"),
        (errno.EXDEV, "it is mounted from another file system: change it where it is mounted from"),
        (errno.ENAMETOOLONG, "give the session a shorter name first"),
        (errno.EDQUOT, "free some space and try again"),
    ],
)
def test_an_error_of_the_system_has_a_next_step(number: int, hint: str) -> None:
    plain = as_plain(OSError(number, os.strerror(number)), "k.jsonl")
    assert (plain.sentence, plain.hint, plain.exit_code) == (
        f"k.jsonl can't be changed: {os.strerror(number)}", hint, 3
    )  # fmt: skip
