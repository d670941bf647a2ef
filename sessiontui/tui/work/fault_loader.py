"""Reads what stands at one fault: its bytes where they are asked for, and what would become of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep
from typing import ClassVar, Final

from sessiontui.model import Fault
from sessiontui.store import fault_refs as refs
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled
from sessiontui.tui.messages import Report
from sessiontui.tui.words import proposals
from sessiontui.tui.words.proposals import Proposal
from sessiontui.tui.work.background_task import Errand_

PAUSE: Final = 0.03
"""Seconds that the cursor stays on a fault before it is read."""


@dataclass(eq=False, repr=False)
class Seen(Report):
    """A fault with its parts, where they are known, and what is proposed."""

    ref: FaultRef
    proposal: Proposal


@dataclass(eq=False, repr=False)
class Same(Report):
    """These faults are still where they were found."""

    refs: Sequence[FaultRef]
    sure: bool


@dataclass(eq=False, repr=False)
class BytesRead(Report):
    """Bytes of the fault, counted from its first."""

    start: int
    data: bytes


class FaultLoader(Errand_):
    """One fault at a time."""

    name: ClassVar[str] = "look"

    def look(self, store: JsonlStore, ref: FaultRef, before: Fault | None = None, reading: int = 1) -> None:
        """Reports ``Seen``. ``before``: the fault before it in the same file; ``reading``: which one is proposed."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            sleep(PAUSE)
            if cancelled():
                return
            span = ref.fault.span
            if span is None or span.length > refs.WIDE:
                self.report(Seen(generation, ref, proposals.propose(ref.fault, None, reading)))
                return
            known, data = refs.whole(store, ref, before)
            self.report(Seen(generation, known, proposals.propose(known.fault, data, reading)))

        self.begin(job)

    def require(self, store: JsonlStore, request: Sequence[FaultRef], *, sure: bool) -> None:
        """Look whether faults are still what they were found to be; reports ``Same``, with ``sure`` as it was given."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            refs.require(store, request)
            self.report(Same(generation, request, sure))

        self.begin(job)

    def read(self, store: JsonlStore, ref: FaultRef, start: int, stop: int) -> None:
        """Some bytes of the fault that is looked at; reports ``BytesRead``."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            if not cancelled():
                self.report(BytesRead(generation, start, refs.piece(store, ref, start, stop)))

        self.aside(job)
