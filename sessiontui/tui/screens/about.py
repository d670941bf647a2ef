"""About one session: what is known at once, then what was counted. Closing it ends the counting.

It says what it is told and reads nothing itself; what is chosen in it goes back to the screen below.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from sessiontui.describe.about import Facts, where
from sessiontui.errors import SessiontuiError
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink, theme
from sessiontui.tui.screens.layer import Overlay
from sessiontui.tui.widgets.sheet import Sheet
from sessiontui.tui.words import about_rows
from sessiontui.tui.work.stats_task import StatsTask, Surveyed
from sessiontui.visible import visible


class AboutSheet(Sheet):
    """The lines, in which the longest messages and the damaged lines can be chosen."""

    HELP = "What this session is made of. Enter or a click on a damaged or a long one goes to it in the transcript."


class AboutScreen(Overlay[None]):
    """Tells what a session is made of."""

    HORIZONTAL_BREAKPOINTS = theme.WIDTHS
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    CSS = """
    AboutScreen { align: center middle; }
    AboutScreen AboutSheet { width: 96%; max-width: 104; height: 92%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,i", "dismiss", "close", tooltip="Close, and stop counting", id="about.close"),
    ]

    def __init__(self, store: Store, session: Session, now: datetime, go_to: Callable[[int], object]) -> None:
        super().__init__()
        self._store = store
        self._facts = Facts(session, where(store, session), now)
        self._go_to = go_to
        self._about: SessionStats | None = None
        self._note = "" if session.problem is not None else "counting …"

    def compose(self) -> ComposeResult:
        """One sheet of lines."""
        sheet = AboutSheet(id="about", clicks=1)
        sheet.border_title = ink.content(visible("About this session"))
        sheet.border_subtitle = ink.content(visible("Enter goes to a message · Esc closes"))
        yield sheet

    def on_mount(self) -> None:
        """Say what is known, and begin to count."""
        self._stats_task = StatsTask(self)
        self._say()
        if self._facts.session.problem is None:
            self._stats_task.tell(self._store, self._facts.session)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._stats_task.cancel()

    def _say(self) -> None:
        self.query_one(AboutSheet).show(partial(about_rows.rows, self._facts, self._about, self._note))

    @on(messages.Progressed)
    def _show_progress(self, report: messages.Progressed) -> None:
        report.stop()
        if not self._stats_task.is_stale(report) and self._about is None and report.total:
            share = report.done / report.total
            self._note = f"counting … {share:.0%} {figures.bar(share)} · Esc stops"
            self._say()

    @on(Surveyed)
    def _show(self, report: Surveyed) -> None:
        report.stop()
        if not self._stats_task.is_stale(report):
            self._about = report.about
            self._say()

    @on(messages.Failed)
    def _show_failure(self, report: messages.Failed) -> None:
        report.stop()
        if self._stats_task.is_stale(report):
            return
        error = report.error
        hint = error.hint if isinstance(error, SessiontuiError) else ""
        self._note = f"× It can't be counted: {error}\n{hint}"
        self._say()

    @on(messages.Finished)
    def _end(self, report: messages.Finished) -> None:
        report.stop()

    @on(Sheet.Opened)
    def _open(self, event: Sheet.Opened) -> None:
        """Go to what was chosen, in the transcript."""
        event.stop()
        self.dismiss()
        if isinstance(event.target, int):
            self._go_to(event.target)
