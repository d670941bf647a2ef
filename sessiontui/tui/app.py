"""The browser as an application: opens a store and shows it until the person leaves."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import App

from sessiontui.model import Backend
from sessiontui.store.detect import find
from sessiontui.store.protocol import Store
from sessiontui.tui import theme
from sessiontui.tui.screens.browser import BrowserScreen
from sessiontui.tui.widgets.session_list import utc_now


class SessiontuiApp(App[None]):
    """One store in a terminal."""

    CSS = theme.CSS
    TITLE = "sessiontui"
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, store: Store, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._store = store
        self._clock = clock

    def on_mount(self) -> None:
        """Show the store."""
        self.register_theme(theme.NIGHT)
        self.theme = theme.NIGHT.name
        self.push_screen(BrowserScreen(self._store, self._clock))


def run(store_path: Path | None = None, backend: Backend | None = None) -> int:
    """Open the browser on a store and return the exit code when it is left. Raises what ``detect.find`` raises."""
    found = find(None if store_path is None else os.fspath(store_path), backend, os.environ)
    app = SessiontuiApp(found.place.open())
    app.run()
    return app.return_code or 0
