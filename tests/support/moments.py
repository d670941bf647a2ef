"""The moments of a change: something is done right before its n-th call of the system, for every n until none is left."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_QUIET = {"fspath", "getpid", "geteuid", "getegid", "getuid", "urandom", "WIFSIGNALED"}
"""Calls that see nothing of a disk."""


class Moments:
    """Counts the calls of this thread; right before the one numbered ``n``, from 1, ``act`` is called."""

    def __init__(self, n: int, act: Callable[[], None]) -> None:
        self.n = n
        self.act = act
        self.calls: list[str] = []

    @property
    def reached(self) -> bool:
        """Whether there was an n-th."""
        return len(self.calls) >= self.n

    @contextmanager
    def passing(self) -> Iterator[Moments]:
        """Count while the block runs."""
        sys.setprofile(self._hear)
        try:
            yield self
        finally:
            sys.setprofile(None)

    def _hear(self, frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or not _is_seen(function):
            return
        self.calls.append(function.__name__)
        if len(self.calls) == self.n:
            self.act()


def _is_seen(function: Any) -> bool:
    """Whether it is a call of the system, or one of a database."""
    if getattr(function, "__module__", None) in ("posix", "fcntl"):
        return function.__name__ not in _QUIET
    return isinstance(getattr(function, "__self__", None), sqlite3.Connection | sqlite3.Cursor)
