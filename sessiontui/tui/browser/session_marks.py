"""The marks of sessions, which make a change mean several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sessiontui.tui.arrangement import Arrangement
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.widgets.session_list import SessionList


class SessionMarks:
    """Marks what the list shows; those that a filter hides stay marked.

    ``listed`` says whether the sessions can be seen, and tells the person where they can't; ``changed`` is called with each
    other set of marks.
    """

    KEYS: Final = [
        command_key("mark", "space", "mark", "Mark the session, so that a key means several", "mark"),
        command_key("mark_all", "asterisk,ctrl+a", "mark_all", "Mark all shown"),
    ]

    def __init__(
        self,
        sessions: SessionList,
        arranged: Arrangement,
        listed: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        self._sessions, self._arranged = sessions, arranged
        self._listed, self._changed = listed, changed

    @property
    def keys(self) -> tuple[str, ...]:
        """The marked sessions, newest first; those too that a filter hides."""
        return tuple(key for key in self._arranged.all if key in self._sessions.marks)

    def action_mark(self) -> None:
        """Mark the session under the cursor or take its mark away, and go to the next one."""
        if self._listed() and self._sessions.session is not None:
            self.turn({self._sessions.session.key})
            self._sessions.action_move(1)

    def action_mark_all(self) -> None:
        """Mark all that are shown; where all of them are, take their marks away."""
        if self._listed():
            shown = set(self._sessions.keys)
            self.turn(shown if shown <= self._sessions.marks else shown - self._sessions.marks)

    def clear(self) -> None:
        """Mark nothing any more."""
        self.take(self._sessions.marks)

    def take(self, keys: Iterable[str]) -> None:
        """Take the marks of these sessions away."""
        self.turn(self._sessions.marks.intersection(keys))

    def turn(self, keys: set[str]) -> None:
        """Mark those of these sessions that are not marked, and take the marks of the others away."""
        self._sessions.marks ^= keys
        self._sessions.refresh()
        self._changed()
