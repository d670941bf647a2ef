"""Every error that a person can meet. An error is a record: fields first, the sentence derived from them.

Libraries raise; only ``cli.stderr`` and the browser speak. A damaged line is never an error: it is a
``model.Fault``. ``hint`` is the next thing to do; ``exit_code`` is the table of the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


def unchanged_sentence(cause: str, *, unchanged: bool) -> str:
    """What went wrong, with the words that nothing was changed where that is so."""
    return f"{cause}; nothing was changed" if unchanged else cause


class SessiontuiError(Exception):
    """Base of all: ``str(error)`` is one plain sentence, ``hint`` the next thing to do (may be empty)."""

    exit_code: ClassVar[int] = 3

    def __init__(self, cause: str, hint: str = "", *, unchanged: bool = False) -> None:
        self.cause = cause
        """What went wrong."""
        self.hint = hint
        self.unchanged = unchanged
        """It kept a change from being made, and nothing was changed."""
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """What went wrong, and that nothing was changed."""
        return unchanged_sentence(self.cause, unchanged=self.unchanged)


class UsageError(SessiontuiError):
    """Wrong usage: an unknown key, store or backend, a query that can't be read. Exit 2."""

    exit_code = 2


class UnknownKey(UsageError):
    """No session of this key in the store."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no session “{key}” in this store", "`sessiontui list` shows the keys that are there")


class Ambiguous(UsageError):
    """Several sessions have a key that is the same text, its accents written otherwise."""

    def __init__(self, key: str, keys: Sequence[str]) -> None:
        spelt = ", ".join(each.encode("ascii", "backslashreplace").decode() for each in keys)
        super().__init__(
            f"“{key}” may be any of {len(keys)} sessions, with accents written otherwise: {spelt}",
            "copy the key that you mean from `sessiontui list`",
        )


class StoreError(SessiontuiError):
    """The store can't be read or written (permissions, disk, a file that is no database). Exit 3."""


class Held(StoreError):
    """Another program has a lease on a file, so it can't be opened just now: nothing is wrong with it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is busy: another program holds it", "try again in a moment")


class Locked(StoreError):
    """Another program has locked a database for longer than it was waited for."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is locked by another program", "try again; a change waits longer with --wait SECONDS")
        self.name = name


class Refused(SessiontuiError):
    """A change was refused, for it would have lost something; nothing was changed. Exit 4."""

    exit_code = 4


class Changed(Refused):
    """A file grew, shrank or was replaced between the reading and the writing."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} changed while it was read",
            "something is writing to it: try again when it is still",
            unchanged=True,
        )


class Recovered(Changed):
    """An interrupted change was finished or rolled back first, and what was planned before is no longer so."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__("the store")
        self.keys = keys


class InTurn(Refused):
    """Another sessiontui is changing the same store for longer than it was waited for."""

    def __init__(self) -> None:
        super().__init__(
            "another sessiontui is changing this store",
            "try again when it has finished, or wait longer with --wait SECONDS",
            unchanged=True,
        )


class Busy(Refused):
    """Another program has a file open for writing. ``holders``: who, such as ``zeroclaw (pid 4711)``, where it is known."""

    def __init__(self, name: str, holders: tuple[str, ...]) -> None:
        who = " and ".join(holders) or "another program"
        super().__init__(
            f"{name} is open for writing in {who}",
            "wait longer with --wait SECONDS, or change it with --no-lease once it has been still for 2 seconds",
            unchanged=True,
        )
        self.name = name
        self.holders = holders


class Unleased(Refused):
    """Nothing can make the writers of a file wait here, and the person has not said that it shall be changed even so."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"no lease can be had on {name}: {why}",
            "--no-lease changes it all the same once it has been still for 2 seconds; what is written at that very "
            "moment can be lost",
            unchanged=True,
        )
        self.name = name
        self.why = why


class AfterRecovery(SessiontuiError):
    """What becomes of a session is known only once an interrupted change is finished or rolled back. Exit 0."""

    exit_code = 0

    def __init__(self) -> None:
        super().__init__("planned after recovery")


class Cancelled(SessiontuiError):
    """The person cancelled work that was under way; nothing was changed by what had not finished. Exit 130."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("cancelled")
