"""Databases whose indexes lie, made by what makes them so in life."""

from __future__ import annotations

from pathlib import Path

from tests.support.databases import writer


def without_trigger(path: Path, *names: str) -> None:
    """Drop triggers, as a rebuilt table or an older program leaves it."""
    with writer(path) as connection:
        for name in names:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")


def run(path: Path, script: str) -> None:
    """Any statements, as another program would run them."""
    with writer(path) as connection:
        connection.executescript(script)


def shorten(path: Path, tree: str, cells: int) -> None:
    """Make the one page of a b-tree (of an index or a table) list its first cells alone."""
    data, at = _page(path, tree)
    data[at + 3 : at + 5] = cells.to_bytes(2, "big")
    path.write_bytes(data)


def patch(path: Path, tree: str, old: bytes, new: bytes) -> None:
    """Replace bytes of the same length in the one page of a b-tree."""
    data, at = _page(path, tree)
    size = _size(data)
    page = bytes(data[at : at + size])
    assert old in page
    data[at : at + size] = page.replace(old, new)
    path.write_bytes(data)


def replace_index(path: Path, name: str, rows: str) -> None:
    """Give an index the b-tree of another one that lists only these rows, as a wrong copy of a page does."""
    with writer(path) as connection:
        connection.execute(f"CREATE INDEX other ON sessions(session_key, id) WHERE {rows}")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'other') WHERE name = ?",
            (name,),
        )
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'other'")


def _page(path: Path, tree: str) -> tuple[bytearray, int]:
    """The file, and where the root page of a b-tree begins; it must be a leaf."""
    with writer(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (tree,)).fetchone()
    data = bytearray(path.read_bytes())
    at = (root - 1) * _size(data)
    assert data[at] in (0x0A, 0x0D)
    return data, at


def _size(data: bytearray) -> int:
    return int.from_bytes(data[16:18], "big")
