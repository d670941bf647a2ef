"""Changes of the open store: whether any can be made, the keys that ask for one, and what follows from one.

Each is planned, shown, decided upon and made in a dialog; an undo is made at once, and has a dialog where it is blocked.
Loaded before the first paint: imports little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, cast

from textual.binding import Binding
from textual.screen import Screen
from textual.signal import Signal

from sessiontui.describe import recovery
from sessiontui.describe.recovery import Writability
from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui.error_notice import show_error
from sessiontui.tui.looks import ink
from sessiontui.tui.looks import key_names as keys
from sessiontui.tui.messages import CHANGE
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.writability_check import WritabilityCheck
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.changes.verbs.request import ChangeRequest, VerbName
    from sessiontui.describe.outcomes import Done
    from sessiontui.tui.tasks.change_task import ChangeTask

CHANGES: Final = frozenset({"pop", "compact", "repair", "migrate", "cleanup", "delete", "undo", "redo"})
"""Ids of the keys that write to the store."""
OF_LINES: Final = {"compact": "remove", "repair": "repair"}
"""Those of them that only files have a use for, and what they do with damaged lines."""
NOTHING_MEANT: Final = {
    "pop": "no session is open that a message could be removed from",
    "compact": "no session is open or marked that could be compacted",
    "repair": "no session is open or marked that could be repaired",
    "delete": "no session is open or marked that could be deleted",
}
"""What is said where a key has no session; the others mean all sessions then."""


class ChangeHost(NamedTuple):
    """What the controller asks of the browser, and reports to it."""

    key: Callable[[], str | None]
    """The session that is open."""
    marked: Callable[[], tuple[str, ...]]
    """The sessions that are marked."""
    now: Callable[[], datetime]
    changed: Callable[[tuple[str, ...]], object]
    """These sessions are no longer as they were."""
    made: Callable[[Done], object]
    """A change was made."""
    checked: Callable[[Writability], object]
    """``unchangeable`` or ``unsettled`` may be another."""
    progressed: Callable[[str, int, int], object]
    ended: Callable[[], object]
    """Progress and end of an undo."""
    inspect: Callable[[str], object]
    """Show what is damaged in this session."""
    show_backend: Callable[[], object]
    """Show the other backend of the folder."""


class ChangeController:
    """What can be changed in a store, on a screen of Textual's that has the keys."""

    KEYS: ClassVar[Sequence[Binding]] = [
        Binding("p", "change('pop')", "pop", tooltip="Remove the last message of the open session", id="pop"),
        Binding(
            "c", "change('compact')", "compact", tooltip="Remove damaged lines: marked sessions or this", id="compact"
        ),
        Binding("m", "change('migrate')", "migrate", tooltip="Move to SQLite: marked sessions, or all", id="migrate"),
        Binding(
            "D",
            "change('cleanup')",
            "clean up",
            show=False,
            tooltip="Remove sessions that were idle long",
            id="cleanup",
        ),
        Binding(
            "X",
            "change('delete')",
            "delete",
            show=False,
            tooltip="Remove whole sessions: marked ones or this",
            id="delete",
        ),
        Binding("u", "change('undo')", "undo", tooltip="Undo the last change", id="undo"),
        Binding(
            "R", "change('repair')", "repair", tooltip="Repair damaged lines: marked sessions or this", id="repair"
        ),
        Binding("ctrl+r", "change('redo')", "redo", show=False, tooltip="Redo what was undone", id="redo"),
        Binding(
            "U", "change('changes')", "changes", show=False, tooltip="List of changes: undo and redo any", id="changes"
        ),
    ]

    forbidden: str | None = None
    """Why nothing may be changed, whatever the disk allows: the person asked for it."""

    def __init__(self, screen: Screen[Any], store: Store, host: ChangeHost) -> None:
        self.store = store
        self.settled: Signal[tuple[str, ...]] = Signal(screen, "settled")
        """Published when a change was made or refused, with the keys that it changed."""
        self.unsettled = ""
        """What a crash left to the next change, in a few words; empty where there is nothing."""
        self._screen, self._host = screen, host
        task = BackgroundTask(screen, "writability", failed=partial(show_error, screen))
        self._check, self._checked = WritabilityCheck(task, self._learn), Writability(None, 0)
        self._undone: ChangeRequest | None = None
        """What is undone, or was last."""

    @cached_property
    def undo_task(self) -> ChangeTask:
        """Undoes; loaded with the first undo, not before the first paint."""
        from sessiontui.tui.tasks.change_task import ChangeTask

        progressed, ended = self._host.progressed, self._host.ended
        task = BackgroundTask(self._screen, CHANGE, failed=self._fail_undo, progressed=progressed, ended=ended)
        return ChangeTask(task, self.made)

    @property
    def changing(self) -> bool:
        """Whether an undo is under way; every other change has a dialog."""
        return "undo_task" in self.__dict__ and self.undo_task.task.running

    @property
    def now(self) -> datetime:
        """The time by the screen's clock."""
        return self._host.now()

    @property
    def marked(self) -> tuple[str, ...]:
        """The sessions that are marked."""
        return self._host.marked()

    # ---- whether anything may be changed

    @property
    def unchangeable(self) -> str | None:
        """Why nothing in this store may be changed, in one sentence; None where it may, as far as is known."""
        return self.forbidden or self._checked.reason

    def check_writability(self) -> None:
        """Find out whether the store may be changed, and what a crash left, once what is on the screen is painted."""
        self._screen.refresh_bindings()  # the store may be another one
        self._screen.call_after_refresh(lambda: self._check.look(self.store))

    def _learn(self, report: Writability) -> None:
        before, self._checked = self._checked, report
        if report.reason != before.reason:
            self._screen.refresh_bindings()
        self.unsettled = ""
        if report.waiting or report.late:
            self.unsettled = recovery.note(report)
            if report.waiting > before.waiting or not set(report.late) <= set(before.late):
                for each in recovery.notices(report):
                    ink.notice(self._screen, visible(each), "warning")
        self._host.checked(report)

    def why_not(self, key: str) -> str:
        """Why the key of this id does nothing here, whatever is open; empty where it does something."""
        if key in CHANGES and self.unchangeable is not None:
            return f"read-only: {self.unchangeable}"
        if key in OF_LINES and self.store.backend is not Backend.JSONL:
            return f"a database has no lines, so there are no damaged ones to {OF_LINES[key]}"
        return ""

    def explain(self, key: str) -> None:
        """Say why it does nothing, and check again: the reason may be gone."""
        if why := self.why_not(key):
            ink.notice(self._screen, visible(why), "warning")
            self._check.look(self.store)

    # ---- keys

    def action_change(self, key: str) -> None:
        """Do what the key of this id does."""
        if key == "changes":
            self._show_list()
        elif key in ("undo", "redo"):
            self.undo(redo=key == "redo")
        elif key == "migrate" and self.store.backend is Backend.SQLITE:
            there = "these sessions are in SQLite already; b shows the files, if there are any"
            ink.notice(self._screen, visible(there))
        else:
            self._ask(cast("VerbName", key))

    def _ask(self, verb: VerbName) -> None:
        """Ask about a change of the sessions that are meant."""
        key, marked, others = self._host.key(), self.marked, 0
        meant: tuple[str, ...] | None = () if key is None else (key,)
        if verb == "pop":
            others = sum(each != key for each in marked)
        elif verb in NOTHING_MEANT:
            meant = marked or meant
        else:
            only: str | None = getattr(self.store, "only", None)
            meant = marked or (None if only is None else (only,))
        if meant == ():
            ink.notice(self._screen, visible(NOTHING_MEANT[verb]))
            return
        from sessiontui.changes.verbs.request import ChangeRequest

        self.change(ChangeRequest(verb, self.store, self.now, meant, marked=others))

    def change(self, wanted: ChangeRequest) -> None:
        """Have a change planned, and ask about it in a dialog."""
        if self._is_busy():
            return
        from sessiontui.tui.changes.flow import change_dialog

        self._screen.app.push_screen(change_dialog(self, wanted))

    def _show_list(self) -> None:
        """List the changes that can be undone."""
        from sessiontui.tui.changes.list import ChangesScreen

        self._screen.app.clear_notifications()
        self._screen.app.push_screen(ChangesScreen(self))

    def undo(self, change: str | None = None, redo: bool = False) -> None:
        """Undo a change, the newest that can be where none is named; or redo it."""
        if self.unchangeable:
            self.explain("undo")
        elif not self._is_busy():
            from sessiontui.changes.verbs.request import ChangeRequest

            self._undone = ChangeRequest("undo", self.store, self.now, change=change, redo=redo)
            self.undo_task.undo(self._undone)

    def _is_busy(self) -> bool:
        if self.changing:
            busy = "an undo is under way; wait until it is made, for it is made whole or not"
            ink.notice(self._screen, visible(busy), "warning")
        return self.changing

    # ---- what follows from them, once the screen that reports it has left

    def made(self, done: Done, keys: tuple[str, ...], *, shown: bool = False) -> None:
        """A change was made to these sessions. ``shown``: a dialog shows the outcome."""
        self._screen.call_later(self._tell, done, keys, shown)

    def _tell(self, done: Done, changed: tuple[str, ...], shown: bool) -> None:
        from sessiontui.describe import outcomes

        self._screen.app.clear_notifications()  # of an older change
        if not shown:
            ink.notice(self._screen, visible(outcomes.sentence(done, partial(keys.live, self._screen.app.screen))))
            if problem := outcomes.problem_of(done):
                ink.notice(self._screen, visible(problem, lines=True), "warning")
        if self.unsettled:
            self.check_writability()  # settled by it, as a rule
        self._host.made(done)
        self._settle(changed)

    def failed(self, error: Exception) -> None:
        """A change ended with this error."""
        self._screen.call_later(self._tell_error, error)

    def _tell_error(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            ink.notice(self._screen, visible("cancelled; nothing was changed"), "warning")
            return
        show_error(self._screen, error)
        if isinstance(error, SessiontuiError):
            self.recovered(())  # the reason may not be in the list yet

    def _fail_undo(self, error: Exception) -> None:
        """Ask about an undo that is blocked: any other change has done so in its own dialog."""
        from sessiontui.describe.blockers import of_error
        from sessiontui.tui.changes.flow import change_dialog

        blocker = of_error(error)
        if blocker is None or self._undone is None:
            self.failed(error)
        else:
            self._screen.app.push_screen(change_dialog(self, self._undone, blocker))

    def recovered(self, keys: tuple[str, ...]) -> None:
        """Interrupted changes were finished or rolled back, which may have changed these sessions."""
        self.check_writability()
        self._settle(keys)

    def _settle(self, changed: tuple[str, ...]) -> None:
        self._host.changed(changed)
        self.settled.publish(changed)

    def inspect(self, key: str) -> None:
        """Show what is damaged in this session; an inspector that is open shows it already."""
        self._screen.call_later(self._inspect, key)

    def _inspect(self, key: str) -> None:
        if self._screen.is_current:
            self._host.inspect(key)

    def show_backend(self) -> None:
        """Show the other backend of the folder."""
        self._screen.call_later(self._host.show_backend)
