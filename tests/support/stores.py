"""Stores that behave badly, for what a person is shown then. None of them has a disk."""

from __future__ import annotations

import threading
from pathlib import Path

from sessiontui.errors import StoreError
from sessiontui.model import Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore

PLACE = Path("/srv/zeroclaw/sessions")


class SlowStore(JsonlStore):
    """Reads its list until it is released."""

    def __init__(self) -> None:
        super().__init__(PLACE)
        self.released = threading.Event()

    def sessions(self) -> list[Session]:
        self.released.wait(30)
        return []


class SealedStore(JsonlStore):
    """Can't be read."""

    def __init__(self) -> None:
        super().__init__(PLACE)

    def sessions(self) -> list[Session]:
        raise StoreError(f"{PLACE} can't be read: Permission denied", "look at the rights of the folder")
