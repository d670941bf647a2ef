"""The inspector: at the left what is wrong in a session, or in several, at the right one of these faults, seen in three ways.

It says where damage is looked for and which view of it is seen. After each change what is left is looked at again. It draws
nothing and writes nothing; what is accepted, and how, is ``accepting``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from sessiontui.dialects.keys import is_misnamed
from sessiontui.model import Session
from sessiontui.tui.looks import ink
from sessiontui.tui.panes.faults_pane import FaultQuery, FaultsPane
from sessiontui.tui.panes.looking import LookingPane
from sessiontui.tui.screens.accepting import AcceptingScreen
from sessiontui.tui.screens.changing import ChangingScreen
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.words import inspecting
from sessiontui.visible import visible

WIDTHS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide"), (140, "-broad")]
"""Below 100 columns the list stands above the fault; from 140 on, in a high terminal, all three views stand together."""
HEIGHTS: Final[list[tuple[int, str]]] = [(0, "-short"), (20, "-tall"), (36, "-high")]
TRIES: Final = 3
"""How often what changes while it is looked at is read again by itself."""


class InspectorScreen(AcceptingScreen):
    """Damage, seen and had back."""

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
    InspectorScreen LookingPane { width: 3fr; }
    InspectorScreen LookingPane LineList { display: none; }
    LookingPane.-bytes #bytes, LookingPane.-meaning #meaning, LookingPane.-proposal #proposal { display: block; }
    InspectorScreen.-broad.-high LookingPane LineList { display: block; }
    InspectorScreen.-broad.-high #bytes { height: 3fr; }
    InspectorScreen.-broad.-high #meaning { height: 4fr; }
    InspectorScreen.-broad.-high #proposal { height: 4fr; }
    InspectorScreen.-several FaultsPane { width: 1fr; }
    InspectorScreen.-several LookingPane { width: 1fr; }
    InspectorScreen.-narrow #inspector { layout: vertical; }
    InspectorScreen.-narrow FaultsPane { width: 100%; max-width: 100%; height: 2fr; }
    InspectorScreen.-narrow LookingPane { width: 100%; height: 3fr; }
    InspectorScreen.-empty LookingPane { display: none; }
    InspectorScreen.-empty FaultsPane { width: 100%; max-width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
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
        below: ChangingScreen,
        known: Callable[[], Mapping[str, Session]],
        go_to: Callable[[str, int | None], object],
        key: str,
        offset: int | None = None,
    ) -> None:
        super().__init__(below)
        self._known, self._go_to = known, go_to
        self._key = key
        self._offset = offset
        self._several = self._notes = False
        self._tries = TRIES
        self._gone: tuple[str, int] | None = None
        """The fault that was not found where it had been."""

    def compose(self) -> ComposeResult:
        """The faults, one of them, the keys."""
        with Horizontal(id="inspector"):
            yield FaultsPane(id="found")
            yield LookingPane(id="looking")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to look."""
        self._pane = self.query_one(LookingPane)
        self.call_after_refresh(self._pane.retitle)
        self._below.settled.subscribe(self, self._settled)
        self._find(self._offset)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._below.settled.unsubscribe(self)

    def on_resize(self) -> None:
        """There may be room for other views."""
        self.call_after_refresh(self._pane.retitle)

    # ---- where damage is looked for

    def _find(self, offset: int | None = None) -> None:
        if self.store is None:
            self.found.say(inspecting.NO_LINES[self._below.store.backend])
        else:
            self.found.find(FaultQuery(self.store, self._keys(), self._several, self._notes), offset)

    def _keys(self) -> tuple[str, ...]:
        """The sessions that are looked into: of several, those that are not known to be well."""
        if not self._several:
            return (self._key,)
        known = self._known()
        wanted = (key for key in self._below.marked or known if key in known)
        return tuple(key for key in wanted if self._notes or known[key].faults != 0 or is_misnamed(known[key])) or (
            self._key,
        )

    def _settled(self, keys: tuple[str, ...]) -> None:
        """A change was made, or refused: what is left is looked at again."""
        self.refresh_bindings()
        self.found.find_again()

    @on(FaultsPane.Shown)
    def _show(self, event: FaultsPane.Shown) -> None:
        event.stop()
        self.set_class(event.ref is None, "-empty")
        if event.ref is not None and (event.ref.key, event.ref.line) != self._gone:
            self._tries = TRIES
        if self.store is not None:
            reading = self.found.reading(event.ref) if event.ref is not None else 1
            self._pane.show(self.store, event.ref, event.before, reading, named=self._several)

    @on(FaultsPane.Learned)
    def _rest(self, event: FaultsPane.Learned) -> None:
        event.stop()
        self.refresh_bindings()

    @on(LookingPane.Gone)
    def _look_again(self, event: LookingPane.Gone) -> None:
        """What was found is no longer there: look where it is now, unless that changes again and again."""
        event.stop()
        ref = self.found.ref
        self._gone = None if ref is None else (ref.key, ref.line)
        self._tries -= 1
        if self._tries > 0:
            self.found.find_again()
        else:
            ink.notice(self, visible(inspecting.CHANGING), "warning")

    # ---- looking

    def action_view(self, view: str) -> None:
        """One of the three views."""
        self._pane.choose(view)

    def action_turn(self, step: int) -> None:
        """The next view, or the one before."""
        self._pane.turn(step)

    def action_scroll(self, lines: int) -> None:
        """Look at the rest of the view."""
        self._pane.scroll_view(lines)

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
        ref = self.found.ref
        if ref is not None:
            self.dismiss()
            self._go_to(ref.key, ref.line - 1 if ref.line else None)

    def action_refresh(self) -> None:
        """Look for damage again."""
        self._tries = TRIES
        self.found.find_again()

    def action_leave(self) -> None:
        """Stop the search; where there is none, close."""
        if self.found.working:
            self.found.interrupt()
        else:
            self.dismiss()
