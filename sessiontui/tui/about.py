"""About one session: what is known at once, then what was counted. Closing it ends the counting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from textual.app import ComposeResult

from sessiontui import units
from sessiontui.describe.about import Facts, where
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.tui import about_rows
from sessiontui.tui.key_bindings import bindings, command_key
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.stats_task import count
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.sheet import Sheet


class AboutScreen(Overlay[None]):
    """Shows what a session is made of. ``go_to`` takes the row that is chosen in it."""

    HELP_TITLE = "About a session"
    CSS = """
    AboutScreen { align: center middle; }
    AboutScreen Sheet { width: 96%; max-width: 104; height: 92%; }
    """
    BINDINGS = bindings(
        command_key("about.close", "escape,q,i", "dismiss", "Close, and stop counting", "close"),
    )

    def __init__(self, store: Store, session: Session, now: datetime, go_to: Callable[[int], object]) -> None:
        super().__init__()
        self._store = store
        self._facts = Facts(session, where(store, session), now)
        self._go_to = go_to
        self._stats: SessionStats | None = None
        self._note = "" if session.problem is not None else "counting …"

    def compose(self) -> ComposeResult:
        sheet = Sheet("about", clicks=1)
        sheet.border_title = ink.content("About this session")
        sheet.border_subtitle = ink.content("Enter goes to a message · Esc closes")
        yield sheet

    def on_mount(self) -> None:
        """Say what is known, and begin to count."""
        self._say()
        if self._facts.session.problem is None:
            task = BackgroundTask(self, "about", failed=self._fail, progressed=self._progress)
            task.start(partial(count, self._store, self._facts.session), self._show)

    def _say(self) -> None:
        self.query_one(Sheet).show(partial(about_rows.rows, self._facts, self._stats, self._note))

    def _progress(self, label: str, done: int, total: int) -> None:
        if total:
            share = done / total
            self._note = f"{label} … {share:.0%} {units.bar(share)} · Esc stops"
            self._say()

    def _show(self, stats: SessionStats) -> None:
        self._stats = stats
        self._say()

    def _fail(self, error: Exception) -> None:
        self._note = f"× It can't be counted: {error}\n{getattr(error, 'hint', '')}"
        self._say()

    def on_sheet_opened(self, event: Sheet.Opened) -> None:
        """Go to what was chosen, in the transcript."""
        event.stop()
        self.dismiss()
        if isinstance(event.target, int):
            self._go_to(event.target)
