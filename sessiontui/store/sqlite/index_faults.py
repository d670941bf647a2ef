"""What ``check`` says of a database as a whole: where an index lists other rows than its table. Only reads."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Final

from sessiontui.model import Fault, Severity
from sessiontui.store.sqlite.btrees import IDS, by, indexes, is_corrupt
from sessiontui.store.sqlite.database_schema import METADATA, columns, shape
from sessiontui.store.sqlite.row_keys import as_key

TREE: Final = "index-mismatch"
"""A b-tree index lists other rows than the table."""
WORDS: Final = "search-mismatch"
"""The full-text index has other rows than the table."""
TABLE: Final = "unreadable-rows"
"""Not all rows can be read."""

Counts = dict[str, tuple[int, int]]
"""For each session the number of rows and a checksum of their ids."""
Findings = dict[str | None, list[Fault]]
"""By session; None for what no session has."""


def mismatch(connection: sqlite3.Connection) -> str:
    """The first difference between a b-tree index and its table; empty where there is none."""
    try:
        rows = _counts(connection, "sessions", "NOT INDEXED", IDS)
    except sqlite3.DatabaseError as error:
        if not is_corrupt(error):
            raise
        return f"not all rows of the table sessions can be read: {error}"
    trees = (_tree(connection, name, rows) for name in indexes(connection, "sessions"))
    return next((reason for _, reason in chain(_metadata(connection), *trees)), "")


def metadata_mismatch(connection: sqlite3.Connection) -> str:
    """The same for the table of sessions alone, which is small."""
    return next((reason for _, reason in _metadata(connection)), "")


def findings(connection: sqlite3.Connection) -> Findings:
    """All that differs. Reads the ids of all rows, once without an index and once by each."""
    found: Findings = defaultdict(list)
    try:
        rows = _counts(connection, "sessions", "NOT INDEXED", IDS)
    except sqlite3.DatabaseError as error:
        if not is_corrupt(error):
            raise
        found[None].append(_fault(TABLE, f"not all rows of the table sessions can be read: {error}"))
        return found
    for name in indexes(connection, "sessions"):
        for key, reason in _tree(connection, name, rows):
            found[key].append(_fault(TREE, reason))
    for key, reason in (*_metadata(connection), *_words(connection)):
        found[key].append(_fault(WORDS if "search" in reason else TREE, reason))
    return found


def _tree(connection: sqlite3.Connection, name: str, rows: Counts) -> Iterator[tuple[str | None, str]]:
    listed = _listed(connection, "sessions", name, IDS)
    if listed is None:
        yield None, f"the index {name} can't be read"
        return
    for key in sorted({**rows, **listed}):
        (there, ids), (count, others) = rows.get(key, (0, 0)), listed.get(key, (0, 0))
        if there != count:
            yield key if there else None, f"the index {name} lists {_rows(count)} of “{key}”; the table has {there:,}"
        elif ids != others:
            yield key, f"the index {name} lists other rows of “{key}” than the table has"


def _metadata(connection: sqlite3.Connection) -> Iterator[tuple[str | None, str]]:
    if "session_key" not in columns(connection, METADATA):
        return
    rows = _counts(connection, METADATA, "NOT INDEXED", "count(*), 0")
    for name in indexes(connection, METADATA):
        listed = _listed(connection, METADATA, name, "count(*), 0")
        for key in sorted(rows) if listed is None else sorted(rows.keys() ^ listed.keys()):
            yield (
                key if key in rows else None,
                f"the index {name} of {METADATA} {'lacks' if key in rows else 'lists'} “{key}”",
            )


def _words(connection: sqlite3.Connection) -> Iterator[tuple[str | None, str]]:
    """Rows that the full-text index lacks, by session, and those that it has beyond."""
    if not shape(connection).indexed:
        return
    missing = "NOT EXISTS (SELECT 1 FROM sessions_fts_docsize d WHERE d.id = sessions.id)"
    beyond = "NOT EXISTS (SELECT 1 FROM sessions NOT INDEXED WHERE sessions.id = d.id)"
    statement = f"SELECT session_key, count(*), 0 FROM sessions NOT INDEXED WHERE {missing} GROUP BY 1"
    try:
        for key, count, _ in connection.execute(statement).fetchall():
            yield as_key(key), f"the search index lacks {_rows(count)} of “{as_key(key)}”"
        (count,) = connection.execute(f"SELECT count(*) FROM sessions_fts_docsize d WHERE {beyond}").fetchone()
    except sqlite3.Error as error:
        yield None, f"the search index can't be compared with the rows: {error}"
        return
    if count:
        yield None, f"the search index has {_rows(count)} of which the table has none"


def _listed(connection: sqlite3.Connection, table: str, name: str, what: str) -> Counts | None:
    try:
        return _counts(connection, table, by(name), what)
    except sqlite3.DatabaseError as error:
        if not is_corrupt(error):
            raise
        return None


def _counts(connection: sqlite3.Connection, table: str, how: str, what: str) -> Counts:
    rows = connection.execute(f"SELECT session_key, {what} FROM main.{table} {how} GROUP BY session_key")
    return {as_key(key): (count, ids) for key, count, ids in rows}


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _fault(id: str, reason: str) -> Fault:
    return Fault(id, Severity.DAMAGE, reason, 0)
