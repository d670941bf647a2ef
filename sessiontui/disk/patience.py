"""How long other programs are waited for, and what may be done where nothing makes them wait."""

from __future__ import annotations

from typing import NamedTuple


class Patience(NamedTuple):
    """How much a person wants to wait, and to dare."""

    seconds: float = 2.0
    """How long a busy file, a locked database or another sessiontui is waited for."""
    no_lease: bool = False
    """Go on where no lease can be had, once the file has been still for two seconds."""


USUAL = Patience()
