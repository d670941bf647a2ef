"""The browser as an application: opens a store and shows it until the person leaves.

It knows the terminal and the person's taste: which theme, how many colours, which characters. A fault of ours ends it
with a few lines that are safe to print, never with the text of a session.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Final

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.screen import Screen

from sessiontui.model import Session
from sessiontui.store.detect import StoreLocation
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.screen import BrowserScreen
from sessiontui.tui.driver import TerminalDriver
from sessiontui.tui.key_bindings import bindings, command_key, shown
from sessiontui.tui.keyboard import Keyboard
from sessiontui.tui.notices import tell
from sessiontui.tui.preferences import Remember, Remembered, load, remember
from sessiontui.tui.theme import looks, themes
from sessiontui.tui.theme.ascii_signs import tolerate_input
from sessiontui.tui.theme.terminal import Terminal, end_with
from sessiontui.tui.widgets.session_list import utc_now
from sessiontui.visible import visible

RARELY = (10_000, 1_000, 1_000)
"""How seldom cycles are looked for: sessions, facts and rows come by the ten thousand and form none. With Python's own
figures, reading them looks through all there is again and again, which stops the screen for 100 to 400 ms each time."""
HEAD_START = 0.1
"""Seconds that the list is waited for before there is a screen; beside a busy screen it takes five times as long."""
DRAWN_WITHIN: Final = 1.0
"""Seconds that a terminal has to take the last that is written, once a signal says that it is over."""
ENDED_WITHIN: Final = 3.0
"""Seconds after that in which everything ends, or is ended."""


class SessiontuiApp(App[None]):
    """One store in a terminal."""

    CSS_PATH = looks.BROWSER
    HORIZONTAL_BREAKPOINTS = looks.WIDTHS
    VERTICAL_BREAKPOINTS = looks.HEIGHTS
    TITLE = "sessiontui"
    ALLOW_SELECT = False
    ENABLE_COMMAND_PALETTE = False  # ours finds sessions too
    BINDINGS = bindings(
        command_key("help", "question_mark", "help", "Help for what has the focus", "help"),
        command_key("app.help", "f1", "help", "Help for what has the focus", "help", priority=True),
        command_key("app.quit", "ctrl+q", "quit", "Quit, wherever you are", priority=True),
        command_key("app.suspend", "ctrl+z", "suspend_process", "Back to the shell; fg returns"),
    )

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime] = utc_now,
        listed: Future[list[Session]] | None = None,
        remembered: Remembered | None = None,
        read_only: bool = False,
        terminal: Terminal | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        self._variables: dict[str, dict[str, str]] | None = None
        super().__init__(driver_class=driver, ansi_color="NO_COLOR" in os.environ or None)
        self._variables = {}
        self._store, self._clock, self._listed, self._read_only = store, clock, listed, read_only
        self._terminal = terminal or Terminal()
        self._told = False
        self._keyboard = Keyboard(self)
        self.remembered = remembered or Remembered()
        for each in themes.THEMES:
            self.register_theme(each)
        self.theme = self._wanted_theme()
        self.stylesheet.set_variables(self.get_css_variables())
        self._filters += self._terminal.filters
        if self._terminal.far:
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        """The browser is the first screen, with no empty one painted under it."""
        screen = BrowserScreen(self._store, self._clock, self._listed)
        if self._read_only:
            screen.changes.forbidden = "the browser was opened with --read-only"
        return screen

    def on_mount(self) -> None:
        """Say what of the person's taste could not be read."""
        self._tell(self.remembered.problem)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh())  # whoever had the terminal left it blank
        self.screen.call_later(self.call_later, self._keyboard.open)

    # ---- what is typed

    async def on_event(self, event: events.Event) -> None:
        """A key waits for its turn: for the browser at first, and for what the keys before it do."""
        if isinstance(event, events.Key | events.Paste) and self._keyboard.holds(event):
            return
        await super().on_event(event)

    # ---- colours

    def get_css_variables(self) -> dict[str, str]:
        """Those of the theme, such that all of it can be read; none before there is a theme."""
        if self._variables is None:
            return {}
        known = self._variables.get(self.theme)
        if known is None:
            known = self._variables[self.theme] = themes.variables(super().get_css_variables())
        self.theme_variables = known
        return known

    def refresh_css(self, animate: bool = True) -> None:
        """Read the style sheets again, for other colours; at the start they are going to be read with these."""
        if self._keyboard.opened:
            super().refresh_css(animate)

    def _wanted_theme(self) -> str:
        """The theme that was chosen; the terminal's own colours where it has no others."""
        known = self.get_theme(self.remembered.theme) if self.remembered.theme else None
        if self.no_color or (self._terminal.few_colours and not (known and known.ansi)):
            return themes.TERMINAL.name
        return themes.NIGHT.name if known is None else known.name

    # ---- what is remembered

    def on_remember(self, message: Remember) -> None:
        """Remember it, while the screen goes on."""
        self.remembered = replace(self.remembered, **message.changes)  # type: ignore[arg-type]  # fields of it
        self.run_worker(
            lambda: self.call_later(self._tell, remember(None, **message.changes)),
            "remember",
            thread=True,
            exit_on_error=False,
        )

    def _tell(self, problem: str) -> None:
        """Say once that nothing is remembered."""
        if problem and not self._told:
            self._told = True
            tell(self, problem, "warning")

    # ---- help

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key on the screen, the same everywhere."""
        return shown(binding.key)

    def action_help(self) -> None:
        """Help for what has the focus; F1 works where a question mark is text."""
        from sessiontui.tui.help import HelpScreen

        self.clear_notifications()
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        else:
            self.push_screen(HelpScreen(self.screen))

    def clear_notifications(self) -> None:
        """Take away what was told, and the room that it had: Textual leaves that, and what comes next would stand below it."""
        super().clear_notifications()
        if self.screen_stack:
            self.screen.query("ToastHolder").remove()

    # ---- leaving

    def action_help_quit(self) -> None:
        """Ctrl+C: not everybody knows how to leave."""
        tell(self, "Ctrl+Q quits, wherever you are")

    def _handle_exception(self, error: Exception) -> None:
        """A screen that was not all there when the browser was left misses its parts; that is no fault."""
        if self._exit and isinstance(error, NoMatches):
            self.log.error(error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """A fault of ours ends the browser; ``run`` has the last words. Textual's would hold the values of variables."""
        self._close_messages_no_wait()

    @property
    def fault(self) -> Exception | None:
        """What ended the browser."""
        return self._exception

    def give_up_terminal(self) -> None:
        """Draw no more: the terminal is gone, or takes nothing."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.give_up()

    @property
    def has_terminal(self) -> bool:
        """Whether what is written can still be read."""
        return not (isinstance(self._driver, TerminalDriver) and self._driver.lost)


def run(location: StoreLocation) -> int:
    """Open the browser on a store and return the exit code when it is left."""
    store = location.open()
    early = ThreadPoolExecutor(1, "head start")
    listed = early.submit(store.sessions)
    early.shutdown(wait=False)
    terminal = Terminal.here(os.environ)
    tolerate_input(terminal.encoding)
    remembered = load()
    wait([listed], HEAD_START)
    app = SessiontuiApp(
        store,
        listed=listed,
        remembered=remembered,
        read_only=location.read_only,
        terminal=terminal,
        driver=TerminalDriver,
    )
    gc.freeze()  # what is loaded by now stays for good: each look through it stops the screen for 20 ms
    gc.set_threshold(*RARELY)
    gc.enable()
    asyncio.run(_attend(app))
    if app.fault is not None and app.has_terminal:
        sys.stderr.write(last_words(app.fault))
    return app.return_code or 0


async def _attend(app: SessiontuiApp) -> None:
    """Run the app; where a signal tells it to end, it gives the terminal back first. Without a terminal it ends too."""
    ending = Ending(app, asyncio.get_running_loop())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ending.told)
    ending.start()
    end_with(sys.stdin.fileno())
    await app.run_async()


class Ending(Thread):
    """Ends the program when a signal says so: as usual, where that can be; without the terminal, where it takes nothing;
    and in any case. A change that is cut off is finished by the next one."""

    def __init__(self, app: SessiontuiApp, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="ending", daemon=True)
        self._app, self._loop = app, loop
        self._numbers: SimpleQueue[int] = SimpleQueue()  # a signal may come while it is told of another

    def told(self, number: int, frame: object) -> None:
        """The signal's handler, in the thread that may be the one that hangs."""
        self._numbers.put(number)

    def run(self) -> None:
        """Wait for a signal, and see to it that it is obeyed."""
        code = 128 + self._numbers.get()
        with suppress(RuntimeError):  # the loop is closed: it ends already
            self._loop.call_soon_threadsafe(self._app.exit, None, code)
        time.sleep(DRAWN_WITHIN)
        self._app.give_up_terminal()
        time.sleep(ENDED_WITHIN)
        os._exit(code)


def last_words(error: Exception) -> str:
    """What is printed of a fault of ours: where it was, and no value of a variable."""
    told = "".join(traceback.format_exception(error))
    return f"{visible(told, lines=True)}sessiontui: a fault in sessiontui itself; nothing was left half done\n"
