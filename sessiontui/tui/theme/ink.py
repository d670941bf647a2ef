"""The one door through which text becomes something drawn: segments, content and notices, from ``Visible`` alone.

No other module of this room makes a ``Segment``, a ``Content`` or a notice; a test of the sources holds that.
Nothing here reads markup: what stands in square brackets is drawn as square brackets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.content import Content
from textual.dom import DOMNode
from textual.strip import Strip
from textual.suggester import Suggester, SuggestFromList

from sessiontui.tui.theme.wrap import wrap
from sessiontui.visible import Visible, visible

Severity = Literal["information", "warning", "error"]
Part = tuple[Visible, Style]
"""A piece of text and how it is drawn."""

EMPTY: Final = visible("")
NOTICE_LENGTH: Final = 600


def strip(parts: Iterable[Part], width: int, ground: Style) -> Strip:
    """One line of exactly ``width`` cells: the parts from the left, cut off at the width, the rest ``ground``."""
    segments = [segment for text, style in parts for segment in _segments(text, style)]
    length = sum(cell_len(segment.text) for segment in segments)
    return Strip(segments, length).adjust_cell_length(width, ground)


def _segments(text: Visible, style: Style) -> Iterator[Segment]:
    """A text in its style; a line under it begins with its first letter and ends with its last."""
    body, bare = (text.strip(), style + Style(underline=False)) if style.underline else (text, style)
    begin = text.find(body)
    for piece, look in ((text[:begin], bare), (body, style), (text[begin + len(body) :], bare)):
        if piece:
            yield Segment(piece, look)


def spread(left: Iterable[Part], right: Iterable[Part], width: int, ground: Style) -> Strip:
    """One line with parts at both ends; the left ones are cut off where they would touch the right ones."""
    right = list(right)
    taken = sum(cell_len(text) for text, _ in right)
    if not right or taken >= width:
        return strip(left, width, ground)
    return Strip.join([strip(left, width - taken, ground), strip(right, taken, ground)])


def centred(note: Visible, y: int, width: int, height: int, style: Style, headline: Style) -> Strip:
    """Line ``y`` of a picture that says a few sentences, one a line, in the middle of ``height`` lines."""
    if not note:
        return strip([], width, style)
    rows = wrap(note, width - 2)
    at = y - max(0, height - len(rows)) // 2
    start, stop = rows[at] if 0 <= at < len(rows) else (0, 0)
    text = visible(note[start:stop])
    pad = visible(" " * (max(0, width - cell_len(text)) // 2))
    look = headline if start < len(note.partition("\n")[0]) else style
    return strip([(pad, style), (text, look)], width, style)


def content(*parts: str | tuple[str, str]) -> Content:
    """Content for titles, labels and buttons: plain text, or text with the name of a Textual style. What is not visible
    yet is made so, without line feeds."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Content.assemble(*((text if isinstance(text, Visible) else visible(text), style) for text, style in pairs))


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
    return visible(_fitting(shown, width - 1) + "…") if width > 0 else EMPTY


def halves(text: str, width: int) -> tuple[Visible, Visible]:
    """``text`` made visible: its beginning and its end, which take at most ``width`` cells with the ellipsis between them;
    all of it and nothing where it fits. For keys: many begin alike, and differ at their ends."""
    shown = visible(text)
    if cell_len(shown) <= width:
        return shown, EMPTY
    room = max(0, width - 1)
    head = _fitting(shown, room - room // 2)
    tail = _fitting(shown[::-1], room - cell_len(head))[::-1]
    while tail and not cell_len(tail[0]):  # a mark of a letter that is cut off
        tail = tail[1:]
    return visible(head), visible(tail)


def middled(text: str, width: int) -> Visible:
    """``text`` made visible, in at most ``width`` cells, with an ellipsis in its middle where something was cut out."""
    head, tail = halves(text, width)
    if len(head) == len(text):
        return head
    return visible(f"{head}…{tail}") if width > 0 else EMPTY


def _fitting(text: str, cells: int) -> str:
    """As many of the first characters as fit."""
    for at, char in enumerate(text):
        cells -= cell_len(char)
        if cells < 0:
            return text[:at]
    return text


def suggester(texts: Sequence[Visible]) -> Suggester:
    """What an input offers as the rest of what is typed into it: the first text that begins so, whatever the case."""
    return SuggestFromList(texts, case_sensitive=False)
