"""A screen on whose store changes can be made: each is planned, shown, decided upon, made and told, and can be undone.

Where a store can't or must not be changed, the keys are dimmed and say why.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.signal import Signal

from sessiontui.errors import Busy, Cancelled, InTurn, Locked, SessiontuiError, Unleased
from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.looks import key_names as keys
from sessiontui.tui.work.writability_check import WritabilityCheck
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.changes.verbs.table import VerbName
    from sessiontui.tui.work.change_task import ChangeRequest, ChangeTask

CHANGES: Final = frozenset({"pop", "compact", "repair", "migrate", "cleanup", "undo", "redo"})
"""Actions that write to the store."""
OF_LINES: Final = {"compact": "remove", "repair": "repair"}
"""Those of them that only files have a use for, and what they do with damaged lines."""


class ChangingScreen(Screen[None]):
    """The keys that change something; the screen that is made of it says which store and which sessions are meant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pop", "pop", tooltip="Remove the last message of the open session", id="pop"),
        Binding("c", "compact", "compact", tooltip="Remove damaged lines: marked sessions or this", id="compact"),
        Binding("m", "migrate", "migrate", tooltip="Move to SQLite: marked sessions, or all", id="migrate"),
        Binding("D", "cleanup", "clean up", show=False, tooltip="Remove sessions that were idle long", id="cleanup"),
        Binding("u", "undo", "undo", tooltip="Undo the last change", id="undo"),
        Binding("R", "repair", "repair", tooltip="Repair damaged lines: marked sessions or this", id="repair"),
        Binding("ctrl+r", "redo", "redo", show=False, tooltip="Redo what was undone", id="redo"),
        Binding("U", "changes", "changes", show=False, tooltip="List of changes: undo and redo any", id="changes"),
    ]

    forbidden: str | None = None
    """Why nothing may be changed, whatever the disk allows: the person asked for it."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.settled: Signal[tuple[str, ...]] = Signal(self, "settled")
        """Published when a change was made or refused, with the keys that it changed."""
        self._writability = WritabilityCheck(self)
        self._unwritable: str | None = None
        self._taken_back: tuple[str | None, bool] = None, False
        """What is undone, or was last: which change, and whether it is redone."""
        self._unsettled: tuple[int, tuple[tuple[str, int], ...]] = 0, ()
        """Changes that were interrupted, and messages that wait, for the next change to settle them."""
        self.unsettled = ""
        """The same in a few words; empty where there is nothing."""

    @cached_property
    def changer(self) -> ChangeTask:
        """What undoes; loaded with the first undo, for the first paint need not wait for it."""
        from sessiontui.tui.work.change_task import ChangeTask

        return ChangeTask(self)

    @property
    def changing(self) -> bool:
        """Whether an undo is under way; every other change has a dialog."""
        return "changer" in self.__dict__ and self.changer.running

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

    @property
    def meant(self) -> tuple[str, ...]:
        """The sessions that a change of several is made to: the marked ones, else the open one."""
        return self.marked or (() if self.key is None else (self.key,))

    # ---- whether anything may be changed

    @property
    def unchangeable(self) -> str | None:
        """Why nothing in this store may be changed, in one sentence; None where it may, as far as is known."""
        return self.forbidden or self._unwritable

    def check_writability(self) -> None:
        """Find out whether the store may be changed, and what a crash left, once what is on the screen is painted."""
        self.refresh_bindings()  # the store may be another one
        self.call_after_refresh(lambda: self._writability.look(self.store))

    @on(messages.WritabilityChecked)
    def _learn_whether(self, report: messages.WritabilityChecked) -> None:
        if self._writability.is_stale(report):
            return
        if report.reason != self._unwritable:
            self._unwritable = report.reason
            self.refresh_bindings()
        (interrupted, late), self._unsettled = self._unsettled, (report.waiting, report.late)
        self.unsettled = ""
        if report.waiting or report.late:
            from sessiontui.tui.words import unsettled

            self.unsettled = unsettled.note(report)
            if report.waiting > interrupted or not set(report.late) <= set(late):
                for each in unsettled.notices(report):
                    ink.notice(self, each, "warning")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where it can't be done."""
        return None if self._why_not(action) else True

    def _why_not(self, action: str) -> str:
        """Why a change can't be made here, whatever is open; empty where it may be."""
        if action in CHANGES and self.unchangeable is not None:
            return f"read-only: {self.unchangeable}"
        if action in OF_LINES and self.store.backend is not Backend.JSONL:
            return f"a database has no lines, so there are no damaged ones to {OF_LINES[action]}"
        return ""

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why, and looks again: what stood in its way may be gone."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.binding.action in CHANGES:
            event.stop()
            self.explain(active.binding.action)

    def explain(self, action: str) -> None:
        """Say why this can't be done here."""
        if why := self._why_not(action):
            ink.notice(self, visible(why), "warning")
            self._writability.look(self.store)

    # ---- keys

    def action_pop(self) -> None:
        """Remove the last message of the open session."""
        if self.key is None:
            ink.notice(self, visible("no session is open that a message could be removed from"))
        else:
            self._open("pop", (self.key,), sum(key != self.key for key in self.marked))

    def action_compact(self) -> None:
        """Remove damaged lines."""
        self._open_meant("compact", "compacted")

    def action_repair(self) -> None:
        """Have back what damaged lines hold."""
        self._open_meant("repair", "repaired")

    def _open_meant(self, verb: VerbName, done: str) -> None:
        if self.meant:
            self._open(verb, self.meant)
        else:
            ink.notice(self, visible(f"no session is open or marked that could be {done}"))

    def action_migrate(self) -> None:
        """Move sessions to SQLite: the marked ones, or all."""
        if self.store.backend is Backend.SQLITE:
            ink.notice(self, visible("these sessions are in SQLite already; b shows the files, if there are any"))
        else:
            self._open("migrate", self.marked or self._only)

    def action_cleanup(self) -> None:
        """Remove sessions that were idle long: of the marked ones, or of all."""
        self._open("cleanup", self.marked or self._only)

    @property
    def _only(self) -> tuple[str, ...] | None:
        """The one session that was asked for, where it was a session's file; None means all."""
        only: str | None = getattr(self.store, "only", None)
        return None if only is None else (only,)

    def _open(self, verb: VerbName, keys: tuple[str, ...] | None, marked: int = 0) -> None:
        from sessiontui.tui.work.change_task import ChangeRequest

        self.change(ChangeRequest(verb, self.store, self.now, keys, marked=marked))

    def change(self, wanted: ChangeRequest) -> None:
        """Have a change planned, and ask about it in a dialog."""
        if self._is_busy():
            return
        from sessiontui.tui.screens.conversing import ChangeDialog

        def answered(change: str | None) -> None:
            if change is not None:
                self.take_back(change)

        self.app.push_screen(ChangeDialog(self, wanted), answered)

    def action_undo(self) -> None:
        """Undo the last change."""
        self.take_back()

    def action_redo(self) -> None:
        """Redo what was undone."""
        self.take_back(redo=True)

    def action_changes(self) -> None:
        """List the changes that can be undone."""
        from sessiontui.tui.screens.changes import ChangesScreen

        self.app.clear_notifications()
        self.app.push_screen(ChangesScreen(self))

    def take_back(self, change: str | None = None, redo: bool = False) -> None:
        """Undo a change, the newest that stands where none is named; or redo it."""
        if self.unchangeable:
            self.explain("undo")
        elif not self._is_busy():
            self._taken_back = change, redo
            self.changer.undo(self.store, change, redo)

    def _is_busy(self) -> bool:
        if self.changing:
            under_way = "an undo is under way; wait until it is made, for it is made whole or not"
            ink.notice(self, visible(under_way), "warning")
        return self.changing

    # ---- what is heard of them

    @on(messages.Made)
    def _tell(self, report: messages.Made) -> None:
        from sessiontui.tui.words import outcomes

        self.app.clear_notifications()  # of an older change
        live = partial(keys.live, self.app.screen)
        if outcomes.page(report.done, live) is None:
            ink.notice(self, outcomes.sentence(report.done, live))
            if problem := outcomes.problem_of(report.done):
                ink.notice(self, problem, "warning")
        if self.unsettled:
            self.check_writability()  # settled by it, as a rule
        self.changed(report.keys)
        self.settled.publish(report.keys)

    @on(messages.Failed)
    def _tell_error(self, report: messages.Failed) -> None:
        error = report.error
        if isinstance(error, Cancelled):
            if report.task == messages.CHANGE:
                ink.notice(self, visible("cancelled; nothing was changed"), "warning")
        elif self._is_blocked(report):
            self._tell_blocker(error)
        elif isinstance(error, SessiontuiError):
            self._tell_refusal(error)
            if report.task == messages.CHANGE:
                self.check_writability()
                self.changed(())  # what stood in its way may not be in the list yet
                self.settled.publish(())
        else:
            title = visible("a fault in sessiontui itself")
            ink.notice(self, visible(f"{type(error).__name__}: {error}"), "error", title)
            self.log.error(error)

    def _is_blocked(self, report: messages.Failed) -> bool:
        """Whether it is an undo that may be made when it is tried again."""
        blockers = Busy | Locked | InTurn | Unleased
        ours = report.task == messages.CHANGE and isinstance(report.error, blockers)
        return ours and not self.changer.is_stale(report)

    def _tell_blocker(self, error: Exception) -> None:
        """An undo has no dialog but for this; every other change has told it in its own."""
        from sessiontui.tui.screens.undoing import UndoDialog
        from sessiontui.tui.words.blockers import of_error

        if (found := of_error(error)) is not None:
            self.app.push_screen(UndoDialog(self, self.store, *self._taken_back, found))

    def _tell_refusal(self, error: SessiontuiError) -> None:
        from sessiontui.tui.screens.dialogs import PageDialog
        from sessiontui.tui.words.outcomes import error_page

        page = error_page(error)
        if page is not None:
            self.app.push_screen(PageDialog(page))
        else:
            told = "\n".join(part for part in (error.sentence, error.hint) if part)
            ink.notice(self, visible(told, lines=True), "error")
