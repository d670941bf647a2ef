"""A screen on which what is proposed for faults can be accepted: one, all that are lossless, or those that are marked.

Nothing is done here. Whether what was found still stands is looked at; then the dialog of every change shows the whole plan
and makes it, on behalf of the screen below.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType

from sessiontui.damage.salvage import EVERYTHING_SURE, Wish
from sessiontui.errors import SessiontuiError
from sessiontui.model import Salvage
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.panes.faults_pane import FaultsPane
from sessiontui.tui.screens.changing import ChangingScreen
from sessiontui.tui.screens.layer import Overlay
from sessiontui.tui.words import inspecting, proposals
from sessiontui.tui.work.fault_loader import FaultLoader, Same
from sessiontui.visible import visible

CHANGES: Final = frozenset({"accept", "accept_all", "apply", "undo", "redo"})
"""Actions that write to the store."""


class AcceptingScreen(Overlay[None]):
    """The keys that have something back; the screen that is made of it shows the faults."""

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
    ]

    def __init__(self, below: ChangingScreen) -> None:
        super().__init__()
        self._below = below
        self._loader = FaultLoader(self)

    @cached_property
    def found(self) -> FaultsPane:
        """The faults."""
        return self.query_one(FaultsPane)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._loader.cancel()

    @property
    def store(self) -> JsonlStore | None:
        """The files; None where the store has none."""
        return self._below.store if isinstance(self._below.store, JsonlStore) else None

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

    # ---- keys

    def action_accept(self) -> None:
        """Accept what is proposed for the fault under the cursor."""
        ref = self.found.ref
        if ref is None or not proposals.acts(ref.fault):
            ink.notice(self, inspecting.refusal(None if ref is None else ref.fault))
        else:
            self._ask([ref])

    def action_accept_all(self) -> None:
        """Have back all that is lossless."""
        sure = [each for each in self.found.refs if proposals.acts(each.fault) and _is_sure(each)]
        if sure:
            self._ask(sure, sure=True)
        else:
            ink.notice(self, visible(inspecting.NOTHING_SURE))

    def action_apply(self) -> None:
        """Apply what is marked."""
        marked = self.found.marked
        if marked:
            self._ask(marked)
        else:
            ink.notice(self, visible(inspecting.NOTHING_MARKED))

    def action_mark(self) -> None:
        """Mark the fault under the cursor."""
        self.found.mark()

    def action_mark_all(self) -> None:
        """Mark all that can be accepted."""
        self.found.mark_all()

    def action_read(self, step: int) -> None:
        """Another reading of the fault under the cursor."""
        self.found.turn(step)

    def action_undo(self) -> None:
        """Undo the last change."""
        self._below.take_back()

    def action_redo(self) -> None:
        """Redo what was undone."""
        self._below.take_back(redo=True)

    def action_changes(self) -> None:
        """List the changes that can be undone."""
        self._below.action_changes()

    # ---- the plan

    def _ask(self, wanted: Sequence[FaultRef], *, sure: bool = False) -> None:
        """Show the whole plan once more, if what was found still stands. ``sure``: of these sessions, all that is lossless."""
        if self._below.unchangeable:
            self._below.explain("repair")
        elif self.store is not None:
            self._loader.require(self.store, wanted, sure=sure)

    @on(Same)
    def _show_plan(self, report: Same) -> None:
        report.stop()
        if self._loader.is_stale(report) or not self.is_current:
            return
        from sessiontui.tui.screens.conversing import ChangeDialog
        from sessiontui.tui.work.change_task import ChangeRequest

        def answered(change: str | None) -> None:
            if change is not None:
                self._below.take_back(change)

        wishes = {ref.key: EVERYTHING_SURE for ref in report.refs} if report.sure else self._wishes(report.refs)
        wanted = ChangeRequest("repair", self._below.store, self._below.now, tuple(wishes), wishes=wishes)
        self.app.push_screen(ChangeDialog(self._below, wanted), answered)

    def _wishes(self, refs: Sequence[FaultRef]) -> dict[str, Wish]:
        """What accepting them means, by session."""
        by_key: dict[str, list[FaultRef]] = {}
        for ref in refs:
            by_key.setdefault(ref.key, []).append(ref)
        return {
            key: proposals.wish([ref.fault for ref in each], {ref.line: self.found.reading(ref) for ref in each})
            for key, each in by_key.items()
        }

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        """What was found is there no more, so a number of a line means nothing."""
        report.stop()
        if self._loader.is_stale(report):
            return
        if not isinstance(report.error, SessiontuiError):
            raise report.error
        ink.notice(self, visible(inspecting.CHANGED), "warning")
        self.found.find_again()

    @on(messages.Finished)
    def _end(self, report: messages.Finished) -> None:
        report.stop()


def _is_sure(ref: FaultRef) -> bool:
    """Whether it is done without a guess, and without a word about this very fault."""
    return ref.fault.salvage in (Salvage.LOSSLESS, Salvage.NONE)
