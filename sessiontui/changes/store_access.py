"""Whether anything may be changed in a store, and what waits in its journal.

Loads nothing of the journal itself before it is asked about it: most of the time there is none to read.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sessiontui.changes.journal.location import is_there, sessions_folder
from sessiontui.dialects.file_names import written
from sessiontui.errors import StoreError
from sessiontui.model import Backend
from sessiontui.store.protocol import Store

if TYPE_CHECKING:
    from sessiontui.changes.recovery.pending_messages import PendingMessages


def interrupted(sessions: Path) -> int:
    """How many changes were interrupted and wait for the next one to settle them; 0 where nobody can say."""
    if not is_there(sessions):
        return 0
    from sessiontui.changes.history import waiting

    return waiting(sessions)


def pending_messages(sessions: Path) -> tuple[PendingMessages, ...]:
    """Messages that wait in the journal for the next change to bring them over."""
    if not is_there(sessions):
        return ()
    from sessiontui.changes.recovery.pending_messages import waiting

    return waiting(sessions)


def unwritable(store: Store) -> str | None:
    """Why nothing in this store can or must be changed, in one sentence; None where it may be tried. Writes nothing."""
    sessions = sessions_folder(store)
    reason = _unwritable(sessions, "folder")
    if reason is None and store.backend is Backend.SQLITE:
        reason = _unwritable(store.path, "database")
    if reason is not None or not is_there(sessions):
        return reason
    from sessiontui.changes.journal.folder import reading

    try:
        with reading(sessions):
            return None
    except StoreError as error:
        return error.cause


def _unwritable(path: Path, what: str) -> str | None:
    shown = written(str(path))
    try:
        status = path.stat()
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            return f"{shown} is on a file system that is mounted read-only"
    except OSError as error:
        return f"{shown} can't be looked at: {error.strerror}"
    if os.geteuid() == 0 and status.st_uid != 0:
        return f"{shown} belongs to another user and is not changed as root; run this as its owner"
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return f"you may not write to the {what} {shown}"
    return None
