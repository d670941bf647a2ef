"""How long other programs are waited for; and ``--no-lease``: what is done where nothing makes them wait.

Without a lease a change is refused, unless a person said otherwise: then the file must have been idle, or is watched
until it has been.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.disk import holders, stamps
from sessiontui.disk.lease import NoLease, Taken
from sessiontui.errors import Busy, Changed, Unleased

IDLE: Final = 2.0
"""Seconds without a change after which nobody is taken to be writing, where no lease can tell."""
MOMENT: Final = 0.05
"""Seconds in which a writer that opens, writes and closes is done."""
_PAUSE: Final = 0.05
"""Seconds between two looks at whether a file is idle."""


class WaitPolicy(NamedTuple):
    """How much a person wants to wait, and to dare."""

    seconds: float = 2.0
    """How long a busy file, a locked database or another sessiontui is waited for."""
    no_lease: bool = False
    """Go on where no lease can be had, once the file has been idle for two seconds."""

    def for_others(self, blocker: str) -> WaitPolicy:
        """What is left for the other sessions of a change once one was waited for in vain: all are waited for once."""
        return self._replace(seconds=min(self.seconds, MOMENT)) if blocker in ("busy", "locked") else self

    def dare(self, fd: int, path: Path, reason: Taken | NoLease) -> None:
        """Go on without a lease. Raises ``Busy`` or ``Unleased`` unless the person wants that; ``Changed`` where the file
        is not idle."""
        if not self.no_lease:
            raise busy(path, os.fstat(fd)) if isinstance(reason, Taken) else Unleased(path.name, str(reason))
        _await_idle(fd, path)


USUAL = WaitPolicy()


def busy(path: Path, status: os.stat_result) -> Busy:
    """The error that names the programs which have a file open for writing."""
    return Busy(path.name, holders.writers(status))


def _await_idle(fd: int, path: Path) -> None:
    """Raise ``Changed`` unless the file has been idle; seen by looking, where its time says nothing."""
    then, status = stamps.stamp(fd), os.fstat(fd)
    if time.time() - max(status.st_mtime, status.st_ctime) >= IDLE:
        return
    until = time.monotonic() + IDLE
    while time.monotonic() < until:
        time.sleep(_PAUSE)
        if stamps.stamp(fd) != then:
            raise Changed(path.name)
