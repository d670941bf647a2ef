"""What is said of one fault beside where it stands: what is wrong, how it comes about, what ZeroClaw makes of it, what can
be had back, and why that is exact or is not. Lines laid out for a width: pure, from values alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui import units
from sessiontui.damage import catalogue
from sessiontui.disk import lines
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.widgets.sheet import SheetRow
from sessiontui.tui.words.about_rows import fact
from sessiontui.tui.words.proposals import Proposal

SURE: Final = {
    Salvage.LOSSLESS: "for certain (lossless)",
    Salvage.OFFERED: "if it is what it seems to be (offered): say so with a",
    Salvage.PARTIAL: "by a guess (partial): what is missing stays missing",
    Salvage.NONE: "nothing",
}
SEVERITY: Final = {
    Severity.DAMAGE: "! damage",
    Severity.INCOMPLETE: "… incomplete",
    Severity.INFO: "a note, no damage",
}
MARKED: Final = (
    "It holds role or content, the names of a record, or stands below a torn one: it may belong to a message. repair"
    " leaves it where it is."
)
UNSURE: Final = "It is not certain what stood there, so nothing is made of it."
HUGE: Final = (
    f"A line of more than {lines.HUGE >> 20} MiB is not taken apart: whether something whole stands in it was not looked for."
    " Its bytes stay as they are."
)
NOTE: Final = "It is no damage: ZeroClaw reads what is there. Nothing needs to be done, and nothing is counted."


def meaning(fault: Fault, proposal: Proposal | None, width: int) -> list[SheetRow]:
    """All about one fault. ``proposal`` None: not looked at yet."""
    return [
        *fact("fault", f"{fault.id} · {SEVERITY[fault.severity]}", width, _look(fault)),
        *_location(fault, width),
        SheetRow(),
        *_said("what is wrong", catalogue.what(fault), width),
        *_readings(fault, proposal, width),
        *_said("how it arises", catalogue.kind(fault.id).cause, width),
        *_said("ZeroClaw", consequence(fault), width),
        SheetRow(),
        *_back(fault, proposal, width),
    ]


def _readings(fault: Fault, proposal: Proposal | None, width: int) -> Iterator[SheetRow]:
    """The ways to read it, by number, the chosen one marked."""
    for number, reading in enumerate(fault.readings, 1):
        chosen = number == (proposal.reading if proposal else 1)
        yield from fact(f"reading {number}", f"{'●' if chosen else '○'} {reading.what}", width)


def location(fault: Fault) -> str:
    """The lines of a fault, in few words."""
    if fault.line is None:
        return "the whole file"
    if fault.lines == 1:
        return f"line {fault.line:,}"
    return f"lines {fault.line:,}–{fault.line + fault.lines - 1:,}"


def _location(fault: Fault, width: int) -> Iterator[SheetRow]:
    if fault.span is None:
        yield from fact("where", "the whole file", width)
        return
    at, size = fault.at, fault.span.length
    where = f"{location(fault)} · {units.counted(size, 'byte')}"
    wrong = f", wrong at byte {at:,} of {'the line' if fault.lines == 1 else 'these lines'}" * (
        fault.severity is not Severity.INFO
    )
    yield from fact("where", f"{where}{wrong}, byte {fault.span.offset + at:,} of the file", width)


def _look(fault: Fault) -> str:
    return "fault" if fault.severity is Severity.DAMAGE else "key"


def consequence(fault: Fault) -> str:
    """What ZeroClaw makes of it."""
    if fault.severity is Severity.INFO:
        return "skips it" if fault.id == "blank" else "reads the line as if nothing were"
    kind = catalogue.kind(fault.id)
    return kind.then if kind.cause else "can't load it" if fault.line is None else ""


def _back(fault: Fault, proposal: Proposal | None, width: int) -> Iterator[SheetRow]:
    """What can be had back, and why that is exact or is not."""
    if fault.severity is Severity.INFO:
        yield from _said("what it means", f"{NOTE} {catalogue.kind(fault.id).meaning}".strip(), width)
        return
    if fault.severity is Severity.DAMAGE:
        yield from fact("had back", _how(fault, proposal), width, fault.salvage.value)
    yield from _said("why", why(fault), width)


def why(fault: Fault) -> str:
    """Why that is exact, or is not, or why there is nothing."""
    if fault.salvage is Salvage.NONE and fault.span and fault.span.length > lines.HUGE:
        return HUGE
    if fault.stays:
        return MARKED
    kind = catalogue.kind(fault.id)
    return UNSURE if fault.salvage is Salvage.NONE and not kind.always else kind.meaning


def _how(fault: Fault, proposal: Proposal | None) -> str:
    if fault.recovers:
        return f"{units.counted(fault.recovers, 'message')}, {SURE[fault.salvage]}"
    if fault.salvage is Salvage.LOSSLESS:
        return "no message: nothing is lost without it, so it goes"
    if proposal is not None and proposal.acts:
        return "no message: its bytes are kept apart"
    return SURE[Salvage.NONE]


def _said(label: str, text: str, width: int) -> Iterator[SheetRow]:
    """A sentence behind what it is about; none where there is nothing to say."""
    return fact(label, sentence(text), width) if text else iter(())


def sentence(text: str) -> str:
    """Words that begin with a small letter and end without a stop, as a sentence."""
    return text[:1].upper() + text[1:] + ("." if text and text[-1] not in ".!?" else "")
