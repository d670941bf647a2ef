"""Entries of a sessions folder as sessions: what a ``stat`` tells of one. Opens nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from sessiontui.dialects import file_names
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.names import spelt
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import StoreError
from sessiontui.model import Backend, Fault, Session
from sessiontui.store.jsonl import interrupted_imports
from sessiontui.store.jsonl.counts import Count
from sessiontui.store.jsonl.interrupted_imports import IMPORTING

Recall = Callable[[str, Stamp], Count | None]


class SessionStat(NamedTuple):
    """A readable session as it was looked at last."""

    seen: Stamp
    session: Session
    waits: bool
    """Its last line may be still being written: it is not counted yet."""


def entries(folder: Path) -> list[os.DirEntry[str] | Path]:
    """What has the name of a session's file, and the names of those that an interrupted import took. Raises
    ``StoreError``."""
    try:
        with os.scandir(folder) as every:
            found = [entry for entry in every if entry.name.endswith((SUFFIX, IMPORTING))]
    except OSError as error:
        raise StoreError(f"{folder} can't be read: {error.strerror}") from error
    sessions: list[os.DirEntry[str] | Path] = [entry for entry in found if entry.name.endswith(SUFFIX)]
    if len(sessions) < len(found):
        sessions += [folder / name for name in interrupted_imports.among(entry.name for entry in found)]
    return sessions


def session(name: str, seen: Stamp, count: Count | None, problem: Fault | None = None) -> Session:
    """The session of a file of this name and stamp."""
    key = name.removesuffix(SUFFIX)
    messages, faults = (None, None) if count is None else (count.messages, count.damaged(seen.mtime_ns))
    instead = "" if count is None else count.instead
    written, reachable = stamps.moment(seen.mtime_ns), file_names.reachable(key)
    return Session(key, Backend.JSONL, messages, faults, seen.size, None, written, None, reachable, problem, instead)


def look(name: str, seen: Stamp, before: SessionStat | None, recall: Recall | None) -> SessionStat:
    """A readable session; the very look ``before`` where all is as it was. ``recall``: what is remembered."""
    if before is not None and (before.seen != seen or before.waits):
        before = None
    if before is not None and before.session.messages is not None:
        return before
    count = None if recall is None else recall(name, seen)
    if before is not None and count is None:
        return before
    return SessionStat(seen, session(name, seen, count), count is not None and count.waits(seen.mtime_ns))


def status(entry: os.DirEntry[str] | Path) -> tuple[os.stat_result, bool]:
    """What a ``stat`` tells of an entry, and whether it is that of a link to what can't be looked at.

    Raises ``FileNotFoundError`` where it is gone by now; ``StoreError`` where nobody can tell, as in a folder whose
    names may be read and no more.
    """
    try:
        return entry.stat(), False
    except OSError:
        try:
            return os.lstat(entry), True
        except FileNotFoundError:
            if interrupted_imports.is_orphan(path := Path(entry)):
                return os.stat(interrupted_imports.staged(path)), True
            raise
        except OSError as error:
            raise StoreError(f"{os.path.dirname(entry)} can't be read: {error.strerror}") from error


def is_stem(key: str) -> bool:
    """Whether a file in the folder can have this stem."""
    try:
        return not {0, 0x2F}.intersection(os.fsencode(key))
    except UnicodeEncodeError:  # characters that no file name has
        return False


def names(keys: Collection[str] | None) -> frozenset[bytes] | None:
    """The names of the files of these sessions; None where all are meant."""
    return None if keys is None else frozenset(os.fsencode(key + SUFFIX) for key in keys if is_stem(key))


def there(folder: Path, stem: str) -> str | None:
    """The stem as the folder spells it; None where no file has it."""
    try:
        return spelt(folder / (stem + SUFFIX)).removesuffix(SUFFIX) if is_stem(stem) else None
    except OSError:  # gone, too long for a name, or taken by an import that was interrupted
        return stem if interrupted_imports.is_orphan(folder / (stem + SUFFIX)) else None


def is_readable(status: os.stat_result, entry: os.DirEntry[str] | Path) -> bool:
    """A regular file that may be read; the system is asked only where the mode doesn't say."""
    if not stat.S_ISREG(status.st_mode):
        return False
    ours = status.st_uid == os.geteuid() and status.st_mode & stat.S_IRUSR
    return bool(ours) or os.access(entry, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
