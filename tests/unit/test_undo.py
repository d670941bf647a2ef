from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.edits import splices
from sessiontui.changes.edits.rewrites import Rewrite
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.recovery import recover as recovery
from sessiontui.changes.recovery import settle
from sessiontui.changes.verbs import append, compact, migrate, pop
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.disk import replace
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Busy, Changed, Refused, UsageError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.folders import REPLY, TORN, USER, journal_names, state, written
from tests.support.late import Late, held

Verb = Callable[[Path, str], object]

HELLO = Message("user", "hello")


def add(folder: Path, key: str = "k") -> str:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, key, HELLO)).change


def take(folder: Path, key: str = "k") -> pop.Popped:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, key))


def tidy(folder: Path, *keys: str) -> RowsOutcome[compact.CompactRow]:
    store = JsonlStore(folder)
    return compact.make(store, compact.plan(store, keys or None, anyway=True))


def back(folder: Path, id: str | None = None, redo: bool = False) -> undo.Undone:
    return undo.make(folder, undo.plan(folder, id, redo))


# ---- which change


def test_undo_goes_back_step_by_step_and_redo_forth(tmp_path: Path) -> None:
    path = written(tmp_path, "k", b"")
    states = [path.read_bytes()]
    for _ in range(3):
        add(tmp_path)
        states.append(path.read_bytes())
    for n, expected in zip((3, 2, 1), states[-2::-1], strict=True):
        assert back(tmp_path).of == f"{n:08}"
        assert path.read_bytes() == expected
    with pytest.raises(UsageError, match="nothing to undo"):
        undo.plan(tmp_path)
    for n, expected in zip((1, 2, 3), states[1:], strict=True):
        done = back(tmp_path, redo=True)
        assert (done.of, done.status) == (f"{n:08}", "redone")
        assert path.read_bytes() == expected
    with pytest.raises(UsageError, match="nothing to redo"):
        undo.plan(tmp_path, redo=True)


