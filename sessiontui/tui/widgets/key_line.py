"""The last line of the screen: the keys that work now, as many as there is room for, help always among them."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui import ink, theme
from sessiontui.visible import visible


class KeyLine(Widget):
    """What can be pressed here; a click presses it."""

    FIRST: ClassVar[tuple[str, ...]] = ("search", "filter")
    """Actions that come first, and so are the last to give way."""
    LAST: ClassVar[tuple[str, ...]] = ("help", "app.quit")
    """Actions that keep their place when there is no room for all."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow what has the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Key and word, key and word."""
        styles = theme.styles(self, theme.KEYS)
        ground, key_style, dim = styles["ground"], styles["key"], styles["dim"]
        parts: list[ink.Part] = []
        self._shown = []
        at = 0
        for binding, enabled in self._fitting():
            key = self.app.get_key_display(binding)
            text = f" {key} {binding.description} "
            self._shown.append((at, at + cell_len(text), binding.action))
            at += cell_len(text)
            parts.append((visible(f" {key} "), key_style if enabled else dim))
            parts.append((visible(f"{binding.description} "), ground if enabled else dim))
        return ink.strip(parts, self.size.width, ground)

    async def on_click(self, event: events.Click) -> None:
        """Do what the word says."""
        for start, stop, action in self._shown:
            if start <= event.x < stop:
                await self.app.run_action(action, self.screen)

    def _fitting(self) -> list[tuple[Binding, bool]]:
        known = self._live()
        known.sort(key=lambda pair: pair[0].action not in self.FIRST)
        first = [pair for pair in known if pair[0].action not in self.LAST]
        last = [pair for pair in known if pair[0].action in self.LAST]
        while first and self._length(first + last) > self.size.width:
            first.pop()
        return first + last

    def _length(self, pairs: list[tuple[Binding, bool]]) -> int:
        return sum(cell_len(f" {self.app.get_key_display(binding)} {binding.description} ") for binding, _ in pairs)

    def _live(self) -> list[tuple[Binding, bool]]:
        """Shown bindings, one an action, less those that an input would take as text."""
        focused = self.screen.focused
        found: dict[str, tuple[Binding, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            typed = focused is not None and focused.check_consume_key(binding.key, _character(binding.key))
            if binding.show and not typed:
                found.setdefault(binding.action, (binding, active.enabled))
        return list(found.values())


def _character(key: str) -> str | None:
    names = {"slash": "/", "question_mark": "?"}
    return names.get(key, key if len(key) == 1 else None)
