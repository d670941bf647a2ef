"""The one door through which text becomes something drawn: segments, content and notices, from ``Visible`` alone.

No other module of this room makes a ``Segment``, a ``Content`` or a notice; a test of the sources holds that.
Nothing here reads markup: what stands in square brackets is drawn as square brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.content import Content
from textual.dom import DOMNode
from textual.strip import Strip
from textual.suggester import Suggester

from sessiontui.tui.looks.wrap import wrap
from sessiontui.visible import Visible, visible

Severity = Literal["information", "warning", "error"]
Part = tuple[Visible, Style]
"""A piece of text and how it is drawn."""

EMPTY: Final = visible("")
NOTICE_LENGTH: Final = 600


def strip(parts: Iterable[Part], width: int, ground: Style) -> Strip:
    """One line of exactly ``width`` cells: the parts from the left, cut off at the width, the rest ``ground``."""
    segments = [Segment(text, style) for text, style in parts if text]
    length = sum(cell_len(segment.text) for segment in segments)
    return Strip(segments, length).adjust_cell_length(width, ground)


def spread(left: Iterable[Part], right: Iterable[Part], width: int, ground: Style) -> Strip:
    """One line with parts at both ends; the left ones are cut off where they would touch the right ones."""
    right = list(right)
    taken = sum(cell_len(text) for text, _ in right)
    if taken >= width:
        return strip(left, width, ground)
    segments = [Segment(text, style) for text, style in right]
    return Strip.join([strip(left, width - taken, ground), Strip(segments, taken)])


def centred(note: Visible, y: int, width: int, height: int, style: Style, headline: Style | None = None) -> Strip:
    """Line ``y`` of a picture that says a few sentences, one a line, in the middle of ``height`` lines."""
    if not note:
        return strip([], width, style)
    rows = wrap(note, width - 2)
    at = y - max(0, height - len(rows)) // 2
    start, stop = rows[at] if 0 <= at < len(rows) else (0, 0)
    text = visible(note[start:stop])
    pad = visible(" " * (max(0, width - cell_len(text)) // 2))
    look = headline if headline is not None and start < len(note.partition("\n")[0]) else style
    return strip([(pad, style), (text, look)], width, style)


def content(*parts: Visible | tuple[Visible, str]) -> Content:
    """Content for titles, labels and buttons: plain text, or text with the name of a Textual style."""
    return Content.assemble(*parts)


def lines(rows: Iterable[Content]) -> Content:
    """Several rows of content, one below the other."""
    return Content("\n").join(rows)


def notice(node: DOMNode, text: Visible, severity: Severity = "information", title: Visible = EMPTY) -> None:
    """Tell the person something: a toast that is never read as markup and never longer than a few lines.

    A sentence that still stands on the screen is not said twice: its time begins anew.
    """
    app: App[object] = node.app
    told = visible(text[:NOTICE_LENGTH], lines=True)
    for said in [each for each in app._notifications if each.message == told]:  # noqa: SLF001  # no public way
        app._unnotify(said, refresh=False)  # noqa: SLF001
    app.notify(told, title=title, severity=severity, markup=False)


def clipped(text: str, width: int) -> Visible:
    """``text`` made visible, in at most ``width`` cells, with an ellipsis where something was cut off."""
    shown = visible(text[: max(0, width) * 4 + 8])
    if cell_len(shown) <= width:
        return shown
    kept, cells = 0, 0
    for char in shown:
        cells += cell_len(char)
        if cells > width - 1:
            break
        kept += 1
    return visible(shown[:kept] + "…") if width > 0 else EMPTY


class _Completions(Suggester):
    """Completes with the first text that begins so, whatever the case."""

    def __init__(self, texts: Sequence[Visible]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._texts = texts

    async def get_suggestion(self, value: str) -> Visible | None:
        begin = value.casefold()
        return next((text for text in self._texts if text.casefold().startswith(begin)), None)


def suggester(texts: Sequence[Visible]) -> Suggester:
    """What an input offers as the rest of what is typed into it."""
    return _Completions(texts)
