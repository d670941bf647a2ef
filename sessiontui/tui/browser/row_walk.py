"""Going from row to row of the open session: to turns of the user, and to faults."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from sessiontui.tui.browser.open_session import OpenSession
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import show_error, shown_task, tell
from sessiontui.tui.tasks.background_task import ignore
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.widgets.transcript import TranscriptView

if TYPE_CHECKING:
    from sessiontui.tui.tasks.row_search import What


class RowWalk:
    """Steps that a person wants to go, one by one or several at once; where rows are not known yet, as soon as they are."""

    KEYS: Final = [
        command_key("turn_up", "left_square_bracket", "user(-1)", "Previous user turn"),
        command_key("turn_down", "right_square_bracket", "user(1)", "Next user turn"),
    ]

    def __init__(self, title: TitleLine, transcript: TranscriptView, opened: Callable[[], OpenSession | None]) -> None:
        self._transcript, self._opened = transcript, opened
        self.task = shown_task(title, "seek", self._fail)
        self.no_fault: Callable[[int], object] = ignore
        """Called with the step where there is no fault further down in this session, or further up."""
        self._steps = 0
        self._what: What = "user turn"
        """By how many turns or faults the person wants to go on from the row ``_from``, and has not come yet."""
        self._from: int | None = None
        self._fault: int | None = None
        """The row of the fault that the person came to last."""
        self._seen = False
        """Whether that session was looked at when the person asked for the next one."""

    def action_user(self, step: int) -> None:
        """To the next turn of the user, or with -1 to the one before, from the one that one is on the way to."""
        self._transcript.enter()
        self._walk("user turn", step)

    def trace(self, step: int) -> bool:
        """To the next fault, or with -1 to the one before; calls ``no_fault`` where there is none. A person who opened a
        session and has not moved yet comes to its first one, or its last. False where there is nothing to go in."""
        opened = self._opened()
        if opened is None or opened.session.problem is not None:
            return False
        self._seen = opened.rows is not None
        self._walk("fault", step)
        return True

    def stop(self) -> None:
        """Go no further."""
        self._steps, self._fault = 0, None
        self.task.stop()

    def _walk(self, what: What, step: int) -> None:
        goes_on = self._what == what and self._from in (None, self._transcript.cursor)
        self._what, self._steps = what, step + (self._steps if goes_on else 0)
        self.go_on()

    def go_on(self) -> None:
        """Go where the person wants to go, once all rows are known."""
        opened = self._opened()
        rows = None if opened is None else opened.all_rows
        if rows is None:
            return
        if not self._steps:
            self.task.cancel()
            return
        from sessiontui.tui.tasks.row_search import search

        self._from = start = self._transcript.cursor
        if self._what == "fault" and self._transcript.location is None and start != self._fault:
            start = -1 if self._steps > 0 else len(rows)
        found = partial(self._go, self._what, self._steps)
        self.task.start(partial(search, self._what, rows, start, self._steps), found)

    def _go(self, what: What, steps: int, row: int | None) -> None:
        moved, self._steps = self._from != self._transcript.cursor, 0
        if moved:
            return
        if row is not None:
            self._fault = row if what == "fault" else None
            if row == self._transcript.cursor and self._seen:
                tell(self._transcript, f"the {what} is the one under the cursor")
            self._transcript.go(row)
        elif what == "fault":
            self.no_fault(1 if steps > 0 else -1)
        else:
            tell(self._transcript, f"no user turn {'below' if steps > 0 else 'above'} this message")

    def _fail(self, error: Exception) -> None:
        self._steps = 0
        show_error(self._transcript, error)
