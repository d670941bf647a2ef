"""The inspector: at the left what is wrong in a session, or in several, at the right one of these faults, seen in three ways.

It asks. What is accepted is planned once more, shown whole and made by the dialog of every change, on behalf of the
screen below; then what is left is looked at again. It draws nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from sessiontui.damage.salvage import EVERYTHING_SURE, Wish
from sessiontui.model import Salvage
from sessiontui.store.cases import Case
from sessiontui.store.jsonl import JsonlStore
from sessiontui.tui.looks import ink
from sessiontui.tui.panes.faults import FaultsPane, Sought
from sessiontui.tui.panes.looking import LookingPane
from sessiontui.tui.screens.layer import Layer
from sessiontui.tui.screens.viewing import ViewingScreen
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.words import inspecting, proposals
from sessiontui.visible import visible

CHANGES: Final = frozenset({"accept", "accept_all", "apply", "undo"})
"""Actions that write to the store."""
WIDTHS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide"), (140, "-broad")]
"""Below 100 columns the list stands above the fault; from 140 on, in a high terminal, all three views stand together."""
HEIGHTS: Final[list[tuple[int, str]]] = [(0, "-short"), (20, "-tall"), (36, "-high")]
TRIES: Final = 3
"""How often what changes while it is looked at is read again by itself."""


class InspectorScreen(Layer[None]):
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
        Binding("a", "accept", "accept", tooltip="Accept what is proposed for this fault", id="inspector.accept"),
        Binding("A", "accept_all", "all lossless", tooltip="Have back all that is lossless", id="inspector.accept_all"),
        Binding("space", "mark", "mark", tooltip="Mark the fault, or take its mark away", id="inspector.mark"),
        Binding("asterisk,ctrl+a", "mark_all", "mark all", show=False, tooltip="Mark all", id="inspector.mark_all"),
        Binding("enter", "apply", "apply", tooltip="Apply what is marked", id="inspector.apply", priority=True),
        Binding("1", "view('bytes')", "bytes", show=False, tooltip="The bytes", id="inspector.bytes"),
        Binding("2", "view('meaning')", "meaning", show=False, tooltip="What it means", id="inspector.meaning"),
        Binding("3", "view('proposal')", "proposal", show=False, tooltip="What it becomes", id="inspector.proposal"),
        Binding("right", "turn(1)", "view", tooltip="The next view of the fault", id="inspector.next_view"),
        Binding("left", "turn(-1)", "view before", show=False, tooltip="The view before", id="inspector.last_view"),
        Binding("J", "scroll(1)", "down", show=False, tooltip="The view: a line down", id="inspector.down"),
        Binding("K", "scroll(-1)", "up", show=False, tooltip="The view: a line up", id="inspector.up"),
        Binding("s", "scope", "sessions", tooltip="All sessions (or the marked ones), or this", id="inspector.scope"),
        Binding("n", "notes", "notes", tooltip="Notes too: what is no damage", id="inspector.notes"),
        Binding("l", "line", "line", tooltip="Go to the line in the transcript", id="inspector.line"),
        Binding("u", "undo", "undo", tooltip="Undo the last change", id="inspector.undo"),
        Binding("f5", "refresh", "look again", show=False, tooltip="Look for damage again", id="inspector.refresh"),
        Binding("escape,q,x", "leave", "close", tooltip="Stop the search, or close", id="inspector.close"),
    ]

    def __init__(self, below: ViewingScreen, key: str, offset: int | None = None) -> None:
        super().__init__()
        self._below = below
        self._key = key
        self._offset = offset
        self._several = self._notes = False
        self._tries = TRIES

    def compose(self) -> ComposeResult:
        """The faults, one of them, the keys."""
        with Horizontal(id="inspector"):
            yield FaultsPane(id="found")
            yield LookingPane(id="looking")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to look."""
        self._found, self._pane = self.query_one(FaultsPane), self.query_one(LookingPane)
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

    @property
    def store(self) -> JsonlStore | None:
        """The files; None where the store has none."""
        return self._below.store if isinstance(self._below.store, JsonlStore) else None

    def _find(self, offset: int | None = None) -> None:
        if self.store is None:
            self._found.say(inspecting.NO_LINES[self._below.store.backend])
        else:
            self._found.find(Sought(self.store, self._keys(), self._several, self._notes), offset)

    def _keys(self) -> tuple[str, ...]:
        """The sessions that are looked into: of several, those that are not known to be well."""
        if not self._several:
            return (self._key,)
        known = self._below.side.known
        wanted = (key for key in self._below.marked or known if key in known)
        return tuple(key for key in wanted if self._notes or known[key].faults != 0) or (self._key,)

    def _settled(self, keys: tuple[str, ...]) -> None:
        """A change was made, or refused: what is left is looked at again."""
        self.refresh_bindings()
        self._found.find_again()

    @on(FaultsPane.Shown)
    def _show(self, event: FaultsPane.Shown) -> None:
        event.stop()
        self.set_class(event.case is None, "-empty")
        if self.store is not None:
            self._pane.show(self.store, event.case, event.before, named=self._several)

    @on(FaultsPane.Learned)
    def _rest(self, event: FaultsPane.Learned) -> None:
        event.stop()
        self.refresh_bindings()

    @on(LookingPane.Gone)
    def _look_again(self, event: LookingPane.Gone) -> None:
        """What was found is no longer there: look where it is now, unless that changes again and again."""
        event.stop()
        self._tries -= 1
        if self._tries > 0:
            self._found.find_again()
        else:
            ink.notice(self, visible(inspecting.CHANGING), "warning")

    # ---- whether anything may be changed

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where nothing may be changed."""
        return None if action in CHANGES and self._below.unchangeable else True

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.binding.action in CHANGES:
            event.stop()
            self._below.explain("repair")

    # ---- accepting

    def action_accept(self) -> None:
        """Accept what is proposed for the fault under the cursor."""
        case = self._found.case
        if case is None or not proposals.acts(case.fault):
            ink.notice(self, inspecting.refusal(None if case is None else case.fault))
        else:
            self._ask(_wishes([case]))

    def action_accept_all(self) -> None:
        """Have back all that is lossless."""
        sure = [each for each in self._found.cases if proposals.acts(each.fault) and _is_sure(each)]
        if sure:
            self._ask({case.key: EVERYTHING_SURE for case in sure})
        else:
            ink.notice(self, visible(inspecting.NOTHING_SURE))

    def action_apply(self) -> None:
        """Apply what is marked."""
        marked = self._found.marked
        if marked:
            self._ask(_wishes(marked))
        else:
            ink.notice(self, visible(inspecting.NOTHING_MARKED))

    def _ask(self, wishes: Mapping[str, Wish]) -> None:
        """Show the whole plan once more; nothing is done before a button of that is pressed."""
        if self._below.unchangeable:
            self._below.explain("repair")
            return
        from sessiontui.tui.screens.conversing import ChangeDialog
        from sessiontui.tui.work.changer import Wanted

        def answered(change: str | None) -> None:
            if change is not None:
                self._below.take_back(change)

        wanted = Wanted("repair", self._below.store, self._below.now, tuple(wishes), wishes=wishes)
        self.app.push_screen(ChangeDialog(self._below, wanted), answered)

    def action_mark(self) -> None:
        """Mark the fault under the cursor."""
        self._found.mark()

    def action_mark_all(self) -> None:
        """Mark all that can be accepted."""
        self._found.mark_all()

    def action_undo(self) -> None:
        """Undo the last change."""
        self._below.take_back()

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
        case = self._found.case
        if case is not None:
            self.dismiss()
            self._below.go_to_row(case.key, case.line - 1 if case.line else None)

    def action_refresh(self) -> None:
        """Look for damage again."""
        self._tries = TRIES
        self._found.find_again()

    def action_leave(self) -> None:
        """Stop the search; where there is none, close."""
        if self._found.working:
            self._found.interrupt()
        else:
            self.dismiss()


def _is_sure(case: Case) -> bool:
    """Whether it is done without a guess, and without a word about this very fault."""
    return case.fault.salvage in (Salvage.LOSSLESS, Salvage.NONE)


def _wishes(cases: Sequence[Case]) -> dict[str, Wish]:
    """What accepting them means, by session."""
    by_key: dict[str, list[Case]] = {}
    for case in cases:
        by_key.setdefault(case.key, []).append(case)
    return {key: proposals.wish([case.fault for case in each]) for key, each in by_key.items()}
