"""The journal: what changes did, so that they can be taken back. One folder ``.sessiontui`` in a sessions folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sessiontui.changes.outcome import Change
from sessiontui.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge dropped."""

    changes: tuple[str, ...]
    bytes: int


def home(store: Store) -> Path:
    """The sessions folder whose journal keeps the changes of this store."""
    raise NotImplementedError


def changes(folder: Path) -> list[Change]:
    """The changes kept for a sessions folder, newest first; none where there is no journal. Never mends."""
    raise NotImplementedError


def size(folder: Path) -> int:
    """Bytes that the journal takes on disk."""
    raise NotImplementedError


def waiting(folder: Path) -> int:
    """How many changes were interrupted and wait for the next changing command."""
    raise NotImplementedError


def purge(folder: Path, wait: float = 2.0) -> Purged:
    """Drop every change but the newest, which can always be undone."""
    raise NotImplementedError
