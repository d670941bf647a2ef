"""Waits of tests of the screen: for the moment when nothing is left to do, never for time to pass."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual.app import App
from textual.screen import Screen
from textual.widgets import Button

from sessiontui.tui.tasks import index_update, journal_reader, search_task

BREATH: Final = 0.001
"""Seconds that threads and timers that are due get before the loop is looked at again."""
ROUNDS: Final = 200
"""An app that never rests is waited for no longer than this."""


async def _at_rest(*_: float) -> None:
    """Wait until neither the loop nor the screen has anything that it could do at once."""
    loop = asyncio.get_running_loop()
    for _round in range(ROUNDS):
        await asyncio.sleep(BREATH)
        if loop._ready:  # type: ignore[attr-defined]
            continue
        app: App[Any] | None = active_app.get(None)
        if app is None or not app._screen_stack:
            return
        if app._resize_event is not None:  # taken after a moment, with those that follow it
            continue
        screen = app._screen_stack[-1]
        if not _waits_for_a_frame(screen):
            return
        screen._on_timer_update()


def _waits_for_a_frame(screen: Screen[Any]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._dirty_widgets
        or screen._callbacks
    )


@pytest.fixture(autouse=True)
def _no_idle_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits until the process used no time for a while; ours pauses for the sake of a person's eyes, and
    its buttons look pressed for a moment, in which they take no other key."""
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", _at_rest)
    monkeypatch.setattr(Button, "_start_active_affect", lambda _: None)
    monkeypatch.setattr(index_update, "PAINT_SECONDS", 0)
    monkeypatch.setattr(journal_reader, "PAUSE", 0)
    monkeypatch.setattr(search_task, "PAUSE", 0)
