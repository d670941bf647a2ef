"""The first line of the screen: which store, what is in it, and what work is going on."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.widget import Widget

from sessiontui import units
from sessiontui.tui.theme import ink, looks
from sessiontui.tui.widgets.styled_line import StyledLine, Texts
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
        return self._fitting(width).draw(width, looks.styles(self, looks.TITLE))

    def _fitting(self, width: int) -> StyledLine:
        lines = (StyledLine(left, right) for right in self._right() for left in self._left())
        return next((line for line in lines if _cells(line) <= width), self._shortest(width))

    def _right(self) -> Iterator[Texts]:
        """What goes on and what should be known; the bar goes before the words."""
        note = [(f" {self.note} ", "note")] if self.note else []
        words = self.work.rstrip(units.BAR)
        for work in dict.fromkeys((self.work, words.rstrip())):
            yield [*note, (f" {work} ", "work")] if work else note
        yield note

    def _left(self) -> Iterator[Texts]:
        """Which store, from all that is known of it to less and less."""
        folders = self.path.split("/")
        tails = (self.path, *("/".join(("…", *folders[at:])) for at in range(2, len(folders))))
        sessions = f" · {units.counted(self.sessions, 'session')}", "dim"
        messages = f" · {units.counted(self.messages, 'message')}", "dim"
        damage = units.damage(self.faults or 0, self.files)
        faults = f" · ! {damage}" if damage else "", "fault"
        yield [(" sessiontui  ", "name"), (f"{self.path} · {self.backend}", "ground"), sessions, messages, faults]
        near = [(f" {tail} · {self.backend}", "ground") for tail in tails]
        for store in near:
            yield [store, sessions, messages, faults]
        yield [near[-1], sessions, faults]
        least = f" {self.backend} · {units.counted(self.sessions, 'session')}", "ground"
        if damage:
            yield [least, faults]
        yield [near[-1], sessions]
        yield [least]

    def _shortest(self, room: int) -> StyledLine:
        """Nothing fits as it is: what is to be known, else which store, as far as it goes."""
        text, look = (self.note, "note") if self.note else (self.backend, "ground")
        return StyledLine([(ink.clipped(f" {text}", room), look)])


def _cells(line: StyledLine) -> int:
    return sum(cell_len(visible(text)) for texts in line for text, _ in texts)
