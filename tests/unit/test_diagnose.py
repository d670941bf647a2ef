"""Faults of lines."""

from __future__ import annotations

from sessiontui.damage.diagnose import dropped
from sessiontui.dialects.zeroclaw import Dropped
from sessiontui.model import Fault, Salvage, Severity, Span


def test_a_dropped_line_is_a_fault_with_its_place() -> None:
    span = Span(100, 29)
    expected = Fault("dropped", Severity.DAMAGE, "why", 27, Salvage.NONE, 0, line=7, span=span)
    assert dropped(Dropped(27, "why"), 7, span) == expected
    assert dropped(Dropped(27, "why"), None, span) == expected._replace(line=None)
