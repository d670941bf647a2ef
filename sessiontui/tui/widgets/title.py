"""The first line of the screen: which store, what is in it, and what work is going on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.style import Style
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget

from sessiontui import units
from sessiontui.tui.looks import ink, theme
from sessiontui.visible import visible


class TitleLine(Widget):
    """Told what to say; says it in one line."""

    path: Reactive[str] = reactive("")
    """Where the store is; hostile text."""
    backend: Reactive[str] = reactive("")
    sessions: Reactive[int | None] = reactive(None)
    messages: Reactive[int | None] = reactive(None)
    faults: Reactive[int | None] = reactive(None)
    """Damaged lines; None: not known yet, or nothing that could be damaged."""
    files: Reactive[int] = reactive(0)
    """Files that are damaged as a whole: nothing can be read of them, or ZeroClaw can't find them."""
    note: Reactive[str] = reactive("")
    """What a person should know while it is so, in a few words: read-only, a change was interrupted."""
    work: Reactive[str] = reactive("")
    """What is going on, with a bar; empty when nothing is."""

    def tell(self, sessions: int | None, messages: int | None, faults: int | None, files: int) -> None:
        """What is in the store now, as far as it is known."""
        self.sessions, self.messages, self.faults, self.files = sessions, messages, faults, files

    def show_work(self, label: str, done: int, total: int) -> None:
        """Say how far work is."""
        if total:
            self.work = f"{label} {done / total:.0%} {units.bar(done / total)}"

    def end_work(self) -> None:
        """Say of no work any more."""
        self.work = ""

    def render_line(self, y: int) -> Strip:
        """Name, store and totals at the left; note and work at the right. What does not fit is left out whole."""
        width = self.size.width
        for right in self._right():
            room = width - _cells(right)
            for left in self._left():
                if _cells(left) <= room:
                    return ink.spread(left, right, width, self._look("ground"))
        return ink.spread(self._shortest(width), [], width, self._look("ground"))

    def _right(self) -> Iterator[list[ink.Part]]:
        """What goes on and what should be known; the bar goes before the words."""
        note = [(visible(f" {self.note} "), self._look("note"))] if self.note else []
        words = self.work.rstrip(units.BAR)
        for work in dict.fromkeys((self.work, words.rstrip())):
            yield [*note, *([(visible(f" {work} "), self._look("work"))] if work else [])]
        yield note

    def _left(self) -> Iterator[list[ink.Part]]:
        """Which store, from all that is known of it to less and less."""
        name = (visible(" sessiontui  "), self._look("name"))
        store = (visible(f"{self.path} · {self.backend}"), self._look("ground"))
        folders = self.path.split("/")
        tails = [self.path, *("/".join(("…", *folders[at:])) for at in range(2, len(folders)))]
        *nearer, near = [(visible(f" {tail} · {self.backend}"), self._look("ground")) for tail in tails]
        sessions = (visible(f" · {units.counted(self.sessions, 'session')}"), self._look("dim"))
        messages = (visible(f" · {units.counted(self.messages, 'message')}"), self._look("dim"))
        damage = units.damage(self.faults or 0, self.files)
        faults = (visible(f" · ! {damage}" if damage else ""), self._look("fault"))
        yield [name, store, sessions, messages, faults]
        for part in (*nearer, near):
            yield [part, sessions, messages, faults]
        yield [near, sessions, faults]
        least = (visible(f" {self.backend} · {units.counted(self.sessions, 'session')}"), self._look("ground"))
        if damage:
            yield [least, faults]
        yield [near, sessions]
        yield [least]

    def _shortest(self, room: int) -> list[ink.Part]:
        """Nothing fits as it is: what is to be known, else which store, as far as it goes."""
        if self.note:
            return [(ink.clipped(f" {self.note}", room), self._look("note"))]
        return [(ink.clipped(f" {self.backend}", room), self._look("ground"))]

    def _look(self, name: str) -> Style:
        return theme.styles(self, theme.TITLE)[name]


def _cells(parts: list[ink.Part]) -> int:
    return sum(cell_len(text) for text, _ in parts)
