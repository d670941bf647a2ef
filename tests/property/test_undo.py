"""Whatever is done to a store is taken back to the byte, in reverse, and given again; news in between is never lost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop
from sessiontui.dialects import zeroclaw
from sessiontui.disk.wait_policy import USUAL
from sessiontui.errors import Refused
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.examples import examples
from tests.support.folders import REPLY, USER, loads, state, written
from tests.support.undoing import Killed, killed_at

KEYS = ("a", "b")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
MESSAGES = st.builds(Message, st.sampled_from(["user", "assistant", ""]), TEXT)
PIECES = st.one_of(
    MESSAGES.map(zeroclaw.write),
    st.sampled_from([b"\n", b" \r\n", b"{torn\n", b'{"role":"user"', b"\x00\x00", b"\xff\n", b"{}{}\n"]),
)
FILES = st.lists(PIECES, max_size=6).map(b"".join)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(KEYS), MESSAGES),
        st.tuples(st.just("pop"), st.sampled_from(KEYS), st.none()),
        st.tuples(st.just("compact"), st.none(), st.none()),
    ),
    min_size=1,
    max_size=6,
)
Step = tuple[str, str | None, Message | None]


@contextmanager
def sessions(files: dict[str, bytes]) -> Iterator[Path]:
    """A sessions folder with these files."""
    with tempfile.TemporaryDirectory() as folder, mock.patch("os.fsync"):  # hundreds of them, and no crash here
        for key, data in files.items():
            Path(folder, f"{key}.jsonl").write_bytes(data)
        yield Path(folder)


def change(store: JsonlStore | SqliteStore, step: Step) -> str | None:
    """Make one change; its id, None where there was nothing to do."""
    verb, key, message = step
    if message is not None:
        try:
            plan = append.plan(store, key or "", message)
        except Refused:  # the file is no session
            return None
        return append.make(store, plan).change
    if verb == "compact":
        return compact.make(store, compact.plan(store, None)).change
    return pop.make(store, pop.plan(store, key or "", anyway=True)).change


@examples(0.5)
@given(FILES, FILES, CHANGES)
def test_files_go_back_step_by_step_and_forth(a: bytes, b: bytes, steps: list[Step]) -> None:
    with sessions({"a": a, "b": b}) as folder:
        states = [state(folder)]
        states.extend(state(folder) for step in steps if change(JsonlStore(folder), step) is not None)
        for before in states[-2::-1]:
            undo.make(folder, undo.plan(folder))
            assert state(folder) == before
        for after in states[1:]:
            undo.make(folder, undo.plan(folder, redo=True))
            assert {name: seen.data for name, seen in state(folder).items()} == {
                name: seen.data for name, seen in after.items()
            }
        for before in states[-2::-1]:
            undo.make(folder, undo.plan(folder))
            assert state(folder) == before


@examples(0.5)
@given(FILES, CHANGES.filter(lambda steps: steps[0][1] != "b"), st.lists(MESSAGES, min_size=1, max_size=3))
def test_what_came_since_an_undone_change_is_still_there(a: bytes, steps: list[Step], news: list[Message]) -> None:
    with sessions({"a": a}) as folder:
        path = folder / "a.jsonl"
        if change(JsonlStore(folder), steps[0]) is None:
            return
        for message in news:
            end = b"" if path.read_bytes().endswith(b"\n") or not path.read_bytes() else b"\n"
            path.write_bytes(path.read_bytes() + end + zeroclaw.write(message))
        changed = loads(path.read_bytes())
        undo.make(folder, undo.plan(folder))
        assert loads(path.read_bytes()) == loads(a) + news
        undo.make(folder, undo.plan(folder, redo=True))
        assert loads(path.read_bytes()) == changed


@examples(0.25)
@given(st.lists(st.tuples(st.sampled_from(KEYS), MESSAGES), max_size=4), CHANGES)
def test_rows_go_back_step_by_step_and_forth(begin: list[tuple[str, Message]], steps: list[Step]) -> None:
    with sessions({}) as folder:
        path = databases.database(folder, "head")
        for key in KEYS:
            databases.append(path, key, "user", "first")
        for key, message in begin:
            databases.append(path, key, message.role, message.content)
        states: list[Any] = [databases.contents(path)]
        states.extend(databases.contents(path) for step in steps if change(SqliteStore(path), step) is not None)
        for before in states[-2::-1]:
            undo.make(folder, undo.plan(folder))
            assert databases.contents(path) == before
        for after in states[1:]:
            undo.make(folder, undo.plan(folder, redo=True))
            assert databases.contents(path) == after
        assert journal.waiting(folder) == 0


# ---- what the machine of ``test_undo_machine`` found, or was to find


def cleaned(folder: Path, key: str) -> None:
    store = JsonlStore(folder)
    cleanup.make(store, cleanup.plan(store, 1, datetime.now(UTC), [key]))


def test_no_file_comes_back_into_a_store_that_was_imported_since(tmp_path: Path) -> None:
    databases.database(tmp_path, "head")
    written(tmp_path, "a", USER)
    cleaned(tmp_path, "a")
    written(tmp_path, "b", REPLY)
    migrate.make(migrate.plan(tmp_path))
    with pytest.raises(Refused, match="imported into") as refused:
        undo.make(tmp_path, undo.plan(tmp_path, "1"))
    assert str(tmp_path / ".sessiontui" / "00000001.1.old") in refused.value.hint
    assert not (tmp_path / "a.jsonl").exists()
    undo.make(tmp_path, undo.plan(tmp_path))
    undo.make(tmp_path, undo.plan(tmp_path))
    assert (tmp_path / "a.jsonl").read_bytes() == USER


def test_no_appended_session_comes_again_into_a_store_that_was_imported_since(tmp_path: Path) -> None:
    databases.database(tmp_path, "head")
    change(JsonlStore(tmp_path), ("append", "a", Message("user", "hi")))
    undo.make(tmp_path, undo.plan(tmp_path))
    written(tmp_path, "b", REPLY)
    migrate.make(migrate.plan(tmp_path))
    with pytest.raises(Refused, match="imported into"):
        undo.make(tmp_path, undo.plan(tmp_path, "1", redo=True))
    assert not (tmp_path / "a.jsonl").exists()


@pytest.mark.parametrize("suffix", [".migrated", ".importing"])
def test_no_file_comes_back_beside_its_import(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path, "a", USER)
    cleaned(tmp_path, "a")
    beside = tmp_path / f"a.jsonl{suffix}"
    beside.write_bytes(REPLY)
    with pytest.raises(Refused, match=f"a.jsonl{suffix}") as refused:
        undo.make(tmp_path, undo.plan(tmp_path))
    assert str(tmp_path / ".sessiontui" / "00000001.1.old") in refused.value.hint
    assert not path.exists()
    os.unlink(beside)
    undo.make(tmp_path, undo.plan(tmp_path))
    assert path.read_bytes() == USER


@pytest.mark.parametrize("n", [14, 18])
def test_a_database_that_was_made_before_a_kill_is_no_change_of_its_own(tmp_path: Path, n: int) -> None:
    """It was listed as one that undo took back without a trace, again and again, so that nothing older could be."""
    path = written(tmp_path, "a", USER)
    change(JsonlStore(tmp_path), ("append", "a", Message("user", "hi")))
    plan = migrate.plan(tmp_path)
    with pytest.raises(Killed), killed_at(n):
        migrate.make(plan)
    database = tmp_path / "sessions.db"
    assert database.exists()
    databases.append(database, "gateway", "user", "hi")
    undo.make(tmp_path, undo.plan(tmp_path))
    assert [each.status for each in journal.changes(tmp_path)] == ["undo", "undone"]
    assert path.read_bytes() == USER
    assert databases.loaded(database, "gateway") == [("user", "hi")]


@pytest.mark.parametrize("back", [False, True])
def test_a_message_that_comes_between_a_kill_and_the_next_change_leaves_the_session_in_one_home(
    tmp_path: Path, back: bool
) -> None:
    """Killed between the rows and the file's new name, for each n; the daemon appends to the file that it still sees."""
    n, in_both = 0, []
    while True:
        n += 1
        folder = tmp_path / str(n)
        folder.mkdir()
        databases.append(databases.database(folder), "gateway", "user", "hi")
        path = written(folder, "a", USER)
        if back:
            migrate.make(migrate.plan(folder))
        with killed_at(n) as called, suppress(Killed):
            undo.make(folder, undo.plan(folder)) if back else migrate.make(migrate.plan(folder))
        if path.exists() and not (folder / "a.jsonl.migrated").exists():
            with path.open("ab") as file:
                file.write(REPLY)
        with journal.change(folder, "append", [], USUAL):
            """Every change settles what was interrupted before."""
        if path.exists() and databases.loaded(folder / "sessions.db", "a"):
            in_both.append((n, called[-1]))
        if len(called) < n:
            break
    assert n > 15
    assert in_both == []
