"""How a widget is told what was searched for, without being told how anything is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Spans = Callable[[str], Sequence[tuple[int, int]]]
"""Where a text holds what was searched for."""


def nothing(text: str) -> Sequence[tuple[int, int]]:
    """``Spans`` when nothing was searched for."""
    return ()
