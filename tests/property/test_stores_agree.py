"""Whatever is done to a store, every home holds the same messages and finds the same ones: memory says which.

Steps are those that a person can take; a step that memory refuses (pop of nothing, redo after another change) is left
out for all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.errors import UnknownKey
from sessiontui.model import Message
from sessiontui.store.protocol import Store
from tests.contract.laws import Home, search
from tests.contract.test_jsonl import jsonl_home
from tests.contract.test_memory import MemoryHome
from tests.contract.test_sqlite import sqlite_home
from tests.support.examples import examples

BACKENDS = [jsonl_home, partial(sqlite_home, "ours")]
KEYS = st.sampled_from(["a", "b_2", "漢"])
TEXT = st.text("ab é漢🦀\n\"\\\x00\u2028*'-.", max_size=12)
STEP = st.one_of(
    st.tuples(st.just("append"), KEYS, st.builds(Message, st.sampled_from(["user", "tool", ""]), TEXT)),
    st.tuples(st.sampled_from(["pop", "compact"]), KEYS, st.none()),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none(), st.none()),
)

Step = tuple[str, str | None, Message | None]


def taken(home: Home, step: Step) -> Message | None:
    """Take one step; what it gave, where it gives something."""
    verb, key, message = step
    if key is None:
        getattr(home, verb)()
    elif message is not None:
        home.append(key, message)
    elif verb == "pop":
        return home.pop(key)
    else:
        home.compact(key)
    return None


def possible(memory: MemoryHome, step: Step) -> bool:
    """Whether memory can take the step; undo and redo are tried on the spot and taken back."""
    verb, key, message = step
    store = memory.store()
    if verb == "undo":
        return store.undo() and store.redo()
    if verb == "redo":
        return store.redo() and store.undo()
    if message is not None:
        return True
    with contextlib.suppress(UnknownKey):
        last = store.last(key or "")
        return verb == "compact" or last is not None
    return False


def held(store: Store) -> dict[str, list[Message]]:
    """All that a store holds, by key."""
    return {session.key: list(store.messages(session.key)) for session in store.sessions()}


def counts(store: Store) -> dict[str, int | None]:
    return {session.key: session.messages for session in store.counted(store.sessions())}


def found(home: Home, text: str) -> list[tuple[str, int, str]]:
    return sorted((hit.key, hit.ordinal or 0, hit.snippet) for hit in search(home, text, limit=None).hits)


@pytest.mark.parametrize("other_home", BACKENDS, ids=["jsonl", "sqlite"])
@examples(0.5)
@given(steps=st.lists(STEP, min_size=1, max_size=12), query=TEXT)
def test_every_home_is_what_memory_is(
    other_home: Callable[[], contextlib.AbstractContextManager[Home]], steps: list[Step], query: str
) -> None:
    memory = MemoryHome()
    with other_home() as other:
        for step in steps:
            if possible(memory, step):
                assert taken(other, step) == taken(memory, step)
                assert held(other.store()) == held(memory.store())
        assert counts(other.store()) == counts(memory.store())
        for text in (query, "a", "漢", "é*"):
            assert found(other, text) == found(memory, text)


@pytest.mark.parametrize("other_home", BACKENDS, ids=["jsonl", "sqlite"])
@examples(0.25)
@given(messages=st.lists(st.builds(Message, TEXT, TEXT), min_size=1, max_size=8), data=st.data())
def test_every_home_gives_the_same_pages(
    other_home: Callable[[], contextlib.AbstractContextManager[Home]], messages: list[Message], data: st.DataObject
) -> None:
    memory = MemoryHome()
    start = data.draw(st.integers(0, 9))
    stop = data.draw(st.none() | st.integers(0, 9))
    with other_home() as other:
        for home in (memory, other):
            for message in messages:
                home.append("k", message)
        stores = (memory.store(), other.store())
        pages = [list(store.messages("k", start, stop)) for store in stores]
        assert pages[0] == pages[1] == messages[start:stop]
        tails = [store.transcript("k").tail(3) for store in stores]
        assert [[row.message for row in tail.load(0, len(tail))] for tail in tails] == [messages[-3:]] * 2
