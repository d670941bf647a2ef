"""The specification keeps its own laws."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sessiontui.model import Message
from sessiontui.store.memory import MemoryStore
from tests.contract.laws import Home, StoreLaws


class MemoryHome:
    """A MemoryStore, changed by its own methods."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    def store(self) -> MemoryStore:
        return self._store

    def files(self) -> list[Path]:
        return []

    def append(self, key: str, message: Message) -> None:
        self._store.append(key, message)

    def pop(self, key: str) -> Message | None:
        return self._store.pop(key)

    def compact(self, key: str) -> int:
        return self._store.compact(key)

    def cleanup(self, ttl_hours: float) -> list[str]:
        return self._store.cleanup(ttl_hours)

    def undo(self) -> None:
        assert self._store.undo()

    def redo(self) -> None:
        assert self._store.redo()

    def age(self, key: str, hours: float) -> None:
        kept = self._store._kept
        kept[key] = replace(kept[key], last_activity=datetime.now(UTC) - timedelta(hours=hours))


@contextlib.contextmanager
def memory_home() -> Iterator[MemoryHome]:
    yield MemoryHome()


class TestMemory(StoreLaws):
    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        return memory_home()


def test_redo_is_gone_after_another_change() -> None:
    store = MemoryStore()
    store.append("k", Message("user", "one"))
    assert store.undo()
    store.append("k", Message("user", "two"))
    assert not store.redo()
    assert list(store.messages("k")) == [Message("user", "two")]


def test_undo_of_nothing_says_so() -> None:
    assert not MemoryStore().undo()


def test_the_clock_gives_the_times() -> None:
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)
    times = iter([noon, noon + timedelta(hours=1)])
    store = MemoryStore(lambda: next(times))
    store.append("k", Message("user", "one"))
    store.append("k", Message("user", "two"))
    session = store.session("k")
    assert (session.created_at, session.last_activity) == (noon, noon + timedelta(hours=1))
