"""How one session fared in a change of many: the row's status and, where it was left alone, why. Pure values.

One session's trouble never stops the others: its row says what is the matter and which exit code that means.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from sessiontui.errors import AfterRecovery, Busy, Changed, Locked, SessiontuiError, Unleased, unchanged_sentence

LeftStatus = Literal["unchanged", "refused", "failed", "cancelled"]
"""Of a session that was left as it was."""
CompactStatus = Literal["compacted"] | LeftStatus
RepairStatus = Literal["repaired"] | LeftStatus
MigrateStatus = Literal["migrated", "skipped", "refused"]
CleanupStatus = Literal["removed"] | LeftStatus
ChangeStatus = Literal["done", "undone", "undo", "interrupted"]
BlockerKind = Literal["", "busy", "locked", "unleased", "changed"]
"""What may be otherwise when it is tried again; empty for all other trouble."""


class Problem(NamedTuple):
    """Why a session was left as it was: what went wrong, the next thing to do, and the exit code it asks for."""

    cause: str = ""
    hint: str = ""
    code: int = 0
    blocker: BlockerKind = ""
    unchanged: bool = False

    @property
    def reason(self) -> str:
        """The whole sentence."""
        return unchanged_sentence(self.cause, unchanged=self.unchanged)

    @property
    def is_after_recovery(self) -> bool:
        """Whether it says no more than that its session is planned after recovery."""
        return self.reason == str(AfterRecovery())


NONE = Problem()


def problem(error: SessiontuiError) -> Problem:
    """The record of an error that one session met."""
    return Problem(error.cause, error.hint, error.exit_code, blocker(error), error.unchanged)


def blocker(error: Exception) -> BlockerKind:
    """What kind of blocker an error tells of."""
    match error:
        case Busy():
            return "busy"
        case Locked():
            return "locked"
        case Unleased():
            return "unleased"
        case Changed():
            return "changed"
    return ""


class Change(NamedTuple):
    """One operation in the journal, as ``undo --list`` shows it."""

    id: str
    """Eight digits; later changes have greater ones."""
    verb: str
    """append, pop, compact, repair, cleanup, migrate, undo or redo."""
    keys: tuple[str, ...]
    at: datetime
    status: ChangeStatus
    """``undo`` is a change that took another back (or gave it again); ``undone`` one that was taken back."""
    undoes: str | None
    """The change that this one took back."""
    bytes: int
    """What the journal keeps for it on disk."""
