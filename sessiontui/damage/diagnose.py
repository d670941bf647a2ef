"""What is wrong with a line, as a ``Fault``: why ZeroClaw can't read it and where it goes wrong. Mends nothing.

For now every line that a dialect drops has a fault of one kind, ``dropped``.
"""

from __future__ import annotations

from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Severity, Span


def dropped(outcome: Dropped, number: int | None, span: Span) -> Fault:
    """The fault of a line that a dialect read and found to be dropped; ``number`` None where it isn't known yet."""
    return Fault("dropped", Severity.DAMAGE, outcome.reason, outcome.at, line=number, span=span)
