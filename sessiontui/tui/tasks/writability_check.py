"""Finds out whether a store may be changed, and what a crash left to the next change, for that asks the disk.

Loaded before the first paint: imports little.
"""

from __future__ import annotations

from sessiontui.describe.recovery import Writability
from sessiontui.model import Backend
from sessiontui.store.protocol import Store


def check(store: Store) -> Writability:
    """How it is now. Asks the disk."""
    from sessiontui.changes.journal.location import sessions_folder
    from sessiontui.changes.store_access import interrupted, pending_messages, unwritable
    from sessiontui.store.jsonl import interrupted_imports

    folder = sessions_folder(store)
    late = tuple((each.key, len(each.messages)) for each in pending_messages(folder))
    imports = interrupted_imports.stems(folder) if store.backend is Backend.SQLITE else ()  # else they are listed
    return Writability(unwritable(store), interrupted(folder), late, imports)
