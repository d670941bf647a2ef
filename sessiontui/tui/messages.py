"""What work off the screen's thread reports, as messages to the screen that asked for it.

Each carries the ``generation`` that asked; a screen drops what an older one reports (``Errand.is_stale``). Nobody compares
them, and a class is made in half the time without what comparing and printing need: all are made before the first paint.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.message import Message

from sessiontui.errors import SessiontuiError
from sessiontui.model import Backend, Entry, Found, Session
from sessiontui.store.protocol import Store, TranscriptRows
from sessiontui.tui.arrangement import Within

if TYPE_CHECKING:  # loaded when the first change is planned, not before the first paint
    from sessiontui.changes.recovery.recover import Interrupted
    from sessiontui.changes.undo import Undone
    from sessiontui.changes.verbs.cleanup import CleanedUp, CleanupPlan
    from sessiontui.changes.verbs.compact import Compacted, CompactPlan
    from sessiontui.changes.verbs.migrate import Migrated, MigratePlan
    from sessiontui.changes.verbs.pop import Popped, PopPlan
    from sessiontui.changes.verbs.repair import Repaired, RepairPlan
    from sessiontui.query.ast import Query

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
class SessionsListed(Report):
    """All sessions of the store, newest first."""

    sessions: Sequence[Session]


@dataclass(eq=False, repr=False)
class Counted(Report):
    """Counts of some sessions became known."""

    sessions: Sequence[Session]


@dataclass(eq=False, repr=False)
class Looked(Report):
    """Some sessions are not as they were: these are new or different, those are gone."""

    sessions: Sequence[Session]
    gone: Collection[str]


@dataclass(eq=False, repr=False)
class Touched(Report):
    """Somebody touched these sessions; ``keys`` None: it may have been any of them. The list has been told before."""

    keys: Collection[str] | None


@dataclass(eq=False, repr=False)
class Vanished(Report):
    """The store can't be read any more; it is waited for."""

    error: SessiontuiError


@dataclass(eq=False, repr=False)
class Appeared(Report):
    """The other home that this folder can have came to be."""

    backend: Backend


@dataclass(eq=False, repr=False)
class Switched(Report):
    """The other home of the same folder is open."""

    store: Store


@dataclass(eq=False, repr=False)
class Indexed(Report):
    """Search covers more than before; all that is there, where the work behind it has ended."""


@dataclass(eq=False, repr=False)
class Opened(Report):
    """A session is open, with the rows that are known first and some entries of it. ``row`` None: at the end."""

    key: str
    rows: TranscriptRows
    start: int
    entries: Sequence[Entry]
    row: int | None


@dataclass(eq=False, repr=False)
class RowsKnown(Report):
    """All rows are known; the first ones shown are rows ``shift`` onwards of them."""

    key: str
    rows: TranscriptRows
    shift: int
    start: int
    entries: Sequence[Entry]


@dataclass(eq=False, repr=False)
class Grown(Report):
    """The open session may be longer: ``rows`` begin with those that were known."""

    rows: TranscriptRows


@dataclass(eq=False, repr=False)
class PageLoaded(Report):
    """Entries of the open session."""

    start: int
    entries: Sequence[Entry]


@dataclass(eq=False, repr=False)
class Known(Report):
    """More is known of the rows of the open session: ``rows`` are the same as ``before``, with their numbers."""

    before: TranscriptRows
    rows: TranscriptRows


@dataclass(eq=False, repr=False)
class RowFound(Report):
    """What a person looks for in a direction, a turn of the user say; ``row`` None: there is none."""

    row: int | None
    step: int
    what: str


@dataclass(eq=False, repr=False)
class TextCopied(Report):
    """What goes into the clipboard, or, where it is too long for one, the file that holds it."""

    what: str
    text: str
    path: Path | None
    size: int


class SearchRequest(NamedTuple):
    """What was typed into the search bar, and how much of the answer is wanted in which order."""

    text: str
    relevance: bool = False
    within: Within | None = None
    """Only these sessions; None: all."""
    limit: int = 64
    counted: Found | None = None
    """An answer to the same that knows their number, where there was one."""

    def has_more(self, found: Found) -> bool:
        """Whether there are hits that this did not ask for."""
        shown = len(found.hits)
        return shown >= self.limit and (found.total is None or found.total > shown)

    def wider(self, found: Found | None = None) -> SearchRequest:
        """The same with more of the answer; the number of hits in ``found`` needs not be counted again."""
        known = found if found is not None and found.total is not None else self.counted
        return self._replace(limit=self.limit * 4, counted=known)


@dataclass(eq=False, repr=False)
class Searched(Report):
    """The answer to what was asked."""

    request: SearchRequest
    query: Query
    found: Found


@dataclass(eq=False, repr=False)
class Located(Report):
    """The rows of a session in which the hits of a search stand."""

    key: str
    rows: tuple[int, ...]


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
