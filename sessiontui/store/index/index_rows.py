"""The statements of the search index: what it knows of files, segments and rows. SQL only; reads no session file.

Contentless FTS5 can't delete a row, so rows that stand for nothing any more are named in ``dead`` and left out by
every search. Whoever calls holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Connection
from typing import NamedTuple

from sessiontui.disk.stamps import Stamp
from sessiontui.store.full_text import scalar
from sessiontui.store.index.draft import Draft
from sessiontui.store.index.file_facts import odd_of_segments, of_names
from sessiontui.store.index.index_schema import FIRST_TOP
from sessiontui.store.index.segments import Segment, joined
from sessiontui.store.jsonl import counts
from sessiontui.store.jsonl.counts import OddLines

_FILE = "SELECT id, name, stamp, covered, tail_hash FROM file WHERE true"
_SEGMENT = "first_row, start, stop, rows, offsets, first_ordinal, first_line"
_NUMBER = """
UPDATE segment SET first_ordinal = ordinal, first_line = line FROM (
    SELECT first_row AS id, sum(rows) OVER above - rows + 1 AS ordinal, sum(lines) OVER above - lines + 1 AS line
    FROM segment WHERE file = ? WINDOW above AS (ORDER BY start)
) WHERE first_row = id AND first_line IS NULL
"""


class File(NamedTuple):
    """A session file as it was when it was indexed. ``covered`` is None while it is not indexed to its end."""

    id: int
    name: bytes
    written: str | None
    """``Stamp.written``; None where the bytes were found to be others."""
    covered: int | None
    tail_hash: str | None

    def is_of(self, stamp: Stamp) -> bool:
        """Whether all of the file that ``stamp`` shows is indexed."""
        return self.written == stamp.written() and self.covered is not None

    def is_grown(self, stamp: Stamp) -> bool:
        """Whether the file that ``stamp`` shows is this one, and longer."""
        if self.written is None:
            return False
        then = Stamp.read_back(self.written)
        return then.inode == stamp.inode and stamp.size > then.size

    def covers(self, stamp: Stamp) -> int:
        """How many bytes of the file that ``stamp`` shows are indexed, unless it was rewritten in its place."""
        if self.is_of(stamp):
            return stamp.size
        return self.covered or 0 if self.is_grown(stamp) else 0


def files(connection: Connection, names: Iterable[bytes] | None = None) -> dict[bytes, File]:
    """All files, or those of these names, by name."""
    return {file.name: file for file in map(File._make, of_names(connection, _FILE, names))}


def file(connection: Connection, name: bytes) -> File | None:
    """One file."""
    return files(connection, [name]).get(name)


def add_file(connection: Connection, name: bytes, stamp: Stamp) -> int:
    """A file of which nothing is indexed yet; its id."""
    return scalar(connection, "INSERT INTO file(name, stamp) VALUES (?, ?) RETURNING id", name, stamp.written())


def begin_file(connection: Connection, id: int, stamp: Stamp) -> None:
    """What stands in the file is about to be indexed."""
    connection.execute(
        "UPDATE file SET stamp = ?, covered = NULL, tail_hash = NULL WHERE id = ?", (stamp.written(), id)
    )


def finish_file(connection: Connection, id: int, covered: int, tail_hash: str, is_open: bool, instead: str) -> None:
    """All of the file is indexed: number its segments and keep its counts. ``is_open``, ``instead``: as of ``Count``."""
    connection.execute(_NUMBER, (id,))
    odd = odd_of_segments(connection, "file = ?", id)
    connection.execute("UPDATE file SET covered = ?, tail_hash = ? WHERE id = ?", (covered, tail_hash, id))
    connection.execute(
        "INSERT OR REPLACE INTO facts SELECT name, stamp, coalesce(sum(rows), 0), iif(?4 = '', coalesce(sum(faults), 0), 1),"
        " ?2, ?3, ?4 FROM file LEFT JOIN segment ON segment.file = file.id WHERE file.id = ?1",
        (id, counts.kept(odd), is_open and not instead, instead),
    )
    _join_last(connection, id, covered)


def _join_last(connection: Connection, file: int, covered: int) -> None:
    """Make one of a file's last two segments of finished lines, for a file that grows line by line."""
    statement = f"SELECT {_SEGMENT} FROM segment WHERE file = ? AND stop <= ? ORDER BY start DESC LIMIT 2"
    found = [Segment(*row) for row in connection.execute(statement, (file, covered))]
    whole = joined(found[1], found[0]) if len(found) == 2 else None
    if whole is not None:
        odd = odd_of_segments(connection, "first_row IN (?, ?)", whole.first_row, found[0].first_row)
        connection.execute(
            "UPDATE segment SET stop = ?, rows = ?, offsets = ?, odd = ?, lines = segment.lines + other.lines,"
            " faults = segment.faults + other.faults"
            " FROM (SELECT lines, faults FROM segment WHERE first_row = ?) AS other WHERE first_row = ?",
            (whole.stop, whole.rows, whole.offsets, counts.kept(odd), found[0].first_row, whole.first_row),
        )
        connection.execute("DELETE FROM segment WHERE first_row = ?", (found[0].first_row,))


def drop_file(connection: Connection, gone: File) -> None:
    """The file is there no more."""
    kill(connection, gone.id, 0)
    connection.execute("DELETE FROM file WHERE id = ?", (gone.id,))
    connection.execute("DELETE FROM facts WHERE name = ?", (gone.name,))


