"""What is wrong with a line, or with a whole entry of a sessions folder, as a ``Fault``.

Says why ZeroClaw can't read it and where it goes wrong; mends nothing. For now every dropped line is of one
kind, ``dropped``.
"""

from __future__ import annotations

import os
import stat as modes
from pathlib import Path

from sessiontui.dialects.keys import written
from sessiontui.dialects.source import Dropped
from sessiontui.disk.lines import NotAFile, open_file
from sessiontui.model import Fault, Severity, Span


def dropped(outcome: Dropped, number: int | None, span: Span) -> Fault:
    """The fault of a line that a dialect read and found to be dropped; ``number`` None where it isn't known yet."""
    return Fault("dropped", Severity.DAMAGE, outcome.reason, outcome.at, line=number, span=span)


def odd_entry(path: str | Path) -> Fault | None:
    """Why an entry of a sessions folder can't be read as a session; None when it can.

    Opens the file, for permission bits don't tell what root or an access list allow. Raises ``FileNotFoundError``
    when nothing of that name is there any more. The reason may hold a name from the disk: hostile text.
    """
    os.lstat(path)
    try:
        os.close(open_file(path))
    except NotAFile:
        return _whole("not-a-file", _kind(os.stat(path).st_mode))
    except FileNotFoundError:
        return _whole("dangling", f"a link to {written(os.readlink(os.fspath(path)))}, which is not there")
    except OSError as error:
        return _whole("unreadable", f"can't be read: {error.strerror}")
    return None


def _kind(mode: int) -> str:
    if modes.S_ISDIR(mode):
        return "a folder, not a file: ZeroClaw hangs when it loads this session"
    if modes.S_ISFIFO(mode):
        return "a pipe, not a file"
    return "a device or a socket, not a file"


def _whole(kind: str, reason: str) -> Fault:
    return Fault(kind, Severity.DAMAGE, reason, 0)
