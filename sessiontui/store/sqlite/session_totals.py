"""The list of a SQLite store: which sessions there are, and how much is in each. Only reads; knows no transcript.

What ZeroClaw lists is ``session_metadata``. Rows of messages that have no metadata it never lists, though it loads
them: they are listed here too, with the times of their rows. ``message_count`` is never believed, for it drifts. A key
that is text but no UTF-8 is given as ``os.fsdecode`` would; one that is stored as a blob names nothing and is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from sqlite3 import Connection

from sessiontui.model import Backend, Session
from sessiontui.store.protocol import IsCancelled, Progress, stop_if
from sessiontui.store.sqlite.database_schema import KEY, METADATA, as_key, bound, columns, read_time, write_time
from sessiontui.store.sqlite.index_health import way

_LOST = """
WITH RECURSIVE known(session_key) AS (
    SELECT min(session_key) FROM sessions
    UNION ALL
    SELECT (SELECT min(session_key) FROM sessions WHERE session_key > known.session_key)
    FROM known WHERE known.session_key IS NOT NULL
)
SELECT session_key,
       (SELECT created_at FROM sessions s WHERE s.session_key = known.session_key ORDER BY id LIMIT 1),
       (SELECT created_at FROM sessions s WHERE s.session_key = known.session_key ORDER BY id DESC LIMIT 1),
       NULL
FROM known WHERE typeof(session_key) = 'text' {unlisted}
"""
"""Keys by one seek each in the index, not by a walk through it: 2 ms for 800 keys of 400,000 rows, against 14."""

_UNLISTED = "AND NOT EXISTS (SELECT 1 FROM session_metadata m WHERE m.session_key = known.session_key)"

_ROWS = f"SELECT session_key, min(created_at), max(created_at), NULL FROM main.sessions {{}} WHERE {KEY} HAVING count(*) > 0"

LOADS = """(typeof(role) = 'text' AND typeof(content) = 'text'
            AND are_utf8(CAST(role AS BLOB), CAST(content AS BLOB)))"""
"""Whether ZeroClaw loads a row. No function of SQLite's own tells text that is UTF-8 from text that isn't."""

_SIZE = "length(CAST(role AS BLOB)) + length(CAST(content AS BLOB))"

_FEW = 8
"""Up to so many sessions are counted one by one; for more, one pass in the order of the file is faster."""

_SMALL = 100_000
"""Up to this last row id, reading through the ids of a whole table costs little."""


def listed(connection: Connection, key: str | None = None) -> list[Session]:
    """All sessions, or the one of this key, newest activity first, as ZeroClaw orders them, by text; last those
    whose time can't be read. Not counted."""
    there = columns(connection, METADATA)
    wanted = ", ".join(c if c in there else "NULL" for c in ("created_at", "last_activity", "name"))
    metadata = f"SELECT session_key, {wanted} FROM session_metadata {{}} WHERE typeof(session_key) = 'text'"
    known = "session_key" in there
    if key is None:
        found = connection.execute(metadata.format("")).fetchall() if known else []
        found += connection.execute(_LOST.format(unlisted=_UNLISTED if known else ""))
    else:
        statements = [f"{metadata} AND {KEY}"] * known + [_ROWS]
        ways = (each.format(how) for each in statements for how in ("", "NOT INDEXED"))  # where an index lost the key
        found = next(filter(None, (connection.execute(each, (bound(key),)).fetchall() for each in ways)), [])
    found.sort(key=lambda row: str(row[0]))
    dated = [(_session(*row), row[2]) for row in found]
    dated.sort(key=lambda pair: str(pair[1]) if pair[0].last_activity is not None else "", reverse=True)
    return [session for session, _ in dated]


def totals(
    connection: Connection, keys: Collection[str], cancelled: IsCancelled, progress: Progress
) -> tuple[Counter[str], Counter[str]]:
    """The messages of each of the sessions, as ZeroClaw loads them, and the bytes of the text of all their rows; reads
    all of that. ``progress`` counts row ids."""
    messages: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    rows = f"SELECT id, session_key, {_SIZE}, {LOADS} FROM sessions"
    last = connection.execute("SELECT coalesce(max(id), 0) FROM sessions").fetchone()[0]
    statement = f"{rows} NOT INDEXED"
    several: list[tuple[str | bytes, ...]] = [()]
    if len(keys) <= _FEW:
        for each in [way(connection, key, whole=last <= _SMALL) for key in keys]:
            each.on(connection)
        statement = f"{rows} WHERE {KEY}"
        several = [(bound(key),) for key in keys]
    for values in several:
        cursor = connection.execute(statement, values)
        while page := cursor.fetchmany(5000):
            stop_if(cancelled)
            for _, key, size, loads in page:
                name = as_key(key)
                messages[name] += loads
                sizes[name] += size
            progress(page[-1][0], last)
    return messages, sizes


def stale_keys(connection: Connection, before: datetime) -> list[str]:
    """Keys whose ``last_activity`` is less than ``before``, compared as text, which is how ZeroClaw decides, and as a
    time: what is none is never stale."""
    if not columns(connection, METADATA):
        return []
    rows = connection.execute(
        "SELECT session_key, last_activity FROM session_metadata"
        " WHERE typeof(session_key) = 'text' AND last_activity < ?",
        (write_time(before),),
    )
    times = ((as_key(key), read_time(last_activity)) for key, last_activity in rows)
    return [key for key, at in times if at is not None and at < before]


def _session(key: object, created_at: object, last_activity: object, name: object) -> Session:
    times = read_time(created_at), read_time(last_activity)
    called = name if isinstance(name, str) else None
    return Session(as_key(key), Backend.SQLITE, None, None, None, *times, called, reachable=isinstance(key, str))
