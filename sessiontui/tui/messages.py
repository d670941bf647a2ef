"""What work off the screen's thread reports, as messages to the screen that asked for it.

Each carries the ``generation`` that asked; a screen drops what an older one reports (``Errand.is_stale``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.message import Message

from sessiontui.model import Entry, Found, Session
from sessiontui.query.ast import Query
from sessiontui.store.protocol import Rows, Store

if TYPE_CHECKING:  # loaded when the first change is planned, not before the first paint
    from sessiontui.changes.compact import CompactPlan
    from sessiontui.changes.migrate import MigratePlan
    from sessiontui.changes.pop import PopPlan

    Plan = PopPlan | CompactPlan | MigratePlan


CHANGE: Final = "change"
LIST: Final = "list"
"""Names of errands whose progress and end are shown."""


@dataclass
class Report(Message):
    """Something that an errand has to say."""

    generation: int


@dataclass
class Failed(Report):
    """The errand ended with an error. ``errand`` names it."""

    errand: str
    error: Exception


@dataclass
class Progressed(Report):
    """How far long work has come; a newer report takes the place of an older one that nobody saw."""

    errand: str
    label: str
    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the newest counts."""
        return isinstance(message, Progressed) and message.errand == self.errand


@dataclass
class Finished(Report):
    """Long work that reported progress is over."""

    errand: str


@dataclass
class Listed(Report):
    """All sessions of the store, newest first."""

    sessions: Sequence[Session]


@dataclass
class Counted(Report):
    """Counts of some sessions became known."""

    sessions: Sequence[Session]


@dataclass
class Switched(Report):
    """The other home of the same folder is open."""

    store: Store


@dataclass
class Indexed(Report):
    """Search covers all that is there."""


@dataclass
class Opened(Report):
    """A session is open, with the rows that are known first and some entries of it. ``row`` None: at the end."""

    key: str
    rows: Rows
    start: int
    entries: Sequence[Entry]
    row: int | None


@dataclass
class Scanned(Report):
    """All rows are known; the first ones shown are rows ``shift`` onwards of them."""

    key: str
    rows: Rows
    shift: int
    start: int
    entries: Sequence[Entry]


@dataclass
class PageLoaded(Report):
    """Entries of the open session."""

    start: int
    entries: Sequence[Entry]


@dataclass
class Searched(Report):
    """The answer to what was typed."""

    text: str
    query: Query
    found: Found


@dataclass
class Planned(Report):
    """What a change would do; nothing is done yet. ``warning``: why it would have been refused without being asked."""

    plan: Plan
    warning: str = ""


@dataclass
class Made(Report):
    """A change was made (or had nothing to do, then ``change`` is None): a sentence, and the sessions it touched."""

    change: str | None
    sentence: str
    keys: tuple[str, ...]
    troubles: tuple[str, ...] = ()
