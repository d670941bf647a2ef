"""Where the journal of a store is, and whether anything may be changed there at all.

Loads nothing of the journal itself before it is asked about it: most of the time there is none to read.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sessiontui.dialects.keys import written
from sessiontui.errors import StoreError
from sessiontui.model import Backend
from sessiontui.store.protocol import Store

if TYPE_CHECKING:
    from sessiontui.changes.pending_messages import PendingMessages

NAME: Final = ".sessiontui"
"""The journal's folder, in the sessions folder."""


def sessions_folder(store: Store) -> Path:
    """The sessions folder whose journal keeps the changes of this store."""
    return store.path if store.backend is Backend.JSONL else store.path.parent


def is_there(sessions: Path) -> bool:
    """Whether something of the journal's name stands in a sessions folder."""
    return os.path.lexists(sessions / NAME)


def interrupted(sessions: Path) -> int:
    """How many changes were interrupted and wait for the next one to settle them; 0 where nobody can say."""
    if not is_there(sessions):
        return 0
    from sessiontui.changes.journal import waiting

    return waiting(sessions)


def pending_messages(sessions: Path) -> tuple[PendingMessages, ...]:
    """Messages that wait in the journal for the next change to bring them over."""
    if not is_there(sessions):
        return ()
    from sessiontui.changes.pending_messages import waiting

    return waiting(sessions)


def unwritable(store: Store) -> str | None:
    """Why nothing in this store can or must be changed, in one sentence; None where it may be tried. Writes nothing."""
    sessions = sessions_folder(store)
    if (reason := _unwritable(sessions, "folder")) is not None:
        return reason
    if store.backend is Backend.SQLITE and (reason := _unwritable(store.path, "database")) is not None:
        return reason
    return _journal_problem(sessions) if is_there(sessions) else None


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


def _journal_problem(sessions: Path) -> str | None:
    from sessiontui.changes.folder import reading

    try:
        with reading(sessions):
            return None
    except StoreError as error:
        return error.sentence.removesuffix("; nothing was changed")
