"""The least that a page can cost: a bare ScrollView of very many rows that paints ready-made strips."""

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

READY = [Strip([Segment(f"{n:<120}")]) for n in range(1000)]


class Rows(ScrollView, can_focus=True):
    def on_mount(self) -> None:
        self.virtual_size = Size(120, 3_000_000)
        self.focus()

    def render_line(self, y: int) -> Strip:
        return READY[(y + self.scroll_offset.y) % 1000].crop_extend(0, self.size.width, None)

    def action_page_down(self) -> None:
        self.scroll_relative(y=self.size.height, animate=False)


class Scrolled(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows()


Scrolled().run()
