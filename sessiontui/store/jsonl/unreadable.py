"""What keeps an entry of a sessions folder from being read as a session, as a ``Fault`` of the whole file.

Looks at the disk, reads no line and mends nothing. Reasons may hold names from the disk: hostile text.

A name is damage where ZeroClaw does not list it and stops at it when it moves a folder into a database: one that is
no UTF-8. A name that no key leads to (``a.b``, for which ZeroClaw reads ``a_b.jsonl``) is worth a note alone: mostly
it is a person's own copy.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sessiontui.dialects import file_names
from sessiontui.dialects.file_names import SUFFIX, written
from sessiontui.disk.lines import NotAFile, open_file
from sessiontui.errors import Changed, StoreError, UnknownKey
from sessiontui.model import Fault, Session, Severity
from sessiontui.store.jsonl import interrupted_imports


def of_entry(path: Path) -> Fault | None:
    """Why the entry can't be read; None when it can.

    Opens the file, for permission bits don't tell what root or an access list allow. Raises ``FileNotFoundError``
    when nothing of that name is there any more.
    """
    if interrupted_imports.is_orphan(path):
        return interrupted_imports.fault(path)
    os.lstat(path)
    try:
        os.close(open_file(path))
    except NotAFile:
        return _whole("not-a-file", _kind(os.stat(path).st_mode))
    except FileNotFoundError:
        return _whole("dangling", f"a link to {written(os.readlink(path))}, which is not there")
    except BlockingIOError:  # another program has a lease on it, and gives it back
        return None
    except OSError as error:
        return _whole("unreadable", f"can't be read: {error.strerror}")
    return None


def of_error(error: StoreError | UnknownKey | Changed) -> Fault:
    """What broke off the reading of a file that could be opened when it was listed."""
    return _whole("unreadable", "the file is gone" if isinstance(error, UnknownKey) else error.sentence)


def of_name(path: Path, *, notes: bool = False) -> Iterator[Fault]:
    """What is wrong with the name of a session's file, whatever is in it."""
    stem = path.name.removesuffix(SUFFIX)
    if not file_names.is_text(stem):
        reason = (
            "the name is not UTF-8: ZeroClaw never lists it, and stops at it when it moves sessions into a database"
        )
        yield _whole("odd-name", f"{reason}; rename the file")
    elif notes and not file_names.reachable(stem):
        name = file_names.sanitised(stem) + SUFFIX
        reason = f"no key leads to this name: ZeroClaw lists it, and asked for it reads {name}"
        rest = "which is another session" if os.path.lexists(path.with_name(name)) else "which is not there"
        yield _whole("odd-name", f"{reason}, {rest}; rename the file", Severity.INFO)


def emptied(path: Path, session: Session) -> Fault | None:
    """The note that an empty file has a sibling that holds more: a program may have died while it wrote it anew."""
    if session.messages or session.faults:
        return None
    larger = [(size, name) for name, size in _siblings(path) if size > (session.bytes or 0)]
    if not larger:
        return None
    size, name = max(larger)
    more = f", and {len(larger) - 1:,} more like it" if len(larger) > 1 else ""
    reason = f"the session is empty, and beside it is {written(name)} with {size:,} bytes{more}"
    why = "it was cleared, or a program died while it wrote the file anew"
    return _whole("emptied", f"{reason}: {why}", Severity.INFO)


def _siblings(path: Path) -> Iterator[tuple[str, int]]:
    """Names and sizes of the files that editors, ZeroClaw and people leave beside a file."""
    with suppress(OSError), os.scandir(path.parent) as found:
        for entry in found:
            beside = entry.name.lstrip(".#").startswith(path.name.lstrip(".#"))
            if beside and entry.name != path.name and not entry.name.endswith(SUFFIX):
                with suppress(OSError):  # gone by now
                    if entry.is_file(follow_symlinks=False):
                        yield entry.name, entry.stat(follow_symlinks=False).st_size


def _kind(mode: int) -> str:
    if modes.S_ISDIR(mode):
        return "a folder, not a file: ZeroClaw hangs when it loads this session"
    if modes.S_ISFIFO(mode):
        return "a pipe, not a file: ZeroClaw waits for ever when it loads this session"
    return "a socket, not a file" if modes.S_ISSOCK(mode) else "a device, not a file"


def _whole(id: str, reason: str, severity: Severity = Severity.DAMAGE) -> Fault:
    return Fault(id, severity, reason, at=0)
