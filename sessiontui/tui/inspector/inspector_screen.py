"""The inspector: at the left what is wrong in a session, or in several, at the right one of these faults in three views.

After each change the same sessions are scanned again. It draws nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from sessiontui.dialects.keys import is_misnamed
from sessiontui.model import Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.inspector.acceptance import Acceptance
from sessiontui.tui.inspector.details_pane import DetailsPane
from sessiontui.tui.inspector.faults_pane import FaultQuery, FaultsPane
from sessiontui.tui.looks import ink
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.words import inspecting
from sessiontui.visible import visible

WIDTHS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide"), (140, "-broad")]
"""Below 100 columns the list stands above the fault; from 140 on, in a high terminal, all three views stand together."""
HEIGHTS: Final[list[tuple[int, str]]] = [(0, "-short"), (20, "-tall"), (36, "-high")]
TRIES: Final = 3
"""How often the inspector itself scans again what changes while it is shown."""
CHANGING: Final = frozenset({"accept", "accept_all", "apply", "undo", "redo"})
"""Actions that write to the store."""


class InspectorScreen(Overlay[None]):
    """The faults of some sessions, and what is proposed for them. ``known``: the sessions of the store; ``go_to`` takes a
    key and a row that shall be shown in the transcript."""

    HELP = (
        "Where and why lines are damaged, and what can be had back of them. Nothing is changed before the whole plan was "
        "shown, and what is changed can be undone with u."
    )
    AUTO_FOCUS = "FaultList"
    BESIDE = False  # it fills the screen
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    CSS = """
    InspectorScreen { background: $background; }
    InspectorScreen:ansi { background: ansi_default; }
    InspectorScreen #inspector { height: 1fr; }
    InspectorScreen FaultsPane { width: 2fr; min-width: 44; max-width: 68; }
    InspectorScreen DetailsPane { width: 3fr; }
    InspectorScreen DetailsPane LineList { display: none; }
    DetailsPane.-bytes #bytes, DetailsPane.-meaning #meaning, DetailsPane.-proposal #proposal { display: block; }
    InspectorScreen.-broad.-high DetailsPane LineList { display: block; }
    InspectorScreen.-broad.-high #bytes { height: 3fr; }
    InspectorScreen.-broad.-high #meaning { height: 4fr; }
    InspectorScreen.-broad.-high #proposal { height: 4fr; }
    InspectorScreen.-several FaultsPane { width: 1fr; }
    InspectorScreen.-several DetailsPane { width: 1fr; }
    InspectorScreen.-narrow #inspector { layout: vertical; }
    InspectorScreen.-narrow FaultsPane { width: 100%; max-width: 100%; height: 2fr; }
    InspectorScreen.-narrow DetailsPane { width: 100%; height: 3fr; }
    InspectorScreen.-empty DetailsPane { display: none; }
    InspectorScreen.-empty FaultsPane { width: 100%; max-width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "accept", tooltip="Accept what is proposed for this fault", id="inspector.accept"),
        Binding("A", "accept_all", "all lossless", tooltip="Have back all that is lossless", id="inspector.accept_all"),
        Binding("space", "mark", "mark", tooltip="Mark the fault, or take its mark away", id="inspector.mark"),
        Binding("asterisk,ctrl+a", "mark_all", "mark all", show=False, tooltip="Mark all", id="inspector.mark_all"),
        Binding("full_stop", "read(1)", "reading", show=False, tooltip="The next reading", id="inspector.next_reading"),
        Binding("comma", "read(-1)", "reading", show=False, tooltip="The reading before", id="inspector.last_reading"),
        Binding("enter", "apply", "apply", tooltip="Apply what is marked", id="inspector.apply", priority=True),
        Binding("u", "undo", "undo", tooltip="Undo the last change", id="inspector.undo"),
        Binding("ctrl+r", "redo", "redo", show=False, tooltip="Redo what was undone", id="inspector.redo"),
        Binding("U", "changes", "changes", show=False, tooltip="List of changes", id="inspector.changes"),
        Binding("1", "view('bytes')", "bytes", show=False, tooltip="The bytes", id="inspector.bytes"),
        Binding("2", "view('meaning')", "meaning", show=False, tooltip="What it means", id="inspector.meaning"),
        Binding("3", "view('proposal')", "proposal", show=False, tooltip="What it becomes", id="inspector.proposal"),
        Binding("right", "turn(1)", "view", tooltip="The next view", id="inspector.next_view", priority=True),
        Binding(
            "left",
            "turn(-1)",
            "view before",
            show=False,
            tooltip="The view before",
            id="inspector.last_view",
            priority=True,
        ),
        Binding("J", "scroll(1)", "down", show=False, tooltip="The view: a line down", id="inspector.down"),
        Binding("K", "scroll(-1)", "up", show=False, tooltip="The view: a line up", id="inspector.up"),
        Binding("s", "scope", "sessions", tooltip="All sessions (or the marked ones), or this", id="inspector.scope"),
        Binding("n", "notes", "notes", tooltip="Notes too: what is no damage", id="inspector.notes"),
        Binding("l", "line", "line", tooltip="Go to the line in the transcript", id="inspector.line"),
        Binding("f5", "refresh", "look again", show=False, tooltip="Look for damage again", id="inspector.refresh"),
        Binding("escape,q,x", "leave", "close", tooltip="Stop the search, or close", id="inspector.close"),
    ]

    def __init__(
        self,
        changes: ChangeController,
        known: Callable[[], Mapping[str, Session]],
        go_to: Callable[[str, int | None], object],
        key: str,
        offset: int | None = None,
    ) -> None:
        super().__init__()
        self._controller, self._known, self._go_to = changes, known, go_to
        self._key = key
        self._offset = offset
        self._several = self._notes = False
        self._tries = TRIES
        self._gone: tuple[str, int] | None = None
        """The fault that was not found where it had been."""
        self._faults, self._details = FaultsPane(id="found"), DetailsPane(id="looking")
        self._acceptance = Acceptance(self._faults, changes)

    def compose(self) -> ComposeResult:
        """The faults, one of them, the keys."""
        with Horizontal(id="inspector"):
            yield self._faults
            yield self._details
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin the scan."""
        self.call_after_refresh(self._details.retitle)
        self._controller.settled.subscribe(self, self._scan_again)
        self._find(self._offset)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._controller.settled.unsubscribe(self)
        self._acceptance.cancel()

    def on_resize(self) -> None:
        """There may be room for other views."""
        self.call_after_refresh(self._details.retitle)

    # ---- where damage is looked for

    def _find(self, offset: int | None = None) -> None:
        store = self._controller.store
        if isinstance(store, JsonlStore):
            self._faults.find(FaultQuery(store, self._keys(), self._several, self._notes), offset)
        else:
            self._faults.say(inspecting.NO_LINES[store.backend])

    def _keys(self) -> tuple[str, ...]:
        """The sessions that are looked into: of several, those that are not known to be well."""
        if not self._several:
            return (self._key,)
        known = self._known()
        wanted = (key for key in self._controller.marked or known if key in known)
        return tuple(key for key in wanted if self._notes or known[key].faults != 0 or is_misnamed(known[key])) or (
            self._key,
        )

    def _scan_again(self, keys: tuple[str, ...]) -> None:
        """A change was made, or refused."""
        self.refresh_bindings()
        self._faults.find_again()

    @on(FaultsPane.Shown)
    def _show(self, event: FaultsPane.Shown) -> None:
        event.stop()
        self.set_class(event.ref is None, "-empty")
        if event.ref is not None and (event.ref.key, event.ref.line) != self._gone:
            self._tries = TRIES
        store = self._controller.store
        if isinstance(store, JsonlStore):
            reading = self._faults.reading(event.ref) if event.ref is not None else 1
            self._details.show(store, event.ref, event.before, reading, named=self._several)

    @on(FaultsPane.Learned)
    def _rest(self, event: FaultsPane.Learned) -> None:
        event.stop()
        self.refresh_bindings()

    @on(DetailsPane.Gone)
    def _find_gone(self, event: DetailsPane.Gone) -> None:
        """A fault is no longer where it was found: scan again, unless that changes again and again."""
        event.stop()
        ref = self._faults.ref
        self._gone = None if ref is None else (ref.key, ref.line)
        self._tries -= 1
        if self._tries > 0:
            self._faults.find_again()
        else:
            ink.notice(self, visible(inspecting.CHANGING), "warning")

    # ---- whether anything may be changed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where nothing may be changed."""
        return None if action in CHANGING and self._controller.unchangeable else True

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.binding.action in CHANGING:
            event.stop()
            self._controller.explain("repair")

    # ---- keys that change something

    def action_accept(self) -> None:
        """Accept what is proposed for the fault under the cursor."""
        self._acceptance.accept()

    def action_accept_all(self) -> None:
        """Accept all that is lossless."""
        self._acceptance.accept_all()

    def action_apply(self) -> None:
        """Apply what is marked."""
        self._acceptance.apply()

    def action_undo(self) -> None:
        """Undo the last change."""
        self._controller.undo()

    def action_redo(self) -> None:
        """Redo what was undone."""
        self._controller.undo(redo=True)

    def action_changes(self) -> None:
        """List the changes that can be undone."""
        self._controller.show_list()

    # ---- keys that show something

    def action_mark(self) -> None:
        """Mark the fault under the cursor."""
        self._faults.mark()

    def action_mark_all(self) -> None:
        """Mark all that can be accepted."""
        self._faults.mark_all()

    def action_read(self, step: int) -> None:
        """Another reading of the fault under the cursor."""
        self._faults.turn(step)

    def action_view(self, view: str) -> None:
        """One of the three views."""
        self._details.choose(view)

    def action_turn(self, step: int) -> None:
        """The next view, or the one before."""
        self._details.turn(step)

    def action_scroll(self, lines: int) -> None:
        """Show the rest of the view."""
        self._details.scroll_view(lines)

    def action_scope(self) -> None:
        """This session, or all of them; where some are marked, those."""
        self._several = not self._several
        self.set_class(self._several, "-several")
        self._find()

    def action_notes(self) -> None:
        """Notes too, or damage alone."""
        self._notes = not self._notes
        self._find()

    def action_line(self) -> None:
        """To the line in the transcript."""
        ref = self._faults.ref
        if ref is not None:
            self.dismiss()
            self._go_to(ref.key, ref.line - 1 if ref.line else None)

    def action_refresh(self) -> None:
        """Look for damage again."""
        self._tries = TRIES
        self._faults.find_again()

    def action_leave(self) -> None:
        """Stop the search; where there is none, close."""
        if self._faults.working:
            self._faults.interrupt()
        else:
            self.dismiss()
