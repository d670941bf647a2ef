"""A home on the disk, changed the way the command line does: every change is a plan first, then made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sessiontui.changes import undo
from sessiontui.changes.verbs import append, cleanup, compact, pop
from sessiontui.model import Message
from sessiontui.store.protocol import Store


class DiskHome:
    """What a JSONL folder and a database have in common; a subclass opens the store and ages its sessions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """The sessions folder."""

    def store(self) -> Store:
        raise NotImplementedError

    def append(self, key: str, message: Message) -> None:
        store = self.store()
        append.make(store, append.plan(store, key, message))

    def pop(self, key: str) -> Message | None:
        store = self.store()
        return pop.make(store, pop.plan(store, key)).removed

    def compact(self, key: str) -> int:
        store = self.store()
        (row,) = compact.make(store, compact.plan(store, [key])).rows
        return row.dropped

    def cleanup(self, ttl_hours: float) -> list[str]:
        store = self.store()
        return [row.key for row in cleanup.make(store, cleanup.plan(store, ttl_hours, datetime.now(UTC))).rows]

    def undo(self) -> None:
        undo.make(self.folder, undo.plan(self.folder))

    def redo(self) -> None:
        undo.make(self.folder, undo.plan(self.folder, redo=True))
