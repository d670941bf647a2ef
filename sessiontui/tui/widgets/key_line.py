"""The last line of the screen: the keys that work now, as many as there is room for, help always among them."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui.looks import ink, theme
from sessiontui.tui.pane_keys import plain
from sessiontui.visible import visible


class KeyLine(Widget):
    """What can be pressed here; a click presses it."""

    FIRST: ClassVar[tuple[str, ...]] = ("search", "filter", "fault(1)", "inspect")
    """Actions that come first, and so are the last to give way."""
    LAST: ClassVar[tuple[str, ...]] = ("help", "quit")
    """Actions that keep their place when there is no room for all, help the longest."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: list[tuple[int, int, ActiveBinding]] = []

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
        for active in self._fitting():
            key, word = self._words(active)
            start, at = at, at + cell_len(f" {key} {word} ")
            self._shown.append((start, at, active))
            parts.append((visible(f" {key} "), key_style if active.enabled else dim))
            parts.append((visible(f"{word} "), ground if active.enabled else dim))
        return ink.strip(parts, self.size.width, ground)

    async def on_click(self, event: events.Click) -> None:
        """Do what the word says."""
        for start, stop, active in self._shown:
            if start <= event.x < stop and not await self.app.run_action(active.binding.action, active.node):
                self.app.simulate_key(active.binding.key)  # a dimmed key says why

    def _words(self, active: ActiveBinding) -> tuple[str, str]:
        return self.app.get_key_display(active.binding), active.binding.description

    def _fitting(self) -> list[ActiveBinding]:
        known = self._live()
        order = {name: at for at, name in enumerate(self.FIRST)}
        known.sort(key=lambda active: order.get(_named(active), len(order)))
        first = [active for active in known if _named(active) not in self.LAST]
        last = [active for active in known if _named(active) in self.LAST]
        last.sort(key=lambda active: self.LAST.index(_named(active)))
        while len(first + last) > 1 and self._length(first + last) > self.size.width:
            (first or last).pop()
        return first + last

    def _length(self, shown: list[ActiveBinding]) -> int:
        return sum(cell_len(" {} {} ".format(*self._words(active))) for active in shown)

    def _live(self) -> list[ActiveBinding]:
        """Shown bindings, one an action; Textual leaves out those that an input takes as text."""
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                found.setdefault(_named(active), active)
        return list(found.values())


def _named(active: ActiveBinding) -> str:
    """What is done, whoever does it."""
    return plain(active.binding.action)
