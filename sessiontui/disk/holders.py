"""Who has a file open for writing, as far as this process may see. Linux's ``/proc`` alone tells; elsewhere nobody is named."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from itertools import islice
from typing import Final

_PROC: Final = "/proc"
_MOST: Final = 3
"""So many are named."""


def writers(file: os.stat_result) -> tuple[str, ...]:
    """Who else has this file open for writing: name and process id, up to three of them."""
    writing = (pid for pid in _processes() if any(_writes(pid, fd) for fd in _open(pid, file)))
    return tuple(f"{_name(pid)} (pid {pid})" for pid in islice(writing, _MOST))


def _processes() -> Iterator[str]:
    with contextlib.suppress(OSError):
        yield from (name for name in os.listdir(_PROC) if name.isdigit() and int(name) != os.getpid())


def _open(pid: str, file: os.stat_result) -> Iterator[str]:
    folder = f"{_PROC}/{pid}/fd"
    with contextlib.suppress(OSError):  # another user's, or gone by now
        for fd in os.listdir(folder):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.stat(f"{folder}/{fd}"), file):
                    yield fd


def _writes(pid: str, fd: str) -> bool:
    with contextlib.suppress(OSError, ValueError, IndexError):
        with open(f"{_PROC}/{pid}/fdinfo/{fd}", encoding="ascii") as file:
            flags = next((line for line in file if line.startswith("flags:")), "flags: 0")
        return bool(int(flags.split()[1], 8) & (os.O_WRONLY | os.O_RDWR))
    return False


def _name(pid: str) -> str:
    with contextlib.suppress(OSError), open(f"{_PROC}/{pid}/comm", encoding="utf-8", errors="replace") as file:
        return file.read().strip() or "a process"
    return "a process"
