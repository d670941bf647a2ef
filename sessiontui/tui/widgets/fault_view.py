"""A damaged line as lines of a screen: what is wrong, its bytes with a caret, and what can be read of a torn message.

Each part of the line begins on a screen line of its own, behind a sign for what would become of it. Only what stands
around the byte where it goes wrong is laid out, whatever the size of the line; the person can ask for more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rich.cells import cell_len

from sessiontui.damage import catalogue
from sessiontui.describe import signs, sureness
from sessiontui.dialects import zeroclaw
from sessiontui.model import Entry, Fault, Message, Salvage, Severity, Span
from sessiontui.tui.theme.wrap import wrap
from sessiontui.tui.widgets.line_parts import DamagedLine, PieceLook, around, chars, kind_of
from sessiontui.tui.widgets.rendered_row import LIMIT, MARGIN, SLACK, RenderedRow
from sessiontui.tui.widgets.styled_line import Mark, StyledLine
from sessiontui.visible import visible

LINES: Final = 6
"""Screen lines of a damaged line, or of a message that was torn, that are shown before the person asks for more."""
READ: Final = 3
"""Torn messages of one line that are read."""
HANG: Final = 2
"""Cells in front of the bytes, for the sign."""


def lay_out(entry: Entry, fault: Fault, width: int, *, raw: bool, limit: int) -> RenderedRow:
    """Lay a damaged line out for ``width`` cells; ``raw``: what it may have meant is left out."""
    span = entry.address.span or Span(0, len(entry.raw))
    about = fault.span or span
    at = about.offset + fault.at - span.offset
    page = _Page(entry, fault, span, LINES * max(8, width - MARGIN) if limit <= LIMIT else limit, width)
    left = page.write(at if 0 <= at <= span.length else None)
    cut = not raw and page.read()
    text = visible("".join(page.text), lines=True)
    drawn = RenderedRow(
        width,
        list(_head(entry, fault, about.offset, width)),
        text,
        _wrapped(text, width - MARGIN - SLACK),
        page.marks,
        body="dim",
        hang=lambda *_: HANG,
        gap=int(about.stop <= span.stop),
        more=left > 0 or cut,
    )
    if page.caret is not None and fault.severity is Severity.DAMAGE:
        drawn.point(page.caret)
    if left > 0:
        drawn.say(f"… {left:,} more bytes · Enter shows more")
    elif cut:
        drawn.say("… Enter shows more")
    elif entry.clipped:
        drawn.say(f"… a huge line: {len(entry.raw):,} of its {span.length:,} bytes are shown")
    return drawn


# ---- what is wrong


def _head(entry: Entry, fault: Fault, begin: int, width: int) -> Iterator[StyledLine]:
    span, number = entry.address.span, entry.address.line
    where = f"line {number:,}" if number else "a line"
    if span is not None and span.offset > begin:
        of = f"line {fault.line:,}" if fault.line else "a line above"
        yield StyledLine([(f"▚   {where} · belongs to {of}", "dim")])
        return
    if fault.severity is Severity.INCOMPLETE:
        words = [where if number else "the last line", "may still be being written"]
        sign, style = f"▚ {signs.UNFINISHED} ", "waiting"
    else:
        if number and fault.lines > 1:
            where = f"lines {number:,} to {number + fault.lines - 1:,}"
        elif number and not fault.lines:
            where += " and further"
        byte = f"byte {begin + fault.at:,} of the file"
        words = [where if number else "damaged", fault.id, catalogue.what(fault), byte, sureness.offer(fault)]
        sign, style = f"▚ {signs.DAMAGED} ", "fault"
    for at, piece in enumerate(_packed(words, width - MARGIN - SLACK - len(sign))):
        yield StyledLine([(" " * len(sign) if at else sign, style), (piece, style)])


def _packed(words: list[str], width: int) -> list[str]:
    """The words one behind the other, each on one line where that is long enough."""
    rows: list[str] = []
    for word in words:
        if rows and cell_len(rows[-1]) + 3 + cell_len(word) <= width:
            rows[-1] += f" · {word}"
        else:
            rows += [word[start:stop] for start, stop in wrap(visible(word), width)]
    return rows


# ---- its bytes


@dataclass
class _Page:
    """What is written below the head."""

    entry: Entry
    fault: Fault
    span: Span
    room: int
    width: int
    text: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    caret: int | None = None
    _size: int = 0

    def write(self, at: int | None) -> int:
        """The bytes around the one ``at`` which it goes wrong, of each part behind its sign; the signs, where there are
        several. Returns how many bytes are in memory and not shown."""
        pieces = around(DamagedLine(self.entry, self.span, self.fault, self.width), at or 0, self.room)
        begin, end = (pieces[0].start, pieces[-1].stop) if pieces else (0, 0)
        for piece in pieces:
            if piece.begins or not self.text:
                self._begin(piece.kind)
                self._put("…" * (piece.start == begin > 0), "dim")
            if at is not None and piece.start <= at <= piece.stop:
                self.caret = self._size + chars(piece, at)
            self._put(piece.text, piece.kind.style)
        self._put("…" * (end < self.span.length), "dim")
        kinds = dict.fromkeys(piece.kind for piece in pieces if piece.kind.word)
        if len(kinds) > 1:
            self._put("\n  " + "   ".join(f"{kind.sign} {kind.word}" for kind in kinds), "dim")
        return len(self.entry.raw) - (end - begin)

    def read(self) -> bool:
        """What can be read of messages that were torn, and that they are none. Whether more of one can be read."""
        cut = False
        fault, begin = self.fault, self.span.offset
        guesses = (part for part in fault.parts if part.salvage is Salvage.PARTIAL and part.records)
        state = "torn" if fault.id in ("torn", "fused", "interleaved") else "a guess"
        if fault.severity is Severity.INCOMPLETE:
            state = "still being written"
        for part in [part for part in guesses if begin <= part.span.offset <= self.span.stop][:READ]:
            if not isinstance(message := zeroclaw.read(part.records[0]), Message):
                continue
            self._begin(kind_of(fault, part))
            role = message.role[: self.width].replace("\n", "␊") or "(no role)"
            self._put(f"{role} · {state}, not a message\n  ", "waiting")
            shown = message.content[: self.room].expandtabs() or "(empty)"
            self._put(shown.replace("\n", "\n  "), "readable")
            cut = cut or len(message.content) > self.room
        return cut

    def _begin(self, kind: PieceLook) -> None:
        """A screen line of its own, with the sign of what stands there."""
        self._put("\n" * bool(self.text), "dim")
        self._put(f"{kind.sign} ", kind.style)

    def _put(self, text: str, style: str) -> None:
        if text:
            self.marks.append(Mark(self._size, self._size + len(text), style))
            self.text.append(text)
            self._size += len(text)


def _wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """The screen lines of a text whose every line begins with a sign and a space, which stay with what follows."""
    rows: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        begin = at + HANG
        some = wrap(line[HANG:], width - HANG)
        rows += [(begin + start if number else at, begin + stop) for number, (start, stop) in enumerate(some)]
        at += len(line) + 1
    return rows
