"""What keeps an entry of a sessions folder from being read as a session, as a ``Fault`` of the whole file.

Looks at the disk, reads no line and mends nothing. Reasons may hold names from the disk: hostile text.
"""

from __future__ import annotations

import os
import stat as modes
from pathlib import Path

from sessiontui.dialects.keys import written
from sessiontui.disk.lines import NotAFile, open_file
from sessiontui.errors import Changed, StoreError, UnknownKey
from sessiontui.model import Fault, Severity


def of_entry(path: Path) -> Fault | None:
    """Why the entry can't be read; None when it can.

    Opens the file, for permission bits don't tell what root or an access list allow. Raises ``FileNotFoundError``
    when nothing of that name is there any more.
    """
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


def _kind(mode: int) -> str:
    if modes.S_ISDIR(mode):
        return "a folder, not a file: ZeroClaw hangs when it loads this session"
    if modes.S_ISFIFO(mode):
        return "a pipe, not a file"
    return "a device or a socket, not a file"


def _whole(id: str, reason: str) -> Fault:
    return Fault(id, Severity.DAMAGE, reason, at=0)
