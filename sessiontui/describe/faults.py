"""What a person reads of one fault: where it is, what is wrong, how it arises, what ZeroClaw makes of it, what can be
recovered, and why that is exact or is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sessiontui import units
from sessiontui.damage import catalogue, salvage
from sessiontui.damage.proposals import Proposal
from sessiontui.describe.page import Fact
from sessiontui.describe.sureness import SURENESS
from sessiontui.disk import lines
from sessiontui.model import Fault, Salvage, Severity

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
GAP: Final = Fact("", "")
"""A blank line."""


def meaning(fault: Fault, proposal: Proposal | None) -> Iterator[Fact]:
    """All about one fault. ``proposal`` None: not known yet."""
    is_damage = fault.severity is Severity.DAMAGE
    yield Fact("fault", f"{fault.id} · {SEVERITY[fault.severity]}", "fault" if is_damage else "key")
    yield Fact("where", _where(fault))
    yield GAP
    yield from _sentence("what is wrong", catalogue.what(fault))
    for number, reading in enumerate(fault.readings, 1):
        chosen = number == (proposal.reading if proposal else 1)
        yield Fact(f"reading {number}", f"{'●' if chosen else '○'} {reading.what}")
    yield from _sentence("how it arises", catalogue.kind(fault.id).cause)
    yield from _sentence("ZeroClaw", consequence(fault))
    yield GAP
    if fault.severity is Severity.INFO:
        yield from _sentence("what it means", f"{NOTE} {catalogue.kind(fault.id).meaning}".strip())
        return
    if is_damage:
        yield Fact("had back", _recovered(fault, proposal), fault.salvage.value)
    yield from _sentence("why", why(fault))


def location(fault: Fault) -> str:
    """The lines of a fault, in few words."""
    if fault.line is None:
        return "the whole file"
    if fault.lines == 1:
        return f"line {fault.line:,}"
    return f"lines {fault.line:,}–{fault.line + fault.lines - 1:,}"


def _where(fault: Fault) -> str:
    if fault.span is None:
        return "the whole file"
    of = "the line" if fault.lines == 1 else "these lines"
    wrong = f", wrong at byte {fault.at:,} of {of}" * (fault.severity is not Severity.INFO)
    where = f"{location(fault)} · {units.counted(fault.span.length, 'byte')}"
    return f"{where}{wrong}, byte {fault.span.offset + fault.at:,} of the file"


def consequence(fault: Fault) -> str:
    """What ZeroClaw makes of it."""
    if fault.severity is Severity.INFO:
        return "skips it" if fault.id == "blank" else "reads the line as if nothing were"
    kind = catalogue.kind(fault.id)
    return kind.then if kind.cause else "can't load it" if fault.line is None else ""


def why(fault: Fault) -> str:
    """Why recovery is exact, or is not, or why there is nothing to recover."""
    if fault.salvage is Salvage.NONE and fault.span and fault.span.length > lines.HUGE:
        return HUGE
    if fault.stays:
        return MARKED
    kind = catalogue.kind(fault.id)
    return UNSURE if fault.salvage is Salvage.NONE and not (kind.always or kind.nothing) else kind.meaning


def _recovered(fault: Fault, proposal: Proposal | None) -> str:
    if fault.recovers:
        return f"{units.counted(fault.recovers, 'message')}, {SURENESS[fault.salvage].meaning}"
    if fault.salvage is Salvage.LOSSLESS:
        return "no message: nothing is lost without it, so it goes"
    if proposal is not None and proposal.acts:
        return "no message: its bytes are kept apart"
    return SURENESS[Salvage.NONE].meaning


def _sentence(label: str, text: str) -> Iterator[Fact]:
    """A sentence behind its label; none where there is nothing to say."""
    if text:
        yield Fact(label, sentence(text))


def sentence(text: str) -> str:
    """Words that begin with a small letter and end without a stop, as a sentence."""
    return text[:1].upper() + text[1:] + ("." if text and text[-1] not in ".!?" else "")


# ---- on the command line


def listed(path: Path, fault: Fault) -> Iterator[str]:
    """A fault, and the readings that a person can choose from."""
    yield f"{path.name}{_listed_location(fault)}: {fault.reason} [{fault.id}]{_listed_offer(fault)}"
    for reading in numbered(fault):
        yield path.name + reading


def numbered(fault: Fault) -> Iterator[str]:
    """The readings that a person can choose from, each on a line of its own, behind the name of the file."""
    for number, reading in enumerate(fault.readings, 1):
        yield f":{fault.line}: reading {number}, with --mark {fault.line}{f':{number}' * (number > 1)}: {reading.what}"


def _listed_location(fault: Fault) -> str:
    if fault.line is None:
        return ""
    several = f" lines {fault.line}–{fault.line + fault.lines - 1}:" if fault.lines > 1 else ""
    of = "the line" if fault.lines == 1 else "these lines"
    in_file = f", {fault.span.offset + fault.at:,} of the file" if fault.span else ""
    return f":{fault.line}:{several} byte {fault.at:,} of {of}{in_file}"


def _listed_offer(fault: Fault) -> str:
    """What can be recovered of damage, and which option takes it."""
    if fault.severity is not Severity.DAMAGE or fault.line is None:
        return ""
    if fault.recovers:
        needs = SURENESS[fault.salvage].check.format(fault.line)
        return f" · {units.counted(fault.recovers, 'message')} can be had back{needs}"
    if fault.salvage is Salvage.LOSSLESS:
        return " · nothing is lost without it; repair takes it out"
    kept = fault.parts and not any(outcome.stays for outcome in salvage.plan((fault,)))
    return " · nothing can be had back" + ("; repair keeps the bytes as a fragment" if kept else "")
