"""What a ``.rows`` file says, done backwards inside a transaction: rows that left come again, rows that came leave.

Metadata and receipts become exactly what they were where they still are as the change left them; where the daemon has
touched them since, counts and activity are adjusted. Refuses where the moved rows themselves are not as they were left.
The file is attached to the connection as ``back``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from sqlite3 import Connection

from sessiontui.errors import Refused
from sessiontui.store.full_text import scalar
from sessiontui.store.sqlite.database_schema import KEY, METADATA, MORE, RECEIPTS, as_key, bound, columns
from sessiontui.store.sqlite.kept_rows import KEYED, Concerned, Direction, KeptRows, Run, digest, fingerprint

_HINT = "nothing was changed; `sessiontui undo --list` shows what else can be taken back"

_MOVED_SINCE: dict[Direction, str] = {
    "added": "messages that were added to the database were changed or removed since",
    "removed": "the database has other rows with the numbers of those that were removed",
}

_RAISE = f"""
UPDATE {METADATA} SET message_count = {MORE.format("?")},
    created_at = min(created_at, coalesce((SELECT created_at FROM back.{METADATA}_before WHERE {KEY}), created_at)),
    last_activity = max(last_activity, coalesce((SELECT last_activity FROM back.{METADATA}_before WHERE {KEY}), ''))
WHERE {KEY}
"""


def require(connection: Connection, was: KeptRows) -> None:
    """Raise ``Refused`` unless the rows and receipts of a change are as it left them."""
    if not is_moved(connection, was):
        raise Refused(_MOVED_SINCE[was.direction], _HINT)
    for row in was.concerned:
        if row.table == RECEIPTS and fingerprint(connection, RECEIPTS, row.key) != row.after:
            raise Refused(f"the import receipt of {row.key} was changed since", _HINT)


def revert(connection: Connection, was: KeptRows) -> None:
    """Do it backwards."""
    if was.direction == "removed":
        names = _columns(connection, "sessions", "sessions")
        connection.execute(f"INSERT INTO sessions ({names}) SELECT {names} FROM back.sessions ORDER BY id")
    moved = _counts(connection, was.runs)
    if was.direction == "added":
        delete(connection, was.runs)
    for row in was.concerned:
        _revert_row(connection, row, was.direction, moved[row.key])


def delete(connection: Connection, runs: Iterable[Run]) -> None:
    """Remove rows."""
    connection.executemany("DELETE FROM sessions WHERE id BETWEEN ? AND ?", runs)


def lower(connection: Connection, key: str, count: int) -> None:
    """Take so many off the count in a session's metadata, which never goes below 0."""
    sql = f"UPDATE {METADATA} SET message_count = max(0, message_count - ?) WHERE {KEY}"
    connection.execute(sql, (count, bound(key)))


def is_moved(connection: Connection, was: KeptRows) -> bool:
    """Whether the rows of a change are as it left them: all that came, or none with the ids of those that left."""
    if was.direction == "added":
        return digest(connection, was.runs) == was.sha256
    there = "SELECT EXISTS (SELECT 1 FROM sessions WHERE id BETWEEN ? AND ?)"
    return not any(scalar(connection, there, *run) for run in was.runs)


def _revert_row(connection: Connection, row: Concerned, direction: Direction, moved: int) -> None:
    """Undo what a change did to one row of metadata, or to one receipt; ``moved``: the messages of its key."""
    now = fingerprint(connection, row.table, row.key)
    if now == row.after:
        connection.execute(f"DELETE FROM {row.table} WHERE {KEYED[row.table]}", (bound(row.key),))
        _bring(connection, row)
    elif direction == "added":
        lower(connection, row.key, moved)
    elif now:
        connection.execute(_RAISE, (moved, moved, *[bound(row.key)] * 3))
    else:
        _bring(connection, row)
        sql = f"UPDATE {METADATA} SET message_count = (SELECT count(*) FROM sessions WHERE {KEY}) WHERE {KEY}"
        connection.execute(sql, [bound(row.key)] * 2)


def _bring(connection: Connection, row: Concerned) -> None:
    """Insert a row of metadata, or a receipt, as it was before, if there was one."""
    names = _columns(connection, row.table, f"{row.table}_before")
    source = f"SELECT {names} FROM back.{row.table}_before WHERE {KEYED[row.table]}"
    connection.execute(f"INSERT INTO {row.table} ({names}) {source}", (bound(row.key),))


def _counts(connection: Connection, runs: Iterable[Run]) -> Counter[str]:
    """How many rows of each session stand in the runs."""
    found: Counter[str] = Counter()
    sql = "SELECT session_key, count(*) FROM sessions WHERE id BETWEEN ? AND ? GROUP BY session_key"
    for run in runs:
        for key, count in connection.execute(sql, run):
            found[as_key(key)] += count
    return found


def _columns(connection: Connection, table: str, theirs: str) -> str:
    """The columns of a table in the ``.rows`` file, as a list for SQL. Raises ``Refused`` where one is gone."""
    wanted = columns(connection, theirs, "back")
    if not wanted <= columns(connection, table):
        raise Refused(f"the table {table} of the database lost columns since", _HINT)
    return ", ".join(f'"{name}"' for name in sorted(wanted))
