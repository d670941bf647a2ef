"""Going to a place in the open session that a person types: the number of a message or of a line, a percentage."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from sessiontui.errors import UsageError
from sessiontui.tui.browser.open_session import OpenSession
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import tell
from sessiontui.tui.widgets.transcript import TranscriptView

if TYPE_CHECKING:  # loaded when it is asked for: the first paint does not wait for it
    from sessiontui.tui.widgets.prompt import Prompt


class GoTo:
    """A prompt in the pane, for as long as it takes."""

    KEYS: Final = [
        command_key("place", "colon", "ask", "Go to a message or line"),
    ]

    def __init__(self, pane: Widget, transcript: TranscriptView, opened: Callable[[], OpenSession | None]) -> None:
        self._pane, self._transcript, self._opened = pane, transcript, opened
        self._prompt: Prompt | None = None

    async def action_ask(self) -> None:
        """Let the person type where to go; done when they can."""
        from sessiontui.tui.widgets.prompt import Prompt

        self._transcript.enter()
        if self._prompt is None:
            self._prompt = Prompt(raw=self._transcript.raw)
            await self._pane.mount(self._prompt)
        if self._prompt is not None:  # not left since
            self._pane.screen.set_focus(self._prompt)

    def answer(self, text: str) -> None:
        """Go where the person typed, and take the prompt away; one that leads nowhere says why and stays."""
        if not text.strip() or self._go(text):
            self.leave()

    def _go(self, text: str) -> bool:
        from sessiontui.tui.browser.goal_rows import goal_row

        opened, transcript = self._opened(), self._transcript
        if opened is None or opened.rows is None:
            return False
        try:
            found = goal_row(text, opened.rows, opened.session.messages, transcript.raw)
        except UsageError as error:
            if self._prompt is not None:
                self._prompt.say(error.sentence)
            return False
        if found.row == len(opened.rows) - 1:
            transcript.action_end()
        else:
            transcript.go(found.row)
        if found.note:
            tell(self._pane, found.note)
        return True

    def leave(self) -> None:
        """Take the prompt away; the focus goes back to where it was asked for, unless the person went elsewhere."""
        prompt, self._prompt = self._prompt, None
        if prompt is not None:
            if prompt.has_focus:
                self._pane.screen.set_focus(self._transcript)
            prompt.remove()
