"""A proposal as lines laid out for a width, or why there is none: pure, from values alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui import units
from sessiontui.damage import catalogue
from sessiontui.damage.proposals import Proposal, Stroke
from sessiontui.damage.salvage import Outcome
from sessiontui.describe.faults import HUGE, location, sentence
from sessiontui.describe.sureness import SURENESS
from sessiontui.disk import lines
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.theme.wrap import wrap
from sessiontui.tui.widgets.sheet import SheetRow, heading, wrapped
from sessiontui.tui.widgets.styled_line import Mark, pieces
from sessiontui.visible import visible

SIGNS: Final = {"-": "minus", "+": "plus", "~": "tilde"}
LONGEST: Final = 400
"""Screen lines of one line of the difference."""
LOOKING: Final = "looking …"
ACCEPT: Final = "a accepts it, Space marks it. Before anything is done, the whole plan is shown; u undoes it."
CHOOSE: Final = "The full stop shows the next reading, the comma the one before."
STAYS: Final = (
    "Nothing can be had back of it without making something up, so it stays as it is. compact would remove it."
)
INCOMPLETE: Final = "Nothing is proposed while it may still be being written. F5 looks again."
INFO: Final = "There is nothing to mend: ZeroClaw reads what is there."
NEWLINE: Final = "There is nothing to mend yet: the newline is put before the next message that is appended here."
LARGE: Final = "It is too large to be shown here. a takes it all the same, and the plan says first what becomes of it."
TEXT_GOES_ON: Final = "It is the text of the torn record above, and goes where that goes. Accept it there."


def rows(fault: Fault, proposal: Proposal | None, width: int) -> list[SheetRow]:
    """The difference, and in words what it comes to. ``proposal`` None: not looked at yet."""
    if proposal is None:
        return [*wrapped(LOOKING, "dim", width)]
    if not proposal.acts:
        return [_headline("No proposal"), *wrapped(_why_not(fault), "key", width)]
    if proposal.hidden:
        what = f"{units.counted(fault.recovers, 'message')} · {location(fault)}"
        return [_headline(sentence(what)), *wrapped(LARGE, "key", width)]
    return [*_difference(fault, proposal, width)]


def _headline(text: str) -> SheetRow:
    return SheetRow([(f" {text}", "match")])


def _why_not(fault: Fault) -> str:
    if fault.severity is Severity.INCOMPLETE:
        return INCOMPLETE
    if fault.severity is Severity.INFO:
        return NEWLINE if fault.id == "no-final-newline" else INFO
    if any(part.salvage is Salvage.PARTIAL for part in fault.parts) and not fault.recovers:
        return TEXT_GOES_ON
    if fault.span and fault.span.length > lines.HUGE:
        return HUGE
    return catalogue.kind("history" if fault.id == "foreign" and fault.line is None else fault.id).nothing or STAYS


def _difference(fault: Fault, proposal: Proposal, width: int) -> Iterator[SheetRow]:
    stand = "as it stands" if fault.lines == 1 else "as they stand"
    yield _headline(f"{location(fault).capitalize()}, {stand}")
    if fault.readings:
        of = f"reading {proposal.reading} of {len(fault.readings)}: {fault.readings[proposal.reading - 1].what}"
        yield from wrapped(sentence(of), "key", width)
        yield from wrapped(CHOOSE, "dim", width)
    yield from _strokes(proposal.before, proposal.more[0], width)
    outcome = proposal.outcome
    if outcome is None:
        return
    yield from heading("becomes", "", width)
    if proposal.after:
        yield from _strokes(proposal.after, proposal.more[1], width)
    else:
        yield from wrapped("nothing: it goes, and nothing is lost", "dim", width)
    yield SheetRow()
    yield from wrapped(_sum(fault, outcome), "key", width)
    yield from wrapped(ACCEPT, "dim", width)


def _sum(fault: Fault, outcome: Outcome) -> str:
    """What it comes to."""
    had = units.counted(len(outcome.records), "message")
    told = [f"{had} had back{SURENESS[fault.salvage].proposal}"] if outcome.records else []
    if outcome.fragments:
        size = sum(span.length for span in outcome.fragments)
        told.append(f"{units.counted(size, 'byte')} kept apart (~) in the journal's folder, none lost")
    return sentence("; ".join(told)) if told else "No message, and nothing to keep."


def _strokes(strokes: tuple[Stroke, ...], more: int, width: int) -> Iterator[SheetRow]:
    for stroke in strokes:
        yield from _stroke(stroke, width)
    if more:
        yield SheetRow([(f"   … and {more:,} more", "dim")])


def _stroke(stroke: Stroke, width: int) -> Iterator[SheetRow]:
    """The sign, then the text behind it, as many screen lines as it takes."""
    text = ""
    marks: list[Mark] = []
    for piece, look in stroke.pieces:
        marks.append(Mark(len(text), len(text) + len(piece), look))
        text += visible(piece)
    sign, look = stroke.sign, SIGNS[stroke.sign]
    for start, stop in wrap(text, max(8, width - 4))[:LONGEST]:
        yield SheetRow([(f" {sign} ", look), *pieces(text, marks, start, stop, "key")])
        sign = "│"
