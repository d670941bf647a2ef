"""Opens sessions of the list in the transcript, and follows the open one: where it went away, it is shown again once it is
back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sessiontui.errors import SessiontuiError
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import GONE, TranscriptPane
from sessiontui.tui.tasks.background_task import ignore


@dataclass
class SessionOpener:
    """What the list and the transcript have to do with each other; both are of the one ``store``."""

    store: Store
    side: SessionPane
    reading: TranscriptPane
    opened: Callable[[], object] = ignore
    """Called after each session that was opened, or found gone."""
    _left: tuple[str, int | None] | None = None
    """The session that was open when it, or the store, went away, and the row."""

    def use(self, store: Store) -> None:
        """Open sessions of this store from now on; none is open yet."""
        self.store, self._left = store, None
        self.reading.close()

    def open(self, key: str, row: int | None = None) -> None:
        """Show a session of the list at its end, or at a row."""
        session = self.side.known.get(key)
        self._left = None
        if session is None:
            self.reading.close(GONE)
        else:
            self.reading.open(self.store, session, row)
        self.opened()

    def go_to(self, key: str, row: int | None = None) -> None:
        """Read a session at its end, or at a row."""
        self.side.choose(key)
        self.open(key, row)
        self.reading.transcript.enter()

    def renew(self, keys: Collection[str]) -> None:
        """Open the open session again where it is one of these; the place stays."""
        if (key := self.reading.key) is not None and key in keys:
            self.open(key, self.reading.transcript.location)

    def learn(self) -> None:
        """More is known of the sessions."""
        key, known = self.reading.key, self.side.known
        if not known:
            self.reading.close()
        elif self._left is not None:
            self._return(*self._left)
        elif key is not None and key in known:
            self.reading.describe(known[key])

    def follow(self, keys: Collection[str] | None) -> None:
        """These sessions were touched, any of them where ``keys`` is None: the open one may be longer, or gone."""
        key = self.reading.key
        if key is None or (keys is not None and key not in keys):
            return
        if key in self.side.known:
            self.reading.follow(self.side.known[key])
        else:
            self._leave(GONE)

    def lose(self, error: SessiontuiError) -> None:
        """The store can't be read: nothing of it is shown, for nobody knows whether it is so any more."""
        self._leave(cannot_read("It can't be read.", error))

    def _leave(self, note: str) -> None:
        """Show a sentence in place of the open session, until it is back."""
        if self.reading.key is not None:
            self._left = self.reading.key, self.reading.transcript.location
        self.reading.close(note)

    def _return(self, key: str, row: int | None) -> None:
        if key in self.side.known:
            self.side.choose(key)
            self.open(key, row)
        else:
            self.reading.close(GONE)


def cannot_read(what: str, error: SessiontuiError) -> str:
    """The picture of a store that can't be read: why, what can be done, and that it is waited for."""
    parts = (what, error.sentence, error.hint, "It is read again as soon as it is there · F5 looks now")
    return "\n".join(filter(None, parts))
