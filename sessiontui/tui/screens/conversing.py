"""The conversation about one change in one dialog: looked at, asked about, made and told of.

Nothing is made but by the button that names it, pressed while the newest plan stands in the dialog. What takes no time
never flickers: the dialog stays unseen until there is something to read, and is gone again where a sentence is enough.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Button

from sessiontui.changes.verbs.plans import only
from sessiontui.changes.verbs.repair import Repaired, RepairPlan
from sessiontui.errors import Cancelled, Changed, Recovered
from sessiontui.model import Backend
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.looks.key_names import live
from sessiontui.tui.screens.making import SOON, MakingDialog
from sessiontui.tui.widgets.hours_field import HoursField
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.tui.words import blockers, outcomes
from sessiontui.tui.words.blockers import Blocker
from sessiontui.tui.words.page import Page
from sessiontui.tui.words.questions import RENEWED, looking, making, question
from sessiontui.tui.words.recovery_words import RECOVERED
from sessiontui.tui.work.change_task import ChangeRequest, RetryOptions
from sessiontui.visible import visible


class ChangeDialog(MakingDialog):
    """Has a change planned, asks, has it made and tells; answers with the change that shall be taken back again, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "repair_first", "repair first", tooltip="Have messages back before lines go", id="dialog.repair"),
        Binding("u", "undo", "undo", tooltip="Undo what was done", id="dialog.undo"),
        Binding("x", "inspect", "inspect", tooltip="Close, and inspect what stays damaged", id="dialog.inspect"),
        Binding("b", "backend", "backend", tooltip="Close, and show the database", id="dialog.backend"),
    ]

    def __init__(self, below: Screen[None], wanted: ChangeRequest) -> None:
        super().__init__(looking(wanted), below, wanted.store, "looking")
        self._wanted = wanted
        self._plan: messages.Plan | None = None
        self._requested = self.page
        self._renewed = ""
        """Why it is asked once more, where what was asked about before is no longer so."""
        self._rest: Blocker | None = None
        """What hindered a part of what was made."""
        self._change: str | None = None
        self._done: messages.Done | None = None
        """What was made of it, once it is told."""
        self._hours: HoursField | None = None
        """Where it is asked, for cleanup, how long a session may be idle."""

    def compose_above(self) -> ComposeResult:
        """For cleanup, how long a session may be idle."""
        if self._wanted.verb == "cleanup":
            self._hours = HoursField(self._wanted.hours, id="ask")
            yield self._hours

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
            self.set_focus(self.query_one("#hours" if self._hours is not None and self._hours.typed else "#leave"))

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
        reset, self.stage = self.stage != "asking" and not isinstance(self.focused, SafeInput), "asking"
        self.hide_work()
        self._say_days(self._wanted.hours)
        self._requested = page
        self.show(page, reset=reset)
        self._appear()

    @property
    def counts_sessions(self) -> bool:
        """Cleanup removes them one by one, and a database has no bytes that could be counted."""
        removing = self._wanted.verb == "cleanup" and self.stage == "making"
        return removing or self.store.backend is not Backend.JSONL

    # ---- how long a session may be idle

    @on(HoursField.Changed)
    def _limit(self, event: HoursField.Changed) -> None:
        event.stop()
        if self.stage not in ("looking", "asking"):
            return
        self.query_one("#act", Button).disabled = True
        if event.hours is None:
            self.changer.cancel()
            self._plan, self.stage = None, "asking"
            self.hide_work()
            self._say_days(0)
            why = visible(f"“{event.text}” is no number of hours.")
            self.show(Page(visible("Remove idle sessions"), (ink.content((why, "$warning")),)), reset=False)
        elif event.hours != self._wanted.hours or self._plan is None:
            self._wanted, self._renewed = replace(self._wanted, hours=event.hours), ""
            self._look()

    @on(HoursField.Submitted)
    def _keep_limit(self, event: HoursField.Submitted) -> None:
        event.stop()
        self.set_focus(self.query_one("#leave"))

    def on_key(self, event: events.Key) -> None:
        """What is of a number means the hours, wherever the focus is."""
        if self._hours is not None and self._hours.takes(event.character) and self._type(event.character or ""):
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        """So does what is pasted."""
        if self._type(event.text.strip()):
            event.stop()

    def _type(self, text: str) -> bool:
        """Give this to the hours, which have no focus while nobody sees them. Whether they are asked for."""
        if self._hours is None or self.stage not in ("looking", "asking") or self._hours.input.has_focus or not text:
            return False
        self._hours.begin(text, more=self.has_class("-unseen"))
        return True

    def _say_days(self, hours: float) -> None:
        if self._hours is not None:
            self._hours.say_days(hours)

    def _show_limit(self, shown: bool) -> None:
        if self._hours is not None:
            self._hours.ask(shown)

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
            self.block(rest)
        else:
            self.make(rest.patient, rest)

    # ---- repaired first

    @property
    def _may_repair(self) -> bool:
        """Whether the change removes, or leaves behind, what repair recovers."""
        verbs = ("compact", "migrate")
        return self.stage == "asking" and self._wanted.verb in verbs and self.page.also is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What this dialog offers now, and no other."""
        match action:
            case "repair_first":
                return self._may_repair
            case "undo":
                return self.stage == "told" and self._change is not None
            case "inspect":
                return self._left is not None
            case "backend":
                return self.stage == "told" and self._change is not None and self._wanted.verb == "migrate"
        return True

    # ---- and then

    @property
    def _left(self) -> str | None:
        """The first session in which damage stays, by the plan or by what was made of it; None where there is none."""
        told = self._done if self.stage == "told" else self._plan
        rows = told.rows if isinstance(told, RepairPlan | Repaired) else ()
        return next((row.key for row in rows if row.left), None)

    def action_undo(self) -> None:
        """Close, and take back what was made."""
        self.dismiss(self._change)

    def action_inspect(self) -> None:
        """Close, and show what stays damaged; where the inspector lies below, it shows it."""
        if self._left is not None and self.app.screen_stack[-2] is self.below:
            self.below.post_message(messages.InspectionWanted(self._left))
        self.dismiss(None)

    def action_backend(self) -> None:
        """Close, and show where the sessions are now."""
        self.dismiss(None)
        self.below.post_message(messages.OtherWanted())

    def action_repair_first(self) -> None:
        """Ask about that instead; what is left then can be compacted afterwards."""
        self._wanted, self._renewed, self.stage = replace(self._wanted, verb="repair"), "", "looking"
        self._look()
        self.set_timer(SOON, self._show_looking)

    def _show_looking(self) -> None:
        if self.stage == "looking":
            self.show(looking(self._wanted))

    def attempt(self, how: RetryOptions, blocked: Blocker | None) -> None:
        """Make the plan, or what is left of it."""
        if self._plan is None:
            return
        if blocked is not None and blocked.keys:
            self._wanted = replace(self._wanted, keys=blocked.keys)
            self._plan = only(self._plan, blocked.keys)
            self._requested = Page(ink.EMPTY, blockers.told(blocked))
        self.changer.make(self._wanted, self._plan, how)

    def at_work(self) -> Page:
        """Still the plan."""
        if self._hours is not None:
            self._hours.input.disabled = True
        return making(self._wanted, self._requested)

    def block(self, found: Blocker) -> None:
        """It is no longer asked how long a session may be idle."""
        self._show_limit(False)
        super().block(found)

    def renew(self, error: Exception) -> bool:
        """Plan anew what is no longer as it was when it was planned."""
        if self.stage != "making" or not isinstance(error, Changed):
            return False
        self.stage, self._renewed = "looking", RENEWED
        if isinstance(error, Recovered):
            self._renewed = RECOVERED
            self.below.post_message(messages.RecoveryDone(tuple(error.keys)))
        self._show_limit(True)
        self._look()
        return True

    def tell(self, report: messages.Made) -> None:
        """Say what became of each session, where there are several; or what hindered it."""
        done = report.done
        if (found := blockers.of_done(done)) is not None:
            self.block(found)
            return
        if blockers.is_stale(done) and self.renew(Changed("")):
            return
        self.stage, self._change, self._done = "told", done.change, done
        page = outcomes.page(done, partial(live, self))
        self._rest = blockers.of_rows(blockers.rows_of(done))
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
