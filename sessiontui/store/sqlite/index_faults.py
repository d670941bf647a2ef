"""What ``check`` says of a database as a whole: where an index lists other rows than its table. Only reads."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from sqlite3 import Connection
from typing import Final

from sessiontui.model import Fault, Severity
from sessiontui.store.sqlite.database_schema import METADATA, as_key, columns, shape
from sessiontui.store.sqlite.index_health import IDS, by, indexes, require_corrupt
from sessiontui.units import counted

TREE: Final = "index-mismatch"
"""A b-tree index lists other rows than the table."""
WORDS: Final = "search-mismatch"
"""The full-text index has other rows than the table."""
TABLE: Final = "unreadable-rows"
"""Not all rows can be read."""

Counts = dict[str, tuple[int, int]]
"""For each session the number of rows and a checksum of their ids."""
Difference = tuple[str | None, str, str]
"""The session, None for what no session has; the id of the fault, and its reason."""


def mismatch(connection: Connection) -> str:
    """The first difference between a b-tree index and its table; empty where there is none."""
    rows = _rows(connection)
    return rows if isinstance(rows, str) else _first(chain(_metadata(connection), _trees(connection, rows)))


def metadata_mismatch(connection: Connection) -> str:
    """The same for the table of sessions alone, which is small."""
    return _first(_metadata(connection))


def _first(found: Iterable[Difference]) -> str:
    return next((reason for *_, reason in found), "")


def findings(connection: Connection) -> dict[str | None, list[Fault]]:
    """All that differs, by session. Reads the ids of all rows, once without an index and once by each."""
    rows = _rows(connection)
    differences: Iterable[Difference] = (
        [(None, TABLE, rows)]
        if isinstance(rows, str)
        else chain(_trees(connection, rows), _metadata(connection), _words(connection))
    )
    found: dict[str | None, list[Fault]] = defaultdict(list)
    for key, id, reason in differences:
        found[key].append(Fault(id, Severity.DAMAGE, reason, 0))
    return found


def _rows(connection: Connection) -> Counts | str:
    """The rows of all sessions, read without an index; or why not all of them can be read."""
    try:
        return _counts(connection, "sessions", "NOT INDEXED", IDS)
    except sqlite3.DatabaseError as error:
        require_corrupt(error)
        return f"not all rows of the table sessions can be read: {error}"


def _trees(connection: Connection, rows: Counts) -> Iterator[Difference]:
    for name in indexes(connection, "sessions"):
        listed = _listed(connection, "sessions", name, IDS)
        if listed is None:
            yield None, TREE, f"the index {name} can't be read"
            continue
        for key in sorted({**rows, **listed}):
            (there, ids), (count, others) = rows.get(key, (0, 0)), listed.get(key, (0, 0))
            if there != count:
                reason = f"the index {name} lists {counted(count, 'row')} of “{key}”; the table has {there:,}"
                yield key if there else None, TREE, reason
            elif ids != others:
                yield key, TREE, f"the index {name} lists other rows of “{key}” than the table has"


def _metadata(connection: Connection) -> Iterator[Difference]:
    if "session_key" not in columns(connection, METADATA):
        return
    rows = _counts(connection, METADATA, "NOT INDEXED", "count(*), 0")
    for name in indexes(connection, METADATA):
        listed = _listed(connection, METADATA, name, "count(*), 0")
        for key in sorted(rows) if listed is None else sorted(rows.keys() ^ listed.keys()):
            there = key in rows
            reason = f"the index {name} of {METADATA} {'lacks' if there else 'lists'} “{key}”"
            yield key if there else None, TREE, reason


def _words(connection: Connection) -> Iterator[Difference]:
    """Rows that the full-text index lacks, by session, and those that it has beyond."""
    if not shape(connection).indexed:
        return
    missing = "NOT EXISTS (SELECT 1 FROM sessions_fts_docsize d WHERE d.id = sessions.id)"
    beyond = "NOT EXISTS (SELECT 1 FROM sessions NOT INDEXED WHERE sessions.id = d.id)"
    statement = f"SELECT session_key, count(*) FROM sessions NOT INDEXED WHERE {missing} GROUP BY 1"
    try:
        for key, count in connection.execute(statement).fetchall():
            yield as_key(key), WORDS, f"the search index lacks {counted(count, 'row')} of “{as_key(key)}”"
        (count,) = connection.execute(f"SELECT count(*) FROM sessions_fts_docsize d WHERE {beyond}").fetchone()
    except sqlite3.Error as error:
        yield None, WORDS, f"the search index can't be compared with the rows: {error}"
        return
    if count:
        yield None, WORDS, f"the search index has {counted(count, 'row')} of which the table has none"


def _listed(connection: Connection, table: str, index: str, what: str) -> Counts | None:
    try:
        return _counts(connection, table, by(index), what)
    except sqlite3.DatabaseError as error:
        require_corrupt(error)
        return None


def _counts(connection: Connection, table: str, how: str, what: str) -> Counts:
    rows = connection.execute(f"SELECT session_key, {what} FROM main.{table} {how} GROUP BY session_key")
    return {as_key(key): (count, ids) for key, count, ids in rows}
