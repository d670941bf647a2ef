"""A pane with one session in which a person goes from place to place, and copies what stands there.

It knows which session is open and which of its rows are known, not how they come to be. What it needs beyond the
transcript is loaded when it is asked for: the first paint waits for none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from sessiontui.errors import Cancelled, UsageError
from sessiontui.model import Entry, Hit, Session
from sessiontui.store.protocol import Store, TranscriptRows
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.messages import FAULT, TURN
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.query.ast import Query
    from sessiontui.tui.widgets.prompt import Prompt
    from sessiontui.tui.work.copy_task import CopyTask
    from sessiontui.tui.work.row_search import RowSearch


class WalkingPane(Covered, Vertical):
    """Turns of the user, faults, the prompt, and copies."""

    @dataclass(eq=False, repr=False)
    class NoFault(Message):
        """There is no fault further down in this session, or further up."""

        step: int

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: TranscriptRows | None = None
        self._opened: tuple[Store, Session] | None = None
        self._steps, self._what = 0, TURN
        """By how many turns or faults the person wants to go on from the row ``_from``, and has not come yet."""
        self._from: int | None = None
        self._fault: int | None = None
        """The row of the fault that the person came to last."""
        self._seen = False
        """Whether that session was looked at when the person asked for the next one."""

    @property
    def transcript(self) -> TranscriptView:
        """What is read in."""
        return self.query_one(TranscriptView)

    @cached_property
    def row_search(self) -> RowSearch:
        """What looks through rows."""
        from sessiontui.tui.work.row_search import RowSearch

        return RowSearch(self)

    @cached_property
    def copier(self) -> CopyTask:
        """What copies."""
        from sessiontui.tui.work.copy_task import CopyTask

        return CopyTask(self)

    @property
    def working(self) -> bool:
        """Whether rows are looked through, or copied, just now."""
        return any(name in self.__dict__ and self.__dict__[name].running for name in ("seeker", "copier"))

    def interrupt(self) -> None:
        """End that work."""
        self._steps = 0
        self._fault = None
        for name in ("seeker", "copier"):
            if name in self.__dict__:
                self.__dict__[name].interrupt()

    # ---- going

    def turn(self, step: int) -> None:
        """To the next turn of the user, or with -1 to the one before, from the one that one is on the way to. Where rows
        are not known yet, as soon as they are."""
        self._walk(TURN, step)

    def trace(self, step: int) -> bool:
        """To the next fault, or with -1 to the one before; posts ``NoFault`` where there is none. Who opened a session
        and has not moved yet comes to its first one, or its last. False where there is nothing to go in."""
        if self._opened is None or self._opened[1].problem is not None:
            return False
        self._seen = self._rows is not None
        self._walk(FAULT, step)
        return True

    def _walk(self, what: str, step: int) -> None:
        if self._opened is not None:
            goes_on = self._what == what and self._from in (None, self.transcript.cursor)
            self._what, self._steps = what, step + (self._steps if goes_on else 0)
            self.walk_now()

    def walk_now(self) -> None:
        """Go where the person wants to go, once all rows are known."""
        if self._rows is None or not self._rows.complete:
            return
        if self._steps:
            self._from = start = self.transcript.cursor
            if self._what == FAULT and self.transcript.location is None and start != self._fault:
                start = -1 if self._steps > 0 else len(self._rows)
            self.row_search.go(self._what, self._rows, start, self._steps)
        elif "seeker" in self.__dict__:
            self.row_search.cancel()

    @on(messages.RowFound)
    def _go(self, report: messages.RowFound) -> None:
        report.stop()
        if self.row_search.is_stale(report):
            return
        moved, self._steps = self._from != self.transcript.cursor, 0
        if moved:
            return
        if report.row is not None:
            self._fault = report.row if report.what == FAULT else None
            if report.row == self.transcript.cursor and self._seen:
                ink.notice(self, visible(f"the {report.what} is the one under the cursor"))
            self.transcript.go(report.row)
        elif report.what == FAULT:
            self.post_message(self.NoFault(report.step))
        else:
            ink.notice(self, visible(f"no user turn {'below' if report.step > 0 else 'above'} this message"))

    def go_to(self, text: str) -> bool:
        """Go where a text says, as typed into the prompt; False where it leads nowhere, and then the prompt says why."""
        from sessiontui.tui.words.goal_rows import goal_row

        if self._rows is None or self._opened is None:
            return False
        try:
            found = goal_row(text, self._rows, self._opened[1].messages, self.transcript.raw)
        except UsageError as error:
            if (prompt := self._prompt) is not None:
                prompt.say(error.sentence)
            else:
                ink.notice(self, visible(error.sentence), "warning")
            return False
        if found.row == len(self._rows) - 1:
            self.transcript.action_end()
        else:
            self.transcript.go(found.row)
        if found.note:
            ink.notice(self, visible(found.note))
        return True

    @property
    def _prompt(self) -> Prompt | None:
        from sessiontui.tui.widgets.prompt import Prompt

        return next(iter(self.query(Prompt)), None)

    async def ask_location(self) -> None:
        """Let the person type where to go; done when they can."""
        from sessiontui.tui.widgets.prompt import Prompt

        if self._prompt is None:
            await self.mount(Prompt(id="prompt", raw=self.transcript.raw))
        if (prompt := self._prompt) is not None:
            self.screen.set_focus(prompt)

    @on(Input.Submitted, "Prompt")
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip() or self.go_to(event.value):
            self.leave_prompt()

    @on(Input.Changed, "Prompt")
    def _hold(self, event: Input.Changed) -> None:
        event.stop()

    def on_prompt_left(self) -> None:
        """Esc, or a click elsewhere."""
        self.leave_prompt()

    def leave_prompt(self) -> None:
        """Take the prompt away; the focus goes back to where it was asked for, unless the person went elsewhere."""
        prompt = self._prompt
        if prompt is not None:
            if prompt.has_focus:
                self.screen.set_focus(self.transcript)
            prompt.remove()

    # ---- copying

    def copy_message(self) -> None:
        """Copy the message under the cursor, or the line where a line is shown."""
        entry = self.transcript.entry
        if entry is None or self._opened is None:
            ink.notice(self, visible("there is no message to copy"), "warning")
            return
        store, session = self._opened
        if entry.message is None or (self.transcript.raw and entry.raw):
            line = f"line {figures.count(entry.address.line)}"
            self.copier.copy(f"the beginning of {line}" if entry.clipped else line, entry.raw.decode(errors="replace"))
        elif entry.clipped and entry.ordinal is not None:
            self.copier.copy_messages(_named(entry), store, session.key, entry.ordinal - 1, entry.ordinal)
        else:
            what = _named(entry)
            self.copier.copy(f"the beginning of {what}" if entry.clipped else what, entry.message.content)

    def copy_hit(self, store: Store, hit: Hit, query: Query) -> None:
        """Copy the message that was found, wherever it stands."""
        self.copier.copy_hit(f"{_named(hit)} of {hit.key or '(no name)'}", store, hit, query)

    def copy_session(self) -> None:
        """Copy all messages of the open session, each after its role."""
        if self._opened is None or self._opened[1].problem is not None:
            ink.notice(self, visible("there is no session to copy"), "warning")
            return
        store, session = self._opened
        self.copier.copy_messages(f"the messages of {session.key or '(no name)'}", store, session.key)

    @on(messages.TextCopied)
    def _give(self, report: messages.TextCopied) -> None:
        report.stop()
        if self.copier.is_stale(report):
            return
        size = figures.size(report.size)
        if report.path is not None:
            sentence = f"{report.what}: {size}, too long for a clipboard; copied to {report.path}"
        elif not report.size:
            sentence = f"{report.what}: there is no text to copy"
        else:
            self.app.copy_to_clipboard(report.text)
            sentence = f"copied {report.what} · {size}"
        ink.notice(self, visible(sentence))

    @on(messages.Failed)
    def _stopped(self, report: messages.Failed) -> None:
        """What was cancelled by the person needs few words; of older work nothing is heard."""
        if report.task not in (messages.SEEK, messages.COPY):
            return
        if self._is_over(report):
            report.stop()
            return
        if report.task == messages.SEEK:
            self._steps = 0
        if isinstance(report.error, Cancelled):
            report.stop()
            ink.notice(self, visible("cancelled; you are where you were"))

    @on(messages.Progressed)
    @on(messages.Finished)
    def _drop(self, report: messages.Progressed | messages.Finished) -> None:
        if report.task in (messages.SEEK, messages.COPY) and self._is_over(report):
            report.stop()

    def _is_over(self, report: messages.Report) -> bool:
        """Whether neither errand asked for it any more."""
        return self.row_search.is_stale(report) and self.copier.is_stale(report)


def _named(entry: Entry | Hit) -> str:
    if entry.ordinal is not None:
        return f"message #{entry.ordinal:,}"
    return "the message" if entry.address.line is None else f"the message of line {entry.address.line:,}"
