"""What would keep a file from being changed, as far as that can be told beforehand: rights, names, mounts, flags.

Only looks. What changes between the look and the change, or can't be seen, ends as an error of the system does: with a
sentence, and nothing changed.
"""

from __future__ import annotations

import array
import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import Final

from sessiontui.changes.journal.location import NAME
from sessiontui.disk import lines
from sessiontui.errors import StoreError

_GET_FLAGS: Final = 0x80086601 if sys.maxsize > 1 << 32 else 0x80046601
_FIXED: Final = {0x10: ("immutable", "i"), 0x20: ("append-only", "a")}
_MOUNTS: Final = "/proc/thread-self/mountinfo"


def require_replaceable(path: Path) -> None:
    """Raise ``StoreError`` where another file can't take the place of this one, or it can't be removed or renamed."""
    require_writable_folder(path.parent)
    status = os.stat(path)
    if (user := os.geteuid()) not in (0, status.st_uid):
        folder = os.stat(path.parent)
        if folder.st_mode & stat.S_ISVTX and user != folder.st_uid:
            raise _can_t(path, "it belongs to another user, and only he may replace it", "run this as its owner")
    if os.path.realpath(path) in _mounted():
        raise _can_t(
            path,
            "it is mounted by itself, as a container's bind mount is, so no other file can take its place",
            "change it where it is mounted from, or mount its folder",
        )
    _require_loose(path)


def require_importable(path: Path, new: str, database: Path) -> None:
    """Raise ``StoreError`` where a file can't have the name ``new``, or no row can come to the database."""
    require_name(path.parent, new)
    require_replaceable(path)
    if os.path.lexists(database):
        require_writable_database(database)


def require_writable(path: Path) -> None:
    """Raise ``StoreError`` where nothing can be written to the end of this file. Links are followed."""
    path = Path(os.path.realpath(path))
    require_writable_database(path)
    _require_loose(path, 0x10)


def require_writable_database(path: Path) -> None:
    """Raise ``StoreError`` where a database can't be written. Opens nothing: closing it would drop SQLite's locks."""
    if not _may(path, os.W_OK):
        raise _can_t(path, "it can't be written", "look at its rights and flags, and whether its disk is read-only")


def require_writable_folder(folder: Path) -> None:
    """Raise ``StoreError`` where no file can come to or leave a folder."""
    if not _may(folder, os.W_OK | os.X_OK):
        raise StoreError(
            f"{folder} can't be written",
            "look at the rights of the folder, and whether its disk is read-only",
            unchanged=True,
        )
    _require_loose(folder)


def require_journal(sessions: Path) -> None:
    """Raise ``StoreError`` where a change of this store can't be recorded."""
    location = sessions / NAME
    require_writable_folder(location if os.path.lexists(location) else sessions)


def require_name(folder: Path, name: str) -> None:
    """Raise ``StoreError`` where a folder takes no name as long as this."""
    size = len(os.fsencode(name))
    try:
        most = os.pathconf(folder, "PC_NAME_MAX")
    except (OSError, ValueError):  # the file system doesn't say
        return
    if size > most:
        raise StoreError(
            f"{name} would be a name of {size} bytes, where {most} are possible",
            "give the session a shorter name first",
            unchanged=True,
        )


def _can_t(path: Path, why: str, hint: str) -> StoreError:
    return StoreError(f"{path.name} can't be changed: {why}", hint, unchanged=True)


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _require_loose(path: Path, flags: int = 0x30) -> None:
    """Raise ``StoreError`` where a flag of the file system's forbids the change."""
    held = _flags(path) & flags
    for flag, (word, letter) in _FIXED.items():
        if held & flag:
            raise _can_t(path, f"it is {word}", f"root can end that: `chattr -{letter} {path.name}`")


def _flags(path: Path) -> int:
    """The flags that ``lsattr`` shows; 0 where the file system has none."""
    if sys.platform != "linux":
        return 0
    found = array.array("I", [0, 0])
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK) if path.is_dir() else lines.open_file(path)
    except OSError:  # whoever reads it says so
        return 0
    try:
        fcntl.ioctl(fd, _GET_FLAGS, found)
    except OSError:
        return 0
    finally:
        os.close(fd)
    return found[0]


def _mounted() -> frozenset[str]:
    """The paths at which something is mounted, in this process's view; none where nobody says."""
    try:
        text = Path(_MOUNTS).read_bytes()
    except OSError:
        return frozenset()
    points = (line.split(b" ", 5)[4] for line in text.splitlines())
    return frozenset(os.fsdecode(point.decode("unicode-escape").encode("latin-1")) for point in points)
