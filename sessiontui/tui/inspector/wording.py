"""What the inspector says beside its faults: titles, what it says where there are none, and why something is not done."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from sessiontui import units
from sessiontui.model import Backend, Fault, Severity
from sessiontui.tui.theme import ink
from sessiontui.visible import visible

LEAST: Final = 12
"""Cells that a name has in a title, whatever else is said there."""
FINDING: Final = "Looking for damage …\nEsc stops"
WELL: Final = (
    "Nothing is damaged here.\nZeroClaw reads every line that holds something, and `sessiontui check` finds nothing.\n"
    "n shows notes: what is no damage and worth knowing\ns looks into all sessions"
)
ALL_WELL: Final = (
    "Nothing is damaged in these sessions.\n`sessiontui check` finds nothing either.\n"
    "n shows notes: what is no damage and worth knowing\ns goes back to the one session"
)
NOTHING: Final = "Nothing is damaged here, and there is nothing to note."
STOPPED: Final = "The search was stopped.\nF5 begins again"
NO_LINES: Final = {
    Backend.SQLITE: "A database has no lines, so none can be damaged.\nIt keeps its rows whole or not at all.\nEsc closes this;"
    " in the browser i says what the session is made of, and b shows the files of this folder, if there are any",
    Backend.MEMORY: "These sessions are in memory: there is no file that could be damaged.",
}
LATER: Final = "it may still be being written: F5 looks again in some seconds"
NO_PROPOSAL: Final = "nothing is proposed for this one: 3 says why"
ONE_READING: Final = "there is only one way to read this one"
NOTHING_MARKED: Final = "nothing is marked: Space marks a fault, a accepts the one under the cursor"
NOTHING_SURE: Final = "nothing here can be had back without a guess or a word of yours: Space marks, a accepts one"
CHANGED: Final = "the file is not as it was when this was found, so it was looked at again: nothing was changed"
CHANGING: Final = "the file changes all the time; F5 looks again when it is still"
CUT: Final = "the first {:,} are shown; what is behind them comes when some of these are mended"


def title(where: str, damage: tuple[int, int, int], notes: int, saved: int, room: int = 0) -> str:
    """Of the list: what is looked at, what was found, and how many messages can be had back. ``damage``: faults, damaged
    lines, and files that are damaged as a whole. ``room``: cells that there are for it; 0: not known."""
    faults, lines, files = damage
    whole = units.damage(lines, files)
    noted = [units.counted(notes, "note")] * bool(notes)
    back = [f"{saved:,} to be had back"] * bool(saved)
    name, counted = where or "(no name)", units.counted(faults, "fault")
    full = f"{counted} in {whole}" if whole else counted
    *longer, last = (
        f" ─ {' · '.join(parts)}" for parts in ((full, *noted, *back), (full, *noted), (counted, *noted, *back))
    )
    fits = (each for each in longer if room <= 0 or cell_len(visible(name)) + cell_len(each) <= room)
    about = next(fits, last)
    return (ink.middled(name, max(LEAST, room - cell_len(about))) if room > 0 else name) + about


def refusal(fault: Fault | None) -> str:
    """Why a fault can't be accepted or marked."""
    return LATER if fault is not None and fault.severity is Severity.INCOMPLETE else NO_PROPOSAL
