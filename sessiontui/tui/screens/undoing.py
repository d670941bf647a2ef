"""An undo that something hinders: who it is, or what may happen, and another try. Without that an undo has no dialog."""

from __future__ import annotations

from textual.screen import Screen

from sessiontui.store.protocol import Store
from sessiontui.tui.screens.making import MakingDialog
from sessiontui.tui.words.blockers import Blocker, page
from sessiontui.tui.words.page import STOP, Page
from sessiontui.tui.work.change_task import RetryOptions
from sessiontui.visible import visible


class UndoDialog(MakingDialog):
    """Takes a change back, or gives it again, once the person has decided how."""

    def __init__(self, below: Screen[None], store: Store, change: str | None, redo: bool, found: Blocker) -> None:
        super().__init__(page(found, tried=False), below, store, "hindered")
        self._change = change
        self._redo = redo
        self._found = found

    def on_mount(self) -> None:
        """Begin with what hindered it."""
        super().on_mount()
        self.block(self._found)

    def attempt(self, how: RetryOptions, blocked: Blocker | None) -> None:
        """Take it back once more."""
        self.changer.undo(self.store, self._change, self._redo, how)

    def at_work(self) -> Page:
        """Still what hindered it."""
        title = visible("Redoing …" if self._redo else "Undoing …")
        stop = visible("Stop ends the waiting for others; what is begun is made whole.")
        return Page(title, self.page.body, stop, leave=STOP)
