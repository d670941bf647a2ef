"""Damaged files in tests: when they were written, which of their lines faults are about, and what a plan makes of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from sessiontui.damage.salvage import Outcome
from sessiontui.model import Fault


def left_alone(path: Path, seconds: float = 3600) -> Path:
    """The same file, as if nobody had written to it for so many seconds."""
    when = time.time_ns() - int(seconds * 1e9)
    os.utime(path, ns=(when, when))
    return path


def covered(faults: Iterable[Fault]) -> list[int]:
    """The numbers of the lines that faults are about, blank ones between them too."""
    return [line for fault in faults if fault.line is not None for line in range(fault.line, fault.line + fault.lines)]


def applied(data: bytes, outcomes: Iterable[Outcome]) -> bytes:
    """A file that is held in memory, after a plan; every line that was put in ends in a newline."""
    made: list[bytes] = []
    at = 0
    for outcome in outcomes:
        span = outcome.fault.span
        if outcome.stays or span is None:
            continue
        made.append(data[at : span.offset])
        made += (record + b"\n" for record in outcome.records)
        at = outcome.end.offset if outcome.end else span.stop + data.startswith(b"\n", span.stop)
    return b"".join((*made, data[at:]))
