"""What a session file was found to hold. Reads no file, so that a list can show what is remembered without the readers."""

from __future__ import annotations

from typing import NamedTuple

from sessiontui.disk import stamps
from sessiontui.store.jsonl import odd_lines
from sessiontui.store.jsonl.odd_lines import OddLines


class Count(NamedTuple):
    """What a file holds."""

    messages: int
    faults: int
    """Damaged lines."""
    odd: OddLines | None = None
    """The lines that hold none; None where they are too many to be remembered."""
    open: bool = False
    """The last line, one of the damaged ones, breaks off and no newline ends it: it may be still being written."""
    instead: str = ""
    """What the file is, where it is no session; that is its one fault."""

    def waits(self, mtime_ns: int) -> bool:
        """Whether the last line of a file that was written to then may be still being written."""
        return self.open and not stamps.is_idle(mtime_ns)

    def damaged(self, mtime_ns: int) -> int:
        """How many lines of a file that was written to then are damaged by now."""
        return self.faults - self.waits(mtime_ns)

    def then(self, other: Count) -> Count:
        """What both hold, one behind the other."""
        odd = odd_lines.joined((self.odd, other.odd))
        return Count(self.messages + other.messages, self.faults + other.faults, odd, other.open)
