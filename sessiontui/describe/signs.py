"""The signs that both front ends put beside a thing: one table, one meaning a sign. Arrows, bars and frames say nothing."""

from __future__ import annotations

from typing import Final

from sessiontui.dialects.file_names import is_misnamed
from sessiontui.model import Salvage, Session, Severity

DAMAGED, UNREADABLE, UNREACHABLE, EMPTY, MARKED = "!", "×", "≠", "∅", "●"
UNFINISHED, NOTE = "…", "·"
LOSSLESS, OFFERED, GUESS, APART, GONE = "+", "?", "≈", "~", "-"
HIT, FEW, BOTH = "•", "◦", "◆"

MEANINGS: Final = {
    DAMAGED: "damaged, or something to know first",
    UNREADABLE: "can't be read",
    UNREACHABLE: "ZeroClaw can't load it by this name",
    EMPTY: "no messages",
    MARKED: "marked",
    UNFINISHED: "not finished, or not known yet",
    NOTE: "a note: it does no harm",
    LOSSLESS: "comes back as it was",
    OFFERED: "comes back if you say so",
    GUESS: "comes back in part, by a guess",
    APART: "is kept apart as a fragment",
    GONE: "goes",
    HIT: "many hits",
    FEW: "few hits",
    BOTH: "damage and hits",
}
"""What each says, in the words of the help."""

SEVERITIES: Final = {Severity.DAMAGE: DAMAGED, Severity.INCOMPLETE: UNFINISHED, Severity.INFO: NOTE}
SALVAGES: Final = {Salvage.LOSSLESS: LOSSLESS, Salvage.OFFERED: OFFERED, Salvage.PARTIAL: GUESS, Salvage.NONE: " "}
"""How sure it is what can be had back of a fault."""
FATES: Final = {"kept": " ", "apart": APART, "gone": GONE}
"""What becomes of bytes: they stay in a message, are kept apart, or go."""


def legend(*signs: str) -> str:
    """What some signs say, in one sentence."""
    return f"Signs: {'; '.join(f'{sign} {MEANINGS[sign]}' for sign in signs)}."


def badge(session: Session) -> str:
    """What a person should know of a session before opening it; "" where there is nothing."""
    if session.problem is not None:
        return UNREADABLE
    if session.faults or is_misnamed(session):
        return DAMAGED
    if not session.reachable:
        return UNREACHABLE
    return EMPTY if session.messages == 0 else ""
