"""Keys: how they are declared and named, and how those of a pane work from any focus.

A pane lists its ``KEYS`` as bindings whose actions are its own methods ``action_…``. The screen binds each to
``pane('NAME', 'ACTION')``, where NAME is the attribute that holds the pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from textual.actions import parse
from textual.binding import Binding, BindingType
from textual.keys import key_to_character
from textual.screen import Screen

CHANGE: Final = Binding.Group("Change, and take back")
FIND: Final = Binding.Group("Find")
LOOK: Final = Binding.Group("Look at")
"""Headings that keys have in help."""
_NAMES: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "delete": "Del",
    "backspace": "Backspace",
    "slash": "/",
}


def command_key(
    id: str,
    keys: str,
    action: str,
    help: str,
    word: str = "",
    *,
    priority: bool = False,
    group: Binding.Group | None = None,
) -> Binding:
    """Keys of a command, which help and the palette name; with a ``word`` the last line of the screen does too."""
    return Binding(keys, action, word or help, show=bool(word), tooltip=help, id=id, priority=priority, group=group)


def cursor_key(id: str, keys: str, action: str, help: str) -> Binding:
    """Keys that move a cursor or scroll: only help names them."""
    return Binding(keys, action, help, show=False, id=id)


def bindings(*keys: Binding) -> list[BindingType]:
    """The keys of a widget or a screen, as Textual wants them."""
    return list(keys)


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


def shown(key: str) -> str:
    """A key of a binding: ``ctrl+r`` is Ctrl+R, ``slash`` is /."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    name = _NAMES.get(last) or key_to_character(last) or last.upper()
    if held and len(name) == 1:
        name = name.upper()
    return "+".join([*(each.title() for each in held), name])


def live(screen: Screen[Any], action: str) -> str:
    """The name of the key that does this on a screen as it is now, by the last part of its id; empty where none does."""
    for active in screen.active_bindings.values():
        if active.enabled and (active.binding.id or "").rpartition(".")[2] == action:
            return shown(active.binding.key)
    return ""
