"""The statements of the search index on what whole files hold: counts and odd lines. SQL only; reads no session file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from sessiontui.disk.stamps import Stamp
from sessiontui.store.jsonl import odd_lines
from sessiontui.store.jsonl.count import Count
from sessiontui.store.jsonl.odd_lines import OddLines

Known = tuple[bytes, str, int, int, bool, str]
"""Name, stamp as text, messages, faults, open and instead of a file that was counted."""

_KNOWN: Final = "SELECT name, stamp, messages, faults, open, instead FROM facts WHERE stamp IS NOT NULL"


def known(connection: sqlite3.Connection, names: Iterable[bytes] | None = None) -> list[Known]:
    """All files that were counted, or those of them that have these names."""
    if names is None:
        return connection.execute(_KNOWN).fetchall()
    return [row for name in names for row in connection.execute(f"{_KNOWN} AND name = ?", (name,))]


def odd(connection: sqlite3.Connection, name: bytes, stamp: Stamp) -> OddLines | None:
    """The odd lines of a file, if it was counted as the stamp shows it and they were not too many."""
    found = connection.execute(
        "SELECT messages, odd FROM facts WHERE (name, stamp) = (?, ?)", (name, stamp.written())
    ).fetchone()
    if found is None or found[1] is None:
        return None
    marks = OddLines.unpacked(0, found[1]).marks
    return OddLines(found[0] + len(marks), marks)


def held(connection: sqlite3.Connection, file: int, stop: int) -> Count:
    """What the segments of a file hold that end before an offset."""
    statement = "SELECT rows, faults, lines, odd FROM segment WHERE file = ? AND stop <= ? ORDER BY start"
    found = connection.execute(statement, (file, stop)).fetchall()
    odd = odd_lines.joined(odd_lines.restored(lines, kept) for _, _, lines, kept in found)
    return Count(sum(rows for rows, *_ in found), sum(faults for _, faults, *_ in found), odd)


def learn(connection: sqlite3.Connection, name: bytes, stamp: Stamp, count: Count) -> None:
    """Keep what a file holds."""
    odd = odd_lines.kept(count.odd)
    connection.execute(
        "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, stamp.written(), count.messages, count.faults, odd, count.open, count.instead),
    )
