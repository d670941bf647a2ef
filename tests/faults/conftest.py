"""Surroundings of the tests of faults."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.support.disks")


@pytest.fixture
def never_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is brought to the disk: thousands of changes, and no power cut."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def place(never_synced: None) -> Iterator[Path]:
    """A folder for stores, in memory where there is such a file system: nothing waits for a disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as place:
        yield Path(place)
