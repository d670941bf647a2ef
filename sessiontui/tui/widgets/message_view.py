"""One row of a transcript as lines of a screen: a message, or what stands in a damaged line.

Pure: an entry and a width go in, lines come out, drawn one at a time when they are seen. Text is cut to a limit first,
so that a message of any size costs the same; the person can ask for more. Nothing is read as markup.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from sessiontui.model import Entry, Fault, Message
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.looks.wrap import wrap
from sessiontui.tui.widgets.markdown import Mark, hang, marks
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.visible import Visible, visible

ROLES: Final = ("user", "assistant", "system", "tool")
LIMIT: Final = 64 * 1024
"""Characters of a message that are shown before the person asks for more."""
LINES: Final = 2_000
"""Lines of a message that are shown before that."""
FAULT_LINES: Final = 6
MARGIN: Final = 2
"""Columns at the left for the bar of the cursor."""
SLACK: Final = 1
"""Columns at the right that stay empty."""
TAB: Final = 4

Styles = Mapping[str, Style]
Line = tuple[tuple[tuple[Visible, str], ...], tuple[tuple[Visible, str], ...]]
"""Pieces at the left and pieces at the right, each with the name of its style."""


@dataclass(slots=True)
class Drawn:
    """A row laid out for a width: ``height`` lines, each made by ``strip`` when it is seen."""

    width: int
    head: list[Line]
    text: Visible = ink.EMPTY
    rows: list[tuple[int, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    carets: dict[int, int] = field(default_factory=dict)
    """Lines below ``head`` that are a caret, with the cells it stands off."""
    foot: list[Line] = field(default_factory=list)
    body: str = "text"
    gap: int = 1
    """Empty lines below it."""
    more: bool = False
    """Something was left out that can be asked for."""

    @property
    def height(self) -> int:
        """How many lines it takes, the empty ones below it too."""
        return len(self.head) + len(self.rows) + len(self.carets) + len(self.foot) + self.gap

    @property
    def sought(self) -> int | None:
        """The first line that holds what was searched for."""
        hit = next((mark for mark in self.marks if mark.style == "hit"), None)
        if hit is None:
            return None
        return len(self.head) + max(0, bisect_right(self.rows, (hit.start, len(self.text) + 1)) - 1)

    def offset(self, line: int) -> int:
        """The character that begins a line of the text; 0 above it, the last line's below it."""
        at = line - len(self.head)
        return self.rows[min(at, len(self.rows) - 1)][0] if at > 0 and self.rows else 0

    def line_at(self, offset: int) -> int:
        """The line that holds a character of the text; 0 for the first, with the head above it."""
        if not offset:
            return 0
        return len(self.head) + max(0, bisect_right(self.rows, (offset, len(self.text) + 1)) - 1)

    def strip(self, line: int, styles: Styles, chosen: bool) -> Strip:
        """Draw one line; ``chosen`` marks the row under the cursor with a bar at its left."""
        ground = styles["ground"]
        bar = ink.strip(
            [
                (visible("▌" if chosen and line < self.height - self.gap else " "), styles["bar"]),
                (visible(" "), ground),
            ],
            MARGIN,
            ground,
        )
        return Strip.join([bar, self._line(line, styles, self.width - MARGIN)])

    def _line(self, line: int, styles: Styles, width: int) -> Strip:
        ground = styles["ground"]
        if line < len(self.head):
            return _spread(self.head[line], styles, width)
        below = line - len(self.head)
        if below in self.carets:
            return ink.strip([(visible(" " * self.carets[below] + "^"), styles["caret"])], width, ground)
        below -= sum(1 for caret in self.carets if caret < below)
        if below < len(self.rows):
            start, stop = self.rows[below]
            pad = visible(" " * self._hang(start))
            return ink.strip([(pad, ground), *self._pieces(start, stop, styles)], width, ground)
        below -= len(self.rows)
        return _spread(self.foot[below], styles, width) if below < len(self.foot) else ink.strip([], width, ground)

    def _hang(self, start: int) -> int:
        """By how many cells a screen line is set in: it may be a further one of an item of a list, or of a quote."""
        if self.body != "text" or start == 0 or self.text[start - 1] == "\n":
            return 0
        return _hang(self.text, self.text.rfind("\n", 0, start) + 1, self.width)

    def _pieces(self, start: int, stop: int, styles: Styles) -> Iterator[ink.Part]:
        at = start
        for mark in islice(self.marks, _first(self.marks, start), None):
            if mark.start >= stop:
                break
            if mark.start > at:
                yield visible(self.text[at : mark.start]), styles[self.body]
            end = min(mark.stop, stop)
            yield visible(self.text[max(at, mark.start) : end]), styles[mark.style]
            at = end
        if at < stop:
            yield visible(self.text[at:stop]), styles[self.body]


def lay_out(entry: Entry, width: int, *, raw: bool = False, limit: int = LIMIT, spans: Spans = nothing) -> Drawn:
    """Lay an entry out for ``width`` cells; ``raw`` shows its line as it stands in the file."""
    if entry.fault is not None:
        return _fault(entry, entry.fault, width, limit)
    if raw and entry.raw:
        return _raw(entry, width, limit)
    if entry.message is None:
        return Drawn(width, [(((visible("·"), "dim"),), _place(entry, "blank"))], gap=0)
    return _message(entry, entry.message, width, limit, spans)


