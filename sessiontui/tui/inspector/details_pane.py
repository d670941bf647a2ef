"""The right of the inspector: one fault as bytes, in words, and as what it would become."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from itertools import accumulate
from typing import Final

from textual import events
from textual.containers import Vertical
from textual.message import Message

from sessiontui.damage import proposals
from sessiontui.damage.proposals import Proposal
from sessiontui.describe.faults import meaning
from sessiontui.describe.page import Fact
from sessiontui.errors import Changed, SessiontuiError, UnknownKey
from sessiontui.model import Fault
from sessiontui.store import fault_refs
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.inspector import proposal_rows
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.fault_task import load
from sessiontui.tui.theme import ink
from sessiontui.tui.theme.damage import DAMAGE
from sessiontui.tui.widgets.hex_view import Fates, HexRows, HexView
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.sheet import Sheet, facts, wrapped

VIEWS: Final = ("bytes", "meaning", "proposal")
TITLE: Final = 3
"""Columns before the names in the border."""
NO_BYTES: Final = "There are no bytes to show:\nthe fault is about the file, not about a line"
EMPTY_LINE: Final = "There are no bytes to show: the line is empty"


MEANING: Final = "What is wrong with the fault under the cursor, how it comes about, and what can be had back."
PROPOSAL: Final = (
    "- goes, + comes, ~ is kept apart in the journal's folder with its bytes. Nothing is done before you say so."
)


class DetailsPane(Vertical):
    """Shows one fault."""

    KEYS: Final = [
        command_key("inspector.bytes", "1", "view('bytes')", "The bytes"),
        command_key("inspector.meaning", "2", "view('meaning')", "What it means"),
        command_key("inspector.proposal", "3", "view('proposal')", "What it becomes"),
        command_key("inspector.next_view", "right", "turn(1)", "The next view", "view", priority=True),
        command_key("inspector.last_view", "left", "turn(-1)", "The view before", priority=True),
        command_key("inspector.down", "J", "scroll(1)", "The view: a line down"),
        command_key("inspector.up", "K", "scroll(-1)", "The view: a line up"),
    ]

    class Gone(Message):
        """The file is no longer as it was when the fault was found."""

    def __init__(self) -> None:
        self._bytes = HexView()
        self._meaning = Sheet("meaning", title="Meaning", help=MEANING, looks=DAMAGE)
        self._becomes = Sheet("proposal", title="Proposal", help=PROPOSAL, looks=DAMAGE)
        super().__init__(self._bytes, self._meaning, self._becomes)  # the style sheet says which are in view
        self.view = "meaning"
        """Which of the three is shown, where there is no room for all."""
        self._loader = BackgroundTask(self, "look", failed=self._fail)
        self._store: JsonlStore | None = None
        self._ref: FaultRef | None = None
        self._proposal: Proposal | None = None
        self._named = False

    def on_mount(self) -> None:
        """Nothing is shown yet."""
        self.action_view(self.view)

    # ---- what is shown

    @property
    def together(self) -> bool:
        """Whether there is room for all three."""
        return self.screen.has_class("-broad") and self.screen.has_class("-high")

    def show(self, store: JsonlStore, ref: FaultRef | None, before: Fault | None, reading: int, *, named: bool) -> None:
        """Show a fault, or none; ``before``: the one before it in the same file; ``reading``: which one is proposed.
        ``named``: say of which session."""
        self._named = named
        self._store, self._ref, self._proposal = store, ref, None
        self._loader.cancel()
        if ref is not None and (ref.fault.span is None or not ref.mark):
            self._proposal = proposals.propose(ref.fault, None)
        elif ref is not None:
            self._loader.start(partial(load, store, ref, before, reading), self._show_loaded)
        self._say()

    def _show_loaded(self, loaded: tuple[FaultRef, Proposal]) -> None:
        self._ref, self._proposal = loaded
        self._say()

    def _say(self) -> None:
        ref = self._ref
        if ref is None:
            self._meaning.show(lambda _: ())
            self._becomes.show(lambda _: ())
            self._bytes.say("")
            return
        fault, span = ref.fault, ref.fault.span
        named = [Fact("session", ref.key or "(no name)")] * self._named
        self._meaning.show(partial(facts, [*named, *meaning(fault, self._proposal)]))
        self._becomes.show(partial(proposal_rows.rows, fault, self._proposal))
        if span is None or not ref.mark:
            self._bytes.say(NO_BYTES)
        elif not span.length:
            self._bytes.say(EMPTY_LINE)
        else:
            rows = HexRows(span.offset, span.length, fault.at, _fates(fault, self._proposal))
            self._bytes.show((ref.key, ref.mark, span), rows)

    def on_hex_view_bytes_wanted(self, event: HexView.BytesWanted) -> None:
        event.stop()
        if self._store is not None and self._ref is not None:
            store, ref, start, stop = self._store, self._ref, event.start, event.stop_at
            self._loader.start_beside(
                lambda _: fault_refs.piece(store, ref, start, stop), partial(self._bytes.give, start)
            )

    def _fail(self, error: Exception) -> None:
        self._loader.cancel()
        if isinstance(error, Changed | UnknownKey):
            self.post_message(self.Gone())
        if not isinstance(error, SessiontuiError):
            raise error
        why = "\n".join(filter(None, (f"× It can't be read: {error}", error.hint)))
        self._bytes.say(why)
        self._becomes.show(lambda width: [*wrapped(why, "fault", width)])

    def on_click(self, event: events.Click) -> None:
        """On the name of a view in the border: that one."""
        view, region = self.screen.get_widget_at(*event.screen_offset)
        x, y = event.screen_offset - region.offset
        ends = accumulate((len(name) for name, _ in self._names(view.id or "")), initial=TITLE)
        at = bisect_right([*ends], x) - 1
        if y == 0 and 0 <= at < len(VIEWS) and not self.together:
            self.action_view(VIEWS[at])

    # ---- which view

    def action_view(self, view: str) -> None:
        """Show one of the three; where all are shown, give it the focus."""
        self.view = view
        for each in VIEWS:
            self.set_class(each == view, f"-{each}")
        self.retitle()
        if self.together or any(each.has_focus for each in self.query(LineList)):
            self.screen.set_focus(self.query_one(f"#{view}", LineList))

    def action_turn(self, step: int) -> None:
        """The next view, or the one before."""
        self.action_view(VIEWS[(VIEWS.index(self.view) + step) % len(VIEWS)])

    def action_scroll(self, lines: int) -> None:
        """Show the rest of the view."""
        shown = self.query_one(f"#{self.view}", LineList)
        shown.scroll_relative(y=lines, animate=False, force=True)
        shown.refresh()

    def retitle(self) -> None:
        """Name the views in the border; where there is room for all, each its own."""
        for view in self.query(LineList):
            view.border_title = ink.content(*self._names(view.id or ""))

    def _names(self, view: str) -> Iterator[tuple[str, str]]:
        for number, name in enumerate(VIEWS, 1):
            if self.together and name != view:
                continue
            yield f" {number} {name} ", "bold" if name == view else "dim"


def _fates(fault: Fault, proposal: Proposal | None) -> Fates:
    """What becomes of the bytes of a fault."""
    if proposal is None or proposal.outcome is None or not fault.span:
        return ()
    outcome = proposal.outcome
    return [(part.span.stop - fault.span.offset, proposals.fate(part, outcome)) for part in outcome.fault.parts]
