"""What is said of one fault beside where it stands: what is wrong, how it comes about, what ZeroClaw makes of it, what can
be had back, and why that is exact or is not. Lines laid out for a width: pure, from values alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui.damage import catalogue
from sessiontui.disk import lines
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.looks import figures
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
WHY: Final = {
    "glued": "Each record is whole, from its first brace to its last. Only the newline between them is missing, and that"
    " is put back.",
    "fused": "The later record is whole and begins where the torn one breaks off, so not a byte of it is in doubt. What"
    " is left of the torn one is kept apart.",
    "torn": "What was not written is nowhere. Of a text that broke off, all that stands can be made a message; that it"
    " ended there is a guess.",
    "incomplete": "Who writes it may not have finished. When it has been still for some seconds, it is told to be whole"
    " or torn.",
    "no-final-newline": "Nothing is missing but one newline, which the next repair or message may add.",
    "nul-run": "NULs are never part of a record. Around one they can go without a loss; inside one they stand where"
    " text was, and that text is nowhere.",
    "invalid-utf8": "Where a character stands as two halves (CESU-8), the one that was meant is certain. Where bytes are"
    " letters of another encoding, that is likely and no more. Other bytes tell nothing of what they were.",
    "bom": "The mark is no text: it says which encoding follows. Without it the same bytes are a record.",
    "utf16": "Each character of UTF-16 is one character of UTF-8: nothing is lost on the way. Where the order of the"
    " bytes is not marked, it is told by the text, and a person has to agree.",
    "raw-control": "JSON has an escape for each control character. Written so, it is the same text.",
    "folded": "Joined, the lines are one record. Whether a break took the place of nothing, of a blank or of a newline"
    " does not show, unless one cuts a key, a role, an escape sequence or a character.",
    "split-record": "Joined by the newlines that part them, the lines are one record; escaped, the newlines stay in its"
    " text. No line that ZeroClaw reads is taken into it.",
    "pretty-printed": "Only spaces between the tokens go. Every text, number and escape stays as it is spelled.",
    "array": "Each record of the list is whole. Only the brackets and commas around them go.",
    "lone-surrogate": "Half a character can't be read as anything. A replacement character (�) can stand for it, which is"
    " not what was written.",
    "trailing-comma": "A comma before a closing bracket says nothing. Without it the line is a record.",
    "python-repr": "Read as Python it is one certain value; whether its writer meant just that, a person has to say.",
    "stale-tail": "It is the end of an older record whose beginning was written over. Nobody knows to which message it"
    " belongs, so it is kept apart.",
    "non-finite": "JSON has no such number. null can stand for it, which is not what was written; role and text are"
    " untouched.",
    "wrong-shape": "What is read out of the other shape may be what was meant. Where something else stands there than"
    " text, all of it can't be had as text.",
    "foreign": "It is not a message and never was one. It does no harm where it stands.",
    "duplicate-key": "Other readers take the last of the two values. Which one was meant, a person has to say.",
    "merge-marker": "The lines of both sides are messages by themselves and stay in their order. Only the marker goes.",
    "log-text": "It is what a program printed, no message. It is kept apart; a record behind it on the line is whole.",
    "not-jsonl": "There are no lines to look at. Whatever program made the file may read it.",
    "deep-nesting": "No record can be told in it.",
    "interleaved": "One record stands whole in the middle of the other, whose two ends fit only each other. Where more than"
    " one end fits, a person has to choose.",
    "literal": "Read by the rules of that language, the quotes hold exactly this. Whether they were its quotes, a person has"
    " to say; where languages disagree, each reading has a number.",
    "escaped": "With one backslash less everywhere it is a record. That it was escaped twice, a person has to say.",
    "wrapped": "What the tool carries is a record. That it belongs into this session, a person has to say; what else the"
    " tool noted is a fragment.",
    "coloured": "Without the colour codes it is a record. That none of them was in the text, a person has to say.",
    "bare-backslash": "JSON knows no such escape, so the backslash stood for itself. Where another may be an escape, both"
    " readings are numbered, and neither is more than a guess.",
    "typographic": "With the signs of JSON it is a record. Its text stays as it is; where it has such signs too, they may"
    " have been others.",
    "malformed": "It is not certain what stood there, so nothing is made of it.",
    "not-a-file": "There is no file to read. Whatever stands under this name was not made by ZeroClaw.",
    "unreadable": "The bytes may be well; they can't be looked at. Permissions or the disk say why.",
    "dangling": "The link leads nowhere. When what it leads to is back, the session is too.",
    "interrupted-import": "All messages are in the staging file. Migrate imports them once, also where some are in the"
    " database already.",
    "odd-name": "Its messages can be read here; only by its name ZeroClaw does not find it.",
}
SILENT: Final = frozenset(
    {"torn", "incomplete", "nul-run", "invalid-utf8", "stale-tail", "wrong-shape", "foreign", "log-text", "not-jsonl"}
    | {"deep-nesting", "malformed", "not-a-file", "unreadable", "dangling", "interrupted-import", "odd-name"}
)
"""Kinds of which the same is said where nothing can be had back."""
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
        *_said("how it arises", catalogue.cause(fault.id), width),
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
    where = f"{location(fault)} · {figures.counted(size, 'byte')}"
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
    return catalogue.consequence(fault.id).removeprefix("ZeroClaw ") or ("can't load it" if fault.line is None else "")


def _back(fault: Fault, proposal: Proposal | None, width: int) -> Iterator[SheetRow]:
    """What can be had back, and why that is exact or is not."""
    if fault.severity is Severity.INFO:
        yield from _said("what it means", f"{NOTE} {WHY.get(fault.id, '')}".strip(), width)
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
    return UNSURE if fault.salvage is Salvage.NONE and fault.id not in SILENT else WHY.get(fault.id, "")


def _how(fault: Fault, proposal: Proposal | None) -> str:
    if fault.recovers:
        return f"{figures.counted(fault.recovers, 'message')}, {SURE[fault.salvage]}"
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
