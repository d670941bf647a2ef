"""Where a person was before a hit, and how one comes back there."""

from __future__ import annotations

from typing import NamedTuple

from textual.widget import Widget

from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.transcript import TranscriptView


class _Location(NamedTuple):
    key: str
    row: int | None
    reading: bool


class BackStack:
    """Holds the session, row and focus of before the first hit that was gone to."""

    def __init__(self, opener: SessionOpener) -> None:
        self._side, self._reading, self._opener = opener.side, opener.reading, opener
        self._before: _Location | None = None
        self._was_reading = False

    def push(self) -> None:
        """Come back here, unless there is a place to come back to already."""
        if self._before is None and self._reading.key is not None:
            self._before = _Location(self._reading.key, self._reading.transcript.location, self._was_reading)

    def clear(self) -> None:
        """Come back nowhere: the person chose another session since."""
        self._before = None

    def pop(self) -> bool:
        """Go back to session, row and focus; False where there is nothing to go back to."""
        if self._before is None:
            return False
        location, self._before = self._before, None
        self._side.choose(location.key)
        self._opener.open(location.key, location.row)
        self._focus(location.reading)
        return True

    def note_focus(self, widget: Widget) -> None:
        """Remember whether the person was reading before the search."""
        if isinstance(widget, SessionList | TranscriptView):
            self._was_reading = isinstance(widget, TranscriptView)

    def leave_bar(self) -> None:
        """Back to where the focus was before."""
        self._focus(self._was_reading)

    def _focus(self, reading: bool) -> None:
        if reading:
            self._reading.transcript.enter()
        else:
            self._side.enter()
