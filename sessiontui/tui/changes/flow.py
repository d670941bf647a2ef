"""One change in one dialog: planned, asked about, made and told; blocked on the way, it can be tried again.

Nothing is made but by the button that names it, pressed while the newest plan is shown. The dialog is unseen until there
is something to read, and closes where a sentence is enough.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final, Literal

from sessiontui.changes.verbs.plans import only, rows_of
from sessiontui.changes.verbs.request import FIRST, ChangeRequest, RetryOptions
from sessiontui.describe import blockers, outcomes, removal, repair
from sessiontui.describe.blockers import Blocker
from sessiontui.describe.outcomes import Done
from sessiontui.describe.page import Page
from sessiontui.describe.questions import RENEWED, Planned, making, planning, question
from sessiontui.describe.recovery import RECOVERED
from sessiontui.errors import Cancelled, Changed, Recovered
from sessiontui.model import Backend
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.changes.page_box import PageBox
from sessiontui.tui.key_bindings import live
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.tasks import change_task
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.hours_field import HoursField
from sessiontui.tui.widgets.safe_input import SafeInput
from sessiontui.visible import visible

SOON: Final = 0.15
"""Seconds that work may take before it is shown."""

Stage = Literal["planning", "asking", "making", "blocked", "told"]


class ChangeFlow:
    """The stages of one change: what is planned and made in each, and the page that says so. An undo needs no plan: with a
    ``blocker`` it begins with what blocks it."""

    def __init__(self, changes: ChangeController, wanted: ChangeRequest, blocker: Blocker | None = None) -> None:
        self.stage: Stage = "planning"
        self.page = planning(wanted) if blocker is None else blockers.page(blocker, tried=False)
        """What is asked about, or was last."""
        self.hours = HoursField(wanted.hours, self._limit) if wanted.verb == "cleanup" else None
        self._changes, self._wanted, self._blocker = changes, wanted, blocker
        self._plan: Any = None
        self._renewed = ""
        """Why it is asked once more, where what was asked about before is no longer so."""
        self._rest: Blocker | None = None
        """What blocked a part of what was made."""
        self._done: Done | None = None
        self._waited = self._called_off = False
        """Whether the blocking program was waited for longer already; whether the person stopped what is made."""

    def begin(self, dialog: Overlay[None], box: PageBox) -> None:
        """Plan, and be seen only when that takes a while."""
        self._dialog, self._box = dialog, box
        self._task = BackgroundTask(dialog, "change", failed=self._fail, progressed=self._progress)
        if self._blocker is not None:
            self._block(self._blocker)
            return
        dialog.add_class("-unseen")
        self._start_plan()
        dialog.set_timer(SOON, self._appear)

    def _appear(self) -> None:
        if self._dialog.has_class("-unseen") and self._dialog in self._dialog.app.screen_stack:  # else it has closed
            self._dialog.app.clear_notifications()  # they would lie above the buttons
            self._dialog.remove_class("-unseen")
            if self.hours is not None and self.hours.typed:
                self._dialog.set_focus(self.hours.input)
            else:
                self._box.focus_leave()

    # ---- planned

    def _start_plan(self) -> None:
        """Until there is a plan, nothing can be made."""
        self._plan = None
        self._task.start(partial(change_task.plan, self._wanted), self._ask)

    def _show_planning(self) -> None:
        if self.stage == "planning":
            self._box.show(planning(self._wanted), works=True)

    def _ask(self, planned: Planned) -> None:
        page = question(self._wanted, planned, renewed=self._renewed)
        if page.act is None and page.also is None and self.hours is None:
            self._dialog.dismiss()
            ink.notice(self._dialog, visible(page.title))
            return
        self._plan = planned.plan if page.act is not None else None
        reset = self.stage != "asking" and not isinstance(self._dialog.focused, SafeInput)
        self.stage, self.page = "asking", page
        if self.hours is not None:
            self.hours.say_days(self._wanted.hours)
        self._box.show(page, reset=reset)
        self._appear()

    # ---- how long a session may be idle

    def _limit(self, text: str, hours: float | None) -> None:
        """Other hours, another plan."""
        if self.hours is None or self.stage not in ("planning", "asking"):
            return
        self._box.disable_act()
        if hours is None:
            self._task.cancel()
            self._plan, self.stage = None, "asking"
            self.hours.say_days(0)
            self._box.show(removal.no_number(text), reset=False)
        elif hours != self._wanted.hours or self._plan is None:
            self._wanted, self._renewed = replace(self._wanted, hours=hours), ""
            self._start_plan()

    def type(self, text: str) -> bool:
        """Give this to the hours, which have no focus while they are unseen; whether they are asked for."""
        hours = self.hours
        if hours is None or self.stage not in ("planning", "asking") or hours.input.has_focus or not text:
            return False
        hours.begin(text, more=self._dialog.has_class("-unseen"))
        return True

    def _ask_hours(self, asks: bool) -> None:
        if self.hours is not None:
            self.hours.ask(asks)

    # ---- made

    def _make(self, options: RetryOptions = FIRST, blocked: Blocker | None = None) -> None:
        """Make the plan, or what is left of it; show the work as soon as that takes a while, below what was agreed to."""
        self.stage, self._blocker, self._called_off = "making", None, False
        self._waited = self._waited or bool(options.files)
        if self._wanted.verb == "undo":
            self.page = self._box.page
            self._task.start(partial(change_task.revert, self._wanted, options, self._wait), self._tell)
        elif self._plan is not None:
            if blocked is not None and blocked.keys:
                self._wanted = replace(self._wanted, keys=blocked.keys)
                self._plan = only(self._plan, blocked.keys)
                self.page = Page("", blockers.reasons(blocked))
            make = partial(change_task.make, self._wanted, self._plan, options, self._wait)
            self._task.start(make, self._tell)
        self._dialog.set_timer(SOON, self._show_making)

    def _show_making(self) -> None:
        if self.stage == "making":
            if self.hours is not None:
                self.hours.input.disabled = True
            self._box.show(making(self._wanted, self.page), works=True)
            if not self._box.working:
                self._box.show_progress(0, 0)
            self._dialog.set_focus(None)  # an Enter too many stops nothing

    def _wait(self, programs: str | None) -> None:
        if programs is None:
            self._box.show_progress(0, 0)
        else:
            self._box.show_work(ink.content(blockers.waiting(programs)))

    def _tell(self, done: Done) -> None:
        """Say what became of each session, where there are several; or what blocked it."""
        if (found := blockers.of_done(done)) is not None:
            self._block(found)
            return
        if blockers.is_stale(done) and self._renew(Changed("")):
            return
        self.stage, self._done = "told", done
        page = outcomes.page(done, partial(live, self._dialog))
        self._rest = blockers.of_rows(rows_of(done))
        if page is None:
            self._dialog.dismiss()
        else:
            self._ask_hours(False)
            self._box.show(page)
        self._changes.later(self._changes.made, done, page is not None)

    def _fail(self, error: Exception) -> None:
        if self.stage == "making" and (found := blockers.of_error(error)) is not None:
            self._block(found)
        elif not self._renew(error):
            self._give_up(error)

    def _renew(self, error: Exception) -> bool:
        """Plan again what is no longer as it was when it was planned."""
        if self.stage != "making" or self._wanted.verb == "undo" or not isinstance(error, Changed):
            return False
        self.stage, self._renewed = "planning", RENEWED
        if isinstance(error, Recovered):
            self._renewed = RECOVERED
            self._changes.recovered(tuple(error.keys))
        self._ask_hours(True)
        self._start_plan()
        return True

    def _block(self, found: Blocker) -> None:
        """Say what blocks it, unless it was called off anyway."""
        self._ask_hours(False)
        if self._called_off:
            self._give_up(Cancelled())
            return
        self.stage, self._blocker = "blocked", found
        self._box.show(blockers.page(found, self._waited))

    def _give_up(self, error: Exception) -> None:
        self._dialog.dismiss()
        self._changes.later(self._changes.failed, error)

    def _progress(self, label: str, done: int, total: int) -> None:
        """Bytes; of a database, which has none, of an undo, and of a cleanup that is made, sessions."""
        removing = self._wanted.verb in ("cleanup", "delete") and self.stage == "making"
        sessions = removing or self._wanted.verb == "undo" or self._wanted.store.backend is not Backend.JSONL
        if total and self.stage != "told":
            self._box.show_progress(done, total, sessions=sessions)

    # ---- buttons and keys

    def act(self) -> None:
        """Make what was planned; try once more what was blocked; undo what was made."""
        if self.stage == "told":
            self.offer("undo")
        elif self.stage == "asking" and self._plan is not None:
            self._make()
        elif (found := self._blocker) is not None:
            self._make(found.daring if found.kind == "unleased" else found.patient, found)

    def also(self) -> None:
        """Repair first; make the rest of it, which something blocked; or wait no more for a program."""
        rest, self._rest = self._rest, None
        if self.offers("repair"):
            self.offer("repair")
        elif self._blocker is not None:
            self._make(self._blocker.daring, self._blocker)
        elif rest is not None and rest.kind == "unleased":
            self._block(rest)
        elif rest is not None:
            self._make(rest.patient, rest)

    def leave(self) -> None:
        """Call off what is being made, as far as it can be; else close."""
        if self.stage == "making":
            self._called_off = True
            self._task.stop()
            self._box.border_title = ink.content("Stopping …")
            return
        self._task.cancel()
        if self.stage == "planning":
            self._give_up(Cancelled())
        else:
            self._dialog.dismiss()

    def offers(self, key: str) -> bool:
        """What the stage offers, beside the buttons."""
        match key:
            case "repair":  # the change removes, or leaves behind, what repair recovers
                verbs = ("compact", "migrate")
                return self.stage == "asking" and self._wanted.verb in verbs and self.page.also is not None
            case "undo":
                return self._change is not None
            case "inspect":
                return self._damaged is not None
            case _:
                return self._change is not None and self._wanted.verb == "migrate"

    @property
    def _change(self) -> str | None:
        """The change that was made."""
        return self._done.change if self.stage == "told" and self._done is not None else None

    @property
    def _damaged(self) -> str | None:
        """A session in which damage stays, by the plan or by what was made of it."""
        return repair.first_left(self._done if self.stage == "told" else self._plan)

    def offer(self, key: str) -> None:
        """Ask about repair instead; or close the dialog, and undo, inspect, or show the database."""
        change, damaged = self._change, self._damaged
        if key == "repair":
            self._wanted, self._renewed, self.stage = replace(self._wanted, verb="repair"), "", "planning"
            self._start_plan()
            self._dialog.set_timer(SOON, self._show_planning)
            return
        self._dialog.dismiss()
        if key == "undo" and change is not None:
            self._changes.undo(change)
        elif key == "inspect" and damaged is not None:
            self._changes.later(self._changes.inspect, damaged)
        elif key == "backend":
            self._changes.later(self._changes.host.show_backend)
