"""Whatever is done to a store is taken back to the byte, in reverse, and given again; news in between is never lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from sessiontui.changes import append, compact, journal, pop, undo
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.sqlite import SqliteStore
from tests.support import databases
from tests.support.folders import loads, state

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
        return append.make(store, append.plan(store, key or "", message)).change
    if verb == "compact":
        return compact.make(store, compact.plan(store, None)).change
    return pop.make(store, pop.plan(store, key or "", anyway=True)).change


@settings(max_examples=60)
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


@settings(max_examples=60)
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


@settings(max_examples=25)
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
