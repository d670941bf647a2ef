"""What the dialog of a change and the list of changes need of the controller, which opens them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from textual.signal import Signal

from sessiontui.store.protocol import Store

if TYPE_CHECKING:
    from sessiontui.describe.outcomes import Done


class Changes(Protocol):
    """The changes of one store. All of it may be called from a screen that is about to leave."""

    store: Store
    settled: Signal[tuple[str, ...]]

    @property
    def now(self) -> datetime:
        """The time by the screen's clock."""

    def undo(self, change: str | None = None, redo: bool = False) -> None:
        """Undo a change, or redo it."""

    def made(self, done: Done, keys: tuple[str, ...], *, shown: bool = False) -> None:
        """A change was made to these sessions. ``shown``: a dialog shows the outcome."""

    def failed(self, error: Exception) -> None:
        """A change ended with this error."""

    def recovered(self, keys: tuple[str, ...]) -> None:
        """Interrupted changes were finished or rolled back, which may have changed these sessions."""

    def inspect(self, key: str) -> None:
        """Show what is damaged in this session."""

    def show_backend(self) -> None:
        """Show the other backend of the folder."""
