"""How the inspector draws what is wrong: what goes, what comes, what is kept apart, and the byte that is to blame.

Each has a sign beside its colour: ``-``, ``+``, ``~``, and brackets around the byte.
"""

from __future__ import annotations

from typing import Final

from sessiontui.tui.theme.looks import LIST, Look, Looks

DAMAGE: Final[Looks] = {
    **LIST,
    "kept": LIST["key"],
    "raw": Look(share=0.8),
    "gone": Look("error", "bold underline red", bold=True),
    "come": Look("success", "bold underline green", bold=True),
    "apart": Look("warning", "underline magenta"),
    "minus": LIST["fault"],
    "plus": Look("success", "bold green", bold=True),
    "tilde": Look("warning", "bold magenta", bold=True),
    "bad": Look("background", "bold reverse", ground="error", bold=True),
    "lossless": Look("success", "green"),
    "offered": Look("accent", "cyan"),
    "partial": Look("warning", "magenta"),
    "none": LIST["dim"],
}
