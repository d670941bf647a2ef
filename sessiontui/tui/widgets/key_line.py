"""The last line of the screen: the keys that work now, as many as there is room for, help always among them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.binding import ActiveBinding
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui.key_bindings import plain
from sessiontui.tui.theme import looks
from sessiontui.tui.widgets.styled_line import StyledLine


class KeyLine(Widget):
    """What can be pressed here; a click presses it."""

    FIRST: Final = ("search", "filter", "fault(1)", "inspect")
    """Actions that come first, and so are the last to give way."""
    LAST: Final = ("help", "quit")
    """Actions that keep their place when there is no room for all, help the longest."""

    _shown: Sequence[tuple[int, int, ActiveBinding]] = ()
    """What stands from which column to which."""

    def on_mount(self) -> None:
        """Follow what has the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render_line(self, y: int) -> Strip:
        fitting = self._fitting()
        ends = accumulate(map(self._width, fitting), initial=0)
        self._shown = [(*span, active) for span, active in zip(pairwise(ends), fitting, strict=True)]
        parts: list[tuple[str, str]] = []
        for active in fitting:
            key, word = self._words(active)
            key_look, look = ("key", "ground") if active.enabled else ("dim", "dim")
            parts += [(f" {key} ", key_look), (f"{word} ", look)]
        return StyledLine(parts).draw(self.size.width, looks.styles(self, looks.KEYS))

    async def on_click(self, event: events.Click) -> None:
        """Do what the word says."""
        for start, stop, active in self._shown:
            if start <= event.x < stop and not await self.app.run_action(active.binding.action, active.node):
                self.app.simulate_key(active.binding.key)  # a dimmed key says why

    def _words(self, active: ActiveBinding) -> tuple[str, str]:
        return self.app.get_key_display(active.binding), active.binding.description

    def _width(self, active: ActiveBinding) -> int:
        return cell_len(" {} {} ".format(*self._words(active)))

    def _fitting(self) -> list[ActiveBinding]:
        """Shown bindings, one an action, that there is room for; Textual leaves out those that an input takes as text."""
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show:
                found.setdefault(plain(active.binding.action), active)
        first = [name for name in dict.fromkeys((*self.FIRST, *found)) if name in found and name not in self.LAST]
        last = [name for name in self.LAST if name in found]
        while len(first + last) > 1 and sum(self._width(found[name]) for name in first + last) > self.size.width:
            (first or last).pop()
        return [found[name] for name in first + last]
