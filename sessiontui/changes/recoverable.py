"""Messages that damaged lines still hold, by how sure their recovery is: what a change destroys, or leaves behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import NamedTuple, Protocol

from sessiontui.model import Fault, Salvage


class Recoverable(NamedTuple):
    """How many messages ``repair`` would recover from damaged lines."""

    lossless: int = 0
    """As it is."""
    offered: int = 0
    """With ``--mark``."""
    partial: int = 0
    """With ``--partial``."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)

    def with_fault(self, fault: Fault) -> Recoverable:
        """These, and what one more fault holds."""
        if fault.salvage is Salvage.NONE:
            return self
        name = fault.salvage.value
        return self._replace(**{name: getattr(self, name) + fault.recovers})

    def plus(self, other: Recoverable) -> Recoverable:
        """Both."""
        return Recoverable(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        """``1 lossless, 2 offered``; empty where there is nothing."""
        return ", ".join(f"{number:,} {name}" for name, number in self._asdict().items() if number)


NONE = Recoverable()


class _Holds(Protocol):
    @property
    def recoverable(self) -> Recoverable: ...


def sum_of(rows: Iterable[_Holds]) -> Recoverable:
    """What the damaged lines of all of these sessions hold."""
    return reduce(Recoverable.plus, (row.recoverable for row in rows), NONE)


class LeftOut:
    """What is not imported of a file, summed fault by fault: a file may have a million."""

    def __init__(self) -> None:
        self.holds = NONE
        self.bytes = 0
        """Of its lines, newlines too."""
        self.last: Fault | None = None

    def add(self, fault: Fault) -> None:
        """One fault more."""
        self.holds = self.holds.with_fault(fault)
        self.bytes += fault.span.length + 1 if fault.span else 0
        self.last = fault
