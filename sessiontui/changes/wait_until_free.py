"""Waits until nobody has some files open for writing, a database locked, or a journal; and says whom it waits for.

A change waits too, but can't be called off while it does, so this goes before it. What can't be found out here is not
waited for: the change itself says what is the matter. Writes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from sessiontui.changes.edits.files import opened
from sessiontui.changes.journal.folder import reading
from sessiontui.changes.journal.location import NAME
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import holders, live_replace
from sessiontui.errors import Locked, SessiontuiError
from sessiontui.store.protocol import IsCancelled, stop_if

PAUSE: Final = 0.05
"""Seconds between two looks."""
NAMED: Final = 20
"""Looks between two looks at who it is."""


def free(paths: Iterable[Path], seconds: float, cancelled: IsCancelled, told: Callable[[str], None]) -> float:
    """Wait until they are free, for so many seconds at most; return how many of them are left. ``told`` hears who has
    the file open. Raises ``Cancelled``."""
    until = time.monotonic() + seconds
    for path in paths:
        looks = 0
        while time.monotonic() < until and _is_taken(path):
            if not looks % NAMED:
                told(writers(path))
            looks += 1
            time.sleep(PAUSE)
            stop_if(cancelled)
    return max(0.0, until - time.monotonic())


def _is_taken(path: Path) -> bool:
    """Whether somebody writes there, as far as anybody can say: another sessiontui makes a change, or another program has
    the file open for writing or the database locked."""
    if path.name != NAME and not path.name.endswith(SUFFIX):
        return _is_locked(path)
    with suppress(OSError, SessiontuiError):
        if path.name == NAME:
            with reading(path.parent) as journal:
                return journal is not None and journal.busy()
        with opened(path) as fd:
            return live_replace.is_written(fd)
    return False


def _is_locked(database: Path) -> bool:
    """Whether another program writes to it right now."""
    from sessiontui.store.sqlite.transaction import Writing  # late: most stores have no database

    try:
        with Writing(database, wait=0):
            return False
    except Locked:
        return True
    except (OSError, SessiontuiError):
        return False


def writers(path: Path) -> str:
    """Which programs write there; empty where that can't be known."""
    if path.name == NAME:
        return "another sessiontui"
    if not path.name.endswith(SUFFIX):  # who has a database open need not be who locked it
        return ""
    try:
        status = path.stat()
    except (OSError, ValueError):  # gone, or a database's key that is no name
        return ""
    return " and ".join(holders.writers(status))
