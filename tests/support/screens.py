"""The browser on a store that never changes, for pilot tests, snapshots and the pictures of the documentation.

Nothing here depends on the clock, the machine or chance: ages are told by a clock that stands still, cursors do not
blink, and a screen is looked at when all work behind it has ended.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from sessiontui.cli.demo import write_sample
from sessiontui.dialects.zeroclaw import write
from sessiontui.model import Backend, Message
from sessiontui.store.detect import find
from sessiontui.store.protocol import Store
from sessiontui.tui.app import SessiontuiApp
from sessiontui.tui.browser.screen import BrowserScreen
from sessiontui.tui.tasks.feed_task import FOLLOW
from sessiontui.tui.widgets.session_list import SessionList

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""The time at which every test and every picture is taken."""

Run = Callable[[Pilot[Any]], Awaitable[None]]


def clock() -> datetime:
    """A clock that stands still."""
    return NOW


def sample(home: Path) -> Path:
    """The sample store in a person's home, all of it older than ``NOW``; the path of its sessions folder."""
    sessions = write_sample(home / ".zeroclaw" / "workspace", NOW) / "sessions"
    odd = sorted(path for path in sessions.iterdir() if path.lstat().st_mtime > NOW.timestamp())
    for days, path in enumerate(odd, start=20):
        _age(path, timedelta(days=days))
    return sessions


def folder(path: Path, sessions: dict[str, list[Message | bytes]]) -> Path:
    """A sessions folder with these sessions, the first the newest; bytes stand as they are, for damaged lines."""
    path.mkdir(parents=True, exist_ok=True)
    for minutes, (key, rows) in enumerate(sessions.items(), start=1):
        file = path / f"{key}.jsonl"
        file.write_bytes(b"".join(row if isinstance(row, bytes) else write(row) for row in rows))
        _age(file, timedelta(minutes=minutes))
    return path


def talk(count: int, word: str = "line") -> list[Message | bytes]:
    """A conversation of so many messages."""
    return [Message("user" if at % 2 else "assistant", f"{word} {at}") for at in range(1, count + 1)]


def opened(path: Path, backend: Backend | None = Backend.JSONL) -> Store:
    """The store at a path."""
    return find(str(path), backend, {}).location.open()


class StillApp(SessiontuiApp):
    """The browser with a clock that stands still and cursors that do not blink. Its errors are kept to be seen."""

    def __init__(self, store: Store, live: bool = False, **how: Any) -> None:
        super().__init__(store, clock, **how)
        self.live = live
        self.animation_level = "none"
        self.notices: list[str] = []
        """What the person was told, oldest first."""

    def get_default_screen(self) -> Screen[None]:
        """The browser; it follows what happens to the store where a test wants that."""
        screen = super().get_default_screen()
        if isinstance(screen, BrowserScreen):
            screen.feed.live = self.live
        return screen

    @property
    def browser(self) -> BrowserScreen:
        """The screen below any dialog."""
        return next(screen for screen in self.screen_stack if isinstance(screen, BrowserScreen))

    def notify(self, message: str, **how: Any) -> None:
        """Keep it too."""
        self.notices.append(message)
        super().notify(message, **how)


WIDE, NARROW, SMALL = (140, 40), (80, 24), (60, 15)
TORN = b'{"role":"assistant","content":"the machine di\n'


@asynccontextmanager
async def browsing(
    store: Path | Store, size: tuple[int, int] = WIDE, **how: Any
) -> AsyncIterator[tuple[StillApp, Pilot[Any]]]:
    """The browser at rest on a store; in the end no fault of ours may have been told."""
    app = StillApp(opened(store) if isinstance(store, Path) else store, **how)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield app, pilot
        assert not [notice for notice in app.notices if "sessiontui itself" in notice]


def focus(app: StillApp) -> type[Widget]:
    """What kind of thing has the focus."""
    return type(app.focused) if app.focused is not None else type(app.screen)


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until every task has ended and what it reported is on the screen."""
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    for _ in range(2_400):
        await pilot.pause()
        if not _working(pilot):
            await pilot.pause()
            if not _working(pilot):
                return
        await pilot.pause(0.005)
    raise AssertionError(f"work without end: {_working(pilot)}")


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Wait until something that another thread brings about is so."""
    for _ in range(6_000):
        if holds():
            return
        await pilot.pause(0.005)
    raise AssertionError("it never came to be so:\n" + "\n".join(shown(pilot.app)))  # type: ignore[arg-type]


def _working(pilot: Pilot[Any]) -> list[str]:
    """The tasks that have something to do; who follows a store is never done."""
    return [worker.name for worker in pilot.app.workers if worker.group != FOLLOW and not worker.is_finished]


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one by one, and see what each did before the next."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


def typed(text: str) -> list[str]:
    """The keys that type a text."""
    names = {" ": "space", "/": "slash", '"': "quotation_mark", "-": "minus", "_": "underscore"}
    return [names.get(char, char) for char in text]


async def choose(pilot: Pilot[Any], key: str) -> None:
    """Put the cursor on a session, wherever it is in the list."""
    sessions = pilot.app.screen.query_one(SessionList)
    sessions.move_to(sessions.keys.index(key))
    await settle(pilot)


def keys(*presses: str, session: str | None = None) -> Run:
    """What to do before a snapshot is taken: settle, choose a session, press, settle."""

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        if session is not None:
            await choose(pilot, session)
        await press(pilot, *presses)

    return run


def shown(app: SessiontuiApp) -> list[str]:
    """The lines of the screen as text, without the spaces at their ends."""
    size = app.size
    strips = app.screen._compositor.render_strips(size)
    return [strip.text.rstrip() for strip in strips]


def says(app: SessiontuiApp, *texts: str) -> bool:
    """Whether the screen holds all of these texts."""
    screen = "\n".join(shown(app))
    return all(text in screen for text in texts)


def _age(path: Path, age: timedelta) -> None:
    when = (NOW - age).timestamp()
    os.utime(path, (when, when), follow_symlinks=False)


def names(rows: Iterable[object]) -> list[str]:
    """The class names of what was posted."""
    return [type(row).__name__ for row in rows]
