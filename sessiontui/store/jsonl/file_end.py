"""How a session file ends: whether its last line breaks off, so that it may be still being written. Writes nothing."""

from __future__ import annotations

from sessiontui.damage import diagnose
from sessiontui.damage.verdict import Line
from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge
from sessiontui.model import Severity, Span
from sessiontui.store.jsonl import huge_line
from sessiontui.store.jsonl.session_file import OpenFile


def may_grow(file: OpenFile) -> bool:
    """Whether the last line may be still being written: it breaks off, and the file was written to a moment ago.

    A huge one that no newline ends counts as such without being read.
    """
    if file.settled or not lines.ends_open(file.fd, file.stamp.size):
        return False
    offset, line = next(lines.backwards(file.fd, file.stamp.size))
    return isinstance(line, Huge) or _is_begun(offset, line)


def breaks_off(fd: int, size: int) -> bool:
    """Whether the last line is the beginning of a record, and no newline ends it."""
    if not lines.ends_open(fd, size):
        return False
    offset, line = next(lines.backwards(fd, size))
    return huge_line.breaks_off(fd, Span(offset, line.length)) if isinstance(line, Huge) else _is_begun(offset, line)


def _is_begun(offset: int, line: bytes) -> bool:
    """Whether a last line that no newline ends is the beginning of a record.

    What stands before it is not looked at, so that the answer costs the same in any file: in one that is no JSONL at
    all, or in a wide encoding, such a line counts some seconds later.
    """
    if zeroclaw.is_valid(line):
        return False
    found = diagnose.of_stretch([Line(1, offset, line, ended=False)], first=False, settled=False)
    return bool(found) and found[-1].severity is Severity.INCOMPLETE
