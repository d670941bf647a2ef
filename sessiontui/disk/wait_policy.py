"""How long other programs are waited for, and what may be done where nothing makes them wait."""

from __future__ import annotations

from typing import Final, NamedTuple

MOMENT: Final = 0.05
"""Seconds in which a writer that opens, writes and closes is done."""


class WaitPolicy(NamedTuple):
    """How much a person wants to wait, and to dare."""

    seconds: float = 2.0
    """How long a busy file, a locked database or another sessiontui is waited for."""
    no_lease: bool = False
    """Go on where no lease can be had, once the file has been still for two seconds."""

    def for_others(self, blocker: str) -> WaitPolicy:
        """What is left for the other sessions of a change once one was waited for in vain: all are waited for once."""
        return self._replace(seconds=min(self.seconds, MOMENT)) if blocker in ("busy", "locked") else self


USUAL = WaitPolicy()
