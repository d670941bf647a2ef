"""The browser as an application: opens a store and shows it until the person leaves."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import ClassVar

from textual.app import App
from textual.screen import Screen

from sessiontui.model import Session
from sessiontui.store.detect import Place
from sessiontui.store.protocol import Store
from sessiontui.tui import theme
from sessiontui.tui.screens.browser import BrowserScreen
from sessiontui.tui.widgets.session_list import utc_now

HEAD_START = 0.1
"""Seconds that the list is waited for before there is a screen. Beside a busy screen the same work takes five times
as long: each look at a file gives the interpreter away and waits for it."""


class SessiontuiApp(App[None]):
    """One store in a terminal."""

    CSS = theme.CSS
    TITLE = "sessiontui"
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._listed = listed
        self.register_theme(theme.NIGHT)
        self.theme = theme.NIGHT.name

    def get_default_screen(self) -> Screen[None]:
        """The browser is the first screen, with no empty one painted under it."""
        return BrowserScreen(self._store, self._clock, self._listed)


def run(place: Place) -> int:
    """Open the browser on a store and return the exit code when it is left."""
    store = place.open()
    early = ThreadPoolExecutor(1, "head start")
    listed = early.submit(store.sessions)
    early.shutdown(wait=False)
    wait([listed], HEAD_START)
    app = SessiontuiApp(store, listed=listed)
    gc.freeze()  # what is loaded by now stays for good: each look through it stops the screen for 20 ms
    gc.enable()
    asyncio.run(_attend(app))
    return app.return_code or 0


async def _attend(app: SessiontuiApp) -> None:
    """Run the app; where it is told to end by a signal, it gives the terminal back first."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, app.exit, None, 128 + number)
    await app.run_async()
