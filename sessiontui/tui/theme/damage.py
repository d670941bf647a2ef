"""How the inspector draws what is wrong: what goes, what comes, what is kept apart, and the byte that is to blame.

Each has a sign beside its colour: ``-``, ``+``, ``~``, and brackets around the byte.
"""

from __future__ import annotations

from typing import Final

from sessiontui.tui.theme.contrast import SIGN
from sessiontui.tui.theme.looks import LIST, Look, Looks

DAMAGE: Final[Looks] = {
    **LIST,
    "kept": LIST["key"],
    "raw": Look(share=0.8),
    "gone": Look("error", bold=True, plain="bold underline red"),
    "come": Look("success", bold=True, plain="bold underline green"),
    "apart": Look("warning", plain="underline magenta"),
    "minus": Look("error", bold=True, plain="bold red"),
    "plus": Look("success", bold=True, plain="bold green"),
    "tilde": Look("warning", bold=True, plain="bold magenta"),
    "bad": Look("background", ground="error", bold=True, plain="bold reverse"),
    "lossless": Look("success", plain="green"),
    "offered": Look("accent", plain="cyan"),
    "partial": Look("warning", plain="magenta"),
    "none": Look(share=0.55, least=SIGN),
}