def test_a_redone_change_is_taken_back_again(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    before = state(tmp_path)
    add(tmp_path)
    for _ in range(3):
        back(tmp_path)
        assert state(tmp_path) == before
        back(tmp_path, redo=True)
        assert path.read_bytes() == USER + USER
    assert [change.status for change in journal.changes(tmp_path)] == ["undo"] * 6 + ["done"]


def test_a_change_in_the_middle_is_taken_back_by_its_id(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a", USER), written(tmp_path, "b", USER)
    add(tmp_path, "a")
    add(tmp_path, "b")
    assert back(tmp_path, "1").keys == ("a",)
    assert (a.read_bytes(), b.read_bytes()) == (USER, USER + USER)
    with pytest.raises(UsageError, match="change 1 was already undone, by change 3") as twice:
        undo.plan(tmp_path, "1")
    assert twice.value.hint == "`sessiontui undo --redo 1` redoes it"
    with pytest.raises(UsageError, match="change 2 was not undone"):
        undo.plan(tmp_path, "2", redo=True)
    with pytest.raises(UsageError, match="there is no change 77"):
        undo.plan(tmp_path, "77")
    assert back(tmp_path, "1", redo=True).status == "redone"
    assert a.read_bytes() == USER + USER


def test_redo_ends_where_something_new_was_done(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    written(tmp_path, "other", USER)
    add(tmp_path)
    back(tmp_path)
    add(tmp_path, "other")
    with pytest.raises(UsageError, match="something was changed since the last undo"):
        undo.plan(tmp_path, redo=True)
    back(tmp_path, "1", redo=True)
    assert path.read_bytes() == USER + USER


def test_an_interrupted_change_is_settled_so_that_it_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER)
    add(tmp_path)
    record = tmp_path / ".sessiontui" / "00000001.change"
    record.write_bytes(record.read_bytes().removesuffix(b'{"done":true}\n'))
    with pytest.raises(UsageError, match="nothing to undo"):
        undo.plan(tmp_path)
    assert len(recovery.recover(tmp_path).changes) == 1
    assert not recovery.recover(tmp_path)
    back(tmp_path)
    assert path.read_bytes() == USER


def test_an_undo_is_taken_back_by_its_own_id(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    add(tmp_path)
    undone = back(tmp_path)
    plan = undo.plan(tmp_path, undone.change)
    assert (plan.change, plan.redo) == ("00000001", True)
    undo.make(tmp_path, plan)
    assert path.read_bytes() == USER + USER


def test_what_was_taken_back_since_the_plan_is_not_taken_back_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER)
    add(tmp_path)
    plan = undo.plan(tmp_path)
    undo.make(tmp_path, plan)
    with pytest.raises((UsageError, Changed)):
        undo.make(tmp_path, plan)
    assert path.read_bytes() == USER


def test_a_plan_says_what_it_would_do_and_touches_nothing(tmp_path: Path) -> None:
    written(tmp_path, "a", USER + TORN + b"\n")
    written(tmp_path, "b", TORN)
    done = tidy(tmp_path, "a", "b")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    plan = undo.plan(tmp_path)
    assert (plan.change, plan.verb, set(plan.keys), plan.redo) == (done.change, "compact", {"a", "b"}, False)
    assert set(plan.steps) == {"give a.jsonl its 54 bytes back", "give b.jsonl its 19 bytes back"}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


# ---- what comes back


@pytest.mark.parametrize("verb", [add, take, tidy])
def test_mode_and_time_come_back_with_the_bytes(tmp_path: Path, verb: Verb) -> None:
    written(tmp_path, "k", USER + TORN + b"\n" + REPLY, mode=0o604)
    before = state(tmp_path)
    verb(tmp_path, "k")
    assert state(tmp_path)["k.jsonl"].mode == before["k.jsonl"].mode
    assert (state(tmp_path)["k.jsonl"].mtime_ns == before["k.jsonl"].mtime_ns) is (verb is not add)
    back(tmp_path)
    assert state(tmp_path) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("verb", [add, take, tidy])
def test_the_owner_stays(tmp_path: Path, verb: Verb) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n" + REPLY + TORN)
    os.chown(path, 12345, 54321)
    verb(tmp_path, "k")
    assert state(tmp_path)["k.jsonl"].owner == (12345, 54321)
    back(tmp_path)
    assert state(tmp_path)["k.jsonl"].owner == (12345, 54321)


@pytest.mark.parametrize("verb", [add, take, tidy])
def test_what_came_since_stays_behind_it_and_keeps_its_time(tmp_path: Path, verb: Verb) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n" + REPLY)
    before = path.read_bytes()
    verb(tmp_path, "k")
    with path.open("ab") as file:
        file.write(USER)
    os.utime(path, ns=(10**18, 10**18))
    back(tmp_path)
    assert path.read_bytes() == before + USER
    assert path.stat().st_mtime_ns >= 10**18
    back(tmp_path, redo=True)
    assert path.read_bytes().endswith(USER)


@pytest.mark.parametrize(
    ("verb", "data", "kept"),
    [
        (take, USER + REPLY[:-1], USER + REPLY),  # popped without an end, another came
        (add, USER + TORN, USER + TORN + b"\n"),  # its unfinished line was ended for us
        (tidy, USER + TORN, USER + TORN + b"\n"),
    ],
)
def test_what_came_since_is_never_glued_to_an_unfinished_line(
    tmp_path: Path, verb: Verb, data: bytes, kept: bytes
) -> None:
    path = written(tmp_path, "k", data)
    verb(tmp_path, "k")
    after = path.read_bytes()
    path.write_bytes(after + REPLY)
    back(tmp_path)
    assert path.read_bytes() == kept + REPLY
    back(tmp_path, redo=True)
    assert path.read_bytes() == after + REPLY


def test_nothing_is_put_back_where_the_bytes_before_have_changed(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + REPLY)
    take(tmp_path)
    path.write_bytes(REPLY)
    for id in (None, "1"):
        with pytest.raises(Refused, match="the bytes before or at that place have changed") as refused:
            undo.plan(tmp_path, id)
    assert str(tmp_path / ".sessiontui" / "00000001.1.bytes") in refused.value.hint
    assert (tmp_path / ".sessiontui" / "00000001.1.bytes").read_bytes() == REPLY
    assert path.read_bytes() == REPLY


def test_an_appended_message_that_is_no_longer_there(tmp_path: Path) -> None:
    path = written(tmp_path, "k", REPLY)
    add(tmp_path)
    path.write_bytes(REPLY)
    with pytest.raises(Refused):
        undo.plan(tmp_path)
    path.unlink()
    with pytest.raises(Refused, match="the file is gone"):
        undo.plan(tmp_path)


def test_a_compacted_file_that_was_rewritten_since(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n")
    tidy(tmp_path)
    path.write_bytes(REPLY + REPLY)
    with pytest.raises(Refused, match="it has changed since") as refused:
        undo.plan(tmp_path)
    assert str(tmp_path / ".sessiontui" / "00000001.1.old") in refused.value.hint
    path.unlink()
    with pytest.raises(Refused, match="the file is gone"):
        undo.plan(tmp_path)


@pytest.mark.parametrize("verb", [add, take, tidy])
def test_no_link_out_of_the_store_is_followed_to_take_back(tmp_path: Path, verb: Verb) -> None:
    outside, folder = tmp_path / "outside.jsonl", tmp_path / "sessions"
    folder.mkdir()
    path = written(folder, "k", TORN + b"\n" + USER + REPLY)
    verb(folder, "k")
    path.rename(outside)
    path.symlink_to(outside)
    before = outside.read_bytes()
    with pytest.raises(Refused, match="outside of the store"):
        undo.plan(folder)
    path.unlink()
    outside.rename(path)
    plan = undo.plan(folder)
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(Refused, match="outside of the store"):
        undo.make(folder, plan)
    assert outside.read_bytes() == before


def test_no_link_to_a_database_out_of_the_store_is_followed_to_take_back(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    written(folder, "k", USER)
    migrate.make(migrate.plan(folder))
    outside = tmp_path / "sessions.db"
    (folder / "sessions.db").rename(outside)
    (folder / "sessions.db").symlink_to(outside)
    with pytest.raises(Refused, match="outside of the store"):
        back(folder)
    assert [row[1] for row in databases.contents(outside)["sessions"]] == [b"k"]


def test_kept_bytes_that_are_no_longer_what_was_kept_are_not_used(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + REPLY)
    take(tmp_path)
    kept = tmp_path / ".sessiontui" / "00000001.1.bytes"
    kept.write_bytes(b"x" * len(REPLY))
    with pytest.raises(Refused, match="is no longer what the journal kept"):
        undo.plan(tmp_path)
    kept.unlink()
    with pytest.raises(Refused, match="the journal no longer has"):
        undo.plan(tmp_path)
    assert path.read_bytes() == USER


def test_what_a_writer_put_into_the_kept_inode_stays_behind_what_comes_back(tmp_path: Path) -> None:
    path = written(tmp_path, "k", USER + TORN + b"\n")
    tidy(tmp_path)
    with (tmp_path / ".sessiontui" / "00000001.1.old").open("ab") as file:
        file.write(b"late")
    back(tmp_path)
    assert path.read_bytes() == USER + TORN + b"\nlate"


def test_all_of_a_change_is_taken_back_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in "abc":
        written(tmp_path, key, TORN + b"\n" + USER)
    tidy(tmp_path, "a", "b", "c")
    plan = undo.plan(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(REPLY)  # the last one to be taken back
    with pytest.raises(Refused):
        undo.make(tmp_path, plan)
    assert [(tmp_path / f"{key}.jsonl").read_bytes() for key in "abc"] == [REPLY, USER, USER]
    assert [change.id for change in journal.changes(tmp_path)] == ["00000001"]
    assert [name for name in journal_names(tmp_path) if name.startswith("00000002")] == []
    (tmp_path / "a.jsonl").write_bytes(USER)
    back(tmp_path)
    assert (tmp_path / "a.jsonl").read_bytes() == TORN + b"\n" + USER


@pytest.mark.parametrize("redo", [False, True])
def test_what_comes_while_the_old_bytes_come_back_stands_behind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redo: bool
) -> None:
    path = written(tmp_path, "k", TORN + b"\n" + USER)
    tidy(tmp_path)
    if redo:
        back(tmp_path)
    late = Late()
    real = os.replace

    def step(temp: Path, target: Path) -> None:
        late.append(path, REPLY)
        real(temp, target)

    monkeypatch.setattr(os, "replace", step)
    monkeypatch.setattr(journal, "SOON", 0)
    undo.make(tmp_path, undo.plan(tmp_path, redo=redo))
    late.end()
    monkeypatch.undo()
    assert path.read_bytes() == (USER if redo else TORN + b"\n" + USER) + REPLY
    undo.make(tmp_path, undo.plan(tmp_path, redo=not redo))
    assert path.read_bytes() == (TORN + b"\n" + USER if redo else USER) + REPLY


def test_what_comes_while_a_message_comes_back_stands_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "k", USER + REPLY)
    take(tmp_path)
    late = Late()

    def write_end(fd: int, data: bytes) -> int:
        late.append(path, USER)
        return replace.write_end(fd, data)

    monkeypatch.setattr(splices, "write_end", write_end)
    back(tmp_path)
    late.end()
    monkeypatch.undo()
    assert path.read_bytes() == USER + REPLY + USER


def test_a_session_that_somebody_writes_to_all_the_time_keeps_all_of_a_change_from_being_taken_back(
    tmp_path: Path,
) -> None:
    for key in "abc":
        written(tmp_path, key, TORN + b"\n" + USER)
    before = {name: seen.data for name, seen in state(tmp_path).items()}
    tidy(tmp_path, "a", "b", "c")
    after = {name: seen.data for name, seen in state(tmp_path).items()}
    plan = undo.plan(tmp_path)
    with held(tmp_path / "b.jsonl") as writer, pytest.raises(Busy) as busy:
        undo.make(tmp_path, plan, WaitPolicy(0))
    assert busy.value.holders == (writer,)
    assert {name: seen.data for name, seen in state(tmp_path).items()} == after
    assert [(change.id, change.status) for change in journal.changes(tmp_path)] == [("00000001", "done")]
    undo.make(tmp_path, plan, WaitPolicy(0))
    assert {name: seen.data for name, seen in state(tmp_path).items()} == before


@pytest.mark.parametrize("kill", [True, False])
@pytest.mark.parametrize("after", [True, False])
def test_an_undo_that_is_interrupted_is_taken_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: bool, after: bool
) -> None:
    for key in "abc":
        written(tmp_path, key, TORN + b"\n" + USER)
    before = state(tmp_path)
    tidy(tmp_path, "a", "b", "c")
    compacted = {name: seen.data for name, seen in state(tmp_path).items()}
    real = Rewrite.revert
    taken: list[str] = []

    def interrupted(edit: Rewrite, record: ChangeRecord) -> None:
        if not taken:
            taken.append(edit.key)
            return real(edit, record)
        monkeypatch.undo()
        if kill:
            monkeypatch.setattr(settle, "after", lambda _: None)
            monkeypatch.setattr(settle, "put_back", lambda _: None)
        if after:
            real(edit, record)
        raise KeyboardInterrupt

    monkeypatch.setattr(Rewrite, "revert", interrupted)
    with pytest.raises(KeyboardInterrupt):
        back(tmp_path)
    monkeypatch.undo()
    assert journal.waiting(tmp_path) == kill
    recovery.recover(tmp_path)
    assert {name: seen.data for name, seen in state(tmp_path).items()} == compacted
    assert [(change.verb, change.status) for change in journal.changes(tmp_path)] == [("compact", "done")]
    back(tmp_path)
    assert state(tmp_path) == before


def test_rows_that_came_since_stay_behind_the_one_that_comes_back(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    for text in ("one", "two"):
        databases.append(path, "k", "user", text)
    store = SqliteStore(path)
    pop.make(store, pop.plan(store, "k"))
    databases.append(path, "k", "user", "three")
    back(tmp_path)
    assert [content for _, content in databases.loaded(path, "k")] == ["one", "two", "three"]
    assert databases.contents(path)["session_metadata"][0][3] == 3
    back(tmp_path, redo=True)
    assert [content for _, content in databases.loaded(path, "k")] == ["one", "three"]


def test_an_appended_row_that_was_removed_since(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    store = SqliteStore(path)
    append.make(store, append.plan(store, "k", HELLO))
    with databases.writer(path) as connection:
        connection.execute("DELETE FROM sessions")
    with pytest.raises(Refused, match=r"sessions\.db has changed since"):
        undo.plan(tmp_path)
    path.unlink()
    with pytest.raises(Refused, match=r"sessions\.db is gone"):
        undo.plan(tmp_path)


def test_changes_of_both_homes_are_one_history(tmp_path: Path) -> None:
    database = databases.database(tmp_path)
    file = written(tmp_path, "k", USER)
    store = SqliteStore(database)
    add(tmp_path)
    append.make(store, append.plan(store, "k", HELLO))
    back(tmp_path)
    assert databases.loaded(database, "k") == []
    assert file.read_bytes() == USER + USER
    back(tmp_path)
    assert file.read_bytes() == USER
