"""The first line of the screen: which store, what is in it, and what work is going on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.style import Style
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget

from sessiontui.tui import figures, ink, theme
from sessiontui.visible import visible


class TitleLine(Widget):
    """Told what to say; says it in one line."""

    path: Reactive[str] = reactive("")
    """Where the store is; hostile text."""
    backend: Reactive[str] = reactive("")
    sessions: Reactive[int | None] = reactive(None)
    messages: Reactive[int | None] = reactive(None)
    faults: Reactive[int | None] = reactive(None)
    """None: not known yet, or nothing that could be damaged."""
    work: Reactive[str] = reactive("")
    """What is going on, with a bar; empty when nothing is."""

    def render_line(self, y: int) -> Strip:
        """Name, store and totals at the left; work at the right. What does not fit is left out whole."""
        ground = self._look("ground")
        right = [(visible(f" {self.work} "), self._look("work"))] if self.work else []
        room = self.size.width - sum(cell_len(text) for text, _ in right)
        left = next((parts for parts in self._ways() if sum(cell_len(text) for text, _ in parts) <= room), [])
        return ink.spread(left or self._shortest(room), right, self.size.width, ground)

    def _ways(self) -> Iterator[list[ink.Part]]:
        """What to say, from all of it to less and less."""
        name = (visible(" sessiontui  "), self._look("name"))
        store = (visible(f"{self.path} · {self.backend}"), self._look("ground"))
        near = (visible(f" …/{self.path.rsplit('/', 1)[-1]} · {self.backend}"), self._look("ground"))
        sessions = (visible(f" · {figures.counted(self.sessions, 'session')}"), self._look("dim"))
        messages = (visible(f" · {figures.counted(self.messages, 'message')}"), self._look("dim"))
        faults = (visible(f" · ! {figures.counted(self.faults, 'fault')}" if self.faults else ""), self._look("fault"))
        yield [name, store, sessions, messages, faults]
        yield [near, sessions, messages, faults]
        yield [near, sessions, faults]
        yield [near, sessions]

    def _shortest(self, room: int) -> list[ink.Part]:
        return [
            (ink.clipped(f" {self.backend} · {figures.counted(self.sessions, 'session')}", room), self._look("ground"))
        ]

    def _look(self, name: str) -> Style:
        return theme.styles(self, theme.TITLE)[name]
