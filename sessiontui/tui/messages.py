"""What one part of the screen tells another: what a person wants elsewhere, how work goes, what a change came to.

Nobody compares messages, and a class is made in half the time without what comparing and printing need: all are made before
the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.message import Message

if TYPE_CHECKING:  # loaded when the first change is planned, not before the first paint
    from sessiontui.changes.cleanup import CleanedUp, CleanupPlan
    from sessiontui.changes.compact import Compacted, CompactPlan
    from sessiontui.changes.migrate import Migrated, MigratePlan
    from sessiontui.changes.pop import Popped, PopPlan
    from sessiontui.changes.recovery import Interrupted
    from sessiontui.changes.repair import Repaired, RepairPlan
    from sessiontui.changes.undo import Undone

    Plan = PopPlan | CompactPlan | RepairPlan | MigratePlan | CleanupPlan
    Done = Popped | Compacted | Repaired | Migrated | CleanedUp | Undone


CHANGE: Final = "change"
LIST: Final = "list"
SEEK: Final = "seek"
COPY: Final = "copy"
FOLLOW: Final = "follow"
TURN: Final = "user turn"
FAULT: Final = "fault"
"""What is looked for in a session."""
SHOWN: Final = (CHANGE, LIST, SEEK, COPY, FOLLOW)
"""Names of errands whose progress and end are shown."""


class OtherWanted(Message):
    """The person wants to see the other home of the folder."""


@dataclass(eq=False, repr=False)
class InspectionWanted(Message):
    """The person wants to see what is wrong in this session."""

    key: str


@dataclass(eq=False, repr=False)
class Report(Message):
    """Something that an errand has to say."""

    generation: int


@dataclass(eq=False, repr=False)
class Failed(Report):
    """The errand ended with an error. ``task`` names it."""

    task: str
    error: Exception


@dataclass(eq=False, repr=False)
class Progressed(Report):
    """How far long work has come; a newer report takes the place of an older one that nobody saw."""

    task: str
    label: str
    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed) and message.task == self.task


@dataclass(eq=False, repr=False)
class Finished(Report):
    """Long work that reported progress is over."""

    task: str


@dataclass(eq=False, repr=False)
class Planned(Report):
    """What a change would do; nothing is done yet. ``warning``: why it would have been refused without being asked.
    ``notice``: what else a person should know before it is made."""

    plan: Plan
    warning: str = ""
    notice: str = ""
    interrupted: Interrupted | None = None
    """What recovery has to do before the change."""

    def of(self, plan: Plan) -> Planned:
        """The same of another plan."""
        return Planned(self.generation, plan, self.warning, self.notice, self.interrupted)


@dataclass(eq=False, repr=False)
class RecoveryDone(Message):
    """Interrupted changes were finished or rolled back, which may have changed these sessions."""

    keys: tuple[str, ...]


@dataclass(eq=False, repr=False)
class Made(Report):
    """A change was made, or stopped on the way: what it came to, and the sessions that it was made to."""

    done: Done
    keys: tuple[str, ...]


@dataclass(eq=False, repr=False)
class WritabilityChecked(Report):
    """Whether the store may be changed: why not, in one sentence, or None; and what a crash left
    to the next change."""

    reason: str | None
    interrupted: int
    """How many changes were."""
    late: tuple[tuple[str, int], ...] = ()
    """Keys, each with how many messages wait in the journal for it."""
    imports: tuple[str, ...] = ()
    """Sessions of which an import was interrupted, and that a database does not list."""

    @property
    def waiting(self) -> int:
        """How many changes and imports were interrupted."""
        return self.interrupted + len(self.imports)
