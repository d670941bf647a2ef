"""A dialog in which something is made; what hinders it is said there, and it is tried again if the person wants that.

It waits in no thread but a worker's. While another program is waited for, nothing is begun and all can be called off.
"""

from __future__ import annotations

from typing import Final, Literal

from textual import on
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from sessiontui.errors import Cancelled
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.screens.dialogs import PageDialog
from sessiontui.tui.words import blockers
from sessiontui.tui.words.blockers import Blocker
from sessiontui.tui.words.page import Page
from sessiontui.tui.work.change_task import FIRST, Awaited, Begun, ChangeTask, RetryOptions
from sessiontui.visible import visible

SOON: Final = 0.15
"""Seconds that work may take before it is shown."""
BAR: Final = 24
"""Columns of the progress bar."""

Stage = Literal["looking", "asking", "making", "hindered", "told"]


class MakingDialog(PageDialog):
    """What was made, or went wrong, is reported to the screen below, which shows the store."""

    def __init__(self, page: Page, below: Screen[None], store: Store, stage: Stage) -> None:
        super().__init__(page)
        self.below = below
        self.store = store
        self.stage: Stage = stage
        self.changer = ChangeTask(self)
        self._blocker: Blocker | None = None
        self._waited = False
        """Whether who stands in the way was waited for longer already."""
        self._called_off = False

    # ---- what it is that is made

    def attempt(self, how: RetryOptions, blocked: Blocker | None) -> None:
        """Begin to make it; once more, where it was hindered before."""
        raise NotImplementedError

    def at_work(self) -> Page:
        """What is shown meanwhile."""
        raise NotImplementedError

    def renew(self, error: Exception) -> bool:
        """Whether, after this error, it is planned anew."""
        return False

    # ---- made

    def make(self, how: RetryOptions = FIRST, blocked: Blocker | None = None) -> None:
        """Have it made, and show the work as soon as that takes a while."""
        self.stage, self._called_off = "making", False
        self._waited = self._waited or bool(how.files)
        self.attempt(how, blocked)
        self.set_timer(SOON, self._show_making)

    def _show_making(self) -> None:
        if self.stage == "making":
            self.show(self.at_work())
            if not self.query_one("#work").display:
                self.say_work(0, 0)
            self.set_focus(None)  # an Enter too many stops nothing

    def action_leave(self) -> None:
        """Call off what is being made, as far as it can be; else close."""
        if self.stage == "making":
            self._called_off = True
            self.changer.interrupt()
            self._box.border_title = ink.content(visible("Stopping …"))
        else:
            self.changer.cancel()
            self.dismiss(None)

    @on(messages.Made)
    def _made(self, report: messages.Made) -> None:
        report.stop()
        self.tell(report)

    def tell(self, report: messages.Made) -> None:
        """It was made."""
        self.dismiss(None)
        self.below.post_message(report)

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        report.stop()
        if self.changer.is_stale(report):
            return
        found = blockers.of_error(report.error) if self.stage == "making" else None
        if found is not None:
            self.block(found)
        elif not self.renew(report.error):
            self.dismiss(None)
            self.below.post_message(report)

    # ---- hindered

    def block(self, found: Blocker) -> None:
        """Say what hinders it, unless it was called off anyway."""
        if self._called_off:
            self.dismiss(None)
            self.below.post_message(messages.Failed(self.changer.generation, messages.CHANGE, Cancelled()))
            return
        self.stage, self._blocker = "hindered", found
        self.hide_work()
        self.show(blockers.page(found, self._waited))

    def act(self) -> None:
        """Try once more."""
        if self.stage == "hindered" and self._blocker is not None:
            found = self._blocker
            self.make(found.daring if found.kind == "unleased" else found.patient, found)

    def also(self) -> None:
        """Wait no more for who has the file open."""
        if self.stage == "hindered" and self._blocker is not None:
            self.make(self._blocker.daring, self._blocker)

    @on(Awaited)
    def _say_who(self, report: Awaited) -> None:
        report.stop()
        if not self.changer.is_stale(report):
            self._show_work_line(ink.content(blockers.waiting(report.who)))

    @on(Begun)
    def _wait_no_more(self, report: Begun) -> None:
        report.stop()
        if not self.changer.is_stale(report):
            self.say_work(0, 0)

    # ---- how far it is

    @on(messages.Progressed)
    def _show_progress(self, report: messages.Progressed) -> None:
        report.stop()
        if report.total and self.stage != "told" and not self.changer.is_stale(report):
            self.say_work(report.done, report.total)

    @on(messages.Finished)
    def _finish(self, report: messages.Finished) -> None:
        report.stop()

    @property
    def counts_sessions(self) -> bool:
        """Whether progress is told in sessions, not in bytes."""
        return True

    def say_work(self, done: int, total: int) -> None:
        """Show how far the work is; a ``total`` of 0 is not known yet."""
        share = done / max(1, total)
        figure = ""
        if total:
            of = figures.counted(total, "session") if self.counts_sessions else figures.size(total)
            figure = f" · {f'{done:,}' if self.counts_sessions else figures.size(done)} of {of}"
        self._show_work_line(
            ink.content((visible(figures.bar(share, BAR)), "$accent"), visible(f" {share:.0%}{figure}"))
        )

    def _show_work_line(self, line: Content) -> None:
        work = self.query_one("#work", Static)
        work.update(line)
        if not work.display:
            work.display = True
            self.on_resize()

    def hide_work(self) -> None:
        """There is none."""
        self.query_one("#work").display = False
