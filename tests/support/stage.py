"""One widget on a screen of its own, in our colours, and what it posts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message as Posted
from textual.pilot import Pilot
from textual.widget import Widget

from sessiontui.tui.theme import looks, themes


class Stage(App[None]):
    """One widget."""

    CSS_PATH = looks.BROWSER

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget
        self.register_theme(themes.NIGHT)
        self.theme = themes.NIGHT.name

    def get_css_variables(self) -> dict[str, str]:
        """Those that the browser has."""
        self.theme_variables = themes.variables(super().get_css_variables())
        return self.theme_variables

    def compose(self) -> ComposeResult:
        """It alone."""
        yield self._widget

    def on_mount(self) -> None:
        """It has the focus."""
        self._widget.focus()


@asynccontextmanager
async def staged(
    widget: Widget, *kinds: type[Posted], size: tuple[int, int] = (60, 20)
) -> AsyncIterator[tuple[Pilot[None], list[Any]]]:
    """A widget on a screen of its own, and what it posts of these kinds."""
    posted: list[Posted] = []

    def hook(message: Posted) -> None:
        if isinstance(message, kinds) and not any(message is other for other in posted):
            posted.append(message)

    app = Stage(widget)
    async with app.run_test(size=size, message_hook=hook) as pilot:
        await pilot.pause()
        yield pilot, posted


def lines(widget: Widget) -> list[str]:
    """What it draws."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.content_region.height)]
