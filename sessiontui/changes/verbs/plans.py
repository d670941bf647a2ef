"""Plans with a row for each session: of some sessions only, and what recovery means for them. Other plans stay as they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Generic, Protocol, Self, TypeVar, cast

from sessiontui.changes.bounds import Takes
from sessiontui.changes.outcome import Problem
from sessiontui.changes.recovery.recover import Interrupted
from sessiontui.errors import AfterRecovery, SessiontuiError
from sessiontui.store.protocol import Store

CHANGING: Final = ("compacted", "repaired", "migrated", "removed")
"""The status of a session that is changed."""


class Row(Protocol):
    """One session of a plan."""

    @property
    def key(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def problem(self) -> Problem: ...

    def left_alone(self, error: SessiontuiError) -> Self:
        """The row of the same session, which stays as it is."""


P = TypeVar("P")
R = TypeVar("R", bound=Row)


class RowsPlan(ABC, Generic[R]):
    """A plan with a row for each session."""

    __slots__ = ()
    rows: tuple[R, ...]

    @property
    def goes(self) -> tuple[R, ...]:
        """The sessions that are changed."""
        return tuple(row for row in self.rows if row.status in CHANGING)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.goes

    @abstractmethod
    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""


def rows_of(plan: object) -> tuple[Row, ...]:
    """The rows of a plan or an outcome; none where it has none."""
    rows: tuple[Row, ...] = getattr(plan, "rows", ())
    return rows


def keys_of(plan: object) -> tuple[str, ...]:
    """The sessions that a plan or an outcome is about."""
    if hasattr(plan, "rows"):
        return tuple(row.key for row in rows_of(plan))
    keys: tuple[str, ...] = (plan.key,) if hasattr(plan, "key") else getattr(plan, "keys", ())
    return keys


def only(plan: P, keys: Collection[str]) -> P:
    """The part of a plan that is about these sessions."""
    return _with(plan, (row for row in rows_of(plan) if row.key in keys))


def after(plan: P, interrupted: Interrupted) -> P:
    """A plan that was made before recovery: what it says of a session that recovery may change, it does not know."""
    return _left(plan, dict.fromkeys(interrupted.keys, AfterRecovery()))


def explained(plan: P, interrupted: Interrupted) -> P:
    """A plan in which a session that stays, for it could not be recovered, says that."""
    keys = [row.key for row in rows_of(plan) if row.problem.code]
    return _left(plan, {key: error for key in keys if (error := interrupted.cause(key)) is not None})


def _left(plan: P, errors: Mapping[str, SessiontuiError]) -> P:
    return _with(plan, (row.left_alone(errors[row.key]) if row.key in errors else row for row in rows_of(plan)))


def _with(plan: P, rows: Iterable[Row]) -> P:
    return cast("P", replace(cast("Any", plan), rows=tuple(rows))) if hasattr(plan, "rows") else plan
