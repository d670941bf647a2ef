"""The first line of the screen: which store, what is in it, and what work is going on."""

from __future__ import annotations

from typing import ClassVar

from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui import figures, ink
from sessiontui.visible import visible


class TitleLine(Widget):
    """Told what to say; says it in one line."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in ("name", "dim", "fault", "work")}

    store: Reactive[str] = reactive("")
    """Path and backend; hostile text."""
    sessions: Reactive[int | None] = reactive(None)
    messages: Reactive[int | None] = reactive(None)
    faults: Reactive[int | None] = reactive(None)
    """None: not known yet, or nothing that could be damaged."""
    work: Reactive[str] = reactive("")
    """What is going on, with a bar; empty when nothing is."""

    def render_line(self, y: int) -> Strip:
        """Name, store and totals at the left; work at the right."""
        ground = self.rich_style
        name, dim, fault, work = (self.get_component_rich_style(f"line--{part}") for part in self._parts())
        totals = f" · {figures.counted(self.sessions, 'session')} · {figures.counted(self.messages, 'message')}"
        left = [(visible(" sessiontui  "), name), (visible(self.store), ground), (visible(totals), dim)]
        if self.faults:
            left.append((visible(f" · ! {figures.counted(self.faults, 'fault')}"), fault))
        right = [(visible(f" {self.work} "), work)] if self.work else []
        return ink.spread(left, right, self.size.width, ground)

    def _parts(self) -> tuple[str, ...]:
        return ("name", "dim", "fault", "work")
