"""The least that a filter can cost: an Input, and a virtual list of a file's lines filtered by rapidfuzz. FILE."""

import fileinput

from rapidfuzz import fuzz, process
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

SHOWN = list(ROWS := [line.rstrip() for line in fileinput.input()])  # noqa: SIM115  it ends with the file


class Rows(ScrollView):
    def render_line(self, y: int) -> Strip:
        return Strip([Segment(text) for text in SHOWN[y + self.scroll_offset.y :][:1]]).adjust_cell_length(80)


class Filter(App[None]):
    def compose(self) -> ComposeResult:
        yield from (Input(), Rows())

    def on_input_changed(self, event: Input.Changed) -> None:
        SHOWN[:] = [row for row, *_ in process.extract(event.value, ROWS, scorer=fuzz.partial_ratio, limit=None)]
        self.query_one(Rows).virtual_size = self.size.with_height(len(SHOWN))
        self.query_one(Rows).refresh()


Filter().run()
