"""What was found so far: the faults, how the list has them, and what they come to. Knows no widget and no store."""

from __future__ import annotations

from collections.abc import Sequence

from sessiontui.model import Severity
from sessiontui.store.cases import Case
from sessiontui.tui.widgets.fault_list import Item
from sessiontui.tui.words import inspecting, proposals
from sessiontui.visible import Visible


class Found:
    """Some faults."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.items: list[Item] = []
        self.damaged = self.saved = self.lines = self.files = 0
        """Faults that are damage, messages that can be had back, damaged lines, files that are damaged as a whole."""

    def title(self, where: str, room: int) -> Visible:
        """What they come to, in so many cells; 0: not known."""
        return inspecting.title(
            where, (self.damaged, self.lines, self.files), len(self.items) - self.damaged, self.saved, room
        )

    def add(self, cases: Sequence[Case]) -> None:
        """Some more. What each comes to is worked out now: of ten thousand at once it would hold the screen up."""
        self.cases += cases
        for case in cases:
            self.items.append(Item(case.key, case.fault, proposals.acts(case.fault)))
            if case.fault.severity is Severity.DAMAGE:
                self.damaged += 1
                self.saved += case.fault.recovers
                self.lines += max(1, case.fault.lines) if case.fault.span else 0
                self.files += case.fault.span is None
