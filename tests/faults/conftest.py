"""Surroundings of the tests of faults."""

from __future__ import annotations

import fcntl
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessiontui.disk import wait_policy

pytest.register_assert_rewrite("tests.support.disks")


@pytest.fixture
def never_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is brought to the disk: thousands of changes, and no power cut."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def location(never_synced: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for stores, in memory where there is such a file system: nothing waits for a disk, nor
    for a file to be still where there are no leases. What earlier tests left isn't collected meanwhile: a generator
    that ends then may write to the cache, a step that is nobody's here."""
    if not hasattr(fcntl, "F_SETLEASE"):
        monkeypatch.setattr(wait_policy, "IDLE", 0.0)
    memory = Path("/dev/shm")
    gc.disable()
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as location:
        yield Path(location)
    gc.enable()
