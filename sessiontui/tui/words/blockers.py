"""What hinders a change, put into words: who has a file open, what may happen without a lease, what can be tried.

Says nothing of other trouble: that is told as it is, and nothing would be gained by trying again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from textual.content import Content

from sessiontui.changes.journal.location import NAME
from sessiontui.changes.verbs.cleanup import CleanedUp, CleanupRow
from sessiontui.changes.verbs.compact import Compacted, CompactRow
from sessiontui.changes.verbs.import_state import DATABASE
from sessiontui.changes.verbs.migrate import Migrated, MigrateRow
from sessiontui.changes.verbs.repair import Repaired, RepairRow
from sessiontui.dialects.keys import SUFFIX
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Busy, InTurn, Locked, Unleased
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.change_task import Done, RetryOptions
from sessiontui.tui.words.page import Page, limited
from sessiontui.visible import Visible, visible

Row = CompactRow | RepairRow | MigrateRow | CleanupRow

LONGER: Final = 10.0
"""Seconds that a person who tries again wants to wait."""
IDLE: Final = (
    "a file is changed once it has been still for 2 seconds; a message written at that very moment can be lost."
)
NOTHING: Final = visible("Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a change, or a part of it, was not made, where another try may make it."""

    kind: Literal["busy", "locked", "unleased"]
    reasons: tuple[str, ...]
    files: tuple[str, ...]
    """Names in the sessions folder: of sessions, of a database, of the journal."""
    keys: tuple[str, ...] = ()
    """The sessions that are left; empty where the change is made whole or not at all."""

    @property
    def patient(self) -> RetryOptions:
        """Wait for whoever has a file open."""
        return RetryOptions(WaitPolicy(LONGER), self.files)

    @property
    def daring(self) -> RetryOptions:
        """Go on without a lease."""
        return RetryOptions(USUAL._replace(no_lease=True))


def of_error(error: Exception) -> Blocker | None:
    """What hindered a change that was not made at all; None for another kind of trouble."""
    match error:
        case Busy():
            return Blocker("busy", (error.cause,), (error.name,))
        case Locked():
            return Blocker("locked", (error.cause,), (error.name,))
        case InTurn():
            return Blocker("locked", (error.cause,), (NAME,))
        case Unleased():
            return Blocker("unleased", (error.cause,), (error.name,))
    return None


def of_rows(rows: Sequence[Row]) -> Blocker | None:
    """What hindered a part of a change. Who is waited for comes first: the rest is asked about then."""
    left = [row for row in rows if row.problem.blocker in ("busy", "locked", "unleased")]
    if not left:
        return None
    kinds = {row.problem.blocker for row in left}
    return Blocker(
        "busy" if "busy" in kinds else "locked" if "locked" in kinds else "unleased",
        tuple(dict.fromkeys(row.problem.cause for row in left)),
        tuple(dict.fromkeys(DATABASE if row.problem.blocker == "locked" else row.key + SUFFIX for row in left)),
        tuple(row.key for row in left),
    )


def of_done(done: Done) -> Blocker | None:
    """What hindered a change of sessions so that nothing was done; None where other trouble has to be told too."""
    rows = rows_of(done)
    found = of_rows(rows)
    problems = sum(row.problem.code != 0 for row in rows)
    return found if found is not None and done.change is None and len(found.keys) == problems else None


def is_stale(done: Done) -> bool:
    """Whether nothing was done because every session that was meant is no longer as it was planned for."""
    kinds = {row.problem.blocker for row in rows_of(done) if row.problem.code}
    return done.change is None and kinds == {"changed"}


def rows_of(done: Done) -> Sequence[Row]:
    """The sessions that were meant; none where that was made whole or not at all."""
    return done.rows if isinstance(done, Compacted | Repaired | Migrated | CleanedUp) else ()


def again(rows: Sequence[Row]) -> Visible | None:
    """The button that tries the rest once more; None where nothing of it may be otherwise then."""
    found = of_rows(rows)
    if found is None:
        return None
    busy = sum(row.problem.blocker in ("busy", "locked") for row in rows)
    return visible(f"Try {busy:,} again" if busy else "Without a lease …")


def told(found: Blocker) -> tuple[Content, ...]:
    """What stands in the way, one line each."""
    return limited([ink.content((visible(f"! {reason}"), "$warning")) for reason in found.reasons])


def page(found: Blocker, tried: bool) -> Page:
    """What a person can decide. ``tried``: they have waited longer already, and may not want to do so for ever."""
    body = [*told(found), ink.content(visible(" "))]
    if found.kind == "unleased":
        it = "it" if len(found.reasons) == 1 else "them"
        return Page(
            visible(f"Change {it} without a lease?"),
            (*body, ink.content(visible(f"Nothing makes other programs wait here: {IDLE}"))),
            NOTHING,
            visible(f"Change {it} without a lease"),
        )
    if found.kind == "locked":
        rest = f"“Try again” waits {LONGER:.0f} seconds for that to end."
        return Page(
            visible("Still busy" if tried else "Busy"),
            (*body, ink.content(visible(rest))),
            NOTHING,
            visible("Try again"),
        )
    rest = (
        f"A file is changed only while nobody has it open for writing. “Try again” waits {LONGER:.0f} seconds for that."
    )
    if tried:
        rest = f"{rest} “Without a lease” waits for nobody: {IDLE}"
    return Page(
        visible("Still busy" if tried else "Busy"),
        (*body, ink.content(visible(rest))),
        NOTHING,
        visible("Try again"),
        also=visible("Without a lease") if tried else None,
    )


def waiting(who: str) -> Visible:
    """For whom a change waits."""
    return visible(f"waiting for {who or 'another program'}")
