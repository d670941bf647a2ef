"""The conversation about one change in one dialog: looked at, asked about, made and told of.

Nothing is made but by the button that names it, pressed while the newest plan stands in the dialog. What takes no time
never flickers: the dialog stays unseen until there is something to read, and is gone again where a sentence is enough.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from sessiontui.errors import Cancelled, Changed, Recovered
from sessiontui.model import Backend
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.screens.making import SOON, MakingDialog
from sessiontui.tui.words import hindrances, outcomes
from sessiontui.tui.words.hindrances import Hindrance
from sessiontui.tui.words.page import Page
from sessiontui.tui.words.questions import RENEWED, looking, making, question
from sessiontui.tui.words.recovering import RECOVERED
from sessiontui.tui.work.changer import Attempt, Wanted, only
from sessiontui.visible import visible


class ChangeDialog(MakingDialog):
    """Has a change planned, asks, has it made and tells; answers with the change that shall be taken back again, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "repair_first", "repair first", tooltip="Have messages back before lines go", id="dialog.repair"),
    ]

    def __init__(self, below: Screen[None], wanted: Wanted) -> None:
        super().__init__(looking(wanted), below, wanted.store, "looking")
        self._wanted = wanted
        self._plan: messages.Plan | None = None
        self._asked = self.page
        self._renewed = ""
        """Why it is asked once more, where what was asked about before is no longer so."""
        self._rest: Hindrance | None = None
        """What hindered a part of what was made."""
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
        asks = self._wanted.verb == "cleanup" and self.stage not in ("hindered", "told")
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
        self.changer.plan(self._wanted)

    @on(messages.Planned)
    def _ask(self, report: messages.Planned) -> None:
        report.stop()
        if self.changer.is_stale(report):
            return
        page = question(self._wanted, report, renewed=self._renewed)
        if page.act is None and page.also is None and self._wanted.verb != "cleanup":
            self.dismiss(None)
            ink.notice(self.below, page.title)
            return
        self._plan = report.plan if page.act is not None else None
        anew, self.stage = self.stage != "asking", "asking"
        self.hide_work()
        self._say_days(self._wanted.hours)
        self._asked = page
        self.show(page, anew=anew)
        self._appear()

    @property
    def counts_sessions(self) -> bool:
        """Cleanup removes them one by one, and a database has no bytes that could be counted."""
        removing = self._wanted.verb == "cleanup" and self.stage == "making"
        return removing or self.store.backend is not Backend.JSONL

    # ---- how long a session may be idle

    @on(Input.Changed, "#hours")
    def _limit(self, event: Input.Changed) -> None:
        event.stop()
        if self.stage not in ("looking", "asking"):
            return
        hours = _hours(event.value)
        self.query_one("#act", Button).disabled = True
        if hours is None:
            self.changer.cancel()
            self._plan, self.stage = None, "asking"
            self.hide_work()
            self._say_days(0)
            why = visible(f"“{event.value.strip()}” is no number of hours.")
            self.show(Page(visible("Remove idle sessions"), (ink.content((why, "$warning")),)), anew=False)
        elif hours != self._wanted.hours or self._plan is None:
            self._wanted, self._renewed = replace(self._wanted, hours=hours), ""
            self._look()

    @on(Input.Submitted, "#hours")
    def _keep_limit(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_focus(self.query_one("#leave"))

    def on_key(self, event: events.Key) -> None:
        """A digit means the hours, wherever the focus is."""
        if self._wanted.verb != "cleanup" or self.stage != "asking" or isinstance(self.focused, Input):
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

    def _show_limit(self, shown: bool) -> None:
        for each in self.query("#ask"):
            each.display = shown
        for field in self.query(Input):
            field.disabled = not shown

    # ---- made

    def act(self) -> None:
        """Make what was planned; or, when it is made, take it back."""
        if self.stage == "told":
            self.dismiss(self._change)
        elif self.stage == "asking" and self._plan is not None:
            self.make()
        else:
            super().act()

    def also(self) -> None:
        """Make the rest of it, which something hindered; or ask about another change first."""
        rest, self._rest = self._rest, None
        if self._may_repair:
            self.action_repair_first()
        elif self.stage != "told" or rest is None:
            super().also()
        elif rest.kind == "unleased":
            self.hinder(rest)
        else:
            self.make(rest.patient, rest)

    # ---- repaired first

    @property
    def _may_repair(self) -> bool:
        """Whether the change removes, or leaves behind, what repair recovers."""
        verbs = ("compact", "migrate")
        return self.stage == "asking" and self._wanted.verb in verbs and self.page.also is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No other dialog offers it."""
        return action != "repair_first" or self._may_repair

    def action_repair_first(self) -> None:
        """Ask about that instead; what is left then can be compacted afterwards."""
        self._wanted, self._renewed, self.stage = replace(self._wanted, verb="repair"), "", "looking"
        self._look()
        self.set_timer(SOON, self._show_looking)

    def _show_looking(self) -> None:
        if self.stage == "looking":
            self.show(looking(self._wanted))

    def attempt(self, how: Attempt, hindered: Hindrance | None) -> None:
        """Make the plan, or what is left of it."""
        if self._plan is None:
            return
        if hindered is not None and hindered.keys:
            self._wanted = replace(self._wanted, keys=hindered.keys)
            self._plan = only(self._plan, hindered.keys)
            self._asked = Page(ink.EMPTY, hindrances.told(hindered))
        self.changer.make(self._wanted, self._plan, how)

    def at_work(self) -> Page:
        """Still the plan."""
        for field in self.query(Input):
            field.disabled = True
        return making(self._wanted, self._asked)

    def hinder(self, found: Hindrance) -> None:
        """It is no longer asked how long a session may be idle."""
        self._show_limit(False)
        super().hinder(found)

    def renew(self, error: Exception) -> bool:
        """Plan anew what is no longer as it was when it was planned."""
        if self.stage != "making" or not isinstance(error, Changed):
            return False
        self.stage, self._renewed = "looking", RENEWED
        if isinstance(error, Recovered):
            self._renewed = RECOVERED
            self.below.post_message(messages.Mended(tuple(error.keys)))
        self._show_limit(True)
        self._look()
        return True

    def tell(self, report: messages.Made) -> None:
        """Say what became of each session, where there are several; or what hindered it."""
        done = report.done
        if (found := hindrances.of_done(done)) is not None:
            self.hinder(found)
            return
        if hindrances.is_stale(done) and self.renew(Changed("")):
            return
        page = outcomes.page(done)
        self.stage, self._change = "told", done.change
        self._rest = hindrances.of_rows(hindrances.rows_of(done))
        if page is None:
            self.dismiss(None)
        else:
            self.hide_work()
            self._show_limit(False)
            self.show(page)
        self.below.post_message(report)

    def action_leave(self) -> None:
        """Close, or stop the work, whatever there is."""
        if self.stage == "looking":
            self.below.post_message(messages.Failed(self.changer.generation, messages.CHANGE, Cancelled()))
        super().action_leave()


def _hours(text: str) -> float | None:
    """What was typed as a number; None where it is none."""
    try:
        hours = float(text)
    except ValueError:
        return None
    return hours if math.isfinite(hours) else None
