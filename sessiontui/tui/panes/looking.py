"""The right of the inspector: one fault as bytes, in words, and as what it would become; and the errand that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from typing import Final

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from sessiontui.errors import Changed, SessiontuiError, UnknownKey
from sessiontui.model import Fault
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui import messages
from sessiontui.tui.looks import ink, theme
from sessiontui.tui.looks.damage import DAMAGE
from sessiontui.tui.widgets.hex_view import Fates, HexView
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.sheet import Sheet, SheetRow
from sessiontui.tui.words import fault_words, proposal_rows, proposals
from sessiontui.tui.words.about_rows import fact, wrapped
from sessiontui.tui.words.proposals import Proposal
from sessiontui.tui.work.fault_loader import BytesRead, FaultLoader, Seen
from sessiontui.visible import Visible, visible

VIEWS: Final = ("bytes", "meaning", "proposal")
TITLE: Final = 3
"""Columns before the names in the border."""
NO_BYTES: Final = "There are no bytes to show:\nthe fault is about the file, not about a line"
EMPTY_LINE: Final = "There are no bytes to show: the line is empty"


class FaultSheet(Sheet):
    """Sentences or a difference."""

    def _look(self, name: str) -> Style:
        return theme.styles(self, DAMAGE)[name]


class MeaningSheet(FaultSheet):
    """What is wrong, in words."""

    HELP = "What is wrong with the fault under the cursor, how it comes about, and what can be had back."


class ProposalSheet(FaultSheet):
    """What it would become."""

    HELP = "- goes, + comes, ~ is kept apart in the journal's folder with its bytes. Nothing is done before you say so."


class LookingPane(Vertical):
    """Shows one fault; says when its bytes are no longer there."""

    @dataclass(eq=False, repr=False)
    class Gone(Message):
        """The file is no longer as it was when the fault was found."""

        error: Exception

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view = "meaning"
        """Which of the three is shown, where there is no room for all."""
        self._store: JsonlStore | None = None
        self._ref: FaultRef | None = None
        self._proposal: Proposal | None = None
        self._named = False

    def compose(self) -> ComposeResult:
        """All three; which is in view, the style sheet says."""
        yield HexView(id="bytes")
        yield MeaningSheet(id="meaning")
        yield ProposalSheet(id="proposal")

    def on_mount(self) -> None:
        """Nothing is shown yet."""
        self._loader = FaultLoader(self)
        self._bytes = self.query_one(HexView)
        self._meaning, self._becomes = self.query_one(MeaningSheet), self.query_one(ProposalSheet)
        self.choose(self.view)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._loader.cancel()

    # ---- what is shown

    @property
    def together(self) -> bool:
        """Whether there is room for all three."""
        return self.screen.has_class("-broad") and self.screen.has_class("-high")

    def show(
        self,
        store: JsonlStore,
        ref: FaultRef | None,
        before: Fault | None = None,
        reading: int = 1,
        *,
        named: bool = False,
    ) -> None:
        """Show a fault, or none; ``before``: the one before it in the same file; ``reading``: which one is proposed.
        ``named``: say of which session."""
        self._named = named
        self._store, self._ref, self._proposal = store, ref, None
        self._loader.cancel()
        if ref is not None and (ref.fault.span is None or not ref.mark):
            self._proposal = proposals.propose(ref.fault, None)
        elif ref is not None:
            self._loader.look(store, ref, before, reading)
        self._say()

    @on(Seen)
    def _show_seen(self, report: Seen) -> None:
        report.stop()
        if not self._loader.is_stale(report):
            self._ref, self._proposal = report.ref, report.proposal
            self._say()

    def _say(self) -> None:
        ref = self._ref
        if ref is None:
            self._meaning.show(lambda _: ())
            self._becomes.show(lambda _: ())
            self._bytes.say(ink.EMPTY)
            return
        fault, span = ref.fault, ref.fault.span
        self._meaning.show(partial(self._meaning_rows, ref))
        self._becomes.show(partial(proposal_rows.rows, fault, self._proposal))
        if span is None or not ref.mark:
            self._bytes.say(visible(NO_BYTES, lines=True))
        elif not span.length:
            self._bytes.say(visible(EMPTY_LINE))
        else:
            same = ref.key, ref.mark, span
            self._bytes.show(same, span.offset, span.length, fault.at, _fates(fault, self._proposal))

    def _meaning_rows(self, ref: FaultRef, width: int) -> list[SheetRow]:
        named = fact("session", ref.key or "(no name)", width) if self._named else ()
        return [*named, *fault_words.meaning(ref.fault, self._proposal, width)]

    @on(HexView.BytesWanted)
    def _read(self, event: HexView.BytesWanted) -> None:
        event.stop()
        if self._store is not None and self._ref is not None:
            self._loader.read(self._store, self._ref, event.start, event.stop_at)

    @on(BytesRead)
    def _give(self, report: BytesRead) -> None:
        report.stop()
        if not self._loader.is_stale(report):
            self._bytes.give(report.start, report.data)

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        report.stop()
        if self._loader.is_stale(report):
            return
        self._loader.cancel()
        error = report.error
        if isinstance(error, Changed | UnknownKey):
            self.post_message(self.Gone(error))
        if not isinstance(error, SessiontuiError):
            raise error
        told = "\n".join(filter(None, (f"× It can't be read: {error}", error.hint)))
        self._bytes.say(visible(told, lines=True))
        self._becomes.show(lambda width: [*wrapped(told, "fault", width)])

    @on(messages.Finished)
    def _end(self, report: messages.Finished) -> None:
        report.stop()

    def on_click(self, event: events.Click) -> None:
        """On the name of a view in the border: that one."""
        view, region = self.screen.get_widget_at(*event.screen_offset)
        x, y = event.screen_offset - region.offset
        ends = accumulate((len(name) for name, _ in self._names(view.id or "")), initial=TITLE)
        chosen = next((at for at, (a, b) in enumerate(pairwise(ends)) if a <= x < b), None)
        if y == 0 and chosen is not None and not self.together:
            self.choose(VIEWS[chosen])

    @on(Sheet.Opened)
    @on(Sheet.Chosen)
    def _drop(self, event: Message) -> None:
        event.stop()

    # ---- which view

    def choose(self, view: str) -> None:
        """Show one of the three; where all are shown, look at that one."""
        self.view = view
        for each in VIEWS:
            self.set_class(each == view, f"-{each}")
        self._title()
        if self.together or any(each.has_focus for each in self._views()):
            self.screen.set_focus(self.query_one(f"#{view}", LineList))

    def turn(self, step: int) -> None:
        """The next view, or the one before."""
        self.choose(VIEWS[(VIEWS.index(self.view) + step) % len(VIEWS)])

    def scroll_view(self, lines: int) -> None:
        """Look at the rest of what is shown."""
        shown = self.query_one(f"#{self.view}", LineList)
        shown.scroll_to(y=shown.scroll_y + lines, animate=False, force=True)
        shown.refresh()

    def retitle(self) -> None:
        """There is room for other views than before."""
        self._title()

    def _title(self) -> None:
        for view in self._views():
            view.border_title = ink.content(*self._names(view.id or ""))

    def _names(self, view: str) -> Iterator[tuple[Visible, str]]:
        for number, name in enumerate(VIEWS, 1):
            if self.together and name != view:
                continue
            yield visible(f" {number} {name} "), "bold" if name == view else "dim"

    def _views(self) -> list[LineList]:
        return [self._bytes, self._meaning, self._becomes]


def _fates(fault: Fault, proposal: Proposal | None) -> Fates:
    """What becomes of the bytes of a fault."""
    if proposal is None or proposal.outcome is None or not fault.span:
        return ()
    outcome = proposal.outcome
    return [(part.span.stop - fault.span.offset, proposals.fate(part, outcome)) for part in outcome.fault.parts]
