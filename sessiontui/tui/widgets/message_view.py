"""One row of a transcript as lines of a screen: a message, or what stands in a damaged line.

Pure: an entry and a width go in, lines come out, drawn one at a time when they are seen. Text is cut to a limit first,
so that a message of any size costs the same; the person can ask for more. Nothing is read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sessiontui import units
from sessiontui.model import Entry, Message
from sessiontui.tui.theme import ink
from sessiontui.tui.theme.wrap import wrap
from sessiontui.tui.widgets import fault_view
from sessiontui.tui.widgets.markdown import hang, marks
from sessiontui.tui.widgets.rendered_row import LIMIT, MARGIN, SLACK, RenderedRow
from sessiontui.tui.widgets.spans import Spans, nothing
from sessiontui.tui.widgets.styled_line import Mark, StyledLine, Texts, behind
from sessiontui.visible import visible

ROLES: Final = ("user", "assistant", "system", "tool")
LINES: Final = 2_000
"""Lines of a message that are shown before the person asks for more."""
TAB: Final = 4


def lay_out(entry: Entry, width: int, *, raw: bool = False, limit: int = LIMIT, spans: Spans = nothing) -> RenderedRow:
    """Lay an entry out for ``width`` cells; ``raw`` shows its line as it stands in the file."""
    if entry.fault is not None:
        return fault_view.lay_out(entry, entry.fault, width, raw=raw, limit=limit)
    if raw and entry.raw:
        return _raw(entry, width, limit)
    if entry.message is None:
        return RenderedRow(width, [StyledLine([("·", "dim")], _location(entry, "blank"))], gap=0)
    return _message(entry, entry.message, width, limit, spans)


def _message(entry: Entry, message: Message, width: int, limit: int, spans: Spans) -> RenderedRow:
    role, content = message.role, message.content
    style = role if role in ROLES else "other"
    head = StyledLine([(ink.clipped(role or "(no role)", max(8, width // 2)), style)], _location(entry))
    plain = content[:limit].expandtabs(TAB)
    text = visible(plain, lines=True)

    def hangs(text: str, start: int) -> int:
        return min(hang(text, start), width // 4)

    rows = wrap(text, width - MARGIN - SLACK, hangs)
    most = LINES * max(1, limit // LIMIT)
    shown = limit if len(rows) <= most else rows[most][0]
    hits = [Mark(start, stop, "hit") for start, stop in spans(plain)]
    drawn = RenderedRow(width, [head], text, rows[:most], _over(hits, marks(text)), hang=hangs)
    if not content:
        drawn.say("(empty)")
    _more(drawn, len(content) - shown, entry.clipped)
    return drawn


def _raw(entry: Entry, width: int, limit: int) -> RenderedRow:
    line = visible(entry.raw[:limit].decode("utf-8", "surrogateescape"))
    at = entry.address
    where = f"byte {at.span.offset:,} of the file · {units.size(at.span.length)} " if at.span else ""
    head = StyledLine([(f"line {units.count(at.line)}", "dim")], [(where, "dim")])
    drawn = RenderedRow(width, [head], line, wrap(line, width - MARGIN - SLACK), body="raw")
    _more(drawn, len(entry.raw) - limit, entry.clipped)
    return drawn


def _more(drawn: RenderedRow, left: int, clipped: bool) -> None:
    if left > 0:
        drawn.more = True
        drawn.say(f"… {left:,} more · Enter shows more")
    elif clipped:
        drawn.say("… a huge line: only its beginning is shown")


def _location(entry: Entry, kind: str = "") -> Texts:
    """Where the entry stands, for the right end of its first line."""
    at = entry.address
    when = at.created_at.strftime(f"{'imported ' if at.imported else ''}%Y-%m-%d %H:%M") if at.created_at else ""
    where = f"#{entry.ordinal:,}" if entry.ordinal else f"line {at.line:,}" if at.line else ""
    text = " · ".join(part for part in (kind, when, where) if part)
    return [(text + " ", "dim")] if text else ()


def _over(above: list[Mark], below: Iterable[Mark]) -> list[Mark]:
    """Both kinds of marks in order, the ones ``above`` cutting out of those ``below``."""
    kept = list(above)
    for mark in below:
        at = mark.start
        for hit in behind(above, at):
            if hit.start >= mark.stop:
                break
            if hit.start > at:
                kept.append(Mark(at, hit.start, mark.style))
            at = hit.stop
        if at < mark.stop:
            kept.append(Mark(at, mark.stop, mark.style))
    return sorted(kept)
