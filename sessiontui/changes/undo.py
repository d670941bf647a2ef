"""Take a change back, or give a taken-back one again. An undo is itself a change, so it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undo (or redo) would do."""

    change: str
    """The change that is taken back or given again."""
    verb: str
    keys: tuple[str, ...]
    at: datetime
    redo: bool
    steps: tuple[str, ...]
    """In words, one a session or file."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undo did."""

    change: str
    """The undo's own id."""
    of: str
    verb: str
    keys: tuple[str, ...]
    at: datetime
    status: str
    """``undone``, or ``redone``."""


def plan(folder: Path, id: str | None = None, redo: bool = False) -> UndoPlan:
    """Say what would be taken back; touches nothing. Without ``id``, the newest change that can be (with ``redo``,
    the newest that was taken back). Raises ``UsageError`` where there is none, ``Refused`` where something would
    be lost (a file of that name exists now, bytes before it have changed): it says where the old bytes are."""
    raise NotImplementedError


def make(folder: Path, plan: UndoPlan, wait: float = 2.0) -> Undone:
    """Take it back as planned."""
    raise NotImplementedError
