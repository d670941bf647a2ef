"""What was found so far: the faults, how the list has them, and what they come to. Knows no widget and no store."""

from __future__ import annotations

from collections.abc import Sequence

from sessiontui.damage import proposals
from sessiontui.model import Severity
from sessiontui.store.fault_refs import FaultRef
from sessiontui.tui.widgets.fault_list import Item


class FaultRows:
    """Some faults."""

    def __init__(self) -> None:
        self.refs: list[FaultRef] = []
        self.items: list[Item] = []
        self.damaged = self.saved = self.lines = self.files = 0
        """Faults that are damage, messages that can be had back, damaged lines, files that are damaged as a whole."""

    def add(self, refs: Sequence[FaultRef]) -> None:
        """Some more. What each comes to is worked out now: of ten thousand at once it would hold the screen up."""
        self.refs += refs
        for ref in refs:
            self.items.append(Item(ref.key, ref.fault, proposals.acts(ref.fault)))
            if ref.fault.severity is Severity.DAMAGE:
                self.damaged += 1
                self.saved += ref.fault.recovers
                self.lines += max(1, ref.fault.lines) if ref.fault.span else 0
                self.files += ref.fault.span is None
