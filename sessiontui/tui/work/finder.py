"""Finds the faults of sessions: here where the files are small, in a helper process where they are large."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sessiontui.errors import Cancelled, StoreError
from sessiontui.store import finder
from sessiontui.store.cases import Case
from sessiontui.store.finder import Batch
from sessiontui.store.jsonl import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress
from sessiontui.tui.messages import Report
from sessiontui.tui.work.errand import Errand
from sessiontui.tui.work.outside import heard

SMALL: Final = 256 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""


@dataclass(eq=False, repr=False)
class Spotted(Report):
    """Some faults, behind those that were told before."""

    cases: Sequence[Case]


@dataclass(eq=False, repr=False)
class FoundAll(Report):
    """All faults were told of, or, where there are ``more``, as many as are."""

    more: bool


class Finder(Errand):
    """One search for faults at a time."""

    name: ClassVar[str] = "find"

    def find(self, store: JsonlStore, keys: Sequence[str], *, notes: bool) -> None:
        """Reports ``Spotted`` again and again, then ``FoundAll``; between them how far it is."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            def told(cases: Sequence[Case]) -> None:
                self.report(Spotted(generation, cases))

            progress = self.progress(generation, "finding")
            if sum(_sizes(store, keys)) <= SMALL:
                more = finder.look(store, keys, Batch(told), cancelled, progress, notes=notes)
                self.report(FoundAll(generation, more))
                return
            for cases in _outside(store, keys, notes, cancelled, progress):
                if isinstance(cases, bool):
                    self.report(FoundAll(generation, cases))
                else:
                    told(cases)
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
) -> Iterator[Sequence[Case] | bool]:
    """What a helper process finds, and last whether there are more."""
    wanted = frozenset(keys)
    ended = False
    for said in heard(finder.start(store, tuple(keys), notes=notes), cancelled):
        if "done" in said:
            progress(int(said["done"]), int(said["total"]))
        elif "cases" in said:
            yield [case for case in map(finder.read_back, said["cases"]) if case.key in wanted]
        elif "more" in said:
            ended = True
            yield bool(said["more"])
        else:
            raise StoreError(str(said["error"]), str(said["hint"]))
    if not ended and not cancelled():
        raise StoreError("what looks for damage ended without an answer", "F5 begins again")