def is_whole(connection: Connection, file: int, size: int) -> bool:
    """Whether the segments of a file cover it to its end."""
    return scalar(connection, "SELECT coalesce(sum(stop - start), 0) FROM segment WHERE file = ?", file) == size


def bounds(connection: Connection, file: int) -> list[tuple[int, int]]:
    """Start and stop of a file's segments, in file order."""
    return connection.execute("SELECT start, stop FROM segment WHERE file = ? ORDER BY start", (file,)).fetchall()


def segments(connection: Connection, file: int) -> list[Segment]:
    """A file's segments, in file order."""
    statement = f"SELECT {_SEGMENT} FROM segment WHERE file = ? ORDER BY start"
    return [Segment(*row) for row in connection.execute(statement, (file,))]


def ranges(connection: Connection, file: int) -> list[tuple[int, int]]:
    """The first and last row ids of a file's segments, the newest first; those that follow each other as one."""
    statement = (
        "SELECT first_row, first_row + rows - 1 FROM segment WHERE file = ? AND rows > 0 ORDER BY first_row DESC"
    )
    found: list[tuple[int, int]] = []
    for first, last in connection.execute(statement, (file,)):
        if found and found[-1][0] == last + 1:
            found[-1] = first, found[-1][1]
        else:
            found.append((first, last))
    return found


def add_segment(connection: Connection, file: int, first_row: int, draft: Draft) -> None:
    """Index the texts of a segment."""
    connection.executemany(
        "INSERT INTO words(rowid, content, role) VALUES (?, ?, ?)",
        ((row, content, role) for row, (content, role) in enumerate(draft.texts, first_row)),
    )
    connection.execute(
        "INSERT INTO segment(first_row, file, start, stop, rows, lines, faults, odd, offsets)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            first_row, file, draft.start, draft.stop, len(draft.texts), draft.lines, draft.faults,
            counts.kept(draft.odd), draft.offsets(),
        ),
    )  # fmt: skip
    for table, found in (("clipped", draft.clipped), ("escaped", draft.escaped)):
        connection.executemany(f"INSERT INTO {table} VALUES (?)", ((first_row + row,) for row in found))


def kill(connection: Connection, file: int, start: int) -> None:
    """What was indexed of a file from an offset on stands for nothing any more."""
    connection.execute(
        "INSERT INTO dead SELECT first_row, first_row + rows - 1 FROM segment"
        " WHERE file = ? AND start >= ? AND rows > 0",
        (file, start),
    )
    connection.execute("DELETE FROM segment WHERE file = ? AND start >= ?", (file, start))


def revive(connection: Connection, file: int, segment: Segment, lines: int, faults: int, odd: OddLines | None) -> None:
    """The beginning of a segment that was just killed is unchanged."""
    connection.execute(
        "UPDATE dead SET first_row = ? WHERE first_row = ?", (segment.first_row + segment.rows, segment.first_row)
    )
    connection.execute(
        "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            segment.first_row, file, segment.start, segment.stop, segment.rows, lines, faults,
            segment.first_ordinal, segment.first_line, counts.kept(odd), segment.offsets,
        ),
    )  # fmt: skip


def reset(connection: Connection) -> None:
    """Forget all but the counts."""
    connection.execute("INSERT INTO words(words) VALUES ('delete-all')")
    for table in ("segment", "file", "dead", "clipped", "escaped"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM meta WHERE name = 'built'")


def top(connection: Connection) -> int:
    """The first row id above all."""
    statement = (
        "SELECT max((SELECT coalesce(max(first_row + max(rows, 1)), 0) FROM segment),"
        " (SELECT coalesce(max(last_row + 1), 0) FROM dead), ?)"
    )
    return scalar(connection, statement, FIRST_TOP)


def bottom(connection: Connection) -> int:
    """The lowest row id that is taken."""
    statement = (
        "SELECT min((SELECT coalesce(min(first_row), ?1) FROM segment),"
        " (SELECT coalesce(min(first_row), ?1) FROM dead), ?1)"
    )
    return scalar(connection, statement, FIRST_TOP)


def dead_part(connection: Connection) -> float:
    """How much of the index stands for nothing, from 0 to 1."""
    dead = scalar(connection, "SELECT coalesce(sum(last_row - first_row + 1), 0) FROM dead")
    alive = scalar(connection, "SELECT coalesce(sum(rows), 0) FROM segment")
    return dead / (dead + alive) if dead else 0.0


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever indexed: not even the first part of a first build is there."""
    statement = "SELECT EXISTS (SELECT 1 FROM segment UNION ALL SELECT 1 FROM meta WHERE name = 'built')"
    return not scalar(connection, statement)


def is_built(connection: Connection) -> bool:
    """Whether a first build came to its end."""
    return bool(scalar(connection, "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'built')"))


def remember(connection: Connection, name: str, value: int) -> None:
    """``built``: a first build came to its end. ``waiting``: so many bytes are still to be indexed."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, min(value, (1 << 63) - 1)))


def waiting(connection: Connection) -> int:
    """How many bytes were still to be indexed at the last commit."""
    return scalar(connection, "SELECT coalesce(max(value), 0) FROM meta WHERE name = 'waiting'")


def distrust(connection: Connection, files: set[int]) -> None:
    """These files are not what their stamps say."""
    connection.executemany("UPDATE file SET stamp = NULL WHERE id = ?", ((file,) for file in files))
