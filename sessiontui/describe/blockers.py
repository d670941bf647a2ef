"""What blocks a change: which program has a file open, what may happen without a lease, what can be tried.

Says nothing of other problems: trying again would gain nothing there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from sessiontui.changes.journal.location import NAME
from sessiontui.changes.outcome import BlockerKind, blocker
from sessiontui.changes.verbs.import_state import DATABASE
from sessiontui.changes.verbs.plans import Row, rows_of
from sessiontui.changes.verbs.request import RetryOptions
from sessiontui.describe.page import BLANK, Page, TextLine, limited, line, warning
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Busy, InTurn, Locked, Unleased

KINDS: Final[tuple[BlockerKind, ...]] = ("busy", "locked", "unleased")
"""What another try may find otherwise; of several the first is asked about."""
LONGER: Final = 10.0
"""Seconds that a person who tries again wants to wait."""
IDLE: Final = (
    "a file is changed once it has been still for 2 seconds; a message written at that very moment can be lost."
)
NOTHING: Final = "Nothing was changed."


class Done(Protocol):
    """What a change did."""

    @property
    def change(self) -> str | None: ...


class Blocker(NamedTuple):
    """Why a change, or a part of it, was not made, where another try may make it."""

    kind: BlockerKind
    reasons: tuple[str, ...]
    files: tuple[str, ...]
    """Names in the sessions folder: of sessions, of a database, of the journal."""
    keys: tuple[str, ...] = ()
    """The sessions that are left; empty where the change is made whole or not at all."""

    @property
    def patient(self) -> RetryOptions:
        """Wait until no program has a file open."""
        return RetryOptions(WaitPolicy(LONGER), self.files)

    @property
    def daring(self) -> RetryOptions:
        """Go on without a lease."""
        return RetryOptions(USUAL._replace(no_lease=True))


def of_error(error: Exception) -> Blocker | None:
    """What blocked a change that was not made at all; None for another kind of error."""
    match error:
        case Busy() | Locked() | Unleased():
            return Blocker(blocker(error), (error.cause,), (error.name,))
        case InTurn():
            return Blocker("locked", (error.cause,), (NAME,))
    return None


def of_rows(rows: Sequence[Row]) -> Blocker | None:
    """What blocked a part of a change. What can be waited for comes first: the rest is asked about then."""
    left = [row for row in rows if row.problem.blocker in KINDS]
    if not left:
        return None
    return Blocker(
        min((row.problem.blocker for row in left), key=KINDS.index),
        tuple(dict.fromkeys(row.problem.cause for row in left)),
        tuple(dict.fromkeys(DATABASE if row.problem.blocker == "locked" else row.key + SUFFIX for row in left)),
        tuple(row.key for row in left),
    )


def of_done(done: Done) -> Blocker | None:
    """What blocked a change of sessions so that nothing was done; None where there are other problems too."""
    rows = rows_of(done)
    found = of_rows(rows)
    problems = sum(row.problem.code != 0 for row in rows)
    return found if found is not None and done.change is None and len(found.keys) == problems else None


def is_stale(done: Done) -> bool:
    """Whether nothing was done because no session that was meant is as it was when the change was planned."""
    kinds = {row.problem.blocker for row in rows_of(done) if row.problem.code}
    return done.change is None and kinds == {"changed"}


def again(rows: Sequence[Row]) -> str | None:
    """The button that tries the rest once more; None where nothing of it may be otherwise then."""
    if of_rows(rows) is None:
        return None
    busy = sum(row.problem.blocker in ("busy", "locked") for row in rows)
    return f"Try {busy:,} again" if busy else "Without a lease …"


def reasons(found: Blocker) -> tuple[TextLine, ...]:
    """What blocks the change, one line each."""
    return limited([warning(f"! {reason}") for reason in found.reasons])


def page(found: Blocker, tried: bool) -> Page:
    """What a person can decide. ``tried``: they have waited longer already, and may not want to do so for ever."""
    it = "it" if len(found.reasons) == 1 else "them"
    title, act, also = "Still busy" if tried else "Busy", "Try again", None
    match found.kind:
        case "unleased":
            title = f"Change {it} without a lease?"
            rest, act = f"Nothing makes other programs wait here: {IDLE}", f"Change {it} without a lease"
        case "locked":
            rest = f"“Try again” waits {LONGER:.0f} seconds for that to end."
        case "busy":
            rest = (
                "A file is changed only while nobody has it open for writing. "
                f"“Try again” waits {LONGER:.0f} seconds for that."
            )
            if tried:
                rest, also = f"{rest} “Without a lease” waits for nobody: {IDLE}", "Without a lease"
    return Page(title, (*reasons(found), BLANK, line(rest)), NOTHING, act, also=also)


def waiting(programs: str) -> str:
    """For which programs a change waits."""
    return f"waiting for {programs or 'another program'}"
