"""What can be had back of a damaged line, in a few words: for a row of a transcript, not for the whole story."""

from __future__ import annotations

from typing import Final

from sessiontui import units
from sessiontui.model import Fault, Salvage

NEEDS: Final = {Salvage.OFFERED: "offered: {}, needs a yes", Salvage.PARTIAL: "a guess: {}"}
"""How it is said that something would be had back, but not by itself."""


def offer(fault: Fault) -> str:
    """What salvage would give back, and whether it is certain."""
    had = units.counted(fault.recovers, "message") if fault.lines or not fault.recovers else "messages"
    if fault.salvage in NEEDS:
        return NEEDS[fault.salvage].format(had)
    if fault.salvage is Salvage.LOSSLESS:
        return f"{had} can be had back" if fault.recovers else "nothing is lost without it"
    return "nothing to have back, but no byte is lost"
