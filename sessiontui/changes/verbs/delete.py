"""Remove the sessions that are named, however old or new: their files, or all of their rows in the database.

Planned here, and made as ``cleanup`` makes it, but for a session that is not just as it was planned for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sessiontui.changes.edits import database
from sessiontui.changes.edits.files import as_plain, name_in
from sessiontui.changes.verbs import cleanup
from sessiontui.errors import Changed, Refused, SessiontuiError, StoreError, UnknownKey
from sessiontui.model import Session
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, silent

make = cleanup.make


def plan(
    store: Store, keys: Sequence[str], cancelled: IsCancelled = never, progress: Progress = silent
) -> cleanup.CleanupPlan:
    """Say what would go; touches nothing. Raises ``UnknownKey`` and ``Cancelled``; other problems of a session are in its
    row. ``progress`` counts bytes."""
    wanted = dict.fromkeys(map(store.resolve, keys) if isinstance(store, JsonlStore) else keys)
    sessions = store.looked(wanted)
    for key in wanted.keys() - {each.key for each in sessions}:
        raise UnknownKey(key)
    seen = {} if isinstance(store, JsonlStore) else database.extents(store.path, wanted)
    rows = [_planned(store, each, seen.get(each.key)) for each in store.counted(sessions, cancelled, progress)]
    return cleanup.CleanupPlan(cleanup.possible(store, rows))


def _planned(store: Store, session: Session, seen: database.Extent | None) -> cleanup.CleanupRow:
    row = cleanup.CleanupRow(session.key, session.last_activity, session.messages, seen=seen)
    if not isinstance(store, JsonlStore):
        return row
    path = store.file(session.key)
    try:
        if session.problem is not None:
            raise StoreError(f"{path.name}: {session.problem.reason}")
        if session.instead:
            raise Refused(f"{path.name} is no session: {session.instead}", unchanged=True)
        name_in(path)
        with session_file.opened(path, session.key) as (_, stamp):
            if stamp.size != session.bytes:
                raise Changed(path.name)
            return replace(row, seen=stamp)
    except (OSError, SessiontuiError) as error:
        return row.left_alone(as_plain(error, path.name))
