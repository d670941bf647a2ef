"""Faults on purpose: lets ``os`` work until its n-th watched call, which fails, so that every step is made to fail.

A test loops over n until nothing fails any more and asserts how many steps there were: it can't pass by watching
nothing. ``after`` lets the call happen and fails behind it, as a signal does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

WATCHED = (
    "close",
    "fchmod",
    "fchown",
    "fsync",
    "ftruncate",
    "link",
    "lseek",
    "mkdir",
    "open",
    "pwrite",
    "rename",
    "replace",
    "unlink",
    "write",
)

REAL_CLOSE = os.close


class FailAt:
    """Counts the watched calls in ``steps``; the one numbered ``n``, from 1, raises ``error``."""

    def __init__(self, n: int, error: BaseException, *, after: bool = False) -> None:
        self.n = n
        self.error = error
        self.after = after
        self.steps: list[str] = []

    @property
    def reached(self) -> bool:
        """Whether there was an n-th step, so that it failed."""
        return len(self.steps) >= self.n

    @contextmanager
    def watching(self, names: tuple[str, ...] = WATCHED) -> Iterator[FailAt]:
        """Watch these functions of ``os`` while the block runs."""
        patches = [mock.patch.object(os, name, self._watched(name, getattr(os, name))) for name in names]
        for patch in patches:
            patch.start()
        try:
            yield self
        finally:
            for patch in patches:
                patch.stop()

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.steps.append(name)
            fails = len(self.steps) == self.n
            if fails and not self.after and name != "close":  # a descriptor is closed even when close fails
                raise self.error
            try:
                result = real(*args, **kwargs)
            except OSError:
                if fails:
                    raise self.error from None
                raise
            if fails:
                if name == "open":
                    REAL_CLOSE(result)
                raise self.error
            return result

        return call
