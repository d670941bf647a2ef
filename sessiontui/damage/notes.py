"""What is worth a note in lines that are no damage: ZeroClaw reads them, or there is nothing to read.

Refuses to propose a change: all but a missing newline at the end may stay for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sessiontui.damage.patterns import lazy
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.verdict import Line
from sessiontui.model import Fault, Salvage, Severity, Span

_SEPARATOR: Final = lazy(rb"\xe2\x80[\xa8\xa9]|\xc2\x85")


def notes(lines: Iterable[Line]) -> Iterator[Fault]:
    """The notes to lines of a file that follow each other, healthy and blank ones."""
    before: Line | None = None
    for line in lines:
        yield from _of_line(line)
        if before and before.data == line.data and not is_blank(line.data):
            reason = f"the line is the same as line {before.number}: it was said twice, or stored twice"
            yield _note("repeated-line", line, 0, reason)
        before = line


def _of_line(line: Line) -> Iterator[Fault]:
    data = line.data
    if is_blank(data):
        yield blank(line.number, Span(line.offset, len(data)))
        return
    if data.endswith(b"\r"):
        yield _note("crlf", line, len(data) - 1, "the line ends as lines end on Windows, which harms nothing")
    if separator := _SEPARATOR.search(data.strip()):
        reason = "a character in it ends a line for some programs, though not for ZeroClaw"
        yield _note("separator-in-string", line, data.find(separator[0]), reason)
    if not line.ended:
        reason = "no newline ends the last line: the next message would be glued to it"
        yield _note("no-final-newline", line, len(data), reason)._replace(salvage=Salvage.LOSSLESS)


def huge(number: int, span: Span) -> Fault:
    """The note to a huge line that ZeroClaw reads."""
    return Fault("huge-line", Severity.INFO, f"the message is {span.length:,} bytes long", 0, line=number, span=span)


def blank(number: int, span: Span) -> Fault:
    """The note to a blank line."""
    reason = "the line is blank: two programs wrote at once, or an editor left it"
    return Fault("blank", Severity.INFO, reason, 0, line=number, span=span)


def _note(id: str, line: Line, at: int, reason: str) -> Fault:
    return Fault(id, Severity.INFO, reason, at, line=line.number, span=Span(line.offset, len(line.data)))
