"""Damaged files in tests: when they were written, and which of their lines faults are about."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from sessiontui.model import Fault


def left_alone(path: Path, seconds: float = 3600) -> Path:
    """The same file, as if nobody had written to it for so many seconds."""
    when = time.time_ns() - int(seconds * 1e9)
    os.utime(path, ns=(when, when))
    return path


def covered(faults: Iterable[Fault]) -> list[int]:
    """The numbers of the lines that faults are about, blank ones between them too."""
    return [line for fault in faults if fault.line is not None for line in range(fault.line, fault.line + fault.lines)]
