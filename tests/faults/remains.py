"""What a store holds, read without anything of ours, and what it must hold after a fault, whatever failed.

Messages are read as ZeroClaw reads them, by the plain reader and plain SQL, and databases from a copy: to look at one
changes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.errors import SessiontuiError
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.faults.kinds import SOON, Kind, appended
from tests.support import databases, serde

NO_CHANGE = "nothing was changed"

Homes = dict[str, Any]
"""By file name, or ``rows of KEY``."""


@dataclass(frozen=True)
class Whole:
    """The store before and after a change that nothing disturbs."""

    start: Homes
    end: Homes
    names: frozenset[str]
    """Every name that stands in the folder at either time."""


def whole(kind: Kind, location: Path) -> Whole:
    """Make the change, undisturbed."""
    folder = location / "whole"
    folder.mkdir()
    kind.prepare(folder)
    start, before = contents(folder), names(folder)
    kind.run(folder)
    end = contents(folder)
    assert start != end
    return Whole(start, end, frozenset(before | names(folder)))


@contextmanager
def noting(what: str) -> Iterator[None]:
    """Say of which step a failure is."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


# ---- what there is


def names(folder: Path) -> set[str]:
    """The names in a folder, but those that SQLite keeps beside a database that is open."""
    return {name for name in os.listdir(folder) if name not in ("sessions.db-wal", "sessions.db-shm")}


def contents(folder: Path) -> Homes:
    """Each file's bytes, mode and owner; each session's rows, count and receipt; times are left out."""
    found: Homes = {}
    for path in sorted(folder.glob("*.jsonl*")):
        status = path.stat()
        found[path.name] = (path.read_bytes(), status.st_mode, status.st_uid, status.st_gid)
    return found | _rows(folder)


def _rows(folder: Path) -> Homes:
    if not (folder / "sessions.db").exists():
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("sessions.db", "sessions.db-wal"):
            if (folder / name).exists():
                shutil.copyfile(folder / name, Path(scratch, name))
        tables = databases.contents(Path(scratch, "sessions.db"))
    keys = sorted({row[0] for row in tables["session_metadata"]} | {row[1] for row in tables["sessions"]})
    return {
        f"rows of {key.decode()}": (
            _numbered([row for row in tables["sessions"] if row[1] == key]),
            [row[3] for row in tables["session_metadata"] if row[0] == key],
            [row[:1] + row[2:4] for row in tables.get("jsonl_import_receipts", []) if row[1] == key],
        )
        for key in keys
    }


def _numbered(rows: list[Any]) -> tuple[Any, ...]:
    """Role and content by the distance of their ids: which ids they are, other sessions have a say in."""
    rows = sorted(rows)
    return tuple((row[0] - rows[0][0], row[2], row[3]) for row in rows)


def good(roots: Homes) -> dict[str, list[Any]]:
    """In each home the messages in order: of a file the bytes of the lines that ZeroClaw loads, and what it makes of them."""
    return {name: _lines(home[0]) if name.find(".jsonl") > 0 else list(home[0]) for name, home in roots.items()}


def _lines(data: bytes) -> list[tuple[bytes, tuple[str, str]]]:
    found = []
    for line in data.split(b"\n"):
        with contextlib.suppress(serde.Refused):
            message = serde.load(line)
            if message is not None:
                found.append((line, message))
    return found


def everything(folder: Path) -> dict[str, Any]:
    """Every file and folder: inode, links, mode, size, time and bytes. SQLite's own ``-shm`` beside a ``-wal``, which
    reading may make, is left out, and with it the folder's time."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        seen = (status.st_ino, status.st_nlink, status.st_mode, status.st_size, status.st_mtime_ns)
        found[str(path.relative_to(folder))] = (seen, path.read_bytes() if path.is_file() else b"")
    found.pop("sessions.db-shm", None)
    if "sessions.db-wal" not in found:
        found["."] = folder.stat().st_mtime_ns
    return found


# ---- what must be


def hold(kind: Kind, folder: Path, around: Whole) -> None:
    """What must be, after whatever fault."""
    nothing_is_lost(folder, around)
    reading_mends_nothing(folder)
    the_next_change_settles(kind, folder, around)
    it_can_be_taken_back(kind, folder, around)


def nothing_is_lost(folder: Path, whole: Whole) -> None:
    """Every message that was there before, or after, is there, once, in order; the bytes of its line are as they were."""
    found, start, end = good(contents(folder)), good(whole.start), good(whole.end)
    for name in found | start | end:
        assert found.get(name, []) in (start.get(name, []), end.get(name, [])), name
    for key in {_key(name) for name in start if start[name]}:
        roots = [name for name in found if _key(name) == key and found[name]]
        assert roots or not any(_key(name) == key and end[name] for name in end), f"{key} is in no home"


def _key(name: str) -> str:
    return name.partition(".jsonl")[0].removeprefix("rows of ")


def reading_mends_nothing(folder: Path) -> None:
    """Whatever is read, no byte and no time changes: list, show, check, the journal, the plan of an undo."""
    before = everything(folder)
    stores: list[Store] = [JsonlStore(folder)]
    if (folder / "sessions.db").exists():
        stores.append(SqliteStore(folder / "sessions.db"))
    for store in stores:
        for session in store.sessions():
            rows = store.transcript(session.key).scan()
            rows.load(0, len(rows))
            store.examine(session, lambda _: None)
            list(store.messages(session.key))
    journal.changes(folder)
    journal.waiting(folder)
    with contextlib.suppress(SessiontuiError):
        undo.plan(folder)
    assert everything(folder) == before


def the_next_change_settles(kind: Kind, folder: Path, whole: Whole) -> None:
    """It finishes what was interrupted, or rolls it back: each home is as before or as after, nothing waits, nothing
    stays behind; and undo takes the next change, and only that, back."""
    undisturbed = contents(folder).get("other.jsonl")
    change = appended(kind.store(folder), "other").change
    assert journal.waiting(folder) == 0
    undo.make(folder, undo.plan(folder, change), SOON)
    found = contents(folder)
    assert found.get("other.jsonl") == undisturbed
    for name in found | whole.start | whole.end:
        assert found.get(name) in (whole.start.get(name), whole.end.get(name)), name
    roots = [_key(name) for name in found if not name.endswith(".migrated")]
    assert len(roots) == len(set(roots)), f"a session is in two homes: {roots}"
    assert names(folder) <= whole.names | {".sessiontui"}


def it_can_be_taken_back(kind: Kind, folder: Path, whole: Whole) -> None:
    """Undo gives the old bytes, redo the new ones; a change that the journal does not have has not happened."""
    changes = {each.id: each for each in journal.changes(folder)}
    if kind.turned:
        first = min(changes)
        undone = changes[first].status == "undone"
        now, then = (whole.end, whole.start) if kind.name.startswith("undo") is undone else (whole.start, whole.end)
        assert contents(folder) == now
        undo.make(folder, undo.plan(folder, first, redo=undone), SOON)
        assert contents(folder) == then
        return
    mine = [each for each in changes.values() if each.undoes is None and "other" not in each.keys]
    for each in mine:
        assert each.status == "done"
        undo.make(folder, undo.plan(folder, each.id), SOON)
    assert contents(folder) == whole.start
