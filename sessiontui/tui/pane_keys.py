"""How the keys of a pane work from any focus: the pane lists them, the screen binds them to its one action ``pane``.

A pane lists its ``KEYS`` as bindings whose actions are its own methods ``action_…``. The screen binds each to
``pane('NAME', 'ACTION')``, where NAME is the attribute that holds the pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from textual.actions import parse
from textual.binding import Binding

CHANGE: Final = Binding.Group("Change, and take back")
FIND: Final = Binding.Group("Find")
LOOK: Final = Binding.Group("Look at")
"""Headings that keys have in help."""


def of_pane(pane: str, keys: Iterable[Binding], group: Binding.Group | None = None) -> Iterator[Binding]:
    """The keys of a pane, as bindings of the screen that has it; ``group`` is their heading in help."""
    for key in keys:
        _, name, values = parse(key.action)
        yield replace(key, action=f"pane({', '.join(map(repr, (pane, name, *values)))})", group=group)


def plain(action: str) -> str:
    """An action without where it is done: ``fault(1)`` for ``pane('faults', 'fault', 1)``, ``quit`` for ``app.quit``."""
    _, name, values = parse(action)
    if name == "pane":
        name, values = str(values[1]), values[2:]
    return f"{name}({', '.join(map(repr, values))})" if values else name
