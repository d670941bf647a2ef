"""What the browser opens above itself: the palette, the inspector, and what one session is made of."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import TranscriptPane
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.looks import ink
from sessiontui.visible import visible


class Overlays:
    """Each is loaded when it is asked for: the first paint waits for none of them."""

    def __init__(
        self,
        screen: Screen[None],
        changes: ChangeController,
        side: SessionPane,
        reading: TranscriptPane,
        opener: SessionOpener,
    ) -> None:
        self._screen, self._changes = screen, changes
        self._side, self._reading, self._opener = side, reading, opener

    def action_palette(self) -> None:
        """Every command, and every session."""
        from sessiontui.tui.browser.commands import open_palette

        open_palette(self._screen, self._changes, self._side, self._opener)

    def action_inspect(self) -> None:
        """What is wrong in the open session, beginning where the transcript is."""
        key, entry = self._reading.key, self._reading.transcript.entry
        if key is None:
            ink.notice(self._screen, visible("no session is open that could be inspected"))
        else:
            span = None if entry is None else entry.address.span
            self.inspect(key, None if span is None else span.offset)

    def inspect(self, key: str, offset: int | None = None) -> None:
        """What is wrong in a session, beginning at a byte."""
        from sessiontui.tui.inspector.inspector_screen import InspectorScreen

        self._screen.app.clear_notifications()
        self._screen.app.push_screen(
            InspectorScreen(self._changes, lambda: self._side.known, self._opener.go_to, key, offset)
        )

    def action_about(self) -> None:
        """About the open session."""
        key = self._reading.key
        session = None if key is None else self._side.known.get(key)
        if session is None:
            ink.notice(self._screen, visible("no session is open"))
            return
        from sessiontui.tui.about import AboutScreen

        go_to = partial(self._opener.go_to, session.key)
        self._screen.app.clear_notifications()
        self._screen.app.push_screen(AboutScreen(self._opener.store, session, self._changes.now, go_to))
