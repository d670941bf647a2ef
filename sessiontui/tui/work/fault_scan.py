"""Finds the faults of sessions: here where the files are small, in a helper process where they are large."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sessiontui.errors import Cancelled, StoreError
from sessiontui.store import fault_process
from sessiontui.store.fault_process import Batch
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress
from sessiontui.tui.messages import Report
from sessiontui.tui.work.background_task import Errand_
from sessiontui.tui.work.helper_output import heard

SMALL: Final = 256 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""


@dataclass(eq=False, repr=False)
class FaultsFound(Report):
    """Some faults, behind those that were told before."""

    refs: Sequence[FaultRef]


@dataclass(eq=False, repr=False)
class FoundAll(Report):
    """All faults were told of, or, where there are ``more``, as many as are."""

    more: bool


class FaultScan(Errand_):
    """One search for faults at a time."""

    name: ClassVar[str] = "find"

    def find(self, store: JsonlStore, keys: Sequence[str], *, notes: bool) -> None:
        """Reports ``FaultsFound`` again and again, then ``FoundAll``; between them how far it is."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            def told(refs: Sequence[FaultRef]) -> None:
                self.report(FaultsFound(generation, refs))

            progress = self.progress(generation, "finding")
            if sum(_sizes(store, keys)) <= SMALL:
                more = fault_process.look(store, keys, Batch(told), cancelled, progress, notes=notes)
                self.report(FoundAll(generation, more))
                return
            for refs in _outside(store, keys, notes, cancelled, progress):
                if isinstance(refs, bool):
                    self.report(FoundAll(generation, refs))
                else:
                    told(refs)
            if cancelled():
                raise Cancelled

        self.begin(job)


def _sizes(store: JsonlStore, keys: Sequence[str]) -> Iterator[int]:
    for key in keys:
        try:
            yield os.lstat(store.file(key)).st_size
        except OSError:
            yield 0


def _outside(
    store: JsonlStore, keys: Collection[str], notes: bool, cancelled: IsCancelled, progress: Progress
) -> Iterator[Sequence[FaultRef] | bool]:
    """What a helper process finds, and last whether there are more."""
    wanted = frozenset(keys)
    ended = False
    for said in heard(fault_process.start(store, tuple(keys), notes=notes), cancelled):
        if "done" in said:
            progress(int(said["done"]), int(said["total"]))
        elif "cases" in said:
            yield [ref for ref in map(fault_process.read_back, said["cases"]) if ref.key in wanted]
        elif "more" in said:
            ended = True
            yield bool(said["more"])
        else:
            raise StoreError(str(said["error"]), str(said["hint"]))
    if not ended and not cancelled():
        raise StoreError("what looks for damage ended without an answer", "F5 begins again")
