"""The browser's keys that change something, until the browser has its ``ChangeController`` itself: forwards to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.screen import Screen
from textual.signal import Signal

from sessiontui.errors import Cancelled
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.changes.controller import CHANGES, ChangeController, ChangeHost
from sessiontui.tui.error_notice import show_error

if TYPE_CHECKING:
    from sessiontui.tui.tasks.change_task import ChangeRequest, ChangeTask


class ChangingScreen(Screen[None]):
    """The screen that is made of it says which store and which sessions are meant."""

    BINDINGS: ClassVar[list[BindingType]] = [replace(key, action=str(key.id)) for key in ChangeController.KEYS]

    def __init__(self, store: Store) -> None:
        super().__init__()
        host = ChangeHost(
            key=lambda: self.key,
            marked=lambda: self.marked,
            now=lambda: self.now,
            changed=self.changed,
            made=lambda done: self.post_message(messages.Made(0, done, ())),
            checked=lambda found: self.post_message(messages.WritabilityChecked(0, *found)),
            progressed=lambda label, done, total: self.post_message(
                messages.Progressed(0, messages.CHANGE, label, done, total)
            ),
            ended=lambda: self.post_message(messages.Finished(0, messages.CHANGE)),
            inspect=lambda key: self.post_message(messages.InspectionWanted(key)),
            show_backend=lambda: self.post_message(messages.OtherWanted()),
        )
        self.changes = ChangeController(self, store, host)

    @property
    def store(self) -> Store:
        """The store that is open."""
        return self.changes.store

    @store.setter
    def store(self, store: Store) -> None:
        self.changes.store = store

    @property
    def forbidden(self) -> str | None:
        """Why nothing may be changed, whatever the disk allows."""
        return self.changes.forbidden

    @forbidden.setter
    def forbidden(self, reason: str | None) -> None:
        self.changes.forbidden = reason

    @property
    def settled(self) -> Signal[tuple[str, ...]]:
        """Published when a change was made or refused."""
        return self.changes.settled

    @property
    def unsettled(self) -> str:
        """What a crash left to the next change."""
        return self.changes.unsettled

    @property
    def changer(self) -> ChangeTask:
        """What undoes."""
        return self.changes.undo_task

    @property
    def changing(self) -> bool:
        """Whether an undo is under way."""
        return self.changes.changing

    @property
    def unchangeable(self) -> str | None:
        """Why nothing in this store may be changed."""
        return self.changes.unchangeable

    @property
    def key(self) -> str | None:
        """The session that is open."""
        raise NotImplementedError

    @property
    def marked(self) -> tuple[str, ...]:
        """The sessions that are marked."""
        raise NotImplementedError

    @property
    def now(self) -> datetime:
        """The time by the screen's clock."""
        raise NotImplementedError

    def changed(self, keys: tuple[str, ...]) -> None:
        """These sessions are no longer as they were: read them again."""
        raise NotImplementedError

    def check_writability(self) -> None:
        """Find out whether the store may be changed, and what a crash left."""
        self.changes.check_writability()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where it can't be done."""
        return None if self.changes.why_not(action) else True

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.binding.action in CHANGES:
            event.stop()
            self.explain(active.binding.action)

    def explain(self, action: str) -> None:
        """Say why this can't be done here."""
        self.changes.explain(action)

    @on(messages.Failed)
    def _tell_error(self, report: messages.Failed) -> None:
        if not isinstance(report.error, Cancelled):
            show_error(self, report.error)

    # ---- keys

    def change(self, wanted: ChangeRequest) -> None:
        """Ask about a change."""
        self.changes.change(wanted)

    def action_pop(self) -> None:
        """Remove the last message of the open session."""
        self.changes.action_change("pop")

    def action_compact(self) -> None:
        """Remove damaged lines."""
        self.changes.action_change("compact")

    def action_repair(self) -> None:
        """Repair damaged lines."""
        self.changes.action_change("repair")

    def action_migrate(self) -> None:
        """Move sessions to SQLite."""
        self.changes.action_change("migrate")

    def action_cleanup(self) -> None:
        """Remove sessions that were idle long."""
        self.changes.action_change("cleanup")

    def action_undo(self) -> None:
        """Undo the last change."""
        self.changes.action_change("undo")

    def action_redo(self) -> None:
        """Redo what was undone."""
        self.changes.action_change("redo")

    def action_changes(self) -> None:
        """List the changes that can be undone."""
        self.changes.action_change("changes")
