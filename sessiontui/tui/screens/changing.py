"""A screen on whose store changes can be made: each is planned, shown, decided upon, made and told, and can be undone."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.screen import Screen

from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui import ink, messages
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.tui.work.changer import Changer

TROUBLES = 4
"""Sessions that a notice names with what kept them from being changed."""


class ChangingScreen(Screen[None]):
    """The keys that change something; the screen that is made of it says which store and which session is meant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pop", "pop", tooltip="Remove the last message", id="pop"),
        Binding("c", "compact", "compact", tooltip="Remove damaged lines", id="compact"),
        Binding("m", "migrate", "migrate", tooltip="Move all sessions to SQLite", id="migrate"),
        Binding("u", "undo", "undo", tooltip="Undo the last change", id="undo"),
        Binding("ctrl+r", "redo", "redo", show=False, tooltip="Redo what was undone", id="redo"),
    ]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    @cached_property
    def changer(self) -> Changer:
        """What makes changes; loaded with the first of them, for the first paint need not wait for it."""
        from sessiontui.tui.work.changer import Changer

        return Changer(self)

    @property
    def changing(self) -> bool:
        """Whether a change is planned or made just now."""
        return "changer" in self.__dict__ and self.changer.running

    @property
    def key(self) -> str | None:
        """The session that a change would be made to."""
        raise NotImplementedError

    def changed(self, keys: tuple[str, ...]) -> None:
        """These sessions are no longer as they were: read them again."""
        raise NotImplementedError

    def action_pop(self) -> None:
        """Remove the last message."""
        if self._may_change() and self.key is not None:
            self.changer.plan_pop(self.store, self.key)

    def action_compact(self) -> None:
        """Remove damaged lines."""
        if self._may_change() and self.key is not None:
            self.changer.plan_compact(self.store, self.key)

    def action_migrate(self) -> None:
        """Move all sessions to SQLite."""
        if self.store.backend is Backend.SQLITE:
            ink.notice(self, visible("these sessions are in SQLite already; b shows the files, if there are any"))
        elif self._may_change():
            self.changer.plan_migrate(self.store.path)

    def action_undo(self) -> None:
        """Undo the last change."""
        if self._may_change():
            self.changer.undo(self.store)

    def action_redo(self) -> None:
        """Redo what was undone."""
        if self._may_change():
            self.changer.undo(self.store, redo=True)

    def _may_change(self) -> bool:
        if self.changing:
            ink.notice(self, visible("a change is under way; Esc cancels it"), "warning")
        return not self.changing

    @on(messages.Planned)
    def _ask(self, report: messages.Planned) -> None:
        if self.changer.is_stale(report):
            return
        from sessiontui.tui.screens.dialogs import ChangeDialog, question

        asked = question(report.plan, report.warning)
        if asked.act is None:
            ink.notice(self, asked.title)
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self.changer.make(self.store, report.plan)

        self.app.clear_notifications()  # they would lie above the buttons
        self.app.push_screen(ChangeDialog(asked), decided)

    @on(messages.Made)
    def _tell(self, report: messages.Made) -> None:
        self.app.clear_notifications()  # of an older change
        ink.notice(self, visible(report.sentence))
        if report.troubles:
            left = len(report.troubles) - TROUBLES
            told = [*report.troubles[:TROUBLES], *([f"… and {left:,} more"] if left > 0 else [])]
            ink.notice(self, visible("\n".join(told), lines=True), "warning")
        self.changed(report.keys)

    @on(messages.Failed)
    def _tell_error(self, report: messages.Failed) -> None:
        error = report.error
        if isinstance(error, Cancelled):
            if report.errand == messages.CHANGE:
                ink.notice(self, visible("cancelled; nothing was changed"), "warning")
        elif isinstance(error, SessiontuiError):
            ink.notice(
                self, visible("\n".join(part for part in (error.sentence, error.hint) if part), lines=True), "error"
            )
            if report.errand == messages.CHANGE:
                self.changed(())  # what stood in its way may not be in the list yet
        else:
            title = visible("a fault in sessiontui itself")
            ink.notice(self, visible(f"{type(error).__name__}: {error}"), "error", title)
            self.log.error(error)
