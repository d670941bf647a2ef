"""Reads what one fault is about: its bytes where they are in view, and what would become of them."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Final

from sessiontui.damage import proposals
from sessiontui.damage.proposals import Proposal
from sessiontui.model import Fault
from sessiontui.store import fault_refs as refs
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.tasks.background_task import BackgroundTask, Job

PAUSE: Final = 0.03
"""Seconds that the cursor stays on a fault before it is read."""


class FaultLoader:
    """One fault at a time. ``loaded`` takes it with its parts, where they are known, and what is proposed; ``read`` takes
    some of its bytes, with the offset of the first."""

    def __init__(
        self,
        task: BackgroundTask,
        loaded: Callable[[FaultRef, Proposal], object],
        read: Callable[[int, bytes], object],
    ) -> None:
        self.task = task
        self._loaded, self._read = loaded, read

    def load(self, store: JsonlStore, ref: FaultRef, before: Fault | None = None, reading: int = 1) -> None:
        """Load a fault. ``before``: the fault before it in the same file; ``reading``: which one is proposed."""

        def work(job: Job) -> None:
            sleep(PAUSE)
            if job.cancelled():
                return
            span = ref.fault.span
            if span is None or span.length > refs.WIDE:
                job.report(self._loaded, ref, proposals.propose(ref.fault, None, reading))
                return
            known, data = refs.whole(store, ref, before)
            job.report(self._loaded, known, proposals.propose(known.fault, data, reading))

        self.task.start(work)

    def read(self, store: JsonlStore, ref: FaultRef, start: int, stop: int) -> None:
        """Read some bytes of the fault that is loaded; both offsets count from its first byte."""

        def work(job: Job) -> None:
            if not job.cancelled():
                job.report(self._read, start, refs.piece(store, ref, start, stop))

        self.task.start_beside(work)
