"""Opens sessions of the list in the transcript, and follows the open one: where it went away, it is shown again once it is
back."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sessiontui.errors import SessiontuiError
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.session_feed import cannot_read
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import GONE, TranscriptPane
from sessiontui.tui.tasks.background_task import ignore


class SessionOpener:
    """What the list and the transcript have to do with each other."""

    def __init__(self, store: Store, side: SessionPane, reading: TranscriptPane) -> None:
        self.store = store
        self._side, self._reading = side, reading
        self.opened: Callable[[], object] = ignore
        """Called after each session that was opened, or found gone."""
        self._left: tuple[str, int | None] | None = None
        """The session that was open when it, or the store, went away, and the row."""

    def use(self, store: Store) -> None:
        """Open sessions of this store from now on; none is open yet."""
        self.store, self._left = store, None
        self._reading.close()

    def open(self, key: str, row: int | None = None) -> None:
        """Show a session of the list at its end, or at a row."""
        session = self._side.known.get(key)
        self._left = None
        if session is None:
            self._reading.close(GONE)
        else:
            self._reading.open(self.store, session, row)
        self.opened()

    def go_to(self, key: str, row: int | None = None) -> None:
        """Read a session at its end, or at a row."""
        self._side.choose(key)
        self.open(key, row)
        self._reading.transcript.enter()

    def read_again(self, keys: Collection[str]) -> None:
        """Read the list again, and the open session where it is one of these; the place stays."""
        self._side.feed.read_again(but=keys)
        if (key := self._reading.key) is not None and key in keys:
            self.open(key, self._reading.transcript.location)

    def action_refresh(self) -> None:
        """Read the list again, all of it, and what the open session holds now."""
        self._side.feed.read_again(but=tuple(self._side.known))
        if self._reading.key in self._side.known:
            self.follow(None)

    def learn(self) -> None:
        """More is known of the sessions."""
        key, known = self._reading.key, self._side.known
        if self._side.feed.lost:
            return
        if not known:
            self._reading.close()
        elif self._left is not None:
            self._return(*self._left)
        elif key is not None and key in known:
            self._reading.describe(known[key])

    def follow(self, keys: Collection[str] | None) -> None:
        """These sessions were touched, any of them where ``keys`` is None: the open one may be longer, or gone."""
        key = self._reading.key
        if key is None or (keys is not None and key not in keys):
            return
        if key in self._side.known:
            self._reading.follow(self._side.known[key])
        else:
            self._leave(GONE)

    def lose(self, error: SessiontuiError) -> None:
        """The store can't be read: nothing of it is shown, for nobody knows whether it is so any more."""
        self._leave(cannot_read("It can't be read.", error))

    def _leave(self, note: str) -> None:
        """Show a sentence in place of the open session, until it is back."""
        if self._reading.key is not None:
            self._left = self._reading.key, self._reading.transcript.location
        self._reading.close(note)

    def _return(self, key: str, row: int | None) -> None:
        if key in self._side.known:
            self._side.choose(key)
            self.open(key, row)
        else:
            self._reading.close(GONE)
