"""What there is to see of a store: every name with its bytes, mode, owner and time; of a database, what is in it."""

from __future__ import annotations

import os
import stat as modes
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.support import databases

JOURNAL: Final = ".sessiontui"


class Seen(NamedTuple):
    """One name of a store, never followed as a link."""

    kind: int
    mode: int
    owner: tuple[int, int]
    data: bytes
    mtime_ns: int


def seen(folder: Path) -> dict[str, Any]:
    """Everything below a sessions folder but the journal; of a database what is in it, but for times."""
    found: dict[str, Any] = {
        name: seen_at(folder / name)
        for name in sorted(os.listdir(folder))
        if name != JOURNAL and not name.startswith("sessions.db")
    }
    if (folder / "sessions.db").exists():
        tables = databases.contents(folder / "sessions.db")
        found["rows"] = [row[1:4] for row in tables["sessions"]]
        found["counts"] = [(row[0], row[3]) for row in tables["session_metadata"]]
        found["receipts"] = [row[:4] for row in tables.get("jsonl_import_receipts", [])]
    return found


def seen_at(path: Path) -> Seen:
    status = path.lstat()
    data = b""
    if modes.S_ISREG(status.st_mode):
        data = path.read_bytes()
    elif modes.S_ISLNK(status.st_mode):
        data = os.fsencode(path.readlink())
    kind, mode = modes.S_IFMT(status.st_mode), modes.S_IMODE(status.st_mode)
    return Seen(kind, mode, (status.st_uid, status.st_gid), data, status.st_mtime_ns)


def timeless(found: dict[str, Any]) -> dict[str, Any]:
    """The same without times; an empty database counts as none."""
    kept = {name: each[:4] if isinstance(each, Seen) else each for name, each in found.items()}
    return {name: each for name, each in kept.items() if each}


def owned(found: Any, owner: int) -> Any:
    """The same of a file that belongs to somebody else, as ``timeless`` gives it."""
    return (*found[:2], (owner, owner), found[3]) if isinstance(found, tuple) else found


def kept(folder: Path) -> dict[str, bytes]:
    """What the journal holds but for its lock; nothing where there is none."""
    path = folder / JOURNAL
    if not path.is_dir():
        return {}
    return {name: (path / name).read_bytes() for name in sorted(os.listdir(path)) if name != "lock"}
