"""Reads what one fault is about, and what would become of it."""

from __future__ import annotations

from time import sleep
from typing import Final

from sessiontui.damage import proposals
from sessiontui.damage.proposals import Proposal
from sessiontui.model import Fault
from sessiontui.store import fault_refs as refs
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.tasks.background_task import Job

PAUSE: Final = 0.03
"""Seconds that the cursor stays on a fault before it is read."""


def load(store: JsonlStore, ref: FaultRef, before: Fault | None, reading: int, job: Job) -> tuple[FaultRef, Proposal]:
    """A fault with its parts, where they are known, and what is proposed for it. ``before``: the fault before it in the same
    file; ``reading``: which reading is proposed."""
    sleep(PAUSE)
    job.check()
    span = ref.fault.span
    if span is None or span.length > refs.WIDE:
        return ref, proposals.propose(ref.fault, None, reading)
    known, data = refs.whole(store, ref, before)
    return known, proposals.propose(known.fault, data, reading)
