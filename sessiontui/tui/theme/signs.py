"""The signs that stand beside a colour: one table of what each says. Arrows, bars and frames say nothing and are not here."""

from __future__ import annotations

from typing import Final, NamedTuple

from sessiontui.model import Salvage, Severity

MARKED: Final = "●"
"""A session or a fault that a person marked."""

UNREADABLE, DAMAGED, EMPTY = "×", "!", "~"
"""A session: it can't be read, it holds damaged lines, it holds nothing."""

SEVERITIES: Final = {Severity.DAMAGE: "!", Severity.INCOMPLETE: "…", Severity.INFO: "·"}
"""A fault in the list of faults; the first two stand before a damaged line of the transcript too."""

SALVAGES: Final = {Salvage.LOSSLESS: "+", Salvage.OFFERED: "?", Salvage.PARTIAL: "≈", Salvage.NONE: " "}
"""How sure it is what can be had back of a fault; behind it stands how many messages."""

FATES: Final = {"kept": " ", "apart": "~", "gone": "-"}
"""What becomes of bytes: they stay in a message, are kept apart, or go without a loss."""

NOTHING, DAMAGE, HIT, BOTH, FEW = " ", "!", "•", "◆", "·"
"""A cell of the map of a session; ``FEW`` hits, where another cell has more than twice as many."""


class PieceLook(NamedTuple):
    """What would become of a piece of a damaged line, in the transcript: a sign, a word for it, the name of a style."""

    sign: str
    word: str
    style: str


WHOLE: Final = PieceLook("+", "can be had back", "whole")
OFFERED: Final = PieceLook("?", "offered", "offered")
TORN: Final = PieceLook("~", "a guess", "torn")
FRAGMENT: Final = PieceLook("×", "a fragment", "fragment")
IDLE: Final = PieceLook("·", "nothing is lost without it", "dim")
UNKNOWN: Final = PieceLook(" ", "", "damaged")
OPEN: Final = PieceLook(" ", "", "readable")
PIECES: Final = {Salvage.OFFERED: OFFERED, Salvage.PARTIAL: TORN, Salvage.NONE: FRAGMENT}
