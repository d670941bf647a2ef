"""Keys that come faster than they are obeyed, from a slow line or a hand that knows its way: each waits for the one before.

Textual gives a key to what has the focus when the key is read; what an earlier key of the same read opens has none yet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

LONGEST: Final = 1.0
"""Seconds that a key waits for the one before it, whatever that does."""
ROUNDS: Final = 2
"""A key does something, and what it did tells others of it: Enter submits, and what was submitted is gone to."""


class Keyboard:
    """Holds keys and pastes back, and gives them to the app one by one, in order."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._current: events.Event | None = None
        self.opened = False
        """Whether the screen has its parts, and the focus where it is at first."""
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """There is a screen that keys can be meant for."""
        self.opened = True
        self._go_on()

    def holds(self, event: events.Key | events.Paste) -> bool:
        """Whether this one has to wait; it comes again when it is its turn."""
        if event is self._current or event.is_forwarded:
            return False
        self._waiting.append(event)
        self._go_on()
        return True

    def _go_on(self) -> None:
        if self.opened and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._give(), name="keyboard")

    async def _give(self) -> None:
        while self._waiting:
            self._current = self._waiting.popleft()
            near = self._near()
            self._app.post_message(self._current)
            await _obeyed([self._app, *near] * ROUNDS)
            await _obeyed([each for each in self._near() if each not in near])

    def _near(self) -> list[MessagePump]:
        """What a key reaches now: what has the focus, and all that it is in."""
        if not self._app.screen_stack:
            return []
        return list((self._app.focused or self._app.screen).ancestors_with_self)


async def _obeyed(pumps: Iterable[MessagePump]) -> None:
    """Wait until each has done what it was told so far."""
    for pump in pumps:
        done = asyncio.Event()
        if pump.call_later(done.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), LONGEST)