def _message(entry: Entry, message: Message, width: int, limit: int, spans: Spans) -> Drawn:
    role, content = message.role, message.content
    style = role if role in ROLES else "other"
    head: Line = (((ink.clipped(role or "(no role)", max(8, width // 2)), style),), _place(entry))
    plain = content[:limit].expandtabs(TAB)
    text = visible(plain, lines=True)
    rows = wrap(text, width - MARGIN - SLACK, partial(_hang, width=width))
    most = LINES * max(1, limit // LIMIT)
    shown = limit if len(rows) <= most else rows[most][0]
    drawn = Drawn(width, [head], text, rows[:most])
    hits = [Mark(start, stop, "hit") for start, stop in spans(plain)]
    drawn.marks = _over(hits, marks(text))
    if not content:
        drawn.foot.append((((visible("(empty)"), "dim"),), ()))
    _more(drawn, len(content) - shown, entry.clipped)
    return drawn


def _hang(text: str, start: int, width: int) -> int:
    return min(hang(text, start), width // 4)


def _raw(entry: Entry, width: int, limit: int) -> Drawn:
    line = _decoded(entry.raw[:limit])
    at = entry.address
    where = f"byte {at.span.offset:,} · {figures.size(at.span.length)} " if at.span else ""
    head: Line = (((visible(f"line {figures.count(at.line)}"), "dim"),), ((visible(where), "dim"),))
    drawn = Drawn(width, [head], line, wrap(line, width - MARGIN - SLACK), body="raw")
    _more(drawn, len(entry.raw) - limit, entry.clipped)
    return drawn


def _fault(entry: Entry, fault: Fault, width: int, limit: int) -> Drawn:
    span = fault.span or entry.address.span
    number = fault.line or entry.address.line
    label = " · ".join(
        [
            f"line {number:,}" if number else "damaged line",
            fault.reason,
            f"byte {(span.offset if span else 0) + fault.at:,}",
        ]
    )
    head: list[Line] = [
        (((visible("▚ ! " if not at else "    "), "fault"), (visible(piece), "fault")), ())
        for at, piece in enumerate(_folded(label, width - MARGIN - 4))
    ]
    room = FAULT_LINES * max(8, width - MARGIN) if limit <= LIMIT else limit
    before = 0 if fault.at < room * 3 // 4 else fault.at - room // 2
    text = visible(("…" if before else "") + _decoded(entry.raw[before : before + room]))
    drawn = Drawn(width, head, text, wrap(text, width - MARGIN - SLACK), body="damaged")
    if fault.at <= len(entry.raw):
        _point(drawn, len(_decoded(entry.raw[before : fault.at])) + (1 if before else 0))
    _more(drawn, len(entry.raw) - room, entry.clipped)
    return drawn


def _point(drawn: Drawn, at: int) -> None:
    """Put a caret below the character ``at`` of the text."""
    row = max(0, bisect_right(drawn.rows, (at, len(drawn.text) + 1)) - 1)
    start, stop = drawn.rows[row]
    drawn.carets[row + 1] = min(cell_len(drawn.text[start : min(at, stop)]), drawn.width - MARGIN - 1)


def _decoded(raw: bytes) -> Visible:
    """The bytes of a line as text, one symbol for each byte that is no UTF-8."""
    return visible(raw.decode("utf-8", "surrogateescape"))


def _more(drawn: Drawn, left: int, clipped: bool) -> None:
    if left > 0:
        drawn.more = True
        drawn.foot.append((((visible(f"… {left:,} more · Enter shows more"), "dim"),), ()))
    elif clipped:
        drawn.foot.append((((visible("… a huge line: only its beginning is shown"), "dim"),), ()))


def _place(entry: Entry, kind: str = "") -> tuple[tuple[Visible, str], ...]:
    """Where the entry stands, for the right end of its first line."""
    at = entry.address
    when = at.created_at.strftime(f"{'imported ' if at.imported else ''}%Y-%m-%d %H:%M") if at.created_at else ""
    where = f"#{entry.ordinal:,}" if entry.ordinal else f"line {at.line:,}" if at.line else ""
    text = " · ".join(part for part in (kind, when, where) if part)
    return ((visible(text + " "), "dim"),) if text else ()


def _folded(text: str, width: int) -> list[str]:
    return [text[start:stop] for start, stop in wrap(visible(text), width)]


def _over(above: list[Mark], below: list[Mark]) -> list[Mark]:
    """Both kinds of marks in order, the ones ``above`` cutting out of those ``below``."""
    if not above:
        return below
    kept = list(above)
    for mark in below:
        at = mark.start
        for hit in islice(above, _first(above, at), None):
            if hit.start >= mark.stop:
                break
            if hit.start > at:
                kept.append(Mark(at, hit.start, mark.style))
            at = hit.stop
        if at < mark.stop:
            kept.append(Mark(at, mark.stop, mark.style))
    return sorted(kept)


def _first(ordered: list[Mark], at: int) -> int:
    """The first mark that ends behind ``at``."""
    return bisect_right(ordered, at, key=lambda mark: mark.stop)


def _spread(line: Line, styles: Styles, width: int) -> Strip:
    left, right = line
    return ink.spread(
        [(text, styles[style]) for text, style in left],
        [(text, styles[style]) for text, style in right],
        width,
        styles["ground"],
    )
