"""Finds the faults of sessions, in a thread in small files, in a helper process in large ones; reads what one is about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from time import sleep
from typing import Final

from sessiontui.damage import proposals
from sessiontui.damage.proposals import Proposal
from sessiontui.errors import StoreError
from sessiontui.model import Fault
from sessiontui.store import fault_process, fault_refs, json_values
from sessiontui.store.fault_process import Batch
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.helper_process import answers, heard
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.tasks.background_task import Job

SMALL: Final = 256 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""
PAUSE: Final = 0.03
"""Seconds that the cursor stays on a fault before it is read."""


Found = Callable[[Sequence[FaultRef]], object]
"""Takes the next faults, again and again."""


def scan(store: JsonlStore, keys: Sequence[str], notes: bool, found: Found, job: Job) -> bool:
    """Find the faults of these sessions; whether there are more than were reported to ``found``. The helper process reads
    all sessions where too many are named."""
    progress = job.progress("finding")
    if sum(_sizes(store, keys)) <= SMALL:
        return fault_process.look(
            store, keys, Batch(lambda refs: job.report(found, refs)), job.cancelled, progress, notes=notes
        )
    named = frozenset(keys)
    for said in answers(heard(fault_process.start(store, tuple(keys), notes=notes), job.cancelled), progress):
        if "more" in said:
            return bool(said["more"])
        refs = (json_values.read(FaultRef, each) for each in said["faults"])
        job.report(found, [ref for ref in refs if ref.key in named])
    job.check()
    raise StoreError("what looks for damage ended without an answer", "F5 begins again")


def _sizes(store: JsonlStore, keys: Sequence[str]) -> Iterator[int]:
    for key in keys:
        try:
            yield os.lstat(store.file(key)).st_size
        except OSError:
            yield 0


def load(store: JsonlStore, ref: FaultRef, before: Fault | None, reading: int, job: Job) -> tuple[FaultRef, Proposal]:
    """A fault with its parts, where they are known, and what is proposed for it. ``before``: the fault before it in the same
    file; ``reading``: which reading is proposed."""
    sleep(PAUSE)
    job.check()
    span = ref.fault.span
    if span is None or span.length > fault_refs.WIDE:
        return ref, proposals.propose(ref.fault, None, reading)
    known, data = fault_refs.whole(store, ref, before)
    return known, proposals.propose(known.fault, data, reading)
