"""The helper process that finds what is wrong in sessions: ``python -m sessiontui.store.fault_process PATH NOTES [KEY…]``.

It reports progress, ``{"faults": […]}`` as they are found, in batches, and last whether there are more than it reports.
Parts that hold many bytes of records are left out: before such a fault is shown, it is diagnosed again. It writes
nothing, and never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sessiontui.disk import stamps
from sessiontui.model import Part
from sessiontui.store import fault_refs, helper_process, json_values
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, parts

MOST: Final = 100_000
"""Faults that are told of."""
BATCH: Final = 200
OFTEN: Final = 0.1
"""Seconds after which faults are told of, though they are fewer than a batch."""
HEAVY: Final = 4096
"""Bytes of records in the parts of a fault that is told without them."""
KEPT: Final = 16 * 1024 * 1024
"""And what all parts together may hold: behind that, every fault is told without."""
ARGUMENTS: Final = 64 * 1024
"""Characters of keys that are named to the process; where there are more, it looks at every session."""


class Enough(Exception):
    """There are more faults than are told of."""


def start(store: JsonlStore, keys: Sequence[str], *, notes: bool) -> subprocess.Popen[str]:
    """Begin to look for the faults of these sessions; of all, where they are too many to be named."""
    named = keys if sum(map(len, keys)) <= ARGUMENTS else ()
    path = os.fspath(store.path)
    return helper_process.start("sessiontui.store.fault_process", path, str(int(notes)), *named)


def main(arguments: Sequence[str]) -> int:
    """Look into the sessions that are named, or into all; 0 where it was told what is wrong there."""
    path, notes, *named = arguments
    store = JsonlStore(Path(path))
    keys = named or [each.key for each in store.sessions()]
    batch = Batch(lambda refs: helper_process.say({"faults": [*map(json_values.write, refs)]}))
    return helper_process.serve(
        lambda progress, cancelled: {"more": look(store, keys, batch, cancelled, progress, notes=notes == "1")}
    )


def look(
    store: JsonlStore,
    keys: Sequence[str],
    batch: Batch,
    cancelled: IsCancelled,
    progress: Progress,
    *,
    notes: bool,
) -> bool:
    """Find the faults of sessions, one session after the other; whether there are more than are told of."""
    sizes = [stamps.size_at(store.file(key)) for key in keys]
    try:
        for key, part in parts(keys, sizes, progress):
            fault_refs.find(store, key, batch.add, cancelled, part, notes=notes)
    except Enough:
        return True
    finally:
        batch.flush()
    return False


class Batch:
    """Hands on what is found, not one by one, and no more parts than can be kept."""

    def __init__(self, told: Callable[[list[FaultRef]], object]) -> None:
        self._told = told
        self._held: list[FaultRef] = []
        self._last = time.monotonic()
        self._count = self._weight = 0

    def add(self, ref: FaultRef) -> None:
        """One more. Raises ``Enough`` for one too many."""
        if self._count >= MOST:
            raise Enough
        self._count += 1
        weight = _weight(ref.fault.parts) + sum(_weight(each.parts) for each in ref.fault.readings)
        light = weight <= HEAVY and self._weight + weight <= KEPT
        self._weight += weight if light else 0
        self._held.append(ref if light else ref._replace(fault=ref.fault.bare))
        if len(self._held) >= BATCH or time.monotonic() - self._last > OFTEN:
            self.flush()

    def flush(self) -> None:
        """Hand on what there is."""
        if self._held:
            self._told(self._held)
        self._held, self._last = [], time.monotonic()


def _weight(parts: Sequence[Part]) -> int:
    return sum(64 + sum(map(len, part.records)) for part in parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
