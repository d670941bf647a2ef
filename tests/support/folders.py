"""Sessions folders for tests of changes, and what there is to see of them: bytes, modes, times; loads by plain rules."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sessiontui.dialects import zeroclaw
from sessiontui.model import Message

DATA = Path(__file__).parent.parent / "data"
DAMAGED = DATA / "damaged"
KEYS = sorted(path.stem for path in (DAMAGED / "sessions").iterdir())
_SUMMARY = (DAMAGED / "expected" / "summary.jsonl").read_text(encoding="utf-8")
SUMMARY = {each["key"]: each for each in map(json.loads, _SUMMARY.split("\n")[:-1])}

USER = b'{"role":"user","content":"hello"}\n'
REPLY = b'{"role":"assistant","content":"yes"}\n'
TORN = b'{"role":"user","con'


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file is like."""

    data: bytes
    mode: int
    owner: tuple[int, int]
    mtime_ns: int


def damaged(folder: Path, *keys: str) -> Path:
    """A sessions folder with the damaged files, all or some."""
    folder.mkdir(exist_ok=True)
    for key in keys or KEYS:
        shutil.copy2(DAMAGED / "sessions" / f"{key}.jsonl", folder)
    return folder


def written(folder: Path, key: str, data: bytes, mode: int = 0o640, mtime_ns: int = 1_700_000_000_123_456_789) -> Path:
    """A session file of these bytes, with a mode and a time that no program would give it."""
    path = folder / f"{key}.jsonl"
    path.write_bytes(data)
    path.chmod(mode)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def state(folder: Path) -> dict[str, Seen]:
    """Every file of a sessions folder but a database and the journal's."""
    return {
        path.name: _seen(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith("sessions.db")
    }


def _seen(path: Path) -> Seen:
    status = path.stat()
    return Seen(path.read_bytes(), status.st_mode, (status.st_uid, status.st_gid), status.st_mtime_ns)


def valid_lines(data: bytes) -> list[bytes]:
    """The lines, each with its newline, that ZeroClaw reads."""
    return [line for line in _lines(data) if isinstance(zeroclaw.read(line), Message)]


def _lines(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


def loads(data: bytes) -> list[Message]:
    """What ZeroClaw loads of a file's bytes."""
    return [read for line in _lines(data) if isinstance(read := zeroclaw.read(line), Message)]


def expected(key: str, what: str) -> list[Message]:
    """What ZeroClaw itself was seen to load of a damaged file (``load``, ``append.load``), or what loads of the file
    as its ``pop`` or ``compact`` left it."""
    data = (DAMAGED / "expected" / f"{key}.{what}.jsonl").read_bytes()
    if not what.endswith("load"):
        return loads(data)
    return [Message(each["role"], each["content"]) for each in map(json.loads, data.split(b"\n")[:-1])]


def journal_names(folder: Path) -> list[str]:
    """The names in the journal but its lock."""
    journal = folder / ".sessiontui"
    return sorted(path.name for path in journal.iterdir() if path.name != "lock") if journal.exists() else []
