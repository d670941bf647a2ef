"""The session that a person reads, and what is known of its rows."""

from __future__ import annotations

from dataclasses import dataclass

from sessiontui.model import Session
from sessiontui.store.protocol import Store, TranscriptRows


@dataclass(slots=True)
class OpenSession:
    """A session that is open, or being opened."""

    store: Store
    session: Session
    rows: TranscriptRows | None = None
    """Those that are known."""
    growing: bool = False
    """Whether what was appended is being read."""
    behind: bool = False
    """Whether more was appended since that began, or before all rows were known."""
    failed: bool = False
    """Whether the last read failed."""

    @property
    def all_rows(self) -> TranscriptRows | None:
        """Its rows, once all of them are known."""
        return self.rows if self.rows is not None and self.rows.complete else None
