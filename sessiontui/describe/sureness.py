"""How sure a recovery is, in the words of each place that says it."""

from __future__ import annotations

from typing import Final, NamedTuple

from sessiontui import units
from sessiontui.model import Fault, Salvage


class Sureness(NamedTuple):
    """How it is said that something is recovered, and how sure that is."""

    meaning: str
    """On the page about a fault, behind a count of messages."""
    proposal: str
    """On the page of the difference."""
    row: str
    """In the row of a transcript."""
    check: str
    """On the command line, with the option that takes it."""


SURENESS: Final = {
    Salvage.LOSSLESS: Sureness("for certain (lossless)", ", exactly", "{} can be had back", ""),
    Salvage.OFFERED: Sureness(
        "if it is what it seems to be (offered): say so with a",
        ", if it is what it seems to be",
        "offered: {}, needs a yes",
        ", with --mark {}",
    ),
    Salvage.PARTIAL: Sureness(
        "by a guess (partial): what is missing stays missing",
        ", by a guess",
        "a guess: {}",
        " as a guess, with --partial",
    ),
    Salvage.NONE: Sureness("nothing", "", "nothing to have back, but no byte is lost", ""),
}


def offer(fault: Fault) -> str:
    """What can be recovered, in the row of a transcript."""
    if fault.salvage is Salvage.LOSSLESS and not fault.recovers:
        return "nothing is lost without it"
    messages = units.counted(fault.recovers, "message") if fault.lines or not fault.recovers else "messages"
    return SURENESS[fault.salvage].row.format(messages)
