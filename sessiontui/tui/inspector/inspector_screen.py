"""The inspector: at the left what is wrong in a session, or in several, at the right one of these faults in three views.

After each change the same sessions are scanned again. It draws nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from sessiontui.dialects.file_names import is_misnamed
from sessiontui.model import Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.inspector import wording
from sessiontui.tui.inspector.acceptance import Acceptance
from sessiontui.tui.inspector.details_pane import DetailsPane
from sessiontui.tui.inspector.faults_pane import FaultQuery, FaultsPane
from sessiontui.tui.key_bindings import bindings, command_key, of_pane
from sessiontui.tui.notices import tell
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.theme import looks
from sessiontui.tui.widgets.key_line import KeyLine

WIDTHS: Final = [*looks.WIDTHS, (140, "-broad")]
"""Below 100 columns the list stands above the fault; from 140 on, in a high terminal, all three views stand together."""
HEIGHTS: Final = [*looks.HEIGHTS, (36, "-high")]
TRIES: Final = 3
"""How often the inspector itself scans again what changes while it is shown."""
CHANGING: Final = frozenset({"accept", "accept_all", "apply", "undo", "redo"})
"""Actions of panes that write to the store."""


class InspectorScreen(Overlay[None]):
    """The faults of some sessions, and what is proposed for them. ``known``: the sessions of the store; ``go_to`` takes a
    key and a row that shall be shown in the transcript."""

    HELP_TITLE = "Inspector"
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
    BINDINGS = bindings(
        *of_pane("acceptance", Acceptance.KEYS),
        *of_pane("faults", FaultsPane.KEYS),
        command_key(
            "inspector.apply", "enter", "pane('acceptance', 'apply')", "Apply what is marked", "apply", priority=True
        ),
        command_key("inspector.undo", "u", "pane('changes', 'change', 'undo')", "Undo the last change", "undo"),
        command_key("inspector.redo", "ctrl+r", "pane('changes', 'change', 'redo')", "Redo what was undone"),
        command_key("inspector.changes", "U", "pane('changes', 'change', 'changes')", "List of changes"),
        *of_pane("details", DetailsPane.KEYS),
        command_key("inspector.scope", "s", "scope", "All sessions (or the marked ones), or this", "sessions"),
        command_key("inspector.notes", "n", "notes", "Notes too: what is no damage", "notes"),
        command_key("inspector.line", "l", "line", "Go to the line in the transcript", "line"),
        command_key("inspector.refresh", "f5", "refresh", "Look for damage again"),
        command_key("inspector.close", "escape,q,x", "leave", "Stop the search, or close", "close"),
    )

    def __init__(
        self,
        changes: ChangeController,
        known: Callable[[], Mapping[str, Session]],
        go_to: Callable[[str, int | None], object],
        key: str,
        offset: int | None,
    ) -> None:
        super().__init__()
        self.changes, self._known, self._go_to = changes, known, go_to
        self._key = key
        self._offset = offset
        self._several = self._notes = False
        self._tries = TRIES
        self._gone: tuple[str, int] | None = None
        """The fault that was not found where it had been."""
        self.faults, self.details = FaultsPane(), DetailsPane()
        self.acceptance = Acceptance(self.faults, changes)

    def compose(self) -> ComposeResult:
        with Horizontal(id="inspector"):
            yield self.faults
            yield self.details
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin the scan."""
        self.call_after_refresh(self.details.retitle)
        self.changes.settled.subscribe(self, self._scan_again)
        self._find(self._offset)

    def on_resize(self) -> None:
        """There may be room for other views."""
        self.call_after_refresh(self.details.retitle)

    # ---- where damage is looked for

    def _find(self, offset: int | None = None) -> None:
        store = self.changes.store
        if isinstance(store, JsonlStore):
            self.faults.find(FaultQuery(store, self._keys(), self._several, self._notes), offset)
        else:
            self.faults.say(wording.NO_LINES[store.backend])

    def _keys(self) -> tuple[str, ...]:
        """The sessions that are looked into: of several, those that are not known to be well."""
        if not self._several:
            return (self._key,)
        known = self._known()
        wanted = (key for key in self.changes.host.marked() or known if key in known)
        return tuple(key for key in wanted if self._notes or known[key].faults != 0 or is_misnamed(known[key])) or (
            self._key,
        )

    def _scan_again(self, keys: tuple[str, ...]) -> None:
        """A change was made, or refused."""
        self.refresh_bindings()
        self.faults.find_again()

    def on_faults_pane_shown(self, event: FaultsPane.Shown) -> None:
        event.stop()
        self.set_class(event.ref is None, "-empty")
        if event.ref is not None and (event.ref.key, event.ref.line) != self._gone:
            self._tries = TRIES
        store = self.changes.store
        if isinstance(store, JsonlStore):
            reading = self.faults.reading(event.ref) if event.ref is not None else 1
            self.details.show(store, event.ref, event.before, reading, named=self._several)

    def on_details_pane_gone(self, event: DetailsPane.Gone) -> None:
        """A fault is no longer where it was found: scan again, unless that changes again and again."""
        event.stop()
        ref = self.faults.ref
        self._gone = None if ref is None else (ref.key, ref.line)
        self._tries -= 1
        if self._tries > 0:
            self.faults.find_again()
        else:
            tell(self, wording.CHANGING, "warning")

    # ---- whether anything may be changed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where nothing may be changed."""
        changing = not CHANGING.isdisjoint(parameters)
        return None if changing and self.changes.unchangeable else True

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled:
            event.stop()
            self.changes.explain("repair")

    # ---- keys

    def action_pane(self, pane: str, action: str, *values: object) -> None:
        """Do what a key of a pane means."""
        getattr(getattr(self, pane), f"action_{action}")(*values)

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
        ref = self.faults.ref
        if ref is not None:
            self.dismiss()
            self._go_to(ref.key, ref.line - 1 if ref.line else None)

    def action_refresh(self) -> None:
        """Look for damage again."""
        self._tries = TRIES
        self.faults.find_again()

    def action_leave(self) -> None:
        """Stop the search; where there is none, close."""
        if self.faults.scanner.running:
            self.faults.scanner.stop()
        else:
            self.dismiss()
