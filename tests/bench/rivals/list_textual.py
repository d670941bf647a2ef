"""The least that a key can hold the event loop: an Input, and a ready-made list that is repainted at each key."""

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

READY = [Strip([Segment(f"row {n:<116}")]) for n in range(200)]


class Rows(ScrollView):
    def render_line(self, y: int) -> Strip:
        return READY[(y + self.scroll_offset.y) % 200].crop_extend(0, self.size.width, None)


class Repainted(App[None]):
    def compose(self) -> ComposeResult:
        yield Input()
        yield Rows()

    def on_input_changed(self) -> None:
        self.query_one(Rows).virtual_size = Size(120, 200)
        self.query_one(Rows).refresh()


if __name__ == "__main__":
    Repainted().run()
