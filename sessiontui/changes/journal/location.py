"""Where the journal of a store is. Loads nothing of the journal itself: most of the time there is none to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sessiontui.model import Backend
from sessiontui.store.protocol import Store

NAME: Final = ".sessiontui"
"""The journal's folder, in the sessions folder."""


def sessions_folder(store: Store) -> Path:
    """The sessions folder whose journal keeps the changes of this store."""
    return store.path if store.backend is Backend.JSONL else store.path.parent


def is_there(sessions: Path) -> bool:
    """Whether something of the journal's name stands in a sessions folder."""
    return os.path.lexists(sessions / NAME)
