"""Which change took back which: a change, its undo, the redo of that, and so on. Pure; no IO here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sessiontui.changes.journal.record import Recorded


@dataclass(frozen=True, slots=True)
class Chain:
    """A change and what was done to it since, oldest first: its undo, the undo of that, and so on."""

    changes: tuple[Recorded, ...]

    @property
    def undone(self) -> bool:
        """Whether the change is taken back now."""
        return len(self.changes) % 2 == 0

    @property
    def tip(self) -> Recorded:
        """The newest: what the next undo or redo takes back."""
        return self.changes[-1]

    @property
    def first(self) -> Recorded:
        """The change that it began with."""
        return self.changes[0]


def chains(every: Iterable[Recorded]) -> dict[str, Chain]:
    """The chain of each change, by its id. ``every`` is oldest first; an interrupted change takes nothing back yet."""
    members: dict[str, list[Recorded]] = {}
    for each in every:
        before = members.get(each.undoes or "", [])
        if not (each.done and before and before[-1].id == each.undoes):
            before = []
        before.append(each)
        members[each.id] = before
    return {id: Chain(tuple(found)) for id, found in members.items()}
