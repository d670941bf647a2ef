"""What a change takes of the disk, before it is made: how much undo will keep of it, how much is written, what is free.

Only reads. It says a figure where that is more than the journal's bound, and refuses where the disk surely has not
the room; what it can't know beforehand (a quota, an index that grows) ends as any full disk does, with nothing lost.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Protocol

from sessiontui import units
from sessiontui.changes import history, obstacles
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.errors import Refused
from sessiontui.store.protocol import Store


class Takes(NamedTuple):
    """Bytes that a change takes, as far as they are sure."""

    kept: int
    """What the journal keeps of it. Where the file system has hard links, these are the old files themselves."""
    written: int
    """What is written anew beside all that is there."""


class Plan(Protocol):
    """What a verb would do."""

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""

    def takes(self, store: Store) -> Takes:
        """What it takes of the disk."""


def notice(store: Store, plan: Plan) -> str:
    """What a person should know before this change is made: its figure, where that is above the journal's bound or
    what is free. Empty where there is nothing to say."""
    takes = plan.takes(store)
    folder = sessions_folder(store)
    free = free_bytes(folder)
    if free is not None and takes.written > free:
        return f"this takes {units.size(takes.written, tenths=True)} of the disk that holds {folder}, where {units.size(free, tenths=True)} are free"
    if takes.kept > history.SIZE:
        return (
            f"the journal keeps {units.size(takes.kept, tenths=True)} so that this can be undone, more than the "
            f"{units.size(history.SIZE, tenths=True)} that it is bounded to: it drops every older change"
        )
    return ""


def require(store: Store, plan: Plan) -> None:
    """Raise ``Refused``, with the figure, where the disk has not the room for this change, and ``StoreError`` where
    the change can't be recorded."""
    folder = sessions_folder(store)
    free = free_bytes(folder)
    full = ""
    if not plan.is_idle:
        obstacles.require_journal(folder)
        if free == 0:
            full = f"the disk that holds {folder} is full, and a change has to be recorded"
    if free is not None and plan.takes(store).written > free:
        full = notice(store, plan)
    if full:
        raise Refused(
            f"{full}",
            "make room first: `sessiontui journal` says what undo keeps, `sessiontui journal --purge` drops it but for "
            "the newest change",
            unchanged=True,
        )


def free_bytes(folder: Path) -> int | None:
    """Bytes that we may still write where a folder is; None where its file system doesn't say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    blocks = found.f_bfree if os.geteuid() == 0 else found.f_bavail
    return blocks * found.f_frsize if found.f_blocks else None
