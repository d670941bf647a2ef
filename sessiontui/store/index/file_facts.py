"""The statements of the search index on what whole files hold: counts and odd lines. SQL only; reads no session file."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Connection
from typing import Any, Final

from sessiontui.disk.stamps import Stamp
from sessiontui.store.jsonl import counts
from sessiontui.store.jsonl.counts import Count, OddLines

Known = dict[bytes, tuple[Stamp, Count]]
"""What files hold, by name, each as its stamp shows it; the odd lines are not read."""

_KNOWN: Final = "SELECT name, stamp, messages, faults, open, instead FROM facts WHERE stamp IS NOT NULL"


def known(connection: Connection, names: Iterable[bytes] | None = None) -> Known:
    """All files that were counted, or those of them that have these names."""
    return {
        name: (Stamp.read_back(stamp), Count(messages, faults, open=bool(is_open), instead=instead))
        for name, stamp, messages, faults, is_open, instead in of_names(connection, _KNOWN, names)
    }


def of_names(connection: Connection, statement: str, names: Iterable[bytes] | None) -> Iterable[tuple[Any, ...]]:
    """What a statement that ends with a condition gives; of some names alone, where these are given."""
    if names is None:
        return connection.execute(statement)
    return (row for name in names for row in connection.execute(f"{statement} AND name = ?", (name,)))


def odd(connection: Connection, name: bytes, stamp: Stamp) -> OddLines | None:
    """The odd lines of a file, if it was counted as the stamp shows it and they were not too many."""
    found = connection.execute(
        "SELECT messages, odd FROM facts WHERE (name, stamp) = (?, ?)", (name, stamp.written())
    ).fetchone()
    if found is None or found[1] is None:
        return None
    marks = OddLines.unpacked(0, found[1]).marks
    return OddLines(found[0] + len(marks), marks)


def held(connection: Connection, file: int, stop: int) -> Count:
    """What the segments of a file hold that end before an offset."""
    held = "file = ? AND stop <= ?"
    statement = f"SELECT coalesce(sum(rows), 0), coalesce(sum(faults), 0) FROM segment WHERE {held}"
    messages, faults = connection.execute(statement, (file, stop)).fetchone()
    return Count(messages, faults, odd_of_segments(connection, held, file, stop))


def odd_of_segments(connection: Connection, condition: str, *values: object) -> OddLines | None:
    """The odd lines of some segments of a file, which follow each other; None where they are not known."""
    found = connection.execute(f"SELECT lines, odd FROM segment WHERE {condition} ORDER BY start", values)
    return counts.joined(None if kept is None else OddLines.unpacked(lines, kept) for lines, kept in found)


def learn(connection: Connection, name: bytes, stamp: Stamp, count: Count) -> None:
    """Keep what a file holds."""
    odd = counts.kept(count.odd)
    connection.execute(
        "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, stamp.written(), count.messages, count.faults, odd, count.open, count.instead),
    )
