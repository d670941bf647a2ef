"""Changes of the open store: whether any can be made, the keys that ask for one, and what follows from one.

Each is planned, shown, decided upon and made in a dialog; an undo is made at once, and has a dialog where it is blocked.
Loaded before the first paint: imports little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from textual.screen import Screen
from textual.signal import Signal

from sessiontui.describe import recovery
from sessiontui.describe.recovery import Writability
from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.model import Backend
from sessiontui.store.protocol import Store
from sessiontui.tui.key_bindings import command_key, live
from sessiontui.tui.notices import show_error, shown_task, tell
from sessiontui.tui.tasks.background_task import BackgroundTask, ignore
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.changes.verbs.request import ChangeRequest, VerbName
    from sessiontui.describe.outcomes import Done

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
    made: Callable[[Iterable[str]], object]
    """What these sessions were marked for is done."""
    ask: Callable[..., object]
    """Ask about a ``ChangeRequest`` in a dialog, or with a ``Blocker`` behind it about what blocks it."""
    show_list: Callable[[], object]
    """List the changes that can be undone."""
    inspect: Callable[[str], object]
    """Show what is damaged in this session."""
    show_backend: Callable[[], object]
    """Show the other backend of the folder."""


class ChangeController:
    """What can be changed in a store, on a screen of Textual's that has the keys."""

    KEYS: Final = [
        command_key("pop", "p", "change('pop')", "Remove the last message of the open session", "pop"),
        command_key("compact", "c", "change('compact')", "Remove damaged lines: marked sessions or this", "compact"),
        command_key("migrate", "m", "change('migrate')", "Move to SQLite: marked sessions, or all", "migrate"),
        command_key("cleanup", "D", "change('cleanup')", "Remove sessions that were idle long"),
        command_key("delete", "X", "change('delete')", "Remove whole sessions: marked ones or this"),
        command_key("undo", "u", "change('undo')", "Undo the last change", "undo"),
        command_key("repair", "R", "change('repair')", "Repair damaged lines: marked sessions or this", "repair"),
        command_key("redo", "ctrl+r", "change('redo')", "Redo what was undone"),
        command_key("changes", "U", "change('changes')", "List of changes: undo and redo any"),
    ]

    forbidden: str | None = None
    """Why nothing may be changed, whatever the disk allows: the person asked for it."""
    host: ChangeHost
    """Given by the browser once it has its parts."""

    def __init__(self, screen: Screen[Any], title: TitleLine, store: Store, clock: Callable[[], datetime]) -> None:
        self._screen, self._title, self.store, self.now = screen, title, store, clock
        self.later = screen.call_later
        """Calls once the screen that reports something has left."""
        self.settled: Signal[tuple[str, ...]] = Signal(screen, "settled")
        """Published when a change was made or refused, with the keys that it changed."""
        self._check = BackgroundTask(screen, "writability", failed=partial(show_error, screen))
        self._checked = Writability(None, 0)
        self.undo_task = shown_task(title, "change", self._fail_undo)
        self._undone: ChangeRequest | None = None
        """What is undone, or was last."""

    @property
    def changing(self) -> bool:
        """Whether an undo is under way; every other change has a dialog."""
        return self.undo_task.running

    # ---- whether anything may be changed

    @property
    def unchangeable(self) -> str | None:
        """Why nothing in this store may be changed, in one sentence; None where it may, as far as is known."""
        return self.forbidden or self._checked.reason

    def check_writability(self) -> None:
        """Find out whether the store may be changed, and what a crash left, once what is on the screen is painted."""
        self._screen.refresh_bindings()  # the store may be another one
        self._screen.call_after_refresh(self._look)

    def _look(self) -> None:
        store = self.store
        self._check.start(lambda _: writability(store), self._learn)

    def _learn(self, report: Writability) -> None:
        before, self._checked = self._checked, report
        if report.reason != before.reason:
            self._screen.refresh_bindings()
        if report.waiting > before.waiting or not set(report.late) <= set(before.late):
            for each in recovery.notices(report):
                tell(self._screen, each, "warning")
        notes = ("read-only" if self.unchangeable else "", recovery.note(report))
        self._title.note = " · ".join(filter(None, notes))

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
            tell(self._screen, why, "warning")
            self._look()

    # ---- keys

    def action_change(self, key: str) -> None:
        """Do what the key of this id does."""
        if key == "changes":
            self.host.show_list()
        elif key in ("undo", "redo"):
            self.undo(redo=key == "redo")
        elif key == "migrate" and self.store.backend is Backend.SQLITE:
            tell(self._screen, "these sessions are in SQLite already; b shows the files, if there are any")
        else:
            self._ask(cast("VerbName", key))

    def _ask(self, verb: VerbName) -> None:
        """Ask about a change of the sessions that are meant."""
        key, marked, others = self.host.key(), self.host.marked(), 0
        meant: tuple[str, ...] | None = () if key is None else (key,)
        if verb == "pop":
            others = sum(each != key for each in marked)
        elif verb in NOTHING_MEANT:
            meant = marked or meant
        else:
            only: str | None = getattr(self.store, "only", None)
            meant = marked or (None if only is None else (only,))
        if meant == ():
            tell(self._screen, NOTHING_MEANT[verb])
            return
        from sessiontui.changes.verbs.request import ChangeRequest

        self.change(ChangeRequest(verb, self.store, self.now(), meant, marked=others))

    def change(self, wanted: ChangeRequest) -> None:
        """Have a change planned, and ask about it in a dialog."""
        if not self._is_busy():
            self.host.ask(wanted)

    def undo(self, change: str | None = None, redo: bool = False) -> None:
        """Undo a change, the newest that can be where none is named; or redo it."""
        if self.unchangeable:
            self.explain("undo")
        elif not self._is_busy():
            from sessiontui.changes.verbs.request import FIRST, ChangeRequest
            from sessiontui.tui.tasks.change_task import revert

            self._undone = ChangeRequest("undo", self.store, self.now(), change=change, redo=redo)
            self.undo_task.start(partial(revert, self._undone, FIRST, ignore), self.made)

    def _is_busy(self) -> bool:
        if self.changing:
            tell(self._screen, "an undo is under way; wait until it is made, for it is made whole or not", "warning")
        return self.changing

    # ---- what follows from them

    def made(self, done: Done, shown: bool = False) -> None:
        """A change was made. ``shown``: a dialog shows the outcome."""
        from sessiontui.changes.verbs.plans import keys_of
        from sessiontui.describe import outcomes

        self._screen.app.clear_notifications()  # of an older change
        if not shown:
            tell(self._screen, outcomes.sentence(done, partial(live, self._screen.app.screen)))
            if problem := outcomes.problem_of(done):
                ink.notice(self._screen, visible(problem, lines=True), "warning")
        if self._checked.waiting or self._checked.late:
            self.check_writability()  # settled by it, as a rule
        self.host.made(outcomes.changed(done))
        self.settled.publish(keys_of(done))

    def failed(self, error: Exception) -> None:
        """A change ended with this error."""
        if isinstance(error, Cancelled):
            tell(self._screen, "cancelled; nothing was changed", "warning")
            return
        show_error(self._screen, error)
        if isinstance(error, SessiontuiError):
            self.recovered(())  # the reason may not be in the list yet

    def _fail_undo(self, error: Exception) -> None:
        """Ask about an undo that is blocked: any other change has done so in its own dialog."""
        from sessiontui.describe.blockers import of_error

        blocker = of_error(error)
        if blocker is None or self._undone is None:
            self.failed(error)
        else:
            self.host.ask(self._undone, blocker)

    def recovered(self, keys: tuple[str, ...]) -> None:
        """Interrupted changes were finished or rolled back, which may have changed these sessions."""
        self.check_writability()
        self.settled.publish(keys)

    def inspect(self, key: str) -> None:
        """Show what is damaged in this session; an inspector that is open shows it already."""
        if self._screen.is_current:
            self.host.inspect(key)


def writability(store: Store) -> Writability:
    """Whether a store may be changed, and what a crash left to the next change. Asks the disk."""
    from sessiontui.changes.journal.location import sessions_folder
    from sessiontui.changes.store_access import interrupted, pending_messages, unwritable
    from sessiontui.store.jsonl import interrupted_imports

    folder = sessions_folder(store)
    late = tuple((each.key, len(each.messages)) for each in pending_messages(folder))
    imports = interrupted_imports.stems(folder) if store.backend is Backend.SQLITE else ()  # else they are listed
    return Writability(unwritable(store), interrupted(folder), late, imports)
