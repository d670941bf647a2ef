"""What the browser opens above itself: the palette, the inspector, what one session is made of, and what is about changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.notices import tell

if TYPE_CHECKING:
    from sessiontui.changes.verbs.request import ChangeRequest
    from sessiontui.describe.blockers import Blocker


@dataclass
class Overlays:
    """Each is loaded when it is asked for: the first paint waits for none of them."""

    _screen: Screen[None]
    _changes: ChangeController
    _opener: SessionOpener

    def action_palette(self) -> None:
        """Every command, and every session."""
        from sessiontui.tui.browser.commands import open_palette

        open_palette(self._screen, self._changes, self._opener)

    def action_inspect(self) -> None:
        """What is wrong in the open session, beginning where the transcript is."""
        key, entry = self._opener.reading.key, self._opener.reading.transcript.entry
        if key is None:
            tell(self._screen, "no session is open that could be inspected")
        else:
            span = None if entry is None else entry.address.span
            self.inspect(key, None if span is None else span.offset)

    def inspect(self, key: str, offset: int | None = None) -> None:
        """What is wrong in a session, beginning at a byte."""
        from sessiontui.tui.inspector.inspector_screen import InspectorScreen

        opener = self._opener
        self._open(InspectorScreen(self._changes, lambda: opener.side.known, opener.go_to, key, offset))

    def action_about(self) -> None:
        """About the open session."""
        key = self._opener.reading.key
        session = None if key is None else self._opener.side.known.get(key)
        if session is None:
            tell(self._screen, "no session is open")
            return
        from sessiontui.tui.about import AboutScreen

        go_to = partial(self._opener.go_to, session.key)
        self._open(AboutScreen(self._opener.store, session, self._changes.now(), go_to))

    def ask(self, wanted: ChangeRequest, blocker: Blocker | None = None) -> None:
        """Ask about a change, and make it; of an undo, which needs no plan, about what blocks it."""
        from sessiontui.tui.changes.dialog import PageDialog
        from sessiontui.tui.changes.flow import ChangeFlow

        flow = ChangeFlow(self._changes, wanted, blocker)
        self._screen.app.push_screen(PageDialog(flow.page, flow))

    def show_changes(self) -> None:
        """The changes that can be undone."""
        from sessiontui.tui.changes.list import ChangesScreen

        self._open(ChangesScreen(self._changes))

    def _open(self, overlay: Screen[None]) -> None:
        self._screen.app.clear_notifications()
        self._screen.app.push_screen(overlay)
