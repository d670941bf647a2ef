"""The conversation about one change in one dialog: looked at, asked about, made and told of.

Nothing is made but by the button that names it, pressed while the newest plan stands in the dialog. What takes no time
never flickers: the dialog stays unseen until there is something to read, and is gone again where a sentence is enough.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from sessiontui.errors import Cancelled
from sessiontui.model import Backend
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.screens.dialogs import PageDialog
from sessiontui.tui.words import outcomes
from sessiontui.tui.words.page import Page
from sessiontui.tui.words.questions import looking, making, question
from sessiontui.tui.work.changer import Changer, Wanted
from sessiontui.visible import visible

SOON: Final = 0.15
"""Seconds that work may take before it is shown."""
BAR: Final = 24
"""Columns of the progress bar."""


class ChangeDialog(PageDialog):
    """Has a change planned, asks, has it made and tells; answers with the change that shall be taken back again, if any.

    What was made, or went wrong, is reported to the screen below too, which shows the store.
    """

    def __init__(self, below: Screen[None], wanted: Wanted) -> None:
        super().__init__(looking(wanted))
        self._below = below
        self._wanted = wanted
        self._changer = Changer(self)
        self._plan: messages.Plan | None = None
        self._stage: Literal["looking", "asking", "making", "told"] = "looking"
        self._change: str | None = None

    def compose_above(self) -> ComposeResult:
        """For cleanup, how long a session may be idle."""
        if self._wanted.verb == "cleanup":
            with Horizontal(id="ask"):
                yield Static(ink.content(visible("Idle for more hours than ")), classes="word")
                yield Input(f"{self._wanted.hours:g}", id="hours", select_on_focus=False, compact=True)
                yield Static(id="days", classes="word")

    def above(self) -> int:
        """Rows of that, while it is there."""
        asks = self._wanted.verb == "cleanup" and self._stage != "told"
        return asks * (1 if self.has_class("-short") else 2)

    def on_mount(self) -> None:
        """Look, and be seen only when that takes a while."""
        self.add_class("-unseen")
        super().on_mount()
        self._look()
        self.set_timer(SOON, self._appear)

    def _appear(self) -> None:
        if self.has_class("-unseen"):
            self.app.clear_notifications()  # they would lie above the buttons
            self.remove_class("-unseen")
            self.set_focus(self.query_one("#leave"))

    # ---- looked at

    def _look(self) -> None:
        """Plan anew; until there is a plan, nothing can be made."""
        self._plan = None
        self._changer.plan(self._wanted)

    @on(messages.Planned)
    def _ask(self, report: messages.Planned) -> None:
        report.stop()
        if self._changer.is_stale(report):
            return
        page = question(self._wanted, report)
        if page.act is None and self._wanted.verb != "cleanup":
            self.dismiss(None)
            ink.notice(self._below, page.title)
            return
        self._plan = report.plan if page.act is not None else None
        anew, self._stage = self._stage != "asking", "asking"
        self._hide_work()
        self._say_days(self._wanted.hours)
        self.show(page, anew=anew)
        self._appear()

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        report.stop()
        if not self._changer.is_stale(report):
            self.dismiss(None)
            self._below.post_message(report)

    @on(messages.Finished)
    def _finish(self, report: messages.Finished) -> None:
        report.stop()

    @on(messages.Progressed)
    def _show_work(self, report: messages.Progressed) -> None:
        report.stop()
        if report.total and self._stage != "told" and not self._changer.is_stale(report):
            self._say_work(report.done, report.total)

    def _say_work(self, done: int, total: int) -> None:
        share = done / max(1, total)
        figure = ""
        if total:
            of = figures.counted(total, "session") if self._counts_sessions else figures.size(total)
            figure = f" · {f'{done:,}' if self._counts_sessions else figures.size(done)} of {of}"
        work = self.query_one("#work", Static)
        work.update(ink.content((visible(figures.bar(share, BAR)), "$accent"), visible(f" {share:.0%}{figure}")))
        if not work.display:
            work.display = True
            self.on_resize()

    @property
    def _counts_sessions(self) -> bool:
        """Whether progress is told in sessions, not in bytes."""
        removing = self._wanted.verb == "cleanup" and self._stage == "making"
        return removing or self._wanted.store.backend is not Backend.JSONL

    def _hide_work(self) -> None:
        self.query_one("#work").display = False

    # ---- how long a session may be idle

    @on(Input.Changed, "#hours")
    def _limit(self, event: Input.Changed) -> None:
        event.stop()
        if self._stage not in ("looking", "asking"):
            return
        hours = _hours(event.value)
        self.query_one("#act", Button).disabled = True
        if hours is None:
            self._changer.cancel()
            self._plan, self._stage = None, "asking"
            self._hide_work()
            self._say_days(0)
            why = visible(f"“{event.value.strip()}” is no number of hours.")
            self.show(Page(visible("Remove idle sessions"), (ink.content((why, "$warning")),)), anew=False)
        elif hours != self._wanted.hours or self._plan is None:
            self._wanted = replace(self._wanted, hours=hours)
            self._look()

    @on(Input.Submitted, "#hours")
    def _keep_limit(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_focus(self.query_one("#leave"))

    def on_key(self, event: events.Key) -> None:
        """A digit means the hours, wherever the focus is."""
        if self._wanted.verb != "cleanup" or self._stage != "asking" or isinstance(self.focused, Input):
            return
        if event.character is not None and event.character.isdecimal():
            field = self.query_one("#hours", Input)
            self.set_focus(field)
            field.value = event.character
            field.cursor_position = 1
            event.stop()

    def _say_days(self, hours: float) -> None:
        days = f" = {figures.counted(round(hours / 24), 'day')}" if hours >= 24 and hours % 24 == 0 else ""
        for each in self.query("#days").results(Static):
            each.update(ink.content((visible(days), "dim")))

    # ---- made

    def act(self) -> None:
        """Make what was planned; or, when it is made, take it back."""
        if self._stage == "told":
            self.dismiss(self._change)
        elif self._stage == "asking" and self._plan is not None:
            self._stage = "making"
            self._changer.make(self._wanted.store, self._plan)
            self.set_timer(SOON, self._show_making)

    def _show_making(self) -> None:
        if self._stage == "making":
            self._disable_limit()
            self.show(making(self._wanted, self.page))
            if not self.query_one("#work").display:
                self._say_work(0, 0)
            self.set_focus(None)  # an Enter too many stops nothing

    def _disable_limit(self) -> None:
        for field in self.query(Input):
            field.disabled = True

    @on(messages.Made)
    def _tell(self, report: messages.Made) -> None:
        report.stop()
        page = outcomes.page(report.done)
        self._stage, self._change = "told", report.done.change
        if page is None:
            self.dismiss(None)
        else:
            self._hide_work()
            for each in self.query("#ask"):
                each.display = False
            self.show(page)
        self._below.post_message(report)

    def action_leave(self) -> None:
        """Close, or stop the work, whatever there is."""
        if self._stage == "making":
            if self._wanted.stoppable:
                self._changer.interrupt()
                self._box.border_title = ink.content(visible("Stopping …"))
            return
        if self._stage == "looking":
            report = messages.Failed(self._changer.generation, messages.CHANGE, Cancelled())
            self._below.post_message(report)
        self._changer.cancel()
        self.dismiss(None)


def _hours(text: str) -> float | None:
    """What was typed as a number; None where it is none."""
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if math.isfinite(hours) else None
